"""How much there is of everything: from finished artefacts where they are, else from experience.

Experience is that of the runs in docs/experiments.md: the shares below are measured on WordNet (149
thousand terms, k 32, cosine 0.3), KeNet (82 thousand, static encoder), and, for the cosine 0.7,
taken from the published run (15 million terms, 520 million pairs; arXiv 2601.13251).
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph.pipeline.candidates.spelling import build_spelling_index
from nymgraph.pipeline.lexicon.sources import read_source
from nymgraph.pipeline.lexicon.spelled import spell_bare
from nymgraph.pipeline.planner.encoder import EncoderSize, encoder_size
from nymgraph.pipeline.schemas import PAIRS, TERMS
from nymgraph.pipeline.settings.params import Params, WordNetSource
from nymgraph.pipeline.storage.artefacts import Workspace

__all__ = ["Workload", "postings_per_term", "size_up"]

_SAMPLE = 20_000
_LETTERS = (
    15.0  # of a term in a lexicon of phrases: WordNet has 11.4, KeNet 10.3, the legal terms 20
)
_PAIRS = {"english": 279_447, "turkish": 128_254}  # labelled pairs of the default runs
_OTHER_DICTIONARY = 280_000
_KEPT_AT = ((0.3, 0.69), (0.7, 0.33))  # cosine floor, share of n k that become pairs
_SPELLED_SHARE = 0.33  # of n spelling_k; WordNet .33, KeNet .22
_KNOWN_SHARE = 0.18  # of the labelled pairs, those that no search finds
_EDGE_SHARE = 0.08  # of the candidates: the published run; WordNet .028, KeNet .042
_POSTINGS_FULL = 2.5  # times max_postings: what a term of a large lexicon has read


class Workload(NamedTuple):
    """The sizes of a run.

    Attributes:
        n_terms: Terms.
        letters: Letters in a term, on average.
        encoder: The encoder.
        n_dictionaries: Dictionaries that are parsed.
        n_pairs: Labelled pairs.
        n_near: Candidates by vector.
        n_spelled: Candidates by spelling, and those that a dictionary knows.
        n_edges: Judged pairs that pass the gate.
        postings: Entries that the search of spellings reads for a term.
        origin: Where the number of terms comes from.
    """

    n_terms: int
    letters: float
    encoder: EncoderSize
    n_dictionaries: int
    n_pairs: int
    n_near: int
    n_spelled: int
    n_edges: int
    postings: float
    origin: str

    @property
    def n_candidates(self) -> int:
        """All candidates."""
        return self.n_near + self.n_spelled


def size_up(params: Params, workspace: Workspace, n_terms: int | None, dim: int | None) -> Workload:
    """The sizes of a run.

    Args:
        params: All parameters.
        workspace: The data folder.
        n_terms: Number of terms; given, no artefact and no source is read.
        dim: Length of a vector, or None for that of the encoder.

    Returns:
        The sizes.

    Raises:
        InputError: A source cannot be read.
    """
    if n_terms is not None:
        terms, origin = None, "--terms"
    else:
        terms, origin = _terms(params, workspace)
        n_terms = len(terms)
    n_pairs = _n_pairs(params, workspace if terms is not None else None)
    letters, postings = _spelling_work(params, terms, n_terms)
    near = n_terms * params.retrieve.k * float(np.interp(params.retrieve.min_cosine, *_kept()))
    spelled = n_terms * params.retrieve.spelling_k * _SPELLED_SHARE + n_pairs * _KNOWN_SHARE
    edges = _EDGE_SHARE * (near + spelled)
    n_dictionaries = sum(isinstance(source, WordNetSource) for source in params.ingest.sources)
    return Workload(
        n_terms,
        letters,
        encoder_size(params.adapt, dim),
        n_dictionaries,
        n_pairs,
        round(min(near, n_terms * (n_terms - 1) / 2)),
        round(min(spelled, n_terms * (n_terms - 1) / 2)),
        round(edges),
        postings,
        origin,
    )


def postings_per_term(counts: npt.NDArray[np.int64], n: int, n_terms: int, most: int) -> float:
    """The postings that the search of spellings reads for a term, from the trigrams of a sample.

    A trigram that c of n terms hold is held by c n_terms / n of the lexicon, and read by each of
    them unless that is more than `most`. Trigrams that the sample does not hold are not counted.

    Args:
        counts: int (n_grams,), terms of the sample that hold each trigram.
        n: Terms in the sample.
        n_terms: Terms in the lexicon.
        most: retrieve.max_postings.

    Returns:
        Entries read for a term, on average.
    """
    scaled = counts.astype(np.float64) * n_terms / n
    read = scaled <= most
    return float((counts[read] * scaled[read]).sum() / n)


def _kept() -> tuple[list[float], list[float]]:
    return [floor for floor, _ in _KEPT_AT], [share for _, share in _KEPT_AT]


def _terms(params: Params, workspace: Workspace) -> tuple[pl.Series, str]:
    """The terms of the lexicon, or of its sources before they are refused or merged."""
    if workspace.exists(TERMS):
        return workspace.read(TERMS, ["term"])["term"], "data/ingest/terms.parquet"
    items = [read_source(source)["item"] for source in params.ingest.sources]
    return pl.concat(items).drop_nulls().unique().sort(), "the sources, counted"


def _n_pairs(params: Params, workspace: Workspace | None) -> int:
    if workspace is not None and workspace.exists(PAIRS):
        return int(workspace.scan(PAIRS).select(pl.len()).collect().item())
    dictionaries = params.label.dictionaries
    return sum(
        _PAIRS[source.edition] if isinstance(source, WordNetSource) else _OTHER_DICTIONARY
        for source in dictionaries
    )


def _spelling_work(params: Params, terms: pl.Series | None, n_terms: int) -> tuple[float, float]:
    """Letters of a term, and entries read for it."""
    most = params.retrieve.max_postings
    plateau = min(0.083 * n_terms, _POSTINGS_FULL * most)  # measured on WordNet's terms
    if terms is None:
        return _LETTERS, plateau
    letters = float(terms.str.len_chars().mean() or 0)  # type: ignore[arg-type]
    sample = terms.sample(min(_SAMPLE, n_terms), seed=0).to_list()
    index = build_spelling_index(spell_bare(sample, params.ingest.language))
    counts = np.diff(index.posting_start)
    return letters, postings_per_term(counts, len(sample), n_terms, most)
