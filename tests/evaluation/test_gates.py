import polars as pl
import pytest

from nymgraph.pipeline.evaluation.gates import gate_curve
from nymgraph.pipeline.schemas import HELD_OUT

# terms 0 to 5 are held out for test, 6 for validation, 7 is free
HELD = HELD_OUT.conform(
    pl.DataFrame(
        [(n, str(n), "test") for n in range(6)] + [(6, "6", "validation")],
        schema=list(HELD_OUT.schema),
        orient="row",
    )
)
PAIRS = pl.DataFrame(
    [
        (0, 1, "synonym"),
        (1, 2, "synonym"),
        (3, 5, "synonym"),
        (0, 2, "antonym"),
        (1, 4, "antonym"),
        (2, 3, "co_hyponym"),
        (0, 6, "synonym"),  # not within test
        (5, 7, "antonym"),  # not within test
    ],
    schema={"a": pl.UInt32, "b": pl.UInt32, "relation": pl.String},
    orient="row",
)
JUDGED = pl.DataFrame(
    [
        (0, 1, 0.9, 0.0),
        (1, 2, 0.6, 0.1),
        (0, 2, 0.8, 0.1),  # an antonym judged a synonym
        (3, 4, 0.75, 0.0),  # in no dictionary
        (1, 4, 0.1, 0.8),
        (1, 3, 0.0, 0.9),  # in no dictionary
    ],
    schema={"a": pl.UInt32, "b": pl.UInt32, "p_synonym": pl.Float32, "p_antonym": pl.Float32},
    orient="row",
)


def test_the_curve_by_hand() -> None:
    curve = gate_curve(JUDGED, PAIRS, HELD, (0.5, 0.7, 0.95))
    assert curve.rows(named=True) == [
        {
            "gate": 0.5,
            "passed": 4,
            "synonym_precision": 2 / 4,  # (0,1) (1,2) of (0,1) (1,2) (0,2) (3,4)
            "synonym_recall": 2 / 3,  # (3,5) is no candidate
            "synonym_f05": 1.25 * (2 / 4) * (2 / 3) / (0.25 * (2 / 4) + 2 / 3),
            "antonym_precision": 1 / 2,  # (1,4) of (1,4) (1,3)
            "antonym_recall": 1 / 2,  # (0,2) is judged a synonym
            "antonyms_judged_synonym": 1 / 2,
            "antonyms_among_passed": 1 / 4,
        },
        {
            "gate": 0.7,
            "passed": 3,
            "synonym_precision": 1 / 3,
            "synonym_recall": 1 / 3,
            "synonym_f05": pytest.approx(1 / 3),
            "antonym_precision": 1 / 2,
            "antonym_recall": 1 / 2,
            "antonyms_judged_synonym": 1 / 2,
            "antonyms_among_passed": 1 / 3,
        },
        {
            "gate": 0.95,
            "passed": 0,
            "synonym_precision": 0.0,
            "synonym_recall": 0.0,
            "synonym_f05": 0.0,
            "antonym_precision": 0.0,
            "antonym_recall": 0.0,
            "antonyms_judged_synonym": 0.0,
            "antonyms_among_passed": 0.0,
        },
    ]


@pytest.mark.parametrize("gate", [0.6, 0.75, 0.8, 0.9])
def test_a_probability_at_the_gate_passes(gate: float) -> None:
    # 0.6, 0.8 and 0.9 have no exact form, and those of float32 differ from those of float64
    at, above = gate_curve(JUDGED, PAIRS, HELD, (gate, gate + 1e-4)).rows(named=True)
    assert at != {**above, "gate": gate}


def test_nothing_judged_and_nothing_known() -> None:
    for judged, pairs in ((JUDGED.clear(), PAIRS), (JUDGED, PAIRS.clear())):
        (row,) = gate_curve(judged, pairs, HELD, (0.5,)).rows(named=True)
        assert row.pop("gate") == 0.5
        assert row.pop("passed") == judged.filter(pl.col("p_synonym") >= 0.5).height
        assert set(row.values()) == {0.0}


def test_recall_falls_as_the_gate_rises() -> None:
    gates = tuple(gate / 20 for gate in range(21))
    curve = gate_curve(JUDGED, PAIRS, HELD, gates)
    for name in ("synonym_recall", "antonym_recall", "antonyms_judged_synonym"):
        assert curve[name].is_sorted(descending=True)
