"""A headless Chromium for the tests of pages; where there is none, these tests are skipped."""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

_OPTIONS = (
    "--headless=new",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@contextmanager
def browser(profile: Path) -> Iterator[Any]:
    """A browser with an empty profile that logs its console and every request."""
    from selenium import webdriver

    program = next((found for name in _BROWSERS if (found := shutil.which(name))), None)
    driver = shutil.which("chromedriver")
    if program is None or driver is None:
        pytest.skip("no chromium and chromedriver on this machine")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for option in (*_OPTIONS, f"--user-data-dir={profile}"):
        options.add_argument(option)
    if os.getuid() == 0:
        options.add_argument("--no-sandbox")  # Chromium has none for root
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    opened = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    try:
        yield opened
    finally:
        opened.quit()


def console_errors(opened: Any) -> list[str]:  # noqa: ANN401
    """What the console complained of since the last call."""
    return [line["message"] for line in opened.get_log("browser") if line["level"] == "SEVERE"]


def requests(opened: Any) -> list[str]:  # noqa: ANN401
    """The address of every request of a page since the last call, also of those that were blocked.

    Only those of the page that is open count: a browser asks for pages of its own, such as that of
    a new tab. `data:` asks nobody.
    """
    events = [json.loads(line["message"])["message"] for line in opened.get_log("performance")]
    sent = [event["params"] for event in events if event["method"] == "Network.requestWillBeSent"]
    page = _document(opened.current_url)
    urls = [one["request"]["url"] for one in sent if _document(one["documentURL"]) == page]
    return [url for url in urls if not url.startswith("data:")]


def _document(address: str) -> tuple[str, str, str]:
    parts = urlsplit(address)
    return parts.scheme, parts.netloc, parts.path


def resize(opened: Any, width: int, scheme: str = "light") -> None:  # noqa: ANN401
    """A window of this width in pixels that prefers a light or a dark page."""
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    opened.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
