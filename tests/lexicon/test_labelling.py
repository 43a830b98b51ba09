"""Labelled pairs over the lexicon and extra terms: numbers, splits, who is held out together."""

import polars as pl

from nymgraph.pipeline.lexicon.labelling import Labelled, extra_terms, split_labelled

NO_TWINS = pl.DataFrame(schema={"claimed": pl.String, "term": pl.String})


def labelled(
    lexicon: list[str],
    rows: list[tuple[str, str, str]],
    twins: pl.DataFrame = NO_TWINS,
    fractions: tuple[float, float] = (0.0, 0.0),
    seed: int = 0,
) -> Labelled:
    pairs = pl.DataFrame(rows, ["term_a", "term_b", "relation"], orient="row")
    pairs = pairs.with_columns(sources=pl.lit(["x"]), dominance_a=0.25, dominance_b=0.75)
    terms = pl.DataFrame({"term": lexicon}).with_row_index("term_id")
    extra = extra_terms(pairs, terms["term"])
    return split_labelled(pairs, terms.select("term_id", "term"), extra, twins, fractions, seed)


def test_extra_terms_are_numbered_behind_the_lexicon() -> None:
    found = labelled(["cold", "hot"], [("cold", "hot", "antonym"), ("acid", "hot", "synonym")])
    assert found.pairs.select("a", "b").rows() == [(0, 1)]
    assert found.extra_terms.rows() == [(2, "acid", "train")]
    row = found.extra_pairs.row(0, named=True)
    assert (row["a"], row["b"], row["term_a"], row["term_b"]) == (1, 2, "hot", "acid")
    assert (row["dominance_a"], row["dominance_b"]) == (0.75, 0.25)
    assert found.held_out.is_empty()


def test_what_is_no_term_is_not_extra() -> None:
    claims = pl.DataFrame({"term_a": ["hot", "--"], "term_b": ["warm", "x"]})
    assert extra_terms(claims, pl.Series(["hot"])).to_list() == ["warm", "x"]


def test_spellings_of_one_term_are_held_out_together() -> None:
    """Sofa and Sofas were both met by sofa: one learner's term."""
    twins = pl.DataFrame({"claimed": ["sofa"] * 2, "term": ["Sofa", "Sofas"]})
    rows = [("Sofa", f"x{n}", "synonym") for n in range(3)]
    rows += [("Sofas", f"x{n}", "synonym") for n in range(3)]
    seen = set()
    for seed in range(12):
        found = labelled(["Sofa", "Sofas"], rows, twins, (0.3, 0.3), seed)
        held = dict(found.held_out.select("term", "split").rows())
        assert held.get("Sofa") == held.get("Sofas")
        seen.add(held.get("Sofa"))
    assert len(seen) == 3  # each split occurs


def test_held_out_pairs_touch_no_training_term_pair() -> None:
    rows = [(f"a{n:02}", f"b{n:02}", "synonym") for n in range(40)]
    found = labelled([f"a{n:02}" for n in range(40)], rows, fractions=(0.3, 0.3))
    held = {*found.held_out["term"]} | {
        *found.extra_terms.filter(pl.col("split") != "train")["term"]
    }
    train = found.extra_pairs.filter(pl.col("split") == "train")
    assert held
    assert train.height
    assert not held & {*train["term_a"], *train["term_b"]}
