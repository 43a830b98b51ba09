"""`nymgraph run`: what is up to date is passed over; what it says of the time left."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from nymgraph.pipeline.errors import ArtefactError
from nymgraph.pipeline.own_list import whole_run
from nymgraph.pipeline.own_list.stage_graph import stage_entries
from nymgraph.pipeline.own_list.whole_line import WholeLine, in_words
from nymgraph.pipeline.own_list.whole_run import run_all
from nymgraph.pipeline.settings.params import Params, check_params

STAGES = tuple(stage_entries())
BUSY = tuple(stage for stage in STAGES if stage != "augment")  # which is off


class Stages:
    """Stages that write what the graph says, each file with what it was made from."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ran: list[str] = []
        self.broken = ""
        self.meanwhile: Callable[[str, Path], object] = lambda _stage, _data: None
        monkeypatch.setattr(whole_run, "perform", self.perform)
        monkeypatch.setattr(whole_run, "planned", lambda *_: {})

    def perform(
        self, stage: str, settings: Params, data: Path, progress: object, options: object = None
    ) -> Mapping[str, Any]:
        del settings, progress, options
        if stage == self.broken:
            raise KeyboardInterrupt
        self.meanwhile(stage, data)
        self.ran.append(stage)
        entry = stage_entries()[stage]
        for out in [*entry.get("outs", []), *entry.get("metrics", [])]:
            path = data / (out if isinstance(out, str) else next(iter(out))).removeprefix("data/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(stage)
        return {}

    def take(self) -> tuple[str, ...]:
        ran, self.ran = tuple(self.ran), []
        return ran


@pytest.fixture
def stages(monkeypatch: pytest.MonkeyPatch) -> Stages:
    return Stages(monkeypatch)


def params(tmp_path: Path, **sections: Any) -> Params:  # noqa: ANN401
    terms = tmp_path / "terms.txt"
    if not terms.exists():
        terms.write_text("sofa\ncouch\n")
    source = {"kind": "text", "path": str(terms)}
    return check_params({"ingest": {"sources": [source]}, **sections}, tmp_path)


def test_a_second_run_runs_nothing(tmp_path: Path, stages: Stages) -> None:
    assert run_all(params(tmp_path), tmp_path / "data").ran == BUSY
    again = run_all(params(tmp_path), tmp_path / "data")
    assert (again.ran, again.kept) == ((), BUSY)
    assert run_all(params(tmp_path), tmp_path / "data", force=True).ran == BUSY


def test_what_a_model_spares_is_not_shown(
    tmp_path: Path, stages: Stages, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []

    @contextmanager
    def line(planned: dict[str, float]) -> Iterator[WholeLine]:
        yield WholeLine(lambda text, *_, pressing: shown.append(text * pressing), planned)

    monkeypatch.setattr(whole_run, "whole_line", line)
    spared = ("augment", "adapt", "train")
    done = run_all(params(tmp_path, model="model"), tmp_path / "data")
    assert stages.take() == STAGES  # later stages read what they leave
    assert done.ran == tuple(stage for stage in STAGES if stage not in spared)
    numbered = enumerate(done.ran, 1)
    assert [x for x in shown if x] == [f"{n} of {len(done.ran)}: {stage}" for n, stage in numbered]
    again = run_all(params(tmp_path, model="model"), tmp_path / "data")
    assert (again.ran, again.kept) == ((), done.ran)


def test_a_killed_run_goes_on_where_it_was(tmp_path: Path, stages: Stages) -> None:
    stages.broken = "embed"
    with pytest.raises(KeyboardInterrupt):
        run_all(params(tmp_path), tmp_path / "data")
    before = stages.take()
    stages.broken = ""
    run_all(params(tmp_path), tmp_path / "data")
    assert before + stages.take() == STAGES


def test_what_changed_runs_and_what_depends_on_it(tmp_path: Path, stages: Stages) -> None:
    data = tmp_path / "data"
    run_all(params(tmp_path), data)
    stages.take()
    run_all(params(tmp_path, cluster={"gate": 0.8}), data)
    assert stages.take() == STAGES[STAGES.index("cluster") :]
    (tmp_path / "terms.txt").write_text("sofa\ncouch\nbed\n")
    run_all(params(tmp_path, cluster={"gate": 0.8}), data)
    assert stages.take() == STAGES


def test_an_artefact_that_is_gone_is_made_again(tmp_path: Path, stages: Stages) -> None:
    data = tmp_path / "data"
    run_all(params(tmp_path), data)
    stages.take()
    (data / "report" / "report.html").unlink()
    assert run_all(params(tmp_path), data).ran == ("report",)


def test_a_damaged_state_runs_all(tmp_path: Path, stages: Stages) -> None:
    run_all(params(tmp_path), tmp_path / "data")
    for text in ("{", "[]", '{"ingest": 3}'):
        (tmp_path / "data" / ".runs" / "whole_run.json").write_text(text)
        assert run_all(params(tmp_path), tmp_path / "data").ran == BUSY


def test_a_file_that_is_changed_while_it_is_read_is_read_again(
    tmp_path: Path, stages: Stages
) -> None:
    def edit(stage: str, _data: Path) -> None:
        if stage == "ingest":
            (tmp_path / "terms.txt").write_text("sofa\ncouch\nsettee\n")

    stages.meanwhile = edit
    run_all(params(tmp_path), tmp_path / "data")
    stages.meanwhile = lambda _stage, _data: None
    assert run_all(params(tmp_path), tmp_path / "data").ran == BUSY
    assert run_all(params(tmp_path), tmp_path / "data").ran == ()


def test_a_second_run_at_the_same_time_says_why_not(tmp_path: Path, stages: Stages) -> None:
    def run_too(_stage: str, data: Path) -> None:
        with pytest.raises(ArtefactError, match=f"another process is working on {data}"):
            run_all(params(tmp_path), data)

    stages.meanwhile = run_too
    assert run_all(params(tmp_path), tmp_path / "data").ran == BUSY


class TestTimeLeft:
    def line(self, monkeypatch: pytest.MonkeyPatch, **planned: float) -> WholeLine:
        self.now = 0.0
        monkeypatch.setattr("time.monotonic", lambda: self.now)
        self.shown: list[tuple[str, float, float]] = []

        def show(text: str, share: float, left_s: float, *, pressing: bool) -> None:
            del pressing
            self.shown.append((text, share, left_s))

        return WholeLine(show, planned)

    def test_the_plan_at_first_then_the_pace(self, monkeypatch: pytest.MonkeyPatch) -> None:
        line = self.line(monkeypatch, one=20.0, two=60.0)
        assert line.left_s() == 80
        with line.stage("one"):
            self.now = 10
            assert line.left_s() == 70
            self.now = 60
        # (60 + 20) / (20 + 20): twice as slow as planned
        assert line.left_s() == 120

    def test_the_work_under_way_tells_its_own_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        line = self.line(monkeypatch, one=20.0, two=10.0)
        with line.stage("one"), line.track("steps", 100) as advance:
            self.now = 30
            advance(25)
            assert line.left_s() == 30 / 25 * 75 + 10
        text, share, left_s = self.shown[-1]
        assert text == "1 of 2: one, steps 25 of 100"
        assert (share, left_s) == (30 / (30 + 100), 100)

    def test_in_words(self) -> None:
        seconds = (0, 7, 58, 60, 200, 3_600, 5_000)
        words = ["5 s", "5 s", "60 s", "1 min", "3 min", "1 h 0 min", "1 h 23 min"]
        assert [in_words(s) for s in seconds] == words
