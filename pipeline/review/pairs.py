"""Pairs that a human should label: those that are most informative.

The value of a judged pair is its uncertainty times its effect.

* Uncertainty is the mean of two figures, each 0 to 1: the entropy of the three probabilities over
  ln 3, and how near p_synonym is to the gate, 1 - |p_synonym - gate| / max(gate, 1 - gate).
* Effect is log2(1 + n), with n the number of pairs of terms that the answer decides about: the
  product of the sizes of the two clusters that it could join, or, inside a cluster of size s, the
  s - 1 pairs that a cut parts at least. A singleton is a cluster of one.

Pairs are taken by falling value, none with a term that was taken `per_term` times already. A pair
that a dictionary or a table has settled is not asked about, and no pair of a held-out term, unless
that is wanted: its label could not be used for training.
"""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph.pipeline.errors import InputError
from nymgraph.pipeline.lexicon.splits import term_mask
from nymgraph.pipeline.schemas import ASSIGNMENTS, HELD_OUT, RELATIONS, TERMS
from nymgraph.pipeline.storage.artefacts import Workspace, save, write_atomic

__all__ = ["COLUMNS", "diverse", "informative_pairs", "pair_value", "write_review"]

COLUMNS = ("term_a", "term_b", "p_synonym", "p_antonym", "p_co_hyponym", "cosine", "relation",
           "comment")  # fmt: skip
_WRITERS = {".csv": ",", ".tsv": "\t"}
# candidates kept in memory for each row wanted
_POOL = 50


def informative_pairs(
    workspace: Workspace, n_pairs: int, gate: float, per_term: int, *, with_held_out: bool = False
) -> pl.DataFrame:
    """The most informative judged pairs; the judged pairs are read part by part.

    Args:
        workspace: The data folder of a run, classify and cluster done.
        n_pairs: Number wanted; fewer come back when there are fewer.
        gate: Least p_synonym of an edge, 0 to 1.
        per_term: At most so many pairs of one term.
        with_held_out: Whether pairs of held-out terms may be asked about.

    Returns:
        Columns COLUMNS, the most valuable pair first; relation and comment are empty.

    Raises:
        ArtefactError: The judged pairs or the clusters are not there.
    """
    sizes, cluster = _cluster_sizes(workspace.read(ASSIGNMENTS, ["cluster_id"])["cluster_id"])
    shut = np.zeros(len(cluster), dtype=bool)
    if not with_held_out:
        shut = term_mask(workspace.read(HELD_OUT, ["term_id"]), len(cluster))
    pool: list[pl.DataFrame] = []
    for part in workspace.parts(RELATIONS):
        a, b = (part[end].to_numpy() for end in ("a", "b"))
        open_ = pl.Series(~shut[a] & ~shut[b]) & (part["evidence"] == "model")
        value = pl.Series("value", pair_value(part, gate, sizes, cluster))
        pool = [_best([*pool, part.with_columns(value).filter(open_)], _POOL * n_pairs)]
    chosen = diverse(_best(pool, _POOL * n_pairs), n_pairs, per_term)
    ids = pl.concat([chosen["a"], chosen["b"]]).unique()
    terms = workspace.scan(TERMS).filter(pl.col("term_id").is_in(ids.implode()))
    return _named(chosen, terms.select("term_id", "term").collect())


