"""The page in a real browser: it searches, sorts, complains of nothing and asks for nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nymgraph.pipeline.storage.artefacts import Workspace
from tests.browser import browser, console_errors, requests, resize
from tests.report.finished_run import INJECTION


@pytest.fixture(scope="module")
def opened(finished: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with browser(tmp_path_factory.mktemp("profile")) as chromium:
        chromium.get(finished.path("report", "report.html").as_uri())
        yield chromium


def test_a_search_finds_the_cluster(opened: Any) -> None:  # noqa: ANN401
    box = opened.find_element("id", "query")
    box.send_keys("WARM")
    cards = opened.find_elements("css selector", "#results li")
    assert len(cards) == 1
    assert "hot" in cards[0].text
    assert INJECTION in cards[0].text  # as text
    assert "opposite: big" in cards[0].text
    box.clear()
    box.send_keys("nothing like it")
    assert opened.find_element("id", "found").text == "None of these clusters holds it."


def test_a_table_sorts_by_a_click(opened: Any) -> None:  # noqa: ANN401
    table = opened.find_element("css selector", "#gates table")
    header = table.find_elements("css selector", "th")[1]

    def shown() -> list[str]:
        rows = table.find_elements("css selector", "tbody tr")
        return [row.find_elements("css selector", "td")[1].text for row in rows]

    assert shown() == ["4", "1"]
    header.find_element("css selector", "button").click()
    header.find_element("css selector", "button").click()
    assert header.get_attribute("aria-sort") == "ascending"
    assert shown() == ["1", "4"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1400])
def test_it_fits_narrow_and_wide(opened: Any, width: int, scheme: str) -> None:  # noqa: ANN401
    resize(opened, width, scheme)
    assert opened.execute_script("return document.documentElement.scrollWidth") <= width
    ink, paper = opened.execute_script(
        "const s = getComputedStyle(document.body); return [s.color, s.backgroundColor]"
    )
    bright = sum(map(int, paper.strip("rgb()").split(",")))
    assert (bright > 382) == (scheme == "light"), (ink, paper)


def test_it_complains_of_nothing_and_asks_for_nothing(finished: Workspace, tmp_path: Path) -> None:
    with browser(tmp_path / "profile") as chromium:
        address = finished.path("report", "report.html").as_uri()
        chromium.get(address)
        chromium.find_element("id", "query").send_keys("a")
        assert console_errors(chromium) == []
        assert requests(chromium) == [address]
        # and the test would see it: this one request is blocked by the page itself
        chromium.execute_script("new Image().src = 'http://127.0.0.1:9/x.png'")
        assert console_errors(chromium)
