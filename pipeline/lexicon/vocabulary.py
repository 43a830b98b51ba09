"""The terms of training: the lexicon, and the further terms of labelled pairs.

The lexicon decides what is clustered; labelled pairs train whether or not it holds their terms. The
terms that only they hold are *extra*: they are numbered behind those of the lexicon, have vectors,
may be held out, and are never judged, clustered or exported. Where the lexicon holds all terms of
its dictionaries, as in the default run, there are none.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph.pipeline.lexicon.splits import term_splits
from nymgraph.pipeline.schemas import EXTRA_PAIRS, EXTRA_TERMS, HELD_OUT, PAIRS, TERMS
from nymgraph.pipeline.storage.artefacts import Workspace

__all__ = [
    "Vocabulary",
    "is_elsewhere",
    "language_of",
    "read_terms",
    "read_vocabulary",
    "vocabulary_terms",
]


class Vocabulary(NamedTuple):
    """The terms that are learnt from, and their labelled pairs.

    Attributes:
        terms: n_terms terms: those of the lexicon, then the extra ones.
        n_lexicon: How many are of the lexicon.
        language: Language code.
        split: int8 (n_terms,), split of each term.
        pairs: Rows of PAIRS, then of EXTRA_PAIRS.
    """

    terms: list[str]
    n_lexicon: int
    language: str
    split: npt.NDArray[np.int8]
    pairs: pl.DataFrame

    @property
    def is_lexicon(self) -> bool:
        """Whether there is no extra term."""
        return len(self.terms) == self.n_lexicon


def is_elsewhere(n_terms: int, n_lexicon: int) -> bool:
    """Whether most of the terms that are learnt from are not of the lexicon."""
    return n_terms > 2 * n_lexicon


def read_terms(workspace: Workspace) -> tuple[list[str], int, str]:
    """Read the terms alone.

    Args:
        workspace: The data folder.

    Returns:
        The terms of the lexicon and the extra ones, how many are of the lexicon, their language.

    Raises:
        ArtefactError: A table is missing or damaged.
    """
    lexicon = workspace.read(TERMS, ["term", "language"])
    extra = workspace.read(EXTRA_TERMS, ["term"])
    terms = [*lexicon["term"].to_list(), *extra["term"].to_list()]
    return terms, lexicon.height, lexicon["language"][0]


def vocabulary_terms(workspace: Workspace) -> pl.LazyFrame:
    """The columns term_id, term, language and frequency of all terms.

    Args:
        workspace: The data folder.

    Returns:
        The rows, not yet read; the frequency of extra terms is not known.

    Raises:
        ArtefactError: A table is missing or damaged.
    """
    lexicon = workspace.scan(TERMS).select("term_id", "term", "language", "frequency")
    language = language_of(workspace)
    extra = workspace.scan(EXTRA_TERMS).select(
        "term_id",
        "term",
        pl.lit(language).alias("language"),
        pl.lit(None, pl.Float64).alias("frequency"),
    )
    return pl.concat([lexicon, extra])


def language_of(workspace: Workspace) -> str:
    """The language code of the lexicon of a run; ArtefactError where there is none."""
    return str(workspace.scan(TERMS).select(pl.col("language").first()).collect().item())


def read_vocabulary(workspace: Workspace) -> Vocabulary:
    """Read what is learnt from.

    Args:
        workspace: The data folder.

    Returns:
        The terms with their splits, and the labelled pairs.

    Raises:
        ArtefactError: A table is missing or damaged.
    """
    terms, n_lexicon, language = read_terms(workspace)
    held = workspace.read(HELD_OUT).select("term_id", "split")
    extra = workspace.read(EXTRA_TERMS).filter(pl.col("split") != "train")
    held = pl.concat([held, extra.select("term_id", "split")])
    pairs = workspace.read(PAIRS)
    if len(terms) > n_lexicon:
        pairs = pl.concat([pairs, workspace.read(EXTRA_PAIRS)])
    return Vocabulary(terms, n_lexicon, language, term_splits(held, len(terms)), pairs)
