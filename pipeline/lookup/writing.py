"""From the tables of an export to the arrays of its index.

Contract: the tables are as declared and sorted by their keys; members are in byte-wise order.
Tables are read batch by batch, once for each array. Held whole: 8 bytes a term, 8 a cluster, then
24 a pair, then a link (to sort them by their second ends); the keys that differ from their terms;
the variants; the relatives of the senses.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph.pipeline.errors import ArtefactError
from nymgraph.pipeline.lookup.arrays import save, save_blocks, save_groups, save_strings
from nymgraph.pipeline.lookup.export import Export
from nymgraph.pipeline.lookup.layout import ARRAYS, KNOWN_BY, NONE, POS, RELATIVES
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

__all__ = ["write_index"]

_Array = npt.NDArray[Any]
SLICE = 32_768


def write_index(export: Export, folder: Path) -> dict[str, int]:
    """Write the index of an export.

    Args:
        export: The export, its tables written.
        folder: An empty folder, which the arrays are written into.

    Returns:
        The bytes of every array's file, by its name.

    Raises:
        ArtefactError: A table is not sorted by its key, or the members of the clusters are not
            those of the terms.
    """
    ids = _whole(export, EXPORTED_CLUSTERS, "cluster_id", pl.Int64)
    if np.any(ids[1:] <= ids[:-1]):
        raise _unsorted(EXPORTED_CLUSTERS)
    own = _write_terms(export, folder, ids)
    _write_keys(export, folder)
    _write_variants(export, folder)
    _write_clusters(export, folder, ids, own)
    _write_memberships(export, folder, ids)
    _write_senses(export, folder, ids, len(own))
    _write_edges(export, folder, len(own))
    _write_links(export, folder, ids)
    return {name: (folder / f"{name}.npy").stat().st_size for name in ARRAYS}


def _write_terms(export: Export, folder: Path, ids: _Array) -> _Array:
    """The terms and their clusters; gives back the clusters."""
    save_strings(folder, "terms", lambda: _rising_terms(export))
    found = [
        _places_of(ids, batch["cluster_id"])
        for batch in export.batches(EXPORTED_TERMS, ["cluster_id"])
    ]
    own = np.concatenate([np.empty(0, np.uint32), *found])
    save(folder, "terms.cluster", own)
    return own


def _rising_terms(export: Export) -> Iterator[pl.Series]:
    last = None
    for batch in export.batches(EXPORTED_TERMS, ["term"]):
        terms = batch["term"]
        if not terms.is_sorted() or (last is not None and terms[0] <= last):
            raise _unsorted(EXPORTED_TERMS)
        last = terms[-1]
        yield terms


def _write_keys(export: Export, folder: Path) -> None:
    folded = export.scan(EXPORTED_TERMS).filter(pl.col("key") != pl.col("term"))
    keys = folded.select("key", "term_id").sort("key", "term_id").collect(engine="streaming")
    save_strings(folder, "keys", lambda: _slices(keys["key"]))
    save(folder, "keys.term", keys["term_id"].to_numpy())


def _write_variants(export: Export, folder: Path) -> None:
    rows = export.scan(EXPORTED_VARIANTS).select("variant", "key", "lemma_id").collect()
    if not rows["variant"].is_sorted():
        raise _unsorted(EXPORTED_VARIANTS)
    save_strings(folder, "variants", lambda: _slices(rows["variant"]))
    save(folder, "variants.lemma", rows["lemma_id"].to_numpy())
    save(folder, "variants.by_lemma", np.argsort(rows["lemma_id"].to_numpy(), kind="stable"))
    keys = rows.with_row_index("row").sort("key", "row")
    save_strings(folder, "variant_keys", lambda: _slices(keys["key"]))
    save(folder, "variant_keys.variant", keys["row"].to_numpy())


def _write_clusters(export: Export, folder: Path, ids: _Array, own: _Array) -> None:
    clustered = own != NONE
    members = np.flatnonzero(clustered)[np.argsort(own[clustered], kind="stable")]
    counts = np.bincount(own[clustered], minlength=len(ids))
    if not np.array_equal(counts, _whole(export, EXPORTED_CLUSTERS, "size", pl.Int64)):
        raise ArtefactError(
            "export: the clusters do not hold as many terms as the terms say",
            cure="run `nymgraph cluster` and `nymgraph export` again",
        )
    starts = np.concatenate([[0], np.cumsum(counts)])
    save(folder, "clusters.id", ids)
    save(folder, "clusters.members", members)
    save(folder, "clusters.members_at", starts)
    cohesion = _column(export, EXPORTED_CLUSTERS, pl.col("cohesion"), ["cohesion"])
    save_blocks(folder, "clusters.cohesion", len(ids), cohesion)
    places = [np.empty(0, np.int64), *_chief_places(export)]
    save(folder, "clusters.representative", members[starts[:-1] + np.concatenate(places)])


def _chief_places(export: Export) -> Iterator[_Array]:
    """The place of every representative among the members of its cluster, batch by batch."""
    for batch in export.batches(EXPORTED_CLUSTERS, ["representative", "members"]):
        place = pl.int_range(pl.len()).over("row")
        rows = batch.with_row_index("row").explode("members").with_columns(place=place)
        chief = rows.filter(pl.col("members") == pl.col("representative"))
        yield chief["place"].to_numpy()


def _write_memberships(export: Export, folder: Path, ids: _Array) -> None:
    table, rows = EXPORTED_MEMBERSHIPS, export.rows(EXPORTED_MEMBERSHIPS)
    own = _column(export, table, pl.col("term_id"), ["term_id"])
    save_blocks(folder, "memberships.term", rows, _rising(own, table))
    clusters = (
        _places_of(ids, batch["cluster_id"]) for batch in export.batches(table, ["cluster_id"])
    )
    save_blocks(folder, "memberships.cluster", rows, clusters)
    supports = _column(export, table, pl.col("support"), ["support"])
    save_blocks(folder, "memberships.support", rows, supports)
    shares = _column(export, table, pl.col("share").fill_null(float("nan")), ["share"])
    save_blocks(folder, "memberships.share", rows, shares)


def _write_senses(export: Export, folder: Path, ids: _Array, n_terms: int) -> None:
    table, rows = EXPORTED_SENSES, export.rows(EXPORTED_SENSES)
    own = list(_rising(_column(export, table, pl.col("term_id"), ["term_id"]), table))
    save_groups(folder, "senses.at", np.concatenate([np.empty(0, np.uint32), *own]), n_terms)
    codes = {
        "share": pl.col("share"),
        "count": pl.col("count").fill_null(float("nan")),
        "known_by": pl.col("known_by").cast(pl.String).replace_strict(KNOWN_BY, range(3)),
        "pos": pl.col("pos").replace_strict(POS, range(len(POS)), default=0),
    }
    for name, value in codes.items():
        save_blocks(folder, f"senses.{name}", rows, _column(export, table, value, [name]))
    clusters = (
        _places_of(ids, batch["cluster_id"]) for batch in export.batches(table, ["cluster_id"])
    )
    save_blocks(folder, "senses.cluster", rows, clusters)
    save_strings(
        folder, "senses.gloss", lambda: (x["gloss"] for x in export.batches(table, ["gloss"]))
    )
    for name in RELATIVES:
        lists = [batch[name] for batch in export.batches(table, [name])]
        lengths = [x.list.len().to_numpy().astype(np.int64) for x in lists]
        at = np.concatenate([[0], np.cumsum(np.concatenate([np.empty(0, np.int64), *lengths]))])
        flat = (x.explode(empty_as_null=False).drop_nulls().to_numpy() for x in lists)
        save(folder, f"senses.{name}_at", at)
        save_blocks(folder, f"senses.{name}", int(at[-1]), flat)


def _write_edges(export: Export, folder: Path, n_terms: int) -> None:
    table, rows = EXPORTED_EDGES, export.rows(EXPORTED_EDGES)
    for name in ("cosine", "p_synonym", "p_antonym", "p_co_hyponym"):
        save_blocks(folder, f"edges.{name}", rows, _column(export, table, pl.col(name), [name]))
    known = pl.col("evidence").cast(pl.String) == "dictionary"
    save_blocks(folder, "edges.known", rows, _column(export, table, known, ["evidence"]))
    first, second = (_whole(export, table, name, pl.UInt32) for name in ("a", "b"))
    _write_ends(folder, "edges", table, first, second, n_terms)


def _write_links(export: Export, folder: Path, ids: _Array) -> None:
    table, rows = EXPORTED_LINKS, export.rows(EXPORTED_LINKS)
    opposite = pl.col("relation").cast(pl.String) == "opposite"
    save_blocks(folder, "links.opposite", rows, _column(export, table, opposite, ["relation"]))
    save_blocks(folder, "links.votes", rows, _column(export, table, pl.col("votes"), ["votes"]))
    probability = _column(export, table, pl.col("mean_probability"), ["mean_probability"])
    save_blocks(folder, "links.probability", rows, probability)
    first, second = (_ends_of(export, ids, name) for name in ("cluster_a", "cluster_b"))
    _write_ends(folder, "links", table, first, second, len(ids))


def _ends_of(export: Export, ids: _Array, column: str) -> _Array:
    """The places of the clusters in a column of the links."""
    blocks = export.batches(EXPORTED_LINKS, [column])
    return np.concatenate([np.empty(0, np.uint32), *(_places_of(ids, x[column]) for x in blocks)])


def _write_ends(
    folder: Path, name: str, table: Table, first: _Array, second: _Array, n_nodes: int
) -> None:
    """The two ends of pairs that are sorted by their first, and how to find them by both."""
    if np.any(first[1:] < first[:-1]):
        raise _unsorted(table)
    save(folder, f"{name}.a", first)
    save(folder, f"{name}.b", second)
    save_groups(folder, f"{name}.at", first, n_nodes)
    save_groups(folder, f"{name}.by_second_at", second, n_nodes)
    del first
    save(folder, f"{name}.by_second", np.argsort(second, kind="stable"))


def _column(export: Export, table: Table, value: pl.Expr, columns: list[str]) -> Iterator[_Array]:
    for batch in export.batches(table, columns):
        yield batch.select(value.alias("value"))["value"].to_numpy()


def _whole(export: Export, table: Table, name: str, dtype: Any) -> _Array:  # noqa: ANN401
    """A column of numbers, held whole."""
    found = export.scan(table).select(pl.col(name).cast(dtype)).collect()
    return found[name].to_numpy()


def _places_of(ids: _Array, asked: pl.Series) -> _Array:
    """The places of cluster ids among all; NONE for null."""
    numbers = asked.drop_nulls().to_numpy()
    places = np.searchsorted(ids, numbers)
    if np.any(places == len(ids)) or not np.array_equal(ids[places], numbers):
        raise ArtefactError(
            "export: a table names a cluster that is not among the clusters",
            cure="run `nymgraph cluster` and `nymgraph export` again",
        )
    found = np.full(len(asked), NONE, np.uint32)
    found[asked.is_not_null().to_numpy()] = places
    return found


def _rising(blocks: Iterator[_Array], table: Table) -> Iterator[_Array]:
    """The blocks, as long as they rise."""
    last = -1
    for block in blocks:
        if len(block) and (int(block[0]) < last or np.any(block[1:] < block[:-1])):
            raise _unsorted(table)
        last = int(block[-1]) if len(block) else last
        yield block


def _slices(texts: pl.Series) -> Iterator[pl.Series]:
    for start in range(0, len(texts), SLICE):
        yield texts.slice(start, SLICE)


def _unsorted(table: Table) -> ArtefactError:
    return ArtefactError(
        f"export/{table.name}: the rows are not sorted by {table.key[0]}",
        cure="run `nymgraph export` again; if it persists, please report it",
    )
