"""How alike two words are in meaning: a graded number, where a judgement is one of three relations.

Three parts, weighed as ratings of 529 pairs by hand ask for (`python -m benchmarks.likeness`):

* the cosine of their nearest senses. The vector of a sense is that of the word plus that of its
  gloss: *bank* beside *shore* and beside *lender* are two questions. A rare sense costs a little;
* what the classifier judges, p_synonym - p_antonym, as for pairs that a dictionary relates;
* what the dictionary says: they share a sense, are similar, or are opposites, as far as these
  senses are common.

Alone they rank those pairs with a Spearman of .76, .68 and .68, together .85; the plain cosine .67.
What the store lists as opposites (`relatives.antonyms`) is as little alike as the weight says.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph.pipeline.errors import InputError
from nymgraph.pipeline.lexicon.normalise import clean, reject_reason
from nymgraph.pipeline.store.export_folder import ExportFolder
from nymgraph.pipeline.store.relatives import antonyms
from nymgraph.pipeline.store.run_data import RunData
from nymgraph.pipeline.store.senses import DictionarySense

__all__ = ["PARTS", "likenesses", "parts_of"]

PARTS = ("senses", "judged", "dictionary")
_WEIGHTS = (0.76, 0.08, 0.28)
_BASE = 0.03
_RARE = 0.05  # what a sense e times as rare costs
_VIA = {"direct": 1.0, "cluster": 0.7}  # how far opposites are believed
_LONGEST = 1_000


class _Word(NamedTuple):
    """A word as it is compared: its term, or None, and its senses with their vectors."""

    term_id: int | None
    shares: npt.NDArray[np.float32]
    vectors: npt.NDArray[np.float32]


def likenesses(
    export: ExportFolder, run: RunData, pairs: Sequence[tuple[str, str]]
) -> pl.DataFrame:
    """How alike the words of each pair are.

    Args:
        export: The export.
        run: The data folder of its run.
        pairs: Words or phrases; one that the lexicon does not hold has no senses.

    Returns:
        One row a pair: term_a, term_b, likeness (0 to 1).

    Raises:
        InputError: One is empty, or holds control characters.
        ArtefactError: The data folder does not hold the run that made the export.
        DependencyError: The encoder cannot be loaded.
    """
    told = parts_of(export, run, pairs)
    opposed = _opposed(export, pairs)
    likeness = np.clip(_BASE + told @ np.array(_WEIGHTS), 0.0, 1.0) * (1 - opposed)
    ends = pl.DataFrame(list(pairs), {"term_a": pl.String, "term_b": pl.String}, orient="row")
    return ends.with_columns(likeness=pl.Series(likeness, dtype=pl.Float64))


def parts_of(
    export: ExportFolder, run: RunData, pairs: Sequence[tuple[str, str]]
) -> npt.NDArray[np.float64]:
    """What the likeness of each pair is made of: float64 (n_pairs, 3), columns as in PARTS."""
    if not len(pairs):
        return np.empty((0, len(PARTS)))
    ends = _read(export, pairs)
    ids = {word: _term(export, word) for word in {*ends[0], *ends[1]}}
    names = {word: word if i is None else export.terms.name(i) for word, i in ids.items()}
    with run.asked():
        words = _words(export, run, {names[word]: i for word, i in ids.items()})
        a, b = ([names[word] for word in side] for side in ends)
        judged = run.model.probabilities(a, b, dictionary=True)
    rows = [
        (_nearest(words[x], words[y]), p[0] - p[1], _said(export, words[x], words[y]))
        for x, y, p in zip(a, b, judged.tolist(), strict=True)
    ]
    return np.array(rows)


def _read(export: ExportFolder, pairs: Sequence[tuple[str, str]]) -> list[list[str]]:
    """The first words of all pairs, and the second ones, as the lexicon writes them."""
    ends = [[clean(word, export.language) for word in side] for side in zip(*pairs, strict=True)]
    for word in {*ends[0], *ends[1]}:
        if reason := reject_reason(word, _LONGEST):
            raise InputError(f"{word!r} is no word: {reason}", cure="give a word or a phrase")
    return ends


def _opposed(export: ExportFolder, pairs: Sequence[tuple[str, str]]) -> npt.NDArray[np.float64]:
    """How surely the store lists the words of each pair as opposites: float64 (n_pairs,)."""
    known: dict[int, dict[str, float]] = {}
    found = np.zeros(len(pairs))
    for row, pair in enumerate(zip(*_read(export, pairs), strict=True) if len(pairs) else ()):
        ends = [_term(export, word) for word in pair]
        for own, other in (ends, ends[::-1]):
            if own is None or other is None:
                continue
            if own not in known:
                listed = antonyms(export, own)
                known[own] = {x.term: x.weight * _VIA[x.via] for x in listed}
            found[row] = max(found[row], known[own].get(export.terms.name(other), 0.0))
    return found


def _term(export: ExportFolder, word: str) -> int | None:
    found = export.terms.find(word)
    return export.terms.derived(word) if found is None else found


def _words(export: ExportFolder, run: RunData, ids: dict[str, int | None]) -> dict[str, _Word]:
    """The senses of each word and their vectors; all glosses are encoded together."""
    from nymgraph.pipeline.encoders.encoders import encode_terms

    senses = {word: [] if i is None else _defined(export, i) for word, i in ids.items()}
    texts = sorted({gloss for own in senses.values() for _, gloss in own} | ids.keys())
    encoded = encode_terms(run.model.encoder, texts).astype(np.float32)
    vector = dict(zip(texts, encoded, strict=True))
    found = {}
    for word, own in senses.items():
        sums = [vector[word] + vector[gloss] for _, gloss in own] or [vector[word]]
        shares = [sense.share for sense, _ in own] or [1.0]
        unit = np.array([x / np.linalg.norm(x) for x in sums])
        found[word] = _Word(ids[word], np.array(shares, np.float32), unit)
    return found


def _defined(export: ExportFolder, term_id: int) -> list[tuple[DictionarySense, str]]:
    """The senses of a term that have a gloss, with it; what follows a semicolon gives examples."""
    own = export.dictionary.of(term_id)
    return [(sense, sense.gloss.split(";")[0].strip()) for sense in own if sense.gloss]


def _nearest(x: _Word, y: _Word) -> float:
    """The cosine of the nearest senses, less what their rarity costs."""
    share = np.minimum.outer(x.shares, y.shares)
    return float((x.vectors @ y.vectors.T + _RARE * np.log(share + 1e-3)).max())


def _said(export: ExportFolder, x: _Word, y: _Word) -> float:
    """What the dictionary says, by use: 1 for one meaning, -1 for opposites, 0 for nothing."""
    if x.term_id is None or y.term_id is None:
        return 0.0
    if x.term_id == y.term_id:
        return 1.0
    alike = max(_common(export, x.term_id, y.term_id, name) for name in ("synonyms", "similar"))
    return alike - _common(export, x.term_id, y.term_id, "antonyms")


def _common(export: ExportFolder, x: int, y: int, relation: str) -> float:
    """The share of use of both, in geometric mean, in which they are so related."""
    shares = [
        sum(sense.share for sense in export.dictionary.of(own) if other in getattr(sense, relation))
        for own, other in ((x, y), (y, x))
    ]
    return float(np.sqrt(shares[0] * shares[1]))
