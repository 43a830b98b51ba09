"""What went in and out of each stage, and how long it took."""

from typing import Any

import polars as pl

from nymgraph.pipeline.report.blocks import Column, Note, Section, Table
from nymgraph.pipeline.report.run_data import RunData
from nymgraph.pipeline.schemas import CONFLICTS, REJECTS, TABLES
from nymgraph.pipeline.settings.params import Params
from nymgraph.pipeline.storage.runlog import read_record

__all__ = ["NEEDS", "TITLE", "build"]

TITLE = "From sources to clusters"
NEEDS = ("ingest/terms.parquet",)
_STAGES = tuple(name for name in Params.model_fields if name not in ("model", "engine", "report"))
_REASONS = {
    "closer_relation": "claimed in two relations: the closer one is kept",
    "synonym_and_antonym": "claimed as synonyms and as antonyms: dropped",
    "same_term": "both ends are one term: dropped",
    "not_in_lexicon": "an end is no term: dropped",
    "table_over_dictionary": "your table overrules a dictionary",
    "more_trusted": "the dictionary that is trusted more overrules",
    "commoner_sense": "claimed as synonyms and as antonyms: antonyms in much commoner senses",
    "over_language_model": "a dictionary or table overrules the language model",
}
_LEAD = (
    "Rows of the tables that each stage read and left, and what its last run took on this machine. "
    "Every refused item and every changed label is kept, with its reason."
)


def build(run: RunData) -> Section:
    """One row per stage; what was refused and what was changed, by reason."""
    records = {stage: read_record(run.workspace.root, stage) for stage in _STAGES}
    blocks: list[Note | Table] = [_stages(run, records), *_reasons(run), *_disagreements(run)]
    absent = [stage for stage in _STAGES if records[stage] is None]
    if absent:
        names = ", ".join(absent)
        blocks.append(Note(f"No run record for {names}: not run here, or taken from DVC's cache."))
    return Section(_LEAD, tuple(blocks))


def _stages(run: RunData, records: dict[str, dict[str, Any] | None]) -> Table:
    columns = (
        Column("Stage"),
        Column("Read", "rows"),
        Column("Left", "rows"),
        Column("Time", "duration"),
        Column("Peak memory", "megabytes"),
    )
    rows = []
    for stage in _STAGES:
        record = records[stage] or {}
        left = _short(_stored(run, stage) or record.get("rows_out", {}))
        read = _short(record.get("rows_in", {}))
        rows.append((stage, read, left, record.get("seconds"), record.get("peak_memory_mb")))
    total = sum(row[3] or 0 for row in rows)
    rows.append(("all", {}, {}, total or None, max(row[4] or 0 for row in rows) or None))
    return Table("Stages", columns, rows)


def _stored(run: RunData, stage: str) -> dict[str, int]:
    """The rows of the tables of a stage, from the files themselves."""
    tables = [table for table in TABLES if table.stage == stage and run.has(str(table.path))]
    return {t.name: run.workspace.scan(t).select(pl.len()).collect().item() for t in tables}


def _short(rows: dict[str, int]) -> dict[str, int]:
    """Names of tables without the stage: `ingest/terms` is called terms."""
    return {name.rpartition("/")[2].replace("_", " "): n for name, n in rows.items()}


def _reasons(run: RunData) -> list[Table]:
    wanted = [(REJECTS, "Refused by ingest"), (CONFLICTS, "Labels changed or dropped")]
    tables = []
    for table, title in wanted:
        if run.has(str(table.path)):
            reasons = run.workspace.read(table, ["reason"])["reason"].value_counts(sort=True)
            ranked = sorted(reasons.iter_rows(), key=lambda row: (-row[1], row[0]))
            rows = [(_REASONS.get(x, x.replace("_", " ")), number) for x, number in ranked]
            if rows:
                columns = (Column("Reason"), Column("Number", "count"))
                tables.append(Table(title, columns, rows, f"Listed in data/{table.path}."))
    return tables


def _disagreements(run: RunData) -> list[Table]:
    """Between which sources one calls synonyms what the other calls antonyms."""
    if not run.has("label/disagreements.csv"):
        return []
    rows = list(run.csv("label", "disagreements.csv").iter_rows())
    columns = (
        Column("Synonyms in"),
        Column("Antonyms in"),
        Column("Pairs", "count"),
        Column("Kept as synonyms", "count"),
        Column("Kept as antonyms", "count"),
        Column("Dropped", "count"),
    )
    note = (
        "The dictionary that is trusted more overrules, among equals the one that stands first "
        "in label.dictionaries."
    )
    return [Table("Where sources disagree", columns, rows, note)] if rows else []
