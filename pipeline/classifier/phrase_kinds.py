"""What it says of two phrases how they differ: a correction for each kind of `lexicon.phrases`.

Vectors of phrases that share a word lie near one another, whatever the other words mean: of the
candidates judged .5 and more in four lists written by hand (`benchmarks/own_lists/`: hotels, shop,
skills, medicine) 28 % were synonyms where an unrelated word was exchanged, 28 % where one phrase
had further words, 0 of 19 where they were a role and its activity, 0 of 11 by an opposite, 8 of 8
by a synonym that a dictionary knows in any sense. So the odds of synonymy gain `SHIFTS`, a logistic
regression on these four lists with an intercept for each. Six are set by hand: same and initials,
above what was fitted (2.5), since all 48 such candidates in the seven lists are synonyms; slip and
number (too few); narrower, weaker than fitted (-1.7), for in lists of aliases (emoji, symptoms) the
longer name is mostly the same thing; and hypernym (four such candidates above .3 in the seven
lists, none of them synonyms).

Where one is nearly what a dictionary says of the other (`candidates.glossed`), the odds gain
`DEFINED`, so that .02 becomes .8, unless the two differ as `_DIFFERENT` says.

Lists differ. In one of job titles (8,335 terms, a dozen names for a job) pairs that share words are
synonyms as often as the judge says. There the shifts that speak against a pair are weakened, by

    strictness = 1 - min(1, s²)

with s the synonyms for each term that the list seems to have by the adjusted count
(`discriminator.elsewhere`) with all shifts in place: 1.0 for the titles, .07 to .41 for the four.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph.pipeline.classifier.kinds import judged_as, shifted
from nymgraph.pipeline.lexicon.phrases import PHRASE_KINDS, Phrases
from nymgraph.pipeline.schemas import RELATION_NAMES

__all__ = [
    "DEFINED",
    "SHIFTS",
    "corrected_phrases",
    "opposed_phrases",
    "phrase_kinds",
    "strictness_of",
]

SHIFTS = {
    "same": 4.5,
    "initials": 5.5,
    "slip": 5.0,
    "synonym": 3.7,
    "sibling": -1.8,
    "number": -3.0,
    "role": -3.2,
    "narrower": -1.2,
    "hypernym": -2.7,
    "changed": -1.1,
    "silent": -1.5,
}
DEFINED = 5.25
_UNLIKE = ("opposite", "sibling", "number", "role", "narrower", "hypernym")
_DIFFERENT = [PHRASE_KINDS.index(x) for x in _UNLIKE]
APART = (0.0, 0.9, 0.1)  # the probabilities of phrases that differ by an opposite
LEAST = 0.01  # pairs that are judged less likely synonyms are not compared
_P = [f"p_{name}" for name in RELATION_NAMES]


def phrase_kinds(
    phrases: Phrases, a: npt.NDArray[np.integer], b: npt.NDArray[np.integer]
) -> npt.NDArray[np.bool_]:
    """The kinds of pairs.

    Args:
        phrases: The terms.
        a: integer (n_pairs,), numbers of terms.
        b: integer (n_pairs,).

    Returns:
        bool (n_pairs, len(PHRASE_KINDS)); a pair has one kind at most.
    """
    kinds = [phrases.kind(x, y) for x, y in zip(a.tolist(), b.tolist(), strict=True)]
    return np.array([[kind == name for name in PHRASE_KINDS] for kind in kinds], np.bool_).reshape(
        len(kinds), len(PHRASE_KINDS)
    )


def strictness_of(synonyms_per_term: float) -> float:
    """How much it counts against a pair of a list that it shares words, 0 to 1."""
    return 1 - min(1.0, synonyms_per_term**2)


def corrected_phrases(
    judged: pl.DataFrame,
    phrases: Phrases,
    compared: npt.NDArray[np.bool_],
    glossed: npt.NDArray[np.bool_],
    strictness: float,
) -> pl.DataFrame:
    """Correct judgements by how the two terms differ.

    Args:
        judged: Columns a, b and the three probabilities, others too.
        phrases: The terms; a and b are their numbers.
        compared: bool (n_pairs,), which pairs are compared.
        glossed: bool (n_pairs,), whether one is nearly a definition of the other.
        strictness: From `strictness_of`.

    Returns:
        The same rows; pairs of opposite words are antonyms.
    """
    some = compared & ((judged["p_synonym"].to_numpy() >= LEAST) | glossed)
    rows = np.flatnonzero(some)
    kinds = phrase_kinds(phrases, *(judged[end].to_numpy()[rows] for end in ("a", "b")))
    probabilities = judged.select(_P).to_numpy().copy()
    gains = np.column_stack([kinds, glossed[rows] & ~kinds[:, _DIFFERENT].any(axis=1)])
    shifts = [*_shifts(strictness), DEFINED]
    probabilities[rows] = shifted(probabilities[rows], gains, shifts)
    opposed = np.zeros(judged.height, np.bool_)
    opposed[rows] = kinds[:, PHRASE_KINDS.index("opposite")]
    columns = {name: pl.Series(probabilities[:, place]) for place, name in enumerate(_P)}
    found = judged.with_columns(**columns)
    return judged_as(found, pl.Series(opposed), APART)


def opposed_phrases(judged: pl.DataFrame, phrases: Phrases) -> pl.DataFrame:
    """Take pairs that the classifier holds for synonyms, but that differ by an opposite, apart.

    Args:
        judged: Rows of RELATIONS.
        phrases: The terms; a and b are their numbers.

    Returns:
        The same rows.
    """
    model = judged["evidence"].cast(pl.String) == "model"
    asked = (model & (judged["p_synonym"] >= LEAST)).to_list()
    rows = zip(judged["a"].to_list(), judged["b"].to_list(), asked, strict=True)
    opposed = [which and phrases.kind(a, b) == "opposite" for a, b, which in rows]
    return judged_as(judged, pl.Series(opposed, dtype=pl.Boolean), APART)


def _shifts(strictness: float) -> Sequence[float]:
    every = (SHIFTS.get(name, 0.0) for name in PHRASE_KINDS)
    return [shift * strictness if shift < 0 else shift for shift in every]
