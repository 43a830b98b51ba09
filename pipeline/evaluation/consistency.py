"""Whether a judgement survives what should not matter, and sees what should.

*Consistency*: a pair is judged again with its terms swapped, and with one of them written in
another case, with a hyphen for a space, or inflected (`lexicon.variants`). An inflected form is
judged twice: as its lemma, as a run does that sets forms aside (`ingest.variants.method: group`),
and as a term of its own (`keep`). *Polarity*: opposites must not pass as synonyms, neither those of
a dictionary nor the affix negations of synonyms (of happy and glad: unhappy beside glad).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph.discriminator import ANTONYM, SYNONYM, PairClassifier
from nymgraph.pipeline.classifier.judges import TermJudge
from nymgraph.pipeline.lexicon.hashing import stable_hashes
from nymgraph.pipeline.lexicon.inflection import find_variants
from nymgraph.pipeline.lexicon.variants import KINDS, negations, variant

__all__ = [
    "consistency",
    "judged_polarity",
    "negation_pairs",
    "polarity",
    "possible_negations",
    "sample_rows",
]

Pair = tuple[str, str]


def sample_rows(pairs: pl.DataFrame, n_pairs: int, seed: int) -> pl.DataFrame:
    """A seeded sample of pairs that does not depend on the rest of the table: the least hashes.

    Args:
        pairs: Columns term_a, term_b and others.
        n_pairs: Number wanted; fewer come back when there are fewer.
        seed: Seed of the draw.

    Returns:
        The rows, in the order of the table.
    """
    names = zip(pairs["term_a"], pairs["term_b"], strict=True)
    order = np.argsort(stable_hashes(f"{seed}:{a}\0{b}" for a, b in names), kind="stable")
    return pairs[np.sort(order[:n_pairs])]


def consistency(
    pairs: pl.DataFrame, judge: TermJudge, lexicon: Sequence[str], language: str
) -> dict[str, dict[str, Any]]:
    """How often a judgement changes, by kind of change; one term is changed at a time.

    Args:
        pairs: Columns term_a, term_b, pos.
        judge: The classifier, on spellings.
        lexicon: The terms of the lexicon, among which forms find their lemmas.
        language: Language code of the lexicon.

    Returns:
        For `order`, each kind of KINDS that the rules could make, and `inflection_as_term`: tests,
        the share of tests whose most probable relation changed, and the mean absolute change of
        p_synonym.
    """
    tests: dict[str, list[tuple[int, Pair]]] = {
        "order": [(row, (b, a)) for row, (a, b) in enumerate(_names(pairs))],
        **{kind: list(_changed(pairs, kind, language)) for kind in KINDS},
    }
    tests["inflection_as_term"] = inflected = tests["inflection"]
    lemma = _lemmas({term for _, pair in inflected for term in pair}, lexicon, language)
    tests["inflection"] = [(row, (lemma(a), lemma(b))) for row, (a, b) in inflected]
    flat = [test for kind in tests.values() for test in kind]
    asked = [*_names(pairs), *(pair for _, pair in flat)]
    judged = judge([a for a, _ in asked], [b for _, b in asked])
    before, after = judged[: pairs.height], judged[pairs.height :]
    figures, start = {}, 0
    for kind, made in tests.items():
        rows = np.array([row for row, _ in made], dtype=np.int64)
        if made:
            figures[kind] = _change(before[rows], after[start : start + len(made)])
        start += len(made)
    return figures


def polarity(
    antonyms: npt.NDArray[np.float32],
    negated: npt.NDArray[np.float32],
    known: npt.NDArray[np.bool_],
) -> dict[str, dict[str, float]]:
    """How pairs of opposites are judged.

    Args:
        antonyms: float32 (n, 3), judgements of dictionary antonyms.
        negated: float32 (m, 3), judgements of synonyms with one of them negated.
        known: bool (m,), whether a dictionary, too, calls the negated term an antonym; of the
            others it only does not say that they are synonyms.

    Returns:
        For each group that has pairs: their number and the shares judged antonym and synonym.
    """
    groups = {
        "dictionary_antonyms": antonyms,
        "negated_synonyms": negated,
        "negated_synonyms_known_antonyms": negated[known],
    }
    return {
        name: {
            "pairs": len(judged),
            "judged_antonym": float(np.mean(judged.argmax(axis=1) == ANTONYM)),
            "judged_synonym": float(np.mean(judged.argmax(axis=1) == SYNONYM)),
        }
        for name, judged in groups.items()
        if len(judged)
    }


def possible_negations(synonyms: pl.DataFrame, language: str) -> pl.DataFrame:
    """Synonym pairs with either term negated, as the rules make them, words or not.

    Args:
        synonyms: Columns term_a, term_b: synonyms.
        language: Language code of the lexicon.

    Returns:
        Columns kept, base (the pair), negated (of base); spellings, each row once.
    """
    rows = [
        (kept, base, form)
        for a, b in _names(synonyms)
        for kept, base in ((a, b), (b, a))
        for form in negations(base, language)
        if form != kept
    ]
    schema = {"kept": pl.String, "base": pl.String, "negated": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row").unique().sort("kept", "base", "negated")


def negation_pairs(
    possible: pl.DataFrame, ids: Mapping[str, int], labelled: pl.DataFrame
) -> pl.DataFrame:
    """Those that the lexicon holds, and where the dictionaries know no synonymy.

    Args:
        possible: Columns kept, base, negated.
        ids: The term_id of each of these that is a term.
        labelled: The table PAIRS.

    Returns:
        Columns a, b (term ids of kept and negated, a < b, each pair once), known_antonym: whether a
        dictionary has the negated term as antonym of the base or of the kept term.
    """
    found = possible.filter(pl.col("negated").is_in(list(ids)))
    words = found["negated"].unique().implode()
    said_of = labelled.filter(pl.col("term_a").is_in(words) | pl.col("term_b").is_in(words))
    known = {(a, b): name for a, b, name in said_of.select("term_a", "term_b", "relation").rows()}
    rows: dict[tuple[int, int], bool] = {}
    for kept, base, negated in found.rows():
        said = {known.get((min(x, negated), max(x, negated))) for x in (kept, base)}
        if "synonym" not in said:
            pair = (min(ids[kept], ids[negated]), max(ids[kept], ids[negated]))
            rows[pair] = rows.get(pair, False) or "antonym" in said
    schema = {"a": pl.UInt32, "b": pl.UInt32, "known_antonym": pl.Boolean}
    ordered = [(*pair, antonym) for pair, antonym in sorted(rows.items())]
    return pl.DataFrame(ordered, schema=schema, orient="row")


def judged_polarity(
    classifier: PairClassifier, antonyms: pl.DataFrame, negated: pl.DataFrame
) -> dict[str, dict[str, float]]:
    """`polarity` of pairs given as term ids (columns a, b; known_antonym in the second)."""
    one, other = (
        classifier.judge(*(rows[end].to_numpy().astype(np.int64) for end in ("a", "b")))
        for rows in (antonyms, negated)
    )
    return polarity(one, other, negated["known_antonym"].to_numpy().astype(bool))


def _names(pairs: pl.DataFrame) -> list[Pair]:
    names: list[Pair] = pairs.select("term_a", "term_b").rows()
    return names


def _changed(pairs: pl.DataFrame, kind: str, language: str) -> Iterator[tuple[int, Pair]]:
    """Each pair with its first or second term changed, where the rules know how."""
    for row, ((a, b), pos) in enumerate(zip(_names(pairs), pairs["pos"], strict=True)):
        if (made := variant(a, kind, language, pos)) not in (None, b):
            yield row, (made or "", b)
        if (made := variant(b, kind, language, pos)) not in (None, a):
            yield row, (a, made or "")


def _lemmas(forms: set[str], lexicon: Sequence[str], language: str) -> Callable[[str], str]:
    """The term that a run judges in the place of a word: its lemma or itself."""
    found = find_variants(sorted({*lexicon, *forms}), language, lexicon)
    return lambda term: found.get(term, term)


def _change(before: npt.NDArray[np.float32], after: npt.NDArray[np.float32]) -> dict[str, Any]:
    moved = np.abs(before[:, SYNONYM].astype(np.float64) - after[:, SYNONYM])
    return {
        "tests": len(before),
        "changed": float(np.mean(before.argmax(axis=1) != after.argmax(axis=1))),
        "mean_change_of_p_synonym": float(moved.mean()),
    }
