"""The definitions that `embed` encodes: of a dictionary, or of the terms of a list."""

from pathlib import Path

import polars as pl

from nymgraph.pipeline.classifier.model_notes import known_glosses, model_folder
from nymgraph.pipeline.lexicon.glosses import common_senses, glosses_of_run, met_glosses
from nymgraph.pipeline.lexicon.use import term_uses
from nymgraph.pipeline.lexicon.vocabulary import is_elsewhere, read_terms
from nymgraph.pipeline.schemas import SENSES
from nymgraph.pipeline.storage.artefacts import Workspace

__all__ = ["glosses_to_encode", "is_list"]

_LARGEST = 100_000  # terms of a list; in a larger one every gloss beside every term takes too long


def is_list(workspace: Workspace) -> bool:
    """Whether the lexicon is a list beside the dictionary that is learned from."""
    terms, n_lexicon, _ = read_terms(workspace)
    return is_elsewhere(len(terms), n_lexicon)


def glosses_to_encode(model: Path | None, workspace: Workspace) -> pl.DataFrame:
    """Find the definitions of the terms of a lexicon.

    Args:
        model: The model; None for a run that trains.
        workspace: The data folder.

    Returns:
        Columns term_id and gloss, by term: of a dictionary those of `glosses.common_senses`, of a
        list all, of a very large one none.

    Raises:
        ArtefactError: The model is damaged.
    """
    terms, n_lexicon, language = read_terms(workspace)
    if not is_elsewhere(len(terms), n_lexicon):
        senses = workspace.read(SENSES)
        return common_senses(senses, term_uses(senses, n_lexicon)).select("term_id", "gloss")
    if n_lexicon > _LARGEST:
        return pl.DataFrame(schema={"term_id": pl.UInt32, "gloss": pl.String})
    known = glosses_of_run(workspace) if model is None else known_glosses(model_folder(model))
    met = met_glosses(known, pl.Series(terms[:n_lexicon]), language)
    return met.sort("term_id", maintain_order=True)
