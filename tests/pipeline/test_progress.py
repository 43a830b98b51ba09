import io
import json
import logging
import sys
from types import SimpleNamespace

import pytest

from nymgraph.pipeline import progress
from nymgraph.pipeline.progress import (
    LogProgress,
    SilentProgress,
    TerminalProgress,
    default_progress,
    visible,
)
from nymgraph.pipeline.store.views import View


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_silence(capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), SilentProgress().track("work", 3) as advance:
        advance(3)
    out, err = capsys.readouterr()
    assert (out, err, caplog.text) == ("", "", "")


def test_a_log_gets_a_line_in_ten_seconds_and_one_at_the_end(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    # the clock: start, three advances, end. After the first 10, 30 in 7 s: the other 60 take 14 s
    clock = iter([0.0, 5.0, 12.0, 13.0, 30.0])
    # of this module alone: other threads look at the clock, too
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    with (
        caplog.at_level(logging.INFO, "nymgraph"),
        LogProgress().track("work", 100) as advance,
    ):
        for n in (10, 30, 60):
            advance(n)
    assert caplog.messages == ["work: 40 of 100, 4.29/s, 14 s left", "work: 100 in 30.0 s"]


def test_large_numbers_are_written_with_commas(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "nymgraph"), LogProgress().track("rows", 338_454) as advance:
        advance(338_454)
    assert caplog.messages[-1].startswith("rows: 338,454 in ")


def test_a_log_line_before_anything_is_done(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([0.0, 11.0, 11.0])
    # of this module alone: other threads look at the clock, too
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    with caplog.at_level(logging.INFO, "nymgraph"), LogProgress().track("work", 5) as advance:
        advance(0)
    assert caplog.messages[0] == "work: 0 of 5"


def test_a_bar_goes_to_the_error_stream(capsys: pytest.CaptureFixture[str]) -> None:
    with TerminalProgress().track("work", 4) as advance:
        advance(1)
        advance(3)
    out, err = capsys.readouterr()
    assert out == ""
    assert "work" in err
    assert "4/4" in err


def test_a_bar_on_a_terminal_and_lines_in_a_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert isinstance(default_progress(), LogProgress)
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert isinstance(default_progress(), TerminalProgress)


def test_overrides_of_direction_stand_as_their_code() -> None:
    assert visible("a\u202eb\u2066\x1b[2J\x9b") == "a\\u202eb\\u2066\\u001b[2J\\u009b"
    assert visible("žena, 山\n\t\u200c") == "žena, 山\n\t\u200c"


def test_what_is_shown_of_json_is_read_as_it_was() -> None:
    value = {"term": "a\u202eb\u2028"}
    shown = visible(json.dumps(value, ensure_ascii=False))
    assert shown.isascii()
    assert json.loads(shown) == value


class Term(View):
    def title(self) -> str:
        return "x\u202ey"

    def rows(self) -> list[tuple[str, str]]:
        return [("members", "\u2066z")]


def test_a_view_shows_no_raw_override() -> None:
    assert repr(Term()) == "x\\u202ey\n  members: \\u2066z"
