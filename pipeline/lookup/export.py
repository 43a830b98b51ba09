"""A finished export, read in batches of bounded size.

Contract: the folder holds the exported tables as declared, sorted by their keys, and its manifest.
What is held whole is stated by each function; all else is read batch by batch.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
import polars.exceptions
import pyarrow as pa
import pyarrow.parquet as pq

from nymgraph.pipeline.errors import InputError
from nymgraph.pipeline.lookup.manifest import read_manifest
from nymgraph.pipeline.schemas import (
    EXPORTED_CLUSTERS,
    EXPORTED_EDGES,
    EXPORTED_LINKS,
    EXPORTED_MEMBERSHIPS,
    EXPORTED_SENSES,
    EXPORTED_TERMS,
    EXPORTED_VARIANTS,
    Table,
)
from nymgraph.pipeline.storage.artefacts import damaged, missing, read_schema

__all__ = ["Antonyms", "Export", "Opposites", "export_of", "no_export", "open_export"]

BATCH_ROWS = 32_768
_TABLES = (
    EXPORTED_TERMS,
    EXPORTED_VARIANTS,
    EXPORTED_CLUSTERS,
    EXPORTED_LINKS,
    EXPORTED_MEMBERSHIPS,
    EXPORTED_EDGES,
)


class Antonyms(NamedTuple):
    """The judged antonym pairs, each from both of its sides, sorted by (term, other).

    Attributes:
        term: uint32 (2 * n_pairs,), a term_id.
        other: uint32 (2 * n_pairs,), its antonym.
        p_antonym: float32 (2 * n_pairs,), probability, from the gate to 1.
    """

    term: npt.NDArray[np.uint32]
    other: npt.NDArray[np.uint32]
    p_antonym: npt.NDArray[np.float32]

    def of(self, term_id: int) -> Iterator[tuple[int, float]]:
        """The antonyms of a term and their probabilities, by ascending term_id."""
        start, stop = np.searchsorted(self.term, [term_id, term_id + 1])
        for row in range(start, stop):
            yield int(self.other[row]), float(self.p_antonym[row])


class Opposites(NamedTuple):
    """The links between opposite clusters, each from both of its sides, sorted by (cluster, other).

    Attributes:
        cluster: int64 (2 * n_links,), a cluster_id.
        other: int64 (2 * n_links,), the cluster opposite.
        votes: uint32 (2 * n_links,), number of judged pairs that say so.
        probability: float32 (2 * n_links,), their mean probability, 0 to 1.
    """

    cluster: npt.NDArray[np.int64]
    other: npt.NDArray[np.int64]
    votes: npt.NDArray[np.uint32]
    probability: npt.NDArray[np.float32]

    def of(self, cluster_id: int) -> Iterator[tuple[int, float]]:
        """The clusters opposite to one and the mean probabilities, by ascending id."""
        start = np.searchsorted(self.cluster, cluster_id, "left")
        stop = np.searchsorted(self.cluster, cluster_id, "right")
        for row in range(start, stop):
            yield int(self.other[row]), float(self.probability[row])


@dataclass(frozen=True)
class Export:
    """A finished export, or one whose tables are written and whose manifest is to follow.

    Attributes:
        folder: The folder of the tables.
        manifest: Its manifest.
        advance: Called with the number of rows read, to show progress.
    """

    folder: Path
    manifest: dict[str, Any]
    advance: Callable[[int], None] = field(default=lambda _n: None)

    def watched(self, advance: Callable[[int], None]) -> "Export":
        """The same export, reporting the rows read to `advance`."""
        return replace(self, advance=advance)

    @property
    def language(self) -> str:
        """Language code of the lexicon."""
        return str(self.manifest["language"])

    @property
    def tells_senses(self) -> bool:
        """Whether its senses say what its terms mean: not in a list, which gives its words one."""
        known = EXPORTED_SENSES.name in self.manifest["tables"]
        return known and not self.manifest.get("own_list", False)

    def rows(self, table: Table) -> int:
        """Number of rows of a table."""
        return int(self.manifest["tables"][table.name]["rows"])

    def scan(self, table: Table) -> pl.LazyFrame:
        """Open a table lazily."""
        return pl.scan_parquet(self.folder / table.path.name)

    def columns(self, table: Table) -> dict[str, Any]:
        """Column name to polars type, the user's columns included."""
        return read_schema(self.folder / table.path.name, table.stage)

    def batches(self, table: Table, columns: list[str]) -> Iterator[pl.DataFrame]:
        """Read columns of a table batch by batch.

        Args:
            table: The table.
            columns: The columns wanted.

        Yields:
            At most BATCH_ROWS rows, in the order of the file.

        Raises:
            ArtefactError: The file is damaged.
        """
        path = self.folder / table.path.name
        try:
            with pq.ParquetFile(path) as file:
                for batch in file.iter_batches(BATCH_ROWS, columns=columns):
                    yield pl.DataFrame(pl.from_arrow(batch))
                    self.advance(batch.num_rows)
        except (pa.ArrowException, OSError) as error:
            raise damaged(path, table.stage, error) from error

    def term_batches(self) -> Iterator[pl.DataFrame]:
        """The terms, each with its cluster, its support in it, and the clusters of its senses.

        Yields:
            Columns term_id, term, cluster_id (null for a singleton), support (0 to 1, null for a
            singleton) and senses: cluster_id of the senses by falling share, the term's own cluster
            among them, null for a singleton by itself. Where no sense tells of these, they have
            what the others leave.
        """
        memberships = self.scan(EXPORTED_MEMBERSHIPS)
        key = ["term_id", "cluster_id"]
        for batch in self.batches(EXPORTED_TERMS, ["term_id", "term", "cluster_id"]):
            low, high = batch["term_id"][0], batch["term_id"][-1]
            near = memberships.filter(pl.col("term_id").is_between(low, high)).collect()
            own = batch.join(near, on=key, how="left", maintain_order="left")
            others = near.filter(pl.col("share").is_not_null()).join(batch, on=key, how="anti")
            sums = others.group_by("term_id").agg(known=pl.col("share").sum())
            rest = 1 - pl.col("known").fill_null(0)
            first = own.join(sums, on="term_id", how="left", maintain_order="left")
            first = first.select(*key, pl.coalesce("share", rest).cast(pl.Float32), own=True)
            senses = (
                pl.concat([first, others.select(*key, "share", own=False)])
                .sort(
                    "term_id", "share", "own", "cluster_id", descending=[False, True, True, False]
                )
                .group_by("term_id", maintain_order=True)
                .agg(senses="cluster_id")
            )
            yield own.drop("share").join(senses, on="term_id", maintain_order="left")

    def further_senses(self) -> int:
        """How many senses `term_batches` tells of in clusters that are not the term's own."""
        own = self.scan(EXPORTED_TERMS).select("term_id", "cluster_id")
        known = self.scan(EXPORTED_MEMBERSHIPS).filter(pl.col("share").is_not_null())
        further = known.join(own, on=["term_id", "cluster_id"], how="anti")
        return int(further.select(pl.len()).collect().item())

    def antonyms(self) -> Antonyms:
        """The judged antonym pairs at or above the gate; 12 bytes for each side are held whole."""
        gate = pl.lit(self.manifest["gate"], pl.Float32)
        pairs = self._read(
            self.scan(EXPORTED_EDGES)
            .filter(pl.col("p_antonym") >= gate)
            .select("a", "b", "p_antonym"),
            EXPORTED_EDGES,
        )
        both = pl.concat(
            [pairs, pairs.select(pl.col("b").alias("a"), pl.col("a").alias("b"), "p_antonym")]
        )
        both = both.sort("a", "b")
        return Antonyms(*(both[name].to_numpy() for name in ("a", "b", "p_antonym")))

    def opposites(self) -> Opposites:
        """The links between opposite clusters; 24 bytes for each side are held whole."""
        columns = ["cluster_a", "cluster_b", "votes", "mean_probability"]
        links = self._read(
            self.scan(EXPORTED_LINKS).filter(pl.col("relation") == "opposite").select(columns),
            EXPORTED_LINKS,
        )
        turned = links.select(
            pl.col("cluster_b").alias("cluster_a"), pl.col("cluster_a").alias("cluster_b"),
            *columns[2:],
        )  # fmt: skip
        both = pl.concat([links, turned]).sort("cluster_a", "cluster_b")
        return Opposites(*(both[name].to_numpy() for name in columns))

    def spell(self, term_ids: npt.NDArray[np.uint32]) -> dict[int, str]:
        """The spellings of some terms; they are held whole."""
        wanted = pl.LazyFrame({"term_id": np.unique(term_ids)})
        terms = self.scan(EXPORTED_TERMS).select("term_id", "term")
        found = self._read(terms.join(wanted, on="term_id", how="semi"), EXPORTED_TERMS)
        return dict(found.iter_rows())

    def count(self, table: Table, where: pl.Expr) -> int:
        """Number of rows of a table for which an expression holds."""
        return int(self._read(self.scan(table).filter(where).select(pl.len()), table).item())

    def _read(self, lazy: pl.LazyFrame, table: Table) -> pl.DataFrame:
        try:
            return lazy.collect()
        except (polars.exceptions.PolarsError, polars.exceptions.PanicException) as error:
            raise damaged(self.folder / table.path.name, table.stage, error) from error


