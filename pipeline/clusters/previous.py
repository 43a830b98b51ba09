"""An earlier result of cluster, read from an export, in the term ids of today."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph.clustering import Previous, Tensions
from nymgraph.pipeline.errors import InputError, ParameterError
from nymgraph.pipeline.schemas import (
    ASSIGNMENTS,
    EVIDENCE,
    EXPORTED_TERMS,
    MEMBERSHIPS,
    TENSIONS,
    Table,
)
from nymgraph.pipeline.settings.params import ClusterParams
from nymgraph.pipeline.storage.artefacts import read_rows, reading
from nymgraph.pipeline.storage.manifests import read_list
from nymgraph.pipeline.storage.runlog import library_versions

__all__ = ["load_previous", "made_with"]


def made_with(params: ClusterParams) -> dict[str, Any]:
    """What a later `--previous` compares: version and settings.

    Args:
        params: The settings.

    Returns:
        Plain data for settings.json.
    """
    return {"nymgraph": library_versions()["nymgraph"], **params.model_dump()}


def load_previous(folder: Path, terms: pl.Series, params: ClusterParams) -> Previous:
    """Read an export, or the folder that `cluster --edges` wrote.

    Args:
        folder: Its folder.
        terms: The terms of today, in byte-wise order.
        params: The settings of today.

    Returns:
        The earlier result in the ids of today.

    Raises:
        InputError: The folder lacks what an update needs.
        ParameterError: It was made with other settings or another version.
        ArtefactError: It is damaged.
    """
    exported = (folder / "manifest.json").is_file()
    _compare(_settings(folder, "manifest.json" if exported else "settings.json"), params)
    table = EXPORTED_TERMS if exported else ASSIGNMENTS
    if exported:  # what is taken over gets a new hash: it must be what was exported
        listed = read_list("export", folder)
        for one in (table, EVIDENCE, MEMBERSHIPS, TENSIONS):
            listed.check(one.path.name, whole=True)
    old = _read(folder, table).select("term_id", "term", "cluster_id")
    old = old.join(_read(folder, EVIDENCE), on="term_id", how="left")
    today = pl.DataFrame({"term": terms.cast(pl.String)}).with_row_index("now")
    then = today.join(old, on="term", how="left", maintain_order="left")
    ids = old["cluster_id"].drop_nulls().unique().sort()
    term, cluster, support = _memberships(_read(folder, MEMBERSHIPS), then, ids)
    return Previous(
        evidence=then["evidence"].fill_null(0).to_numpy(),
        known=then["evidence"].is_not_null().to_numpy(),
        labels=_numbers(then["cluster_id"], ids),
        term=term,
        cluster=cluster,
        support=support,
        tensions=_tensions(_read(folder, TENSIONS), today),
    )


def _settings(folder: Path, name: str) -> dict[str, Any]:
    path = folder / name
    if not path.is_file():
        raise _lacks(folder, path)
    with reading(path, "export"):
        return dict(json.loads(path.read_text("utf-8")))


def _compare(found: dict[str, Any], params: ClusterParams) -> None:
    for name, value in made_with(params).items():
        if found.get(name) != value:
            raise ParameterError(
                f"the previous result was made with another {name}",
                got=repr(found.get(name)),
                expected=repr(value),
                cure="take back the change, or run cluster once without --previous",
            )


def _read(folder: Path, table: Table) -> pl.DataFrame:
    file = folder / table.path.name
    if not file.is_file():
        raise _lacks(folder, file)
    return read_rows(file, table, "export")


def _lacks(folder: Path, file: Path) -> InputError:
    return InputError(
        f"{folder} holds no result that can be updated",
        expected=str(file),
        cure="give the folder of an export, or of cluster --edges, of this version; an older one "
        "is replaced by running cluster once without --previous",
    )


def _numbers(cluster_id: pl.Series, ids: pl.Series) -> npt.NDArray[np.int32]:
    """Places in ids, -1 for null."""
    place = np.searchsorted(ids.to_numpy(), cluster_id.fill_null(0).to_numpy()).astype(np.int32)
    place[cluster_id.is_null().to_numpy()] = -1
    return place


def _memberships(
    rows: pl.DataFrame, then: pl.DataFrame, ids: pl.Series
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], npt.NDArray[np.float32]]:
    kept = then.select("now", "term_id").drop_nulls()
    rows = rows.join(kept, on="term_id").sort("now", "cluster_id")
    term = rows["now"].cast(pl.Int32).to_numpy()
    return term, _numbers(rows["cluster_id"], ids), rows["support"].to_numpy()


def _tensions(rows: pl.DataFrame, today: pl.DataFrame) -> Tensions:
    for end in "ab":
        named = today.select(pl.col("term").alias(f"term_{end}"), pl.col("now").alias(end))
        rows = rows.join(named, on=f"term_{end}")
    rows = rows.sort("a", "b").with_columns(pl.col("a", "b").cast(pl.Int32))
    names = ("a", "b", "p_antonym", "p_synonym", "pull")
    return Tensions(*(rows[name].to_numpy() for name in names))
