"""The widget, driven by its callbacks; no browser."""

import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from nymgraph.pipeline.errors import DependencyError, InputError
from nymgraph.pipeline.review.pairs import COLUMNS, write_review
from nymgraph.pipeline.review.widget import ReviewSession, review

PAIRS = [("cold", "hot"), ("big", "large"), ("cat", "dog")]


@pytest.fixture(params=["csv", "parquet"])
def path(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    rows = [(a, b, 0.5, 0.3, 0.2, 0.9, None, None) for a, b in PAIRS]
    types = [pl.String] * 2 + [pl.Float32] * 4 + [pl.String] * 2
    schema = dict(zip(COLUMNS, types, strict=True))
    path = tmp_path / f"review.{request.param}"
    write_review(pl.DataFrame(rows, schema=schema, orient="row"), path)
    return path


def stored(path: Path) -> list[tuple[str | None, str | None]]:
    frame = pl.read_csv(path) if path.suffix == ".csv" else pl.read_parquet(path)
    assert tuple(frame.columns) == COLUMNS
    return frame.select(pl.col("relation", "comment").cast(pl.String)).rows()


def parts(box: Any) -> tuple[Any, Any, dict[str, Any]]:  # noqa: ANN401
    progress, pair, buttons = box.children
    return progress, pair, {button.description: button for button in buttons.children}


def test_each_click_is_saved_and_shows_the_next_pair(path: Path) -> None:
    progress, pair, buttons = parts(review(path))
    assert list(buttons) == ["synonym", "antonym", "co-hyponym", "skip"]
    assert (progress.value, pair.value) == ("0 of 3", "cold  |  hot")
    buttons["antonym"].click()
    assert stored(path) == [("antonym", None), (None, None), (None, None)]
    assert (progress.value, pair.value) == ("1 of 3", "big  |  large")
    buttons["skip"].click()
    assert stored(path) == [("antonym", None), (None, "skipped"), (None, None)]
    buttons["co-hyponym"].click()
    assert stored(path)[2] == ("co_hyponym", None)
    assert (progress.value, pair.value) == ("3 of 3", "all done")
    assert all(button.disabled for button in buttons.values())


def test_a_new_session_goes_on_where_the_last_one_stopped(path: Path) -> None:
    _, _, buttons = parts(review(path))
    buttons["antonym"].click()
    buttons["skip"].click()
    progress, pair, _ = parts(review(path))
    assert (progress.value, pair.value) == ("2 of 3", "cat  |  dog")


def test_answers_after_the_last_and_words_that_are_none(path: Path) -> None:
    session = ReviewSession(path)
    with pytest.raises(InputError, match="no answer"):
        session.answer("opposite")
    for _ in PAIRS:
        session.answer("synonym")
    before = path.read_bytes()
    session.answer("antonym")
    assert path.read_bytes() == before
    assert session.current() is None
    assert session.answered == session.total == 3


def test_a_file_that_is_no_review(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("term_a,term_b\na,b\n")
    with pytest.raises(InputError, match="no column 'relation'"):
        ReviewSession(tmp_path / "x.csv")


def test_without_the_extra(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    with pytest.raises(DependencyError, match="needs ipywidgets") as caught:
        review(path)
    assert caught.value.cure == "pip install 'nymgraph[notebook]'"
