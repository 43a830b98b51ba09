"""What a cluster is called: the commonest clean word."""

import polars as pl
import pytest

from nymgraph.pipeline.clusters.calling import called
from nymgraph.pipeline.schemas import CLUSTERS, RELEASED_SENSES

# members with use and, where the dictionary has them in the cluster, share; the central one; name
CASES = [
    ({"accelerated": 1, "fast": 90, "speedy": 4}, "accelerated", "fast"),
    ({"Canis familiaris": 0.1, "dog": 60, "domestic dog": 0.1}, "Canis familiaris", "dog"),
    ({"MD": 50, "Dr.": 90, "doctor": 40, "physician": 30}, "MD", "doctor"),
    ({"bad": 90, "lousy": 3, "shitty": 2}, "shitty", "bad"),
    ({"Be": 90, "beryllium": 0.1, "glucinium": 0.1}, "Be", "beryllium"),
    ({"Hoth": 9, "glacial": 1, "icy": 5}, "Hoth", "icy"),
    ({"Lawrence Durrell": 0.1, "Durrell": 0.4}, "Lawrence Durrell", "Lawrence Durrell"),
    ({"Holland": 3, "Netherlands": 8, "Kingdom of The Netherlands": 0.1}, "Holland", "Netherlands"),
    ({"43": 0.1, "forty-three": 0.1, "xliii": 0.1}, "xliii", "forty-three"),
    ({"mix": 8, "blend": 5}, "blend", "mix"),
    ({"moving staircase": 0.1, "escalator": 0.1}, "moving staircase", "escalator"),
    ({"large": 30, "big": 50, "Brobdingnagian": 0.1}, "Brobdingnagian", "big"),
    ({"O2": 90, "oxygen": 10}, "O2", "oxygen"),
]
SHITTY = ("shitty", "crappy")


def name_of(
    members: dict[str, float], central: str, shares: dict[str, float] | None = None,
    frequency: dict[str, float] | None = None,
) -> str:  # fmt: skip
    """The name of one cluster; `shares` of the terms whose senses are known."""
    terms = sorted(members)
    row = (1, central, len(terms), terms, 0.5)
    clusters = pl.DataFrame([row], schema=CLUSTERS.schema, orient="row")
    senses = RELEASED_SENSES.empty()
    if shares:
        rows = [
            (terms.index(term), 1, share, 0.0, "counts", "", "", [], [], [], 1 if share else None)
            for term, share in sorted(shares.items())
        ]
        senses = pl.DataFrame(rows, schema=RELEASED_SENSES.schema, orient="row")
    known = pl.Series([(frequency or {}).get(term) for term in terms], dtype=pl.Float64)
    frame = pl.DataFrame({"term": terms, "frequency": known})
    uses = pl.Series([float(members[term]) for term in terms])
    marked = pl.Series([i for i, term in enumerate(terms) if term in SHITTY], dtype=pl.UInt32)
    return str(called(clusters, senses, uses, frame, marked)["representative"][0])


@pytest.mark.parametrize(("members", "central", "name"), CASES)
def test_the_commonest_clean_word(members: dict[str, float], central: str, name: str) -> None:
    assert name_of(members, central) == name


def test_use_counts_as_far_as_it_lies_in_the_cluster() -> None:
    members = {"break": 900.0, "come apart": 2.0, "fall apart": 3.0}
    shares = {"break": 0.001, "come apart": 0.9, "fall apart": 0.8}
    assert name_of(members, "break", shares) == "fall apart"
    assert name_of(members, "break", {**shares, "break": 0.0}) == "break"  # 900 * .01 > 3 * .8
    assert name_of({**members, "break": 90.0}, "break", {**shares, "break": 0.0}) == "fall apart"


def test_the_frequencies_of_a_lexicon_go_before_the_counts_of_a_dictionary() -> None:
    members = {"couch": 9.0, "sofa": 1.0}
    assert name_of(members, "couch", frequency={"couch": 3, "sofa": 70}) == "sofa"


def test_among_equals_the_central_one() -> None:
    assert name_of({"antipode": 1, "antipodal": 1, "antipodes": 1}, "antipodal") == "antipodal"
    assert name_of({"shitty": 9, "crappy": 1}, "crappy") == "shitty"  # where there is no other
