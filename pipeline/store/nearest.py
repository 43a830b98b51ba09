"""Where a word that the lexicon does not hold would belong.

The word is encoded, its nearest terms are found by exact search over the memory-mapped vectors of
the run (time in proportion to the lexicon, memory bounded), and the classifier judges the word with
each of them, and with the terms spelled almost like it: being near is not enough, since opposites
are near too. An inflected form goes where its lemma is. A word that is judged a synonym of nothing,
but is one slip of the keyboard away from a term (`slips`), is taken for a misspelling of it, unless
it is made of a term by an affix: *carlike* is no *warlike*.

A placement asks for half a probability (`_LEAST`), which is less than a run asks to join a pair; it
says so where it is below the gate.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph.pipeline.errors import InputError
from nymgraph.pipeline.lexicon.normalise import clean, reject_reason
from nymgraph.pipeline.schemas import RELATION_NAMES
from nymgraph.pipeline.store.export_folder import ExportFolder
from nymgraph.pipeline.store.run_data import RunData
from nymgraph.pipeline.store.views import Cluster, View

__all__ = ["Nearest", "NearestFinder", "Neighbour", "largest_cosines"]

ROWS = 65_536
_LONGEST = 1_000
# chosen on validation terms (`python -m benchmarks.nearest`): the probability of synonymy that
# counts, the letters from which a slip is looked for, and the terms so found that are judged
_LEAST = 0.5
_SPELLED_FROM = 6
_SPELLED = 24


class Neighbour(NamedTuple):
    """A term near a word, and how the pair is judged.

    Attributes:
        term: The term.
        cosine: Cosine of the two vectors, -1 to 1.
        p_synonym: Calibrated probability of synonymy, 0 to 1.
        p_antonym: Calibrated probability of antonymy, 0 to 1.
        cluster_id: The cluster of the term, None for a singleton.
    """

    term: str
    cosine: float
    p_synonym: float
    p_antonym: float
    cluster_id: int | None


@dataclass(frozen=True, repr=False)
class Nearest(View):
    """A word and the cluster that it would belong to.

    Attributes:
        text: The word.
        cluster: The cluster; None if no cluster has a member judged a synonym of it.
        reason: Why, in words.
        neighbours: The terms judged with it, by falling cosine; empty where none needs to be.
        synonyms: Those judged synonyms with a probability of one half or more, highest first.
        antonyms: Those judged antonyms at the gate, most probable first.
        sure: False where no member is judged a synonym at the gate, so that a run would not join
            the word to it.
    """

    text: str
    cluster: Cluster | None
    reason: str
    neighbours: tuple[Neighbour, ...] = ()
    synonyms: tuple[Neighbour, ...] = ()
    antonyms: tuple[Neighbour, ...] = ()
    sure: bool = True

    def title(self) -> str:
        """The word and its cluster."""
        where = "no cluster" if self.cluster is None else self.cluster.title()
        return f"{self.text!r} → {'' if self.sure else 'perhaps '}{where}"

    def rows(self) -> list[tuple[str, str]]:
        """The reason, the members, and the neighbours by judgement."""
        near = ", ".join(f"{x.term} ({x.cosine:.2f})" for x in self.neighbours[:12])
        rows = [
            ("reason", self.reason),
            ("members", "" if self.cluster is None else ", ".join(self.cluster)),
            ("judged synonyms", ", ".join(f"{x.term} ({x.p_synonym:.2f})" for x in self.synonyms)),
            ("judged antonyms", ", ".join(f"{x.term} ({x.p_antonym:.2f})" for x in self.antonyms)),
            ("nearest by cosine", near),
        ]
        return [(name, text) for name, text in rows if text]


class NearestFinder:
    """Finds the cluster of a word by the vectors and the classifier of a run.

    Args:
        export: The export.
        run: The data folder of its run.
    """

    def __init__(self, export: ExportFolder, run: RunData) -> None:
        self._export, self._run = export, run

    def find(self, text: str, k: int) -> Nearest:
        """The cluster that a word would belong to.

        Args:
            text: The word or phrase.
            k: How many of the nearest terms are judged, at least 1.

        Returns:
            For a term of the lexicon its own cluster, for an inflected form that of its lemma.
            Otherwise the cluster whose members have the largest sum of p_synonym among those judged
            synonyms (one half or more); a cluster with a member judged an antonym is out. Ties go
            to the lower id. Where no cluster is left, that of the nearest term that is one slip of
            the keyboard away.

        Raises:
            InputError: There is no text, it is too long or holds control characters.
            ArtefactError: The data folder does not hold the run that made the export.
            DependencyError: The encoder cannot be loaded.
        """
        word = clean(text, self._export.language)
        if reason := reject_reason(word, _LONGEST):
            raise InputError(f"no word can be read from the text: {reason}", cure="give a word")
        return self.known(word) or self.placed(word, self.neighbours(word, k))

    def known(self, word: str) -> Nearest | None:
        """Where a term of the lexicon is, or another form or spelling of one."""
        terms = self._export.terms
        term_id = terms.find(word)
        term_id = terms.derived(word) if term_id is None else term_id
        if term_id is None:
            return None
        own = self._export.cluster_of(term_id)
        where = "" if own.id is not None else ", which is in no cluster"
        is_it = f"it is the term {terms.name(term_id)!r} of the lexicon"
        reason = (terms.form(word, term_id) or is_it) + where
        return Nearest(word, None if own.id is None else own, reason)

    def neighbours(self, word: str, k: int) -> list[Neighbour]:
        """The k terms nearest to a word, by falling cosine, judged with it."""
        from nymgraph.discriminator import N_NEIGHBOURS
        from nymgraph.pipeline.encoders.encoders import encode_terms

        with self._run.asked():
            vectors = self._run.vectors
            vector = encode_terms(self._run.model.encoder, [word])[0]
            near = largest_cosines(vectors, vector, max(k, N_NEIGHBOURS))
            rows, cosines = near[0][:k], near[1][:k]
            spelled = np.setdiff1d(self._spelled(word), rows)
            asked = vector.astype(np.float32)
            cosines = np.concatenate([cosines, vectors[spelled].astype(np.float32) @ asked])
            rows = np.concatenate([rows, spelled])
            order = np.lexsort((rows, -cosines))
            rows, cosines = rows[order], cosines[order]
            judged = self._judge(word, vector, rows, near)
        terms = self._export.terms
        columns = zip(rows.tolist(), cosines.tolist(), judged.tolist(), strict=True)
        return [
            Neighbour(terms.name(row), cosine, p[0], p[1], self._export.cluster_id(row))
            for row, cosine, p in columns
        ]

    def _spelled(self, word: str) -> npt.NDArray[np.int64]:
        """The terms that a word, if it is long enough, may be a misspelling of."""
        near = self._export.terms.meant(word) if len(word) >= _SPELLED_FROM else []
        return np.array(near[:_SPELLED], dtype=np.int64)

    def _judge(
        self,
        word: str,
        vector: npt.NDArray[np.float16],
        rows: npt.NDArray[np.int64],
        near: tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]],
    ) -> npt.NDArray[np.float32]:
        """Judge a word with terms; `near` are the terms whose known pairs vote for it.

        In a list the judgements are corrected, as `classify` does.
        """
        from nymgraph.pipeline.classifier.trained import classifier_over

        model, space = self._run.model, self._run.model.space
        names = [word, *(self._export.terms.name(row) for row in rows.tolist())]
        asked = np.concatenate([[-1], rows])
        vectors = space.vectors_of(asked)
        vectors[0] = vector
        surface = model.classifier.trained.head.surface
        extra = len(space.terms) > len(self._run.vectors)  # terms that vote beside the lexicon
        near_new = None if extra else near
        features = space.features_of(names, asked, vectors, surface=surface, near_new=near_new)
        where = {"dictionary": False, "elsewhere": space.elsewhere}
        whole = classifier_over(model.classifier, names, features, "cpu", **where)
        a, b = np.zeros(len(rows), np.int64), np.arange(1, len(names))
        corrections = model.corrections
        if corrections is None or not corrections.every:
            return whole.judge(a, b)
        pairs = pl.DataFrame({"a": a, "b": b}).cast(pl.UInt32).with_columns(route=pl.lit("vector"))
        ours = corrections.of_words(names, asked, vectors, space.language)
        found = ours.judge(pairs, whole).select(f"p_{name}" for name in RELATION_NAMES)
        return found.to_numpy()

    def placed(self, word: str, found: list[Neighbour]) -> Nearest:
        """Where a word belongs, by the terms that were judged with it."""
        gate = self._export.gate
        synonyms = sorted((x for x in found if x.p_synonym >= _LEAST), key=lambda x: -x.p_synonym)
        antonyms = sorted((x for x in found if x.p_antonym >= gate), key=lambda x: -x.p_antonym)
        out = {x.cluster_id for x in antonyms}
        votes: dict[int, float] = {}
        for x in synonyms:
            if x.cluster_id is not None and x.cluster_id not in out:
                votes[x.cluster_id] = votes.get(x.cluster_id, 0.0) + x.p_synonym
        best = min(votes, key=lambda number: (-votes[number], number), default=None)
        cluster = None if best is None else self._export.cluster(best)
        reason = _why(found, synonyms, cluster)
        spelled = self._misspelled(word, found, out) if cluster is None else None
        if spelled is not None and spelled.cluster_id is not None:
            cluster = self._export.cluster(spelled.cluster_id)
            reason = f"a slip of the keyboard away from {spelled.term!r}; {reason}"
        sure = any(x.p_synonym >= gate for x in synonyms if x.cluster_id == best)
        if cluster is not None and not sure:
            reason += f"; below the gate ({gate:.2f}), at which a run joins a pair"
        lists = tuple(found), tuple(synonyms), tuple(antonyms)
        return Nearest(word, cluster, reason, *lists, sure=sure or cluster is None)

    def _misspelled(
        self, word: str, found: list[Neighbour], out: set[int | None]
    ) -> Neighbour | None:
        """Of the terms that may be meant the nearest that is in a cluster and no antonym."""
        names = {self._export.terms.name(row) for row in self._spelled(word).tolist()}
        near = (x for x in found if x.term in names)
        fit = [x for x in near if x.cluster_id is not None and x.cluster_id not in out]
        return max(fit, key=lambda x: (x.cosine, x.term), default=None)


def largest_cosines(
    vectors: npt.NDArray[np.floating[Any]], vector: npt.NDArray[np.floating[Any]], k: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """The rows nearest to a vector, by exact search in blocks.

    Args:
        vectors: (n_terms, dim), L2-normalised; may be a memory map.
        vector: (dim,), L2-normalised.
        k: How many, at least 1.

    Returns:
        Rows, int64 (min(k, n_terms),), by falling cosine, ties by rising row; and the cosines,
        float32.
    """
    asked = vector.astype(np.float32)
    rows, cosines = np.empty(0, np.int64), np.empty(0, np.float32)
    for start in range(0, len(vectors), ROWS):
        block = vectors[start : start + ROWS].astype(np.float32) @ asked
        cosines = np.concatenate([cosines, block])
        rows = np.concatenate([rows, np.arange(start, start + len(block))])
        kept = np.lexsort((rows, -cosines))[:k]
        rows, cosines = rows[kept], cosines[kept]
    return rows, cosines


def _why(found: list[Neighbour], synonyms: list[Neighbour], cluster: Cluster | None) -> str:
    if cluster is not None:
        own = [x for x in synonyms if x.cluster_id == cluster.id]
        names = ", ".join(f"{x.term!r} ({x.p_synonym:.2f})" for x in own)
        return f"judged a synonym of {len(own)} of its {cluster.size} members: {names}"
    if synonyms and synonyms[0].cluster_id is None:
        return f"judged a synonym of {synonyms[0].term!r}, which is in no cluster"
    if synonyms:
        return "the clusters of its synonyms hold antonyms of it as well"
    best = max(found, key=lambda x: x.p_synonym, default=None)
    likely = "" if best is None else f"; the likeliest: {best.term!r} ({best.p_synonym:.2f})"
    return f"none of {len(found)} terms near it is judged a synonym{likely}"
