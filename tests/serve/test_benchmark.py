"""The load of the benchmark: open, seeded, about terms that are there."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np

from benchmarks.serve import SHARES, make_plan
from tests.store.small_export import small_frames, write_export


def test_the_plan_is_open_seeded_and_of_known_terms(tmp_path: Path) -> None:
    folder = write_export(tmp_path / "export", small_frames())
    plan = make_plan(folder, rate=100, seconds=20, seed=3)
    assert plan == make_plan(folder, rate=100, seconds=20, seed=3)
    gaps = np.diff([request.due for request in plan])
    assert 1_800 < len(plan) < 2_200
    assert gaps.min() >= 0
    assert 0.8 < gaps.std() / gaps.mean() < 1.2  # as of a Poisson process, not of a clock
    shares = {kind: sum(r.kind == kind for r in plan) / len(plan) for kind in SHARES}
    assert all(abs(shares[kind] - share) < 0.05 for kind, share in SHARES.items())
    (term,) = parse_qs(urlsplit(next(r.target for r in plan if r.kind == "term")).query)["term"]
    assert term in small_frames_terms()


def small_frames_terms() -> set[str]:
    from nymgraph.pipeline.schemas import EXPORTED_TERMS

    return set(small_frames()[EXPORTED_TERMS]["term"])
