"""Precision, recall and the leakage of antonyms at each threshold."""

from nymgraph.pipeline.report.blocks import Chart, Charts, Column, Note, Section, Table
from nymgraph.pipeline.report.charts import Line, lines
from nymgraph.pipeline.report.numbers import count, decimal
from nymgraph.pipeline.report.run_data import RunData

__all__ = ["NEEDS", "TITLE", "build"]

TITLE = "The gate"
NEEDS = ("evaluate/metrics.json", "evaluate/gates.csv", "cluster/settings.json")
_LEAD = (
    "An edge is a judged pair whose p_synonym is at or above the gate. Measured on the judged "
    "pairs of which both terms are held out for test. Precision counts every pair that no "
    "dictionary lists as wrong, so it is a lower bound."
)
_COLUMNS = (
    ("gate", "Gate", "probability"),
    ("passed", "Pairs that pass", "count"),
    ("synonym_precision", "Synonym precision", "decimal"),
    ("synonym_recall", "Synonym recall", "decimal"),
    ("synonym_f05", "Synonym F0.5", "decimal"),
    ("antonym_precision", "Antonym precision", "decimal"),
    ("antonym_recall", "Antonym recall", "decimal"),
    ("antonyms_judged_synonym", "Known antonyms that pass", "share"),
    ("antonyms_among_passed", "Antonyms among what passes", "share"),
)


def build(run: RunData) -> Section:
    """The table of gates, and what is gained and lost along it."""
    curve, gate = run.csv("evaluate", "gates.csv"), run.settings["gate"]
    blocks: tuple[Charts | Note | Table, ...]
    if not curve.height or not curve["passed"].sum():
        blocks = (Note("No judged pair of held-out terms passes any gate: nothing to measure."),)
        return Section(_LEAD, blocks)
    x = curve["gate"].to_numpy()
    kept = [
        Line("precision", x, curve["synonym_precision"].to_numpy(), "synonym"),
        Line("recall", x, curve["synonym_recall"].to_numpy(), "synonym", dashed=True),
        Line("F0.5", x, curve["synonym_f05"].to_numpy(), "ink"),
    ]
    opposites = [
        Line("antonym precision", x, curve["antonym_precision"].to_numpy(), "antonym"),
        Line("antonym recall", x, curve["antonym_recall"].to_numpy(), "antonym", dashed=True),
    ]
    note = f"The dotted line is the gate of this run, {gate:.2f}."
    charts = (
        Chart("Synonyms that pass", lines(kept, "gate", "share", mark=gate), note),
        Chart("Antonyms that pass as antonyms", lines(opposites, "gate", "share", mark=gate), note),
    )
    columns = tuple(Column(title, form) for _, title, form in _COLUMNS)
    rows = list(curve.select(name for name, _, _ in _COLUMNS).iter_rows())
    return Section(_LEAD, (Charts(charts), Table("Gates", columns, rows, _at(run))))


def _at(run: RunData) -> str:
    """The figures at the gate of this run."""
    metrics = run.metrics("evaluate")
    at = metrics["judged_edges"]
    return (
        f"At the gate of this run, {metrics['gate']:.2f}, {count(metrics['edges'])} edges pass in "
        f"all. Of held-out terms {count(at['passed'])} pass: precision "
        f"{decimal(at['synonym_precision'])}, recall {decimal(at['synonym_recall'])}, F0.5 "
        f"{decimal(at['synonym_f05'])}."
    )
