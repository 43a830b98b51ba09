"""Several dictionaries: how far each is trusted, who overrules whom, where they disagree."""

from pathlib import Path

import polars as pl
import pytest

from nymgraph.pipeline.errors import InputError, ParameterError
from nymgraph.pipeline.lexicon.dictionaries import read_inventory
from nymgraph.pipeline.lexicon.disagreements import disagreements
from nymgraph.pipeline.lexicon.evidence import evidence_of, overridden
from nymgraph.pipeline.lexicon.relations import (
    claims_of_inventory,
    claims_of_table,
    resolve,
)
from nymgraph.pipeline.settings.params import PairTable, ThesaurusSource, check_params

CURATED = "hot,cold,antonym\nup,down,antonym\nbig,large,synonym\nopen,shut,antonym\n"
LOOSE = "hot,cold,synonym\nup,down,synonym\nbig,small,synonym\nfire,ice,synonym\n"
HEAD = "term,synonym,relation\n"


def claims(folder: Path, *dictionaries: tuple[str, float]) -> pl.DataFrame:
    """Claims of thesauri in this order: rows and trust of each."""
    found = []
    for place, (rows, trust) in enumerate(dictionaries):
        path = folder / f"d{place}.csv"
        head = HEAD if rows.split("\n")[0].count(",") == 2 else "term,synonym,relation,confidence\n"
        path.write_text(head + rows, "utf-8")
        source = ThesaurusSource(kind="thesaurus", path=path, trust=trust)
        found.append(claims_of_inventory(read_inventory(source, "en"), 1, 0, place))
    return pl.concat(found)


def kept(found: pl.DataFrame) -> dict[tuple[str, str], tuple[str, float]]:
    terms = pl.concat([found["term_a"], found["term_b"]]).unique()
    rows = resolve(found, terms)[0].select("term_a", "term_b", "relation", "confidence")
    return {(a, b): (relation, round(sure, 2)) for a, b, relation, sure in rows.iter_rows()}


@pytest.mark.parametrize(
    ("first", "second", "relation"),
    [
        ((CURATED, 1.0), (LOOSE, 0.6), "antonym"),
        ((LOOSE, 0.6), (CURATED, 1.0), "antonym"),  # trust goes before the order
        ((LOOSE, 0.9), (CURATED, 0.95), "antonym"),
        ((LOOSE, 0.9), (CURATED, 0.8), "synonym"),
        ((CURATED, 0.9), (LOOSE, 0.9), "antonym"),  # among equals the first in the list
        ((LOOSE, 0.9), (CURATED, 0.9), "synonym"),
    ],
)
def test_who_is_trusted_more_overrules(
    tmp_path: Path, first: tuple[str, float], second: tuple[str, float], relation: str
) -> None:
    found = kept(claims(tmp_path, first, second))
    sure = {"antonym": dict([first, second])[CURATED], "synonym": dict([first, second])[LOOSE]}
    for pair in (("cold", "hot"), ("down", "up")):
        assert found[pair] == (relation, sure[relation])
    assert found["fire", "ice"] == ("synonym", sure["synonym"])  # where nobody objects


def test_a_dictionary_that_contradicts_itself_is_not_heard(tmp_path: Path) -> None:
    assert kept(claims(tmp_path, (CURATED + "hot,cold,synonym\n", 1.0))).keys() == {
        ("down", "up"),
        ("big", "large"),
        ("open", "shut"),
    }


def test_rows_have_a_confidence_of_their_own(tmp_path: Path) -> None:
    rows = "hot,cold,synonym,0.5\nbig,large,synonym,1\nhot,cold,antonym,0.75\n"
    assert kept(claims(tmp_path, (rows, 0.8))) == {
        ("cold", "hot"): ("antonym", 0.6),
        ("big", "large"): ("synonym", 0.8),
    }


@pytest.mark.parametrize("given", ["2", "-1", "sure"])
def test_a_confidence_that_is_none_is_refused(tmp_path: Path, given: str) -> None:
    with pytest.raises(InputError, match="row 1 has no valid confidence"):
        claims(tmp_path, (f"hot,cold,synonym,{given}\n", 1.0))


@pytest.mark.parametrize("trust", [0, 1.5, -1, "much"])
def test_a_trust_is_above_0_and_at_most_1(trust: object) -> None:
    sources = [{"kind": "wordnet", "trust": trust}]
    with pytest.raises(ParameterError, match="trust"):
        check_params({"label": {"dictionaries": sources}}, Path("params.yaml"))


def test_a_table_is_trusted_too(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("term_a,term_b,relation,confidence\nhot,cold,antonym,0.5\n", "utf-8")
    found = claims_of_table(PairTable(path=path, trust=0.5))
    assert found["confidence"].to_list() == [0.25]


def test_disagreements_are_counted_for_each_pair_of_sources(tmp_path: Path) -> None:
    found = claims(tmp_path, (CURATED, 1.0), (LOOSE, 0.6), ("hot,cold,antonym\n", 0.6))
    pairs, conflicts = resolve(found, pl.concat([found["term_a"], found["term_b"]]).unique())
    assert disagreements(found, pairs).rows() == [
        ("d1.csv", "d0.csv", 2, 0, 2, 0),
        ("d1.csv", "d2.csv", 1, 0, 1, 0),
    ]
    assert conflicts.select("term_a", "kept", "reason").rows() == [
        ("cold", "antonym", "more_trusted"),
        ("down", "antonym", "more_trusted"),
    ]


@pytest.mark.parametrize(
    ("trust", "judged", "expected"),
    [(1.0, 0.1, 1.0), (0.6, 0.1, 0.64), (0.6, 0.9, 0.96), (0.2, 0, 0.2)],
)
def test_evidence_weighs_what_it_is_trusted_the_judge_the_rest(
    trust: float, judged: float, expected: float
) -> None:
    row = (0, 1, "synonym", ["d"], trust, 1.0, 1.0, 1.0)
    names = ("a", "b", "relation", "sources", "confidence", "dominance_a", "dominance_b",
             "shared_use")  # fmt: skip
    known = evidence_of(pl.DataFrame([row], names, orient="row"))
    rest = (1 - judged) / 2
    pair = pl.DataFrame({"a": [0], "b": [1], "p_synonym": [float(judged)], "p_antonym": [rest],
                         "p_co_hyponym": [rest]})  # fmt: skip
    found = overridden(pair, known)
    assert found["p_synonym"][0] == pytest.approx(expected)
    assert found.select(pl.sum_horizontal("^p_.*$")).item() == pytest.approx(1)
    assert overridden(found, known).equals(found)  # told twice, it stays as it is
