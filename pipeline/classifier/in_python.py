"""`nymgraph.fit` and `nymgraph.judge`: a classifier on one's own pairs, in one call each."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from nymgraph.pipeline.classifier.fit import fit as fit_folder
from nymgraph.pipeline.classifier.model import Model, load_model
from nymgraph.pipeline.errors import InputError
from nymgraph.pipeline.lexicon.pair_table import FitRequest
from nymgraph.pipeline.progress import default_progress
from nymgraph.pipeline.settings.params import check_params

__all__ = ["fit", "judge"]


def fit(
    pairs: Any,  # noqa: ANN401 - a path, or a frame of any library
    out: str | Path,
    *,
    dictionary: str | None = None,
    exclude: Sequence[str | Path] = (),
    split: str = "term",
    params: Mapping[str, Any] | None = None,
) -> Model:
    """Train a classifier on labelled pairs, to stand by itself; `nymgraph fit` in Python.

    Args:
        pairs: A table, or the path of one: term_a, term_b, relation (two or three of synonym,
            antonym, co_hyponym) and, if you like, split and confidence.
        out: Folder of the model.
        dictionary: Add the pairs of this edition of WordNet (english, turkish), or None.
        exclude: Tables whose terms no added pair may touch.
        split: "term", or "random" to split pairs, where words leak.
        params: Keys of params.yaml that are to differ, by section: ingest.language, adapt, train.

    Returns:
        The model; its figures stand in `notes`.

    Raises:
        InputError: The pairs cannot be used: a bad row, a leak, too few.
        ParameterError: A parameter is not as it should be.
    """
    chosen = check_params(dict(params or {}), Path("the arguments"))
    with tempfile.TemporaryDirectory() as folder:
        request = FitRequest(
            pairs=_file_of(pairs, Path(folder)),
            out=Path(out),
            dictionary=dictionary,
            exclude=tuple(map(Path, exclude)),
            split=split,
        )
        fit_folder(request, chosen, default_progress())
    return load_model(out)


def judge(pairs: Any, model: str | Path | Model) -> pl.DataFrame:  # noqa: ANN401
    """Judge pairs of any terms.

    Args:
        pairs: (term, term) rows, or a polars or pandas frame with the columns term_a and term_b.
        model: What `load_model` gave, or the folder of a model or a run.

    Returns:
        The pairs with p_synonym, p_antonym and p_co_hyponym.

    Raises:
        InputError: A row is no pair of terms, or a column is missing.
        ArtefactError: There is no model, it is damaged, or of another version.
    """
    return (model if isinstance(model, Model) else load_model(model)).judge(pairs)


def _file_of(pairs: Any, folder: Path) -> Path:  # noqa: ANN401
    """The file of the pairs; a frame is written to one."""
    if isinstance(pairs, str | Path):
        return Path(pairs)
    if not hasattr(pairs, "columns"):
        raise InputError(
            "the pairs are no table and no file",
            got=type(pairs).__name__,
            expected="a frame of polars or pandas with term_a, term_b, relation, or a path",
            cure='pl.DataFrame(rows, ["term_a", "term_b", "relation"], orient="row")',
        )
    frame = pairs if isinstance(pairs, pl.DataFrame) else pl.DataFrame(dict(pairs.items()))
    path = folder / "pairs.parquet"
    frame.write_parquet(path)
    return path