def pair_value(
    judged: pl.DataFrame,
    gate: float,
    sizes: npt.NDArray[np.int64],
    cluster: npt.NDArray[np.int64],
) -> npt.NDArray[np.float64]:
    """The value of labelling each pair, as the head of this module defines it.

    Args:
        judged: Columns a, b, p_synonym, p_antonym, p_co_hyponym.
        gate: Least p_synonym of an edge, 0 to 1.
        sizes: int64 (n_terms,), size of the cluster of each term, 1 for a singleton.
        cluster: int64 (n_terms,), number of its cluster, another one for each singleton.

    Returns:
        float64 (n_pairs,), at least 0.
    """
    names = ("p_synonym", "p_antonym", "p_co_hyponym")
    p = judged.select(names).to_numpy().astype(np.float64)
    entropy = -(p * np.log(p, where=p > 0, out=np.zeros_like(p))).sum(axis=1) / np.log(3)
    nearness = 1 - np.abs(p[:, 0] - gate) / max(gate, 1 - gate)
    a, b = (judged[end].to_numpy() for end in ("a", "b"))
    decided = np.where(cluster[a] == cluster[b], sizes[a] - 1, sizes[a] * sizes[b])
    value: npt.NDArray[np.float64] = (entropy + nearness) / 2 * np.log2(1 + decided)
    return value


def diverse(ranked: pl.DataFrame, n_pairs: int, per_term: int) -> pl.DataFrame:
    """The first rows in which no term occurs more often than is allowed.

    Args:
        ranked: Columns a, b and others, the best first.
        n_pairs: Number of rows wanted.
        per_term: At most so many rows of one term.

    Returns:
        The rows taken, in the given order.
    """
    taken: list[int] = []
    seen: dict[int, int] = {}
    for row, (a, b) in enumerate(ranked.select("a", "b").iter_rows()):
        if len(taken) == n_pairs:
            break
        if max(seen.get(a, 0), seen.get(b, 0)) < per_term:
            taken.append(row)
            seen[a], seen[b] = seen.get(a, 0) + 1, seen.get(b, 0) + 1
    return ranked[taken]


def write_review(pairs: pl.DataFrame, path: Path) -> None:
    """Write pairs to be labelled, as CSV, TSV or Parquet by the suffix; nothing is written over.

    Args:
        pairs: Columns COLUMNS.
        path: The file; it must not be there yet, for it may hold answers.

    Raises:
        InputError: It is there, or its suffix is not known.
    """
    if path.suffix.lower() not in (*_WRITERS, ".parquet"):
        raise InputError(
            f"{path}: a review cannot be written as this kind of file",
            got=path.suffix or "no suffix",
            expected=", ".join((*_WRITERS, ".parquet")),
            cure="name a file with one of these suffixes",
        )
    if path.exists():
        raise InputError(
            f"{path} is there already and may hold answers",
            cure="name a new file, or move the old one away",
        )
    save_review(pairs, path)


def save_review(pairs: pl.DataFrame, path: Path) -> None:
    """Write a review in place of the one that is there, whole or not at all."""
    separator = _WRITERS.get(path.suffix.lower())

    def write(temporary: Path) -> None:
        if separator is None:
            save(temporary, pairs)
        else:
            pairs.write_csv(temporary, separator=separator)

    write_atomic(path, write)


def _cluster_sizes(
    cluster_ids: pl.Series,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Size and number of the cluster of each term; singletons are numbered below 0."""
    named = pl.DataFrame({"id": cluster_ids}).with_row_index("term")
    number = pl.col("id").rank("dense").cast(pl.Int64).fill_null(-1 - pl.col("term").cast(pl.Int64))
    numbered = named.with_columns(number=number).with_columns(size=pl.len().over("number"))
    return numbered["size"].to_numpy().astype(np.int64), numbered["number"].to_numpy()


def _best(frames: list[pl.DataFrame], n_rows: int) -> pl.DataFrame:
    """The rows of highest value, ties by term id."""
    order: dict[str, Any] = {"descending": [True, False, False]}
    return pl.concat(frames).sort("value", "a", "b", **order).head(n_rows)


def _named(chosen: pl.DataFrame, terms: pl.DataFrame) -> pl.DataFrame:
    for end in ("a", "b"):
        names = terms.rename({"term_id": end, "term": f"term_{end}"})
        chosen = chosen.join(names, on=end, how="left", maintain_order="left")
    empty = pl.lit(None, pl.String)
    return chosen.with_columns(relation=empty, comment=empty).select(COLUMNS)
