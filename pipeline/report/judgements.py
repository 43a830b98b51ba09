"""How well the classifier distinguishes synonym, antonym and co-hyponym, on held-out terms."""

from typing import Any

import polars as pl

from nymgraph.pipeline.report.blocks import Chart, Charts, Column, Note, Section, Table
from nymgraph.pipeline.report.charts import Line, lines
from nymgraph.pipeline.report.numbers import count, decimal
from nymgraph.pipeline.report.run_data import RunData
from nymgraph.pipeline.schemas import RELATION_NAMES

__all__ = ["NEEDS", "TITLE", "build"]

TITLE = "The classifier"
NEEDS = ("train/metrics.json", "train/reliability.csv", "train/reliability_before.csv")
_LEAST = 0.001  # bins of a smaller share of the pairs show chance alone
_JUDGED = ("judged_antonym", "judged_synonym")
_POLARITY = {
    "dictionary_antonyms": "antonyms by the dictionary",
    "negated_synonyms": "synonyms, one of them negated (hot, not warm)",
    "negated_synonyms_known_antonyms": "of these, antonyms by the dictionary",
}
_LEAD = (
    "Measured on pairs of which both terms were held out for test: neither the pair nor any other "
    "pair of its terms was trained on."
)


def build(run: RunData) -> Section:
    """Figures by relation and by part of speech, the confusion, calibration and consistency."""
    metrics = run.metrics("train")
    if "model" in metrics:
        text = f"The classifier was not trained in this run: it is the model {metrics['model']}."
        return Section(_LEAD, (Note(text),))
    test = metrics["test"]
    blocks = [
        _by_relation(test),
        _confusion(test),
        Charts((_reliability(run, metrics),)),
        *_by_group("By part of speech", "Part of speech", test.get("by_pos")),
        *_by_group("By frequency of the rarer term", "Quarter", test.get("by_frequency")),
        *_polarity(metrics.get("polarity", {})),
        *_consistency(metrics.get("consistency", {})),
    ]
    return Section(_LEAD, tuple(blocks))


def _by_relation(test: dict[str, Any]) -> Table:
    measures = ("precision", "recall", "f1")
    columns = (
        Column("Relation"),
        Column("Pairs", "count"),
        *(Column(name.capitalize(), "decimal") for name in measures),
    )
    names = [name for name in RELATION_NAMES if name in test["support"]]
    rows = [
        (name.replace("_", "-"), test["support"][name], *(test[m][name] for m in measures))
        for name in names
    ]
    note = (
        f"Macro-F1 {decimal(test['macro_f1'])}; two thresholds on cosine "
        f"{decimal(test.get('macro_f1_of_cosine'))}, always the commonest relation "
        f"{decimal(test.get('macro_f1_of_majority'))}. Accuracy {decimal(test['accuracy'])}."
    )
    return Table("By relation", columns, rows, note)


def _confusion(test: dict[str, Any]) -> Table:
    names = [name.replace("_", "-") for name in RELATION_NAMES]
    columns = (Column("Dictionary says"), *(Column(f"judged {name}", "part") for name in names))
    rows = []
    for name, numbers in zip(names, test["confusion"], strict=True):
        of = sum(numbers)
        rows.append((name, *((number, number / of if of else 0.0) for number in numbers)))
    return Table("Confusion", columns, rows, "Number of pairs, and their share of the row.")


def _reliability(run: RunData, metrics: dict[str, Any]) -> Chart:
    calibration = metrics.get("calibration", {})
    shown = (("reliability_before.csv", "before", "muted"), ("reliability.csv", "after", "ink"))
    drawn = []
    for file, name, colour in shown:
        bins = run.csv("train", file)
        bins = bins.filter(pl.col("pairs") >= _LEAST * pl.col("pairs").sum())
        x, y = bins["confidence"].to_numpy(), bins["accuracy"].to_numpy()
        drawn.append(Line(f"{name} calibration", x, y, colour, dashed=name == "before"))
    note = (
        f"{count(calibration.get('pairs'))} pairs in bins, those of fewer than one in a thousand "
        f"left out; on the diagonal a confidence of 0.8 is "
        f"right eight times in ten. Expected calibration error "
        f"{decimal(calibration.get('ece_before'))} before, "
        f"{decimal(calibration.get('ece_after'))} after."
    )
    chart = lines(drawn, "confidence in the judgement", "share that is right", diagonal=True)
    return Chart("Reliability", chart, note)


def _by_group(title: str, name: str, groups: Any) -> list[Table | Note]:  # noqa: ANN401 - JSON
    """A table, or the words in which the measurement says why there is none."""
    if not isinstance(groups, dict) or not groups:
        return [Note(f"{title}, {groups}.")] if groups else []
    relations = [r for r in RELATION_NAMES if any(r in g["f1"] for g in groups.values())]
    columns = (
        Column(name),
        Column("Pairs", "count"),
        Column("Macro-F1", "decimal"),
        *(Column(f"F1 {r.replace('_', '-')}", "decimal") for r in relations),
    )
    rows = [
        (group, got["pairs"], got["macro_f1"], *(got["f1"].get(r) for r in relations))
        for group, got in groups.items()
    ]
    return [Table(title, columns, rows, "Macro-F1 over the relations that occur in the row.")]


def _polarity(polarity: dict[str, Any]) -> list[Table]:
    columns = (
        Column("Pairs of held-out terms"),
        Column("Number", "count"),
        Column("judged antonym", "share"),
        Column("judged synonym", "share"),
    )
    rows = [
        (_POLARITY.get(name, name), *(got.get(x) for x in ("pairs", *_JUDGED)))
        for name, got in polarity.items()
        if isinstance(got, dict)
    ]
    return [Table("Does it see the opposite?", columns, rows)] if rows else []


def _consistency(consistency: dict[str, Any]) -> list[Table]:
    columns = (
        Column("What is changed"),
        Column("Tests", "count"),
        Column("Judgement changes", "share"),
        Column("Mean change of the probability of synonymy", "decimal"),
    )
    rows = [
        (
            name.replace("_", " "),
            got["tests"],
            got.get("changed"),
            got.get("mean_change_of_p_synonym"),
        )
        for name, got in consistency.items()
        if isinstance(got, dict)
    ]
    note = "One term of a test pair is written otherwise; the judgement should stay."
    return [Table("Does the judgement stay?", columns, rows, note)] if rows else []
