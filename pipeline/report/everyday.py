"""Common words: whether their clusters hold what people mean first."""

from nymgraph.pipeline.report.blocks import Column, Section, Table
from nymgraph.pipeline.report.run_data import RunData

__all__ = ["NEEDS", "TITLE", "build"]

TITLE = "Common words"
NEEDS = ("evaluate/metrics.json", "evaluate/everyday.csv")
_LEAD = (
    "Of the words of which a dictionary tells how common their senses are. Dominant is a sense of "
    "at least 30 % of the use of a word, rare one below 10 %. The exported graph knows every pair "
    "of the dictionary; the measured one knows none of the words that are held out, so that there "
    "the judge alone speaks."
)
_GRAPHS = {"released": "exported", "measured_on_held_out": "measured, held-out words"}
_COUNTS = {"commonest": "the 1,000 commonest", "by_use": "all, by use"}
_NAMES = {
    "present": "A dominant synonym in the cluster, of the words that have one",
    "rare_only": "Company from rare senses only",
    "alone": "In no cluster",
}


def build(run: RunData) -> Section:
    """The figures of both graphs, and the commonest words that fail in the exported one."""
    found = run.metrics("evaluate")["everyday"]
    columns = (
        Column("Words"),
        *(
            Column(f"{graph}: {count}", "share")
            for graph in _GRAPHS.values()
            for count in _COUNTS.values()
        ),
    )
    rows = [
        (text, *(found[graph][f"{count}_{name}"] for graph in _GRAPHS for count in _COUNTS))
        for name, text in _NAMES.items()
    ]
    failures = run.csv("evaluate", "everyday.csv").fill_null("")
    listed = tuple(Column(name.capitalize()) for name in failures.columns)
    worst = Table("The commonest that fail", listed, failures.rows())
    return Section(_LEAD, (Table("Dominant senses", columns, rows), worst))