def open_export(folder: Path) -> Export:
    """Open a finished export.

    Args:
        folder: A folder of the export stage.

    Returns:
        The export, its tables checked against their declarations.

    Raises:
        InputError: The folder holds no export.
        ArtefactError: The export is damaged or of another version.
    """
    path = folder / "manifest.json"
    if not path.is_file():
        raise InputError(f"{folder} holds no finished export", **no_export(folder))
    manifest = read_manifest(path)
    for table in _TABLES:
        file = folder / table.path.name
        if not file.is_file():
            raise missing(file, "export")
        table.check(read_schema(file, "export"), str(file))
    return Export(folder, manifest)


def export_of(folder: Path) -> Path:
    """The export that a folder is, or holds.

    Args:
        folder: A data folder or an export folder.

    Returns:
        The export folder.

    Raises:
        InputError: It is neither.
    """
    for export in (folder, folder / "export"):
        if (export / "terms.parquet").is_file() and (export / "manifest.json").is_file():
            return export
    raise InputError(
        f"{folder} holds no run to compare with",
        expected=f"a data folder, or an export folder such as {folder / 'export'}",
        cure="give the folder of a finished run (in report.previous: or null)",
    )


def no_export(folder: Path) -> dict[str, str]:
    """What was found, expected and can be done where a folder is no finished export."""
    inside = folder / "export"
    if (inside / "manifest.json").is_file():
        return {"got": "a data folder", "cure": f"name the export in it: {inside}"}
    return {
        "got": "a folder of something else" if folder.is_dir() else "nothing there",
        "expected": f"the folder of a finished export, with {folder / 'manifest.json'}",
        "cure": "name that folder (data/export, for a run in data), or finish a run first",
    }
