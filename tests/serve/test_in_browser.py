"""The page in a real browser."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from nymgraph.pipeline.schemas import EXPORTED_SENSES, EXPORTED_TERMS
from nymgraph.pipeline.store import ClusterStore
from tests.browser import browser, console_errors, requests, resize
from tests.serve.running import Running, running
from tests.store.small_export import (
    INJECTION,
    senses_frame,
    small_frames,
    with_a_lone_synonym,
    write_export,
)


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


def until(chromium: Any, true: Callable[[Any], Any]) -> Any:  # noqa: ANN401
    """Wait for what the page does in its own time."""
    from selenium.webdriver.support.wait import WebDriverWait

    return WebDriverWait(chromium, 10).until(true)


def shown(chromium: Any, term: str) -> str:  # noqa: ANN401
    """The text of the card, once it is that of a term."""
    until(chromium, lambda page: page.find_element("id", "term").text == term)
    until(chromium, lambda page: page.find_elements("css selector", "#graph text"))
    return str(chromium.find_element("id", "card").text)


def test_search_by_a_suggestion_shows_card_and_graph(server: Running, chromium: Any) -> None:  # noqa: ANN401
    address = f"http://127.0.0.1:{server.port}/"
    chromium.get(address)
    chromium.find_element("id", "query").send_keys("ho")
    options = until(chromium, lambda page: page.find_elements("css selector", "#suggestions li"))
    next(option for option in options if option.text == "hot").click()
    card = shown(chromium, "hot")
    assert "Synonyms\nwarm" in card
    assert "Antonyms\ncold 98 %" in card
    assert "Near in meaning\nspicy" in card
    assert "Senses\nsame: fiery spicy" in card  # that of its own cluster stands above
    labels = {e.text for e in chromium.find_elements("css selector", "#graph text")}
    assert {"hot", "warm", "cold"} <= {label.split("\n")[0] for label in labels}
    assert chromium.find_elements("css selector", "#graph line.antonym")
    assert chromium.current_url == f"{address}?term=hot"
    assert console_errors(chromium) == []
    assert {url for url in requests(chromium) if not url.startswith(address)} == set()


def test_synonyms_in_no_cluster_are_shown(chromium: Any, tmp_path: Path) -> None:  # noqa: ANN401
    folder = write_export(tmp_path / "export", with_a_lone_synonym())
    with running(ClusterStore(folder)) as server:
        chromium.get(f"http://127.0.0.1:{server.port}/?term=sad")
        assert "In no cluster, but close\nlonely" in shown(chromium, "sad")


def test_why_and_the_way_back(server: Running, chromium: Any) -> None:  # noqa: ANN401
    chromium.get(f"http://127.0.0.1:{server.port}/?term=hot")
    shown(chromium, "hot")
    chromium.find_element("css selector", ".antonyms .why").click()
    reasons = until(chromium, lambda page: page.find_element("id", "reasons").text)
    assert "The dictionary says that they are opposites (98 % sure)." in reasons
    chromium.find_element("css selector", "#why summary").click()
    assert "judged antonyms" in chromium.find_element("id", "evidence").text
    chromium.find_element("css selector", ".antonyms .go").click()
    assert "Antonyms\nhot" in shown(chromium, "cold")
    chromium.back()
    shown(chromium, "hot")
    assert console_errors(chromium) == []


def test_the_keyboard_is_enough(server: Running, chromium: Any) -> None:  # noqa: ANN401
    from selenium.webdriver.common.keys import Keys

    chromium.get(f"http://127.0.0.1:{server.port}/")
    box = chromium.find_element("id", "query")
    box.send_keys("fros")
    until(chromium, lambda page: page.find_elements("css selector", "#suggestions li"))
    box.send_keys(Keys.ARROW_DOWN, Keys.ENTER)
    assert "cold" in shown(chromium, "frosty")


def test_a_hostile_term_is_text(server: Running, chromium: Any) -> None:  # noqa: ANN401
    chromium.get(f"http://127.0.0.1:{server.port}/")
    chromium.find_element("id", "query").send_keys("<scr")
    options = until(chromium, lambda page: page.find_elements("css selector", "#suggestions li"))
    assert options[0].text == INJECTION
    options[0].click()
    assert "śnieg" in shown(chromium, INJECTION)
    assert chromium.find_elements("css selector", "main script, form script") == []
    assert console_errors(chromium) == []  # an alert would have stopped the test as well


def test_an_unknown_term_is_followed_to_the_nearest(server: Running, chromium: Any) -> None:  # noqa: ANN401
    chromium.get(f"http://127.0.0.1:{server.port}/?term=hapy")
    assert "joyful" in shown(chromium, "happy")
    message = chromium.find_element("id", "message").text
    assert message.startswith("hapy is not in the lexicon; this is happy.")


def test_a_form_is_answered_and_says_so(server: Running, chromium: Any) -> None:  # noqa: ANN401
    chromium.get(f"http://127.0.0.1:{server.port}/?term=hotter")
    shown(chromium, "hot")
    assert chromium.find_element("id", "message").text == "hotter, a form of hot."


def test_the_first_page_says_what_this_is(server: Running, chromium: Any) -> None:  # noqa: ANN401
    chromium.get(f"http://127.0.0.1:{server.port}/")
    words = until(chromium, lambda page: page.find_elements("css selector", "#examples button"))
    assert [word.text for word in words[:2]] == ["hot", "happy"]
    assert "clusters" in chromium.find_element("id", "about").text
    words[0].click()
    shown(chromium, "hot")
    assert not chromium.find_element("id", "start").is_displayed()


def test_the_labels_of_the_graph_are_reached_by_keyboard(server: Running, chromium: Any) -> None:  # noqa: ANN401
    from selenium.webdriver.common.keys import Keys

    chromium.get(f"http://127.0.0.1:{server.port}/?term=hot")
    shown(chromium, "hot")
    labels = chromium.find_elements("css selector", "#graph text[tabindex='0'][role='link']")
    assert len(labels) == len(chromium.find_elements("css selector", "#graph text")) - 1
    label = next(label for label in labels if label.text.startswith("warm"))
    label.send_keys(Keys.ENTER)
    shown(chromium, "warm")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1400])
def test_it_fits_narrow_and_wide(server: Running, chromium: Any, width: int, scheme: str) -> None:  # noqa: ANN401
    resize(chromium, width, scheme)
    chromium.get(f"http://127.0.0.1:{server.port}/?term=happy")
    shown(chromium, "happy")
    assert chromium.execute_script("return document.documentElement.scrollWidth") <= width
    paper = chromium.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, paper.strip("rgb()").split(","))) > 382) == (scheme == "light")


def test_common_senses_are_shown_rare_ones_behind_a_line(chromium: Any, tmp_path: Path) -> None:  # noqa: ANN401
    frames = small_frames()
    ids = {term: row for row, term in enumerate(frames[EXPORTED_TERMS]["term"])}
    rows: list[tuple[Any, ...]] = [
        ("hot", 1, 0.98, 9.0, "counts", "adjective", "of much heat", ["warm"], ["cold"], [], 4),
        ("hot", 2, 0.01, 1.0, "counts", "adjective", "of the tongue", ["spicy"], [], [], 8),
        ("hot", 3, 0.01, 1.0, "counts", "adjective", "stolen", [], [], ["fiery"], None),
    ]
    frames[EXPORTED_SENSES] = senses_frame(ids, rows)
    with running(ClusterStore(write_export(tmp_path / "export", frames))) as server:
        chromium.get(f"http://127.0.0.1:{server.port}/?term=hot")
        shown(chromium, "hot")
        first, rare = chromium.find_elements("css selector", "ol.senses")
        assert first.text == "98 % adjective of much heat\nsame: warm\nopposite: cold"
        assert not rare.is_displayed()
        summary = chromium.find_element("xpath", "//summary[.='2 rarer senses']")
        summary.click()
        assert "of the tongue\nsame: spicy" in rare.text
        assert "near: fiery" in rare.text


def test_on_a_phone_the_graph_comes_after_the_words(server: Running, chromium: Any) -> None:  # noqa: ANN401
    resize(chromium, 390)
    chromium.get(f"http://127.0.0.1:{server.port}/?term=hot")
    shown(chromium, "hot")
    words, graph = (chromium.find_element("id", name).rect for name in ("card", "drawing"))
    assert words["y"] + words["height"] <= graph["y"]
    legend = chromium.find_element("css selector", "#drawing .legend").rect
    assert legend["y"] < graph["y"] + graph["height"]
    assert legend["width"] <= 390
