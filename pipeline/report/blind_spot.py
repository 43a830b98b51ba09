"""The blind spot of cosine, in this very lexicon: antonyms lie as near as synonyms.

Measured on labelled pairs that touch a term held out for test, since the encoder was adapted on
others; where no such pairs are, on all. The figure is the chance that a synonym pair is nearer than
an antonym pair (the area under the ROC curve): at 0.5 cosine cannot tell them apart, and below 0.5
it takes opposites for synonyms.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
from sklearn.metrics import roc_auc_score

from nymgraph.pipeline.encoders.encoders import EncodeSettings, load_encoder, locate_model
from nymgraph.pipeline.errors import DependencyError
from nymgraph.pipeline.lexicon.provenance import without_language_model
from nymgraph.pipeline.lexicon.vocabulary import language_of
from nymgraph.pipeline.report.blocks import (
    Chart,
    Charts,
    Column,
    Figure,
    Figures,
    Note,
    Section,
    Table,
)
from nymgraph.pipeline.report.charts import densities
from nymgraph.pipeline.report.numbers import count, decimal, share
from nymgraph.pipeline.report.run_data import RunData
from nymgraph.pipeline.schemas import PAIRS, RELATION_NAMES

__all__ = ["NEEDS", "TITLE", "build"]

TITLE = "The blind spot of cosine"
NEEDS = ("label/pairs.parquet", "embed/vectors.npy", "embed/manifest.json")
_LEAD = (
    "Opposites live in the same contexts, so their vectors are near. How near the labelled pairs "
    "of this lexicon are, by relation: where the curves lie on top of each other, no threshold on "
    "cosine separates synonyms from antonyms, and a classifier has to."
)
_ENDS = ("term_a", "term_b")
Cosines = dict[str, npt.NDArray[np.float32]]


class Sample(NamedTuple):
    """Labelled pairs of each relation, and how they were chosen, in words."""

    pairs: dict[str, pl.DataFrame]
    basis: str


def build(run: RunData) -> Section:
    """How near synonyms, antonyms and co-hyponyms are, before and after adapt."""
    sample = _sample(run)
    vectors = run.workspace.read_array("embed", "vectors.npy")
    after = {name: _stored_cosines(vectors, pairs) for name, pairs in sample.pairs.items()}
    after = {name: cosines for name, cosines in after.items() if len(cosines)}
    if not {"synonym", "antonym"} <= set(after):
        note = Note("There are no labelled pairs of synonyms and antonyms to measure this on.")
        return Section(_LEAD, (note,))
    notes: list[Note] = []
    before: Cosines = {}
    try:
        before = _before(run, sample)
    except DependencyError as error:  # the run has been carried elsewhere
        notes.append(Note(f"Not measured with the encoder as it came: {error.problem}."))
    blocks: tuple[Figures | Charts | Note | Table, ...] = (
        Figures(tuple(_figures(before, after, sample.basis))),
        Charts(tuple(_charts(before, after, sample.basis))),
        _quantiles(before, after),
        *notes,
    )
    return Section(_LEAD, blocks)


def _sample(run: RunData) -> Sample:
    labelled = without_language_model(run.workspace.read(PAIRS))
    held_out = labelled.filter(pl.col("split") == "test")
    fair = {"synonym", "antonym"} <= set(held_out["relation"].unique())
    chosen = held_out if fair else labelled
    drawn = {}
    for name in RELATION_NAMES:
        pairs = chosen.filter(pl.col("relation") == name)
        drawn[name] = pairs[run.draw(pairs.height, run.params.pairs)]
    basis = (
        "labelled pairs that touch a term held out for test"
        if fair
        else "all labelled pairs, those that the encoder was adapted on included"
    )
    return Sample(drawn, basis)


def _stored_cosines(
    vectors: npt.NDArray[np.float16], pairs: pl.DataFrame
) -> npt.NDArray[np.float32]:
    a, b = (vectors[pairs[end].to_numpy()].astype(np.float32) for end in ("a", "b"))
    return np.asarray((a * b).sum(axis=1), dtype=np.float32)


def _before(run: RunData, sample: Sample) -> Cosines:
    """Cosines of some of the pairs by the encoder as it was; none if adapt left it as it was."""
    has = run.has("adapt/manifest.json")
    adapted = run.workspace.read_json("adapt", "manifest.json") if has else {}
    if adapted.get("method", "none") == "none" or not run.params.base_pairs:
        return {}
    if adapted["method"] in ("static", "joined"):  # no one encoder came before
        return {}
    few = {
        name: pairs[run.draw(pairs.height, run.params.base_pairs)]
        for name, pairs in sample.pairs.items()
        if pairs.height
    }
    every = pl.concat(few.values())
    terms = pl.concat([every["term_a"], every["term_b"]]).unique().sort()
    how = EncodeSettings(
        "auto",
        run.workspace.read_json("embed", "manifest.json")["precision"],
        language_of(run.workspace),
        adapted.get("prompt"),
        adapted["trust_remote_code"],
    )
    encoder = load_encoder(locate_model(adapted["base"], adapted["base_revision"]), how)
    vectors = encoder.encode(terms.to_list())
    rows = {name: [terms.search_sorted(few[name][end]) for end in _ENDS] for name in few}
    return {name: (vectors[a] * vectors[b]).sum(axis=1) for name, (a, b) in rows.items()}


def separation(cosines: Cosines) -> float:
    """The chance that a synonym pair is nearer than an antonym pair, ties half; 0 to 1."""
    synonym, antonym = cosines["synonym"], cosines["antonym"]
    truth = np.repeat([1, 0], [len(synonym), len(antonym)])
    return float(roc_auc_score(truth, np.concatenate([synonym, antonym])))


def _figures(before: Cosines, after: Cosines, basis: str) -> list[Figure]:
    name = "Synonym nearer than antonym"
    middle = np.median(after["synonym"])
    above = float((after["antonym"] > middle).mean())
    figures = []
    if before:
        chance = share(separation(before))
        figures.append(Figure(f"{name}, before adapt", chance, _extent(before)))
    pairs = _extent(after)
    title = f"{name}, after adapt" if before else name
    figures.append(Figure(title, share(separation(after)), f"{pairs}; 50 % is chance"))
    figures.append(
        Figure("Antonyms nearer than the median synonym", share(above), f"{pairs}: {basis}")
    )
    return figures


def _extent(cosines: Cosines) -> str:
    synonyms, antonyms = (count(len(cosines[name])) for name in ("synonym", "antonym"))
    return f"{synonyms} synonym, {antonyms} antonym pairs"


def _charts(before: Cosines, after: Cosines, basis: str) -> list[Chart]:
    shown = [("The encoder as it came", before)] if before else []
    shown.append(("The encoder in use" if before else "Cosines by relation", after))
    charts = []
    for title, cosines in shown:
        sizes = ", ".join(
            f"{count(len(x))} {name.replace('_', '-')}s" for name, x in cosines.items()
        )
        charts.append(Chart(title, densities(cosines, "cosine of the pair"), f"{sizes}: {basis}."))
    return charts


def _quantiles(before: Cosines, after: Cosines) -> Table:
    columns = (
        Column("Encoder"),
        Column("Relation"),
        Column("Pairs", "count"),
        *(Column(name, "decimal") for name in ("10th percentile", "Median", "90th percentile")),
    )
    rows = []
    for encoder, cosines in (("as it came", before), ("in use", after)):
        for name, values in cosines.items():
            spread = np.quantile(values, [0.1, 0.5, 0.9])
            rows.append((encoder, name.replace("_", "-"), len(values), *map(float, spread)))
    note = f"Median apart, in use: {decimal(_gap(after))} between synonyms and antonyms."
    return Table("Cosine by relation", columns, rows, note)


def _gap(cosines: Cosines) -> float:
    return float(np.median(cosines["synonym"]) - np.median(cosines["antonym"]))
