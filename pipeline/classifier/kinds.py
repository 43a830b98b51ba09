"""Kinds of candidates that encoder and head judge too well: a correction for each.

Both ignore case, and shared letters look to them like shared meaning: *Te* and *tent*, *Tunney* and
*tunny*, *At* and *at*. Of the model's synonym edges on held-out terms of WordNet 52 % are right,
but 9 % where the terms differ in case alone, 18 % where one has three letters or less or is all
capitals, 6 % where one of the two has a capital, 78 % where both have, 10 % of those found by
spelling alone. So the odds of synonymy of a pair gain

    ln odds' = ln odds + Σ shift_k over the kinds k of the pair,

where the shifts are a logistic regression (offset: the ln odds, with an intercept that is dropped)
on the candidates of validation terms with odds of 3 to 7 and better: shift_k ~ N(PRIOR_k, 1), the
prior being what WordNet gave. Without held-out pairs the prior stands. Of the first four kinds a
pair has at most one, the first that fits. Where most terms have a capital, capitals mean nothing.

What a dictionary keeps apart is apart: two terms that differ in case alone, both of which it
lists, are no synonyms unless it says so (*Be* and *be*; not *Wagon*, if it lists *wagon* alone).
Nor are two terms that it knows in no common part of speech (*cheap, cheap money*; *noisy, noise*):
of 1,177 such edges of the model at the gate, on validation terms of WordNet, none was right, of the
other 8,229 55 %. For a held-out term this reads its part of speech in the dictionary, no relation.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph.pipeline.lexicon.normalise import look_up_key
from nymgraph.pipeline.lexicon.spelled import with_capitals
from nymgraph.pipeline.schemas import RELATION_NAMES, SENSES, TERMS
from nymgraph.pipeline.storage.artefacts import Workspace

__all__ = [
    "KINDS",
    "PRIOR",
    "Spelled",
    "fit_shifts",
    "gained",
    "judged_as",
    "kept_apart",
    "listed_terms",
    "ln_odds",
    "shifted",
    "spelled_terms",
]

KINDS = ("case", "short", "one_capital", "both_capital", "by_spelling")
PRIOR = (-3.7, -0.4, -2.2, 0.9, -1.4)
LEAST = 0.3
_SHORT = 3
_SPEECH = ("noun", "verb", "adjective", "adverb")
_CLIP = 1e-6
_STEPS = 30


class Spelled(NamedTuple):
    """The properties of terms that decide the kind of a pair.

    Attributes:
        key: int32 (n_terms,), equal for terms that differ in case alone.
        short: bool (n_terms,), three letters or digits or less, or all capitals.
        capital: bool (n_terms,), with a capital somewhere; False for all where most terms have one.
        speech: uint8 (n_terms,), a bit for each part of speech in which a dictionary knows the
            term; 0 where it is not known.
    """

    key: npt.NDArray[np.int32]
    short: npt.NDArray[np.bool_]
    capital: npt.NDArray[np.bool_]
    speech: npt.NDArray[np.uint8]

    @classmethod
    def of(cls, terms: Sequence[str], keys: pl.Series, senses: pl.DataFrame) -> "Spelled":
        """Look at the terms of a lexicon.

        Args:
            terms: The terms.
            keys: Their look-up keys.
            senses: Columns term_id, pos of their senses.

        Returns:
            What there is to see.
        """
        capital = with_capitals(terms)
        short = np.array([_is_short(term) for term in terms], np.bool_)
        speech = np.zeros(len(terms), np.uint8)
        for place, name in enumerate(_SPEECH):
            speech[senses.filter(pl.col("pos") == name)["term_id"].to_numpy()] |= 1 << place
        return cls(keys.rank("dense").cast(pl.Int32).to_numpy(), short, capital, speech)

    def of_words(
        self, words: Sequence[str], terms: npt.NDArray[np.int64], language: str
    ) -> "Spelled":
        """Look at some words, terms of the lexicon or not.

        Args:
            words: n_words words.
            terms: int64 (n_words,), the term_id of each; -1 where it is none.
            language: Their language code.

        Returns:
            What there is to see of them; of one that is no term no part of speech.
        """
        keys = pl.Series([look_up_key(word, language) for word in words], dtype=pl.String)
        nothing = pl.DataFrame(schema={"term_id": pl.UInt32, "pos": pl.String})
        seen, known = Spelled.of(words, keys, nothing), terms >= 0
        capital = np.array([word != word.lower() for word in words], np.bool_)
        capital &= self.capital.any()  # where most terms have one, capitals mean nothing
        speech = np.where(known, self.speech[terms], 0).astype(np.uint8)
        return seen._replace(capital=capital, speech=speech)

    def kinds(self, pairs: pl.DataFrame) -> npt.NDArray[np.bool_]:
        """The kinds of candidates.

        Args:
            pairs: Columns a, b (term ids), route; a term beside itself is of no kind.

        Returns:
            bool (n_pairs, len(KINDS)).
        """
        a, b = pairs["a"].to_numpy(), pairs["b"].to_numpy()
        case = (self.key[a] == self.key[b]) & (a != b)
        other = self.key[a] != self.key[b]
        short = other & (self.short[a] | self.short[b])
        one, both = self.capital[a] != self.capital[b], self.capital[a] & self.capital[b]
        rest = other & ~short
        spelling = (pairs["route"].cast(pl.String) == "surface").to_numpy()
        return np.column_stack([case, short, rest & one, rest & both, spelling])


def spelled_terms(workspace: Workspace) -> Spelled:
    """The spelled terms of a run."""
    terms = workspace.read(TERMS, ["term", "key"])
    senses = workspace.read(SENSES, ["term_id", "pos"])
    return Spelled.of(terms["term"].to_list(), terms["key"], senses)


def listed_terms(evidence: pl.DataFrame, n_terms: int) -> npt.NDArray[np.bool_]:
    """The terms that stand in a known pair: bool (n_terms,)."""
    listed = np.zeros(n_terms, np.bool_)
    for end in ("a", "b"):
        listed[evidence[end].to_numpy()] = True
    return listed


def fit_shifts(
    p_synonym: npt.NDArray[np.floating],
    synonym: npt.NDArray[np.bool_],
    kinds: npt.NDArray[np.bool_],
) -> tuple[float, ...]:
    """Fit the shifts on held-out candidates, those below LEAST left out.

    Args:
        p_synonym: any float (n_pairs,), as the model judges them.
        synonym: bool (n_pairs,), whether a dictionary calls them so.
        kinds: bool (n_pairs, len(KINDS)).

    Returns:
        A shift for each kind, in nats; PRIOR where nothing is known.
    """
    used = p_synonym >= LEAST
    if not synonym[used].any():
        return PRIOR
    offset = ln_odds(p_synonym[used])
    x = np.column_stack([np.ones(len(offset)), kinds[used]]).astype(np.float64)
    prior, precision = np.array([0.0, *PRIOR]), np.array([0.0, *([1.0] * len(KINDS))])
    shifts = prior.copy()
    for _ in range(_STEPS):  # Newton; the loss is convex
        q = 1 / (1 + np.exp(-(offset + x @ shifts)))
        gradient = x.T @ (synonym[used] - q) - precision * (shifts - prior)
        hessian = (x * (q * (1 - q))[:, None]).T @ x + np.diag(precision + 1e-9)
        shifts += np.linalg.solve(hessian, gradient)
    return tuple(shifts[1:].tolist())


def shifted(
    judged: npt.NDArray[np.float32], kinds: npt.NDArray[np.bool_], shifts: Sequence[float]
) -> npt.NDArray[np.float32]:
    """Correct judgements by the kinds of their pairs.

    Args:
        judged: float32 (n_pairs, 3), probabilities in the order of RELATION_NAMES.
        kinds: bool (n_pairs, len(KINDS)).
        shifts: From `fit_shifts`.

    Returns:
        float32 (n_pairs, 3), rows sum to 1; pairs of no kind are as they were.
    """
    found, some = judged.copy(), kinds.any(axis=1)
    found[some] = gained(judged[some], kinds[some] @ np.array(shifts))
    return found


def gained(
    judged: npt.NDArray[np.float32], gain: npt.NDArray[np.floating]
) -> npt.NDArray[np.float32]:
    """Add to the odds of synonymy; the other probabilities keep their proportion.

    Args:
        judged: float32 (n_pairs, 3), probabilities in the order of RELATION_NAMES.
        gain: float (n_pairs,), nats.

    Returns:
        float32 (n_pairs, 3), rows sum to 1.
    """
    found, p = judged.copy(), judged[:, 0].astype(np.float64)
    fresh = 1 / (1 + np.exp(-(ln_odds(p) + gain)))
    rest = (1 - fresh) / np.maximum(1 - p, _CLIP)
    found[:, 0] = fresh
    found[:, 1:] = judged[:, 1:] * rest[:, None]
    found /= found.sum(axis=1, keepdims=True)
    return found


def kept_apart(
    judged: pl.DataFrame, spelled: Spelled, listed: npt.NDArray[np.bool_]
) -> pl.DataFrame:
    """Part what a dictionary keeps apart: by case alone, or in no common part of speech.

    Args:
        judged: Columns a, b, the three probabilities and evidence.
        spelled: The terms.
        listed: bool (n_terms,), whether a dictionary lists the term.

    Returns:
        The same rows; of such pairs that the model alone judged p_co_hyponym is 1.
    """
    a, b = judged["a"].to_numpy(), judged["b"].to_numpy()
    apart = pl.Series((spelled.key[a] == spelled.key[b]) & (a != b) & listed[a] & listed[b])
    speech = spelled.speech[a], spelled.speech[b]
    apart |= pl.Series((speech[0] & speech[1] == 0) & (speech[0] > 0) & (speech[1] > 0))
    apart &= judged["evidence"].cast(pl.String) == "model"
    return judged_as(judged, apart, (0.0, 0.0, 1.0))


def judged_as(
    judged: pl.DataFrame, which: pl.Series, probabilities: tuple[float, float, float]
) -> pl.DataFrame:
    """Give some pairs the probabilities that they are to have.

    Args:
        judged: Columns of the three probabilities, others too.
        which: bool (n_pairs,), the pairs.
        probabilities: In the order of RELATION_NAMES.

    Returns:
        The same rows.
    """
    named = zip(RELATION_NAMES, probabilities, strict=True)
    return judged.with_columns(
        pl.when(which).then(p).otherwise(f"p_{name}").cast(pl.Float32).alias(f"p_{name}")
        for name, p in named
    )


def _is_short(term: str) -> bool:
    letters = [letter for letter in term if letter.isalnum()]
    capitals = sum(letter.isupper() for letter in letters)
    return len(letters) <= _SHORT or (capitals > 1 and term == term.upper() and " " not in term)


def ln_odds(p: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """The logarithm of the odds, of probabilities that may be 0 or 1: (n,) to (n,)."""
    clipped = np.clip(p.astype(np.float64), _CLIP, 1 - _CLIP)
    found: npt.NDArray[np.float64] = np.log(clipped / (1 - clipped))
    return found
