"""The terms of a run with all that a classifier sees of them."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from nymgraph.discriminator import N_NEIGHBOURS, LabelledPairs, Lexicon, Neighbourhoods, TrainedHead
from nymgraph.pipeline.artefacts import Workspace, write_atomic
from nymgraph.pipeline.lexicon.labelled import pairs_within
from nymgraph.pipeline.lexicon.spelled import spell_terms
from nymgraph.pipeline.lexicon.splits import term_splits
from nymgraph.pipeline.schemas import HELD_OUT, PAIRS, TERMS

__all__ = [
    "lexicon_for",
    "read_lexicon",
    "read_neighbourhoods",
    "taught_neighbourhoods",
    "write_neighbours",
]

_FILE = ("retrieve", "neighbours.npy")
_ROWS_AT_ONCE = 65_536


def read_lexicon(
    workspace: Workspace, *, surface: bool, neighbours: bool
) -> tuple[list[str], Lexicon]:
    """Open the terms of a run with what a classifier sees of them.

    Args:
        workspace: The data folder.
        surface: Whether spellings are wanted.
        neighbours: Whether neighbourhoods are wanted, in which the training pairs are known.

    Returns:
        The terms and the lexicon, whose vectors are a memory map.
    """
    table = workspace.read(TERMS, ["term", "language"])
    terms, language = table["term"].to_list(), table["language"][0]
    vectors = workspace.read_array("embed", "vectors.npy")
    spellings = spell_terms(terms, language) if surface else None
    lexicon = Lexicon(vectors, spellings)
    if neighbours:
        lexicon = lexicon._replace(neighbourhoods=taught_neighbourhoods(workspace, len(terms)))
    return terms, lexicon


def lexicon_for(workspace: Workspace, trained: TrainedHead) -> tuple[list[str], Lexicon]:
    """Open the terms of a run with what a trained head sees of them.

    Args:
        workspace: The data folder.
        trained: The head.

    Returns:
        The terms and the lexicon, as of `read_lexicon`.
    """
    voted = trained.dictionary.counts_votes or trained.candidates.counts_votes
    return read_lexicon(workspace, surface=trained.head.surface, neighbours=voted)


def taught_neighbourhoods(workspace: Workspace, n_terms: int) -> Neighbourhoods:
    """Open the neighbours that retrieve found, with the training pairs known of them.

    Args:
        workspace: The data folder.
        n_terms: Number of terms of the run.

    Returns:
        The neighbourhoods of all terms.
    """
    split = term_splits(workspace.read(HELD_OUT), n_terms)
    return read_neighbourhoods(workspace, pairs_within(workspace.read(PAIRS), split, "train"))


def read_neighbourhoods(workspace: Workspace, known: LabelledPairs) -> Neighbourhoods:
    """Open the neighbours that retrieve found.

    Args:
        workspace: The data folder.
        known: The pairs that may be known of neighbours: training pairs.

    Returns:
        The neighbourhoods of all terms; the neighbours are a memory map.
    """
    lists = workspace.read_array(*_FILE)
    pairs, n_terms = (known.a, known.b, known.relation), len(lists)
    return Neighbourhoods.of(np.arange(n_terms), lists["id"], lists["cosine"], n_terms, pairs)


def write_neighbours(workspace: Workspace, lists: npt.NDArray[np.void]) -> None:
    """Keep the nearest terms of each term, for the votes of neighbours.

    Args:
        workspace: The data folder.
        lists: NEIGHBOUR (n_terms, k), by falling cosine; may be a memory map.
    """
    k = min(lists.shape[1], N_NEIGHBOURS)
    layout = {"descr": lists.dtype.descr, "fortran_order": False, "shape": (len(lists), k)}

    def write(path: Path) -> None:
        with path.open("wb") as stream:
            np.lib.format.write_array_header_1_0(stream, layout)
            for start in range(0, len(lists), _ROWS_AT_ONCE):
                stream.write(lists[start : start + _ROWS_AT_ONCE, :k].tobytes())

    write_atomic(workspace.path(*_FILE), write)
