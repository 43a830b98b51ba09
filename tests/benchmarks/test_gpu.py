"""The script for graphics cards runs its paths, all of them, on a processor too."""

import json
from pathlib import Path

import pytest

from benchmarks.gpu import TINY, Figure, as_line, main, measure

EXPECTED = {
    "product of matrices",
    "copying in memory",
    "embed, MiniLM",
    "embed, random, the size of e5-large",
    "exact, 2,000 x 16",
    "ivf int8, 2,000 x 16",
    "ivf fp16, 2,000 x 16",
    "exact, 2,000 x 24",
    "ivf int8, 2,000 x 24",
    "ivf fp16, 2,000 x 24",
    "head, with spellings",
    "cross-encoder, MiniLM",
    "cross-encoder, random, the size of e5-large",
}


def test_every_path_is_measured(tmp_path: Path) -> None:
    found = {figure.what: figure for figure in measure("cpu", TINY, tmp_path)}
    assert set(found) == EXPECTED
    assert all(figure.rate > 0 for figure in found.values())
    shares = {what: figure.share for what, figure in found.items() if "ivf" not in what}
    assert all(0 < share < float("inf") for share in shares.values())  # how much is for the card
    assert "recall@32 1.000" in found["exact, 2,000 x 16"].note


def test_the_figures_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = Figure("embed", 1234.5, "terms/s", 2.0, 0.25, "products", "bfloat16")
    monkeypatch.setattr("benchmarks.gpu.measure", lambda *_: iter([one]))
    path = tmp_path / "gpu.json"
    monkeypatch.setattr("sys.argv", ["gpu", "--device", "cpu", "--tiny", "--json", str(path)])
    main()
    assert json.loads(path.read_text("utf-8"))[0]["rate"] == 1234.5
    line = "embed: 1,234 terms/s; 25.0% of the limit (products); bfloat16"
    assert as_line(one) == line
