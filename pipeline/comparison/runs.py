"""What changed between two runs: terms, clusters, pairs of terms, antonyms, figures."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from nymgraph.pipeline.comparison.lineage import compare_exports, count_events
from nymgraph.pipeline.lookup.export import Export, export_of, open_export
from nymgraph.pipeline.schemas import EXPORTED_TERMS
from nymgraph.pipeline.storage.artefacts import Workspace
from nymgraph.pipeline.storage.verify import one_export

__all__ = ["compare_runs", "comparison_lines", "figures_of"]

_SIDES = ("cluster_id", "cluster_id_now")
_CHANGES = (
    "terms_new", "terms_gone", "pairs_joined", "pairs_parted", "antonyms_new", "antonyms_gone",
)  # fmt: skip
# stage, keys down to the figure, its name
_FIGURES = (
    ("train", ("test", "macro_f1"), "Classifier, macro-F1"),
    ("train", ("calibration", "ece_after"), "Expected calibration error"),
    ("evaluate", ("clusters", "held_out", "precision"), "Clusters, pair precision"),
    ("evaluate", ("clusters", "held_out", "recall"), "Clusters, pair recall"),
    ("evaluate", ("clusters", "held_out", "f05"), "Clusters, pair F0.5"),
    ("evaluate", ("clusters", "held_out_b_cubed", "f1"), "Clusters, B-cubed F1"),
    ("evaluate", ("clusters", "drift"), "Drift"),
)


def compare_runs(old: Path, new: Path, n_examples: int = 10) -> dict[str, Any]:
    """Compare two runs by what they export.

    A pair of terms is *joined* when it shares a cluster only in the new run, *parted* when only in
    the old one; terms that one run does not hold do not count there.

    Args:
        old: The data folder, or the export folder, of the earlier run.
        new: The same of the later run.
        n_examples: Examples of each kind at most, the first in byte-wise order.

    Returns:
        Plain data: `terms`, `clusters`, `clustered_terms` (old and new), `terms_new`, `terms_gone`,
        `events` (clusters by what became of them), `pairs_joined`, `pairs_parted`, `antonyms_new`,
        `antonyms_gone` (each a number and examples), `figures` (old and new, where both are known).

    Raises:
        InputError: A folder holds no run.
        ArtefactError: An export, or metrics, are damaged or of another version.
    """
    before, now = export_of(old), export_of(new)
    with one_export(before), one_export(now):
        changes = _changes(before, now, n_examples)
    return {**changes, "figures": {name: [one, other] for name, one, other in figures_of(old, new)}}


def comparison_lines(found: dict[str, Any]) -> Iterator[str]:
    """A comparison as lines of text.

    Args:
        found: What `compare_runs` gave.

    Yields:
        The lines.
    """
    yield f"{'':<28}{'old':>12}{'new':>12}"
    for name in ("terms", "clustered_terms", "clusters"):
        old, new = found[name]
        yield f"{name.replace('_', ' '):<28}{old:>12,}{new:>12,}"
    for name, (old, new) in found["figures"].items():
        yield f"{name:<28}{old:>12.3f}{new:>12.3f}"
    yield "clusters: " + ", ".join(f"{n:,} {event}" for event, n in found["events"].items())
    for name in _CHANGES:
        change = found[name]
        shown = "; ".join(" = ".join(x) if isinstance(x, list) else x for x in change["examples"])
        yield f"{name.replace('_', ' ')}: {change['number']:,}" + (f" ({shown})" if shown else "")


def figures_of(old: Path, new: Path) -> list[tuple[str, float, float]]:
    """The figures that two data folders both have.

    Args:
        old: A data folder; of an export alone no figures are known.
        new: A data folder.

    Returns:
        Name of the figure, its value in the old run, and in the new one.

    Raises:
        ArtefactError: Metrics are damaged, or their stage is not finished.
    """
    rows = []
    for stage, keys, name in _FIGURES:
        before, now = (_figure(_metrics(folder, stage), keys) for folder in (old, new))
        if before is not None and now is not None:
            rows.append((name, before, now))
    return rows


def _changes(old: Path, new: Path, n_examples: int) -> dict[str, Any]:
    """What `compare_runs` gives, but for the figures."""
    before, now = (open_export(folder) for folder in (old, new))
    terms = _terms(before).join(_terms(now), on="term", how="full", coalesce=True, suffix="_now")
    held = terms.select("known", "known_now", "cluster_id", "cluster_id_now")
    both = terms.filter(pl.col("known") & pl.col("known_now"))
    antonyms = [_antonyms(export) for export in (before, now)]
    return {
        "terms": _two(held["known"], held["known_now"]),
        "clusters": [held[name].drop_nulls().n_unique() for name in _SIDES],
        "clustered_terms": _two(*(held[name].drop_nulls() for name in _SIDES)),
        "terms_new": _counted(terms.filter(pl.col("known").is_null())["term"], n_examples),
        "terms_gone": _counted(terms.filter(pl.col("known_now").is_null())["term"], n_examples),
        "events": dict(count_events(compare_exports(old, new))),
        "pairs_joined": _pairs(both, _SIDES[::-1], n_examples),
        "pairs_parted": _pairs(both, _SIDES, n_examples),
        "antonyms_new": _missing(antonyms[1], antonyms[0], n_examples),
        "antonyms_gone": _missing(antonyms[0], antonyms[1], n_examples),
    }


def _terms(export: Export) -> pl.DataFrame:
    columns = ["term", "cluster_id"]
    return export.scan(EXPORTED_TERMS).select(*columns, known=pl.lit(value=True)).collect()


def _two(old: pl.Series, new: pl.Series) -> list[int]:
    return [old.count(), new.count()]


def _counted(terms: pl.Series, n_examples: int) -> dict[str, Any]:
    return {"number": len(terms), "examples": terms.sort().head(n_examples).to_list()}


def _pairs(terms: pl.DataFrame, sides: tuple[str, str], n_examples: int) -> dict[str, Any]:
    """The pairs in one cluster here that are in none together there.

    A cluster here falls into the parts that are together there; a term that is alone there is a
    part of its own. What is not within a part is a pair sought. `sides`: columns, here and there.
    """
    here, there = sides
    alone = pl.format("alone {}", pl.col("term"))
    part = pl.coalesce(pl.col(there).cast(pl.String), alone)
    parts = (
        terms.filter(pl.col(here).is_not_null())
        .group_by(here, part.alias("part"))
        .agg(n=pl.len().cast(pl.Int64), first=pl.col("term").min())
    )
    within = (pl.col("n") * (pl.col("n") - 1) // 2).sum()
    whole = parts.group_by(here).agg(
        all=pl.col("n").sum() * (pl.col("n").sum() - 1) // 2, within=within, first=pl.col("first")
    )
    apart = whole.filter(pl.col("all") > pl.col("within"))
    pairs = apart.select(pl.col("first").list.sort().list.head(2)).to_series().sort()
    number = int((apart["all"] - apart["within"]).sum())
    return {"number": number, "examples": pairs.head(n_examples).to_list()}


def _antonyms(export: Export) -> pl.DataFrame:
    """The judged antonyms by spelling, term_a < term_b byte-wise."""
    found = export.antonyms()
    once = found.term < found.other  # each pair is there from both of its sides
    names = export.scan(EXPORTED_TERMS).select("term").collect()["term"]  # a row is a term_id
    ends = {"term_a": found.term[once], "term_b": found.other[once]}
    return pl.DataFrame({side: names.gather(ids) for side, ids in ends.items()})


def _missing(here: pl.DataFrame, there: pl.DataFrame, n_examples: int) -> dict[str, Any]:
    rows = here.join(there, on=["term_a", "term_b"], how="anti").sort("term_a", "term_b")
    return {"number": rows.height, "examples": [list(row) for row in rows.head(n_examples).rows()]}


def _metrics(folder: Path, stage: str) -> dict[str, Any]:
    """The metrics of a stage; empty where it has not run, and of an export alone."""
    if not (folder / stage).is_dir():
        return {}
    return Workspace(folder).read_json(stage, "metrics.json")


def _figure(metrics: dict[str, Any], keys: tuple[str, ...]) -> float | None:
    value: Any = metrics
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return None if value is None else float(value)
