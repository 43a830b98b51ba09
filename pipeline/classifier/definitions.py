"""The definitions of the terms of a list, from its dictionary or from a model that is used."""

from pathlib import Path

import polars as pl

from nymgraph.pipeline.classifier.model_notes import known_glosses, model_folder
from nymgraph.pipeline.lexicon.glosses import glosses_of_run, met_glosses
from nymgraph.pipeline.lexicon.vocabulary import is_elsewhere, read_terms
from nymgraph.pipeline.storage.artefacts import Workspace

__all__ = ["glosses_of_list"]

_LARGEST = 100_000  # terms of a list; in a larger one every gloss beside every term takes too long


def glosses_of_list(model: Path | None, workspace: Workspace) -> pl.DataFrame:
    """Find the definitions of the terms of a list.

    Args:
        model: The model; None for a run that trains.
        workspace: The data folder.

    Returns:
        Columns term_id and gloss; none where the lexicon is the dictionary itself, or very large.

    Raises:
        ArtefactError: The model is damaged.
    """
    terms, n_lexicon, language = read_terms(workspace)
    if n_lexicon > _LARGEST or not is_elsewhere(len(terms), n_lexicon):
        return pl.DataFrame(schema={"term_id": pl.UInt32, "gloss": pl.String})
    known = glosses_of_run(workspace) if model is None else known_glosses(model_folder(model))
    return met_glosses(known, pl.Series(terms[:n_lexicon]), language)
