"""How a run's classifier orders the pairs of a list of other origin, beside the cosine.

`python -m benchmarks.travel --data data --list titles.parquet [--list things.csv ...]`

A list has the columns rule and term: terms of one rule are synonyms, all others are not. The terms
are encoded by the encoder of the run; candidates are their `--k` nearest among the list. Printed is
the average precision of the candidates ordered by cosine, by nearness (`discriminator/nearness.py`)
and by the classifier calibrated for other lists (`discriminator/elsewhere.py`) and for its own
lexicon; what passes the gate; and the pairs of which the classifier is surest.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
from sklearn.metrics import average_precision_score

from benchmarks.machine import describe, options
from nymgraph.discriminator import (
    COUNTED,
    GATE,
    SYNONYM,
    Features,
    Neighbourhoods,
    shift_of_list,
    surroundings,
)
from nymgraph.pipeline.classifier.kinds import shifted
from nymgraph.pipeline.classifier.model import load_model
from nymgraph.pipeline.classifier.trained import TrainedClassifier, classifier_over
from nymgraph.pipeline.encoders.encoders import encode_terms
from nymgraph.pipeline.indexes.neighbours import exact_search
from nymgraph.pipeline.lexicon.spelled import spell_terms
from nymgraph.pipeline.lexicon.tables import read_table

Ids = npt.NDArray[np.int64]
MIN_COSINE = 0.3


class Listed(NamedTuple):
    """A list, its candidates, and which of them are synonyms."""

    terms: list[str]
    features: Features
    a: Ids
    b: Ids
    synonym: npt.NDArray[np.bool_]
    n_known: int


def main() -> None:
    """Encode, judge and print, list by list."""
    parser = options(__doc__)
    parser.add_argument("--data", type=Path, default=Path("data"))
    parser.add_argument("--list", type=Path, action="append", required=True)
    parser.add_argument("--k", type=int, default=32)
    parser.add_argument("--language", default="en")
    parser.add_argument("--surest", type=int, default=20)
    asked = parser.parse_args()
    model = load_model(asked.data, device="cpu")

    print(describe())
    for path in asked.list:
        rules = read_table(path).select("rule", pl.col("term").cast(pl.String)).unique()
        terms = sorted(rules["term"].unique())
        listed = _listed(terms, encode_terms(model.encoder, terms), rules, asked.k, asked.language)
        _report(path.name, model.classifier, listed, asked.surest)


def _listed(
    terms: list[str], vectors: npt.NDArray[np.float16], rules: pl.DataFrame, k: int, language: str
) -> Listed:
    near = exact_search(vectors, np.arange(len(terms)), k, MIN_COSINE)
    none, own = np.empty(0, np.int64), np.arange(len(terms))
    known_of_none = (none, none, none)
    hoods = Neighbourhoods.of(own, near["id"], near["cosine"], len(terms), known_of_none)
    rows, places = np.nonzero(near["id"] >= 0)
    a, b = np.unique(np.sort(np.stack([rows, near["id"][rows, places]]), axis=0), axis=1)
    number = pl.DataFrame({"term": terms, "id": range(len(terms))})
    numbered = rules.join(number, on="term")
    pairs = numbered.join(numbered, on="rule").filter(pl.col("id") < pl.col("id_right"))
    known = pairs.select("id", "id_right").unique()
    keys = known["id"].to_numpy() * len(terms) + known["id_right"].to_numpy()
    features = Features(vectors, spell_terms(terms, language), hoods)
    return Listed(terms, features, a, b, np.isin(a * len(terms) + b, keys), known.height)


def _report(name: str, classifier: TrainedClassifier, listed: Listed, surest: int) -> None:
    terms, features, a, b, synonym, n_known = listed
    x, y = (features.vectors[ends].astype(np.float32) for ends in (a, b))
    cosine = np.einsum("ij,ij->i", x, y)
    assert features.neighbourhoods is not None
    orders = {"cosine": cosine, "nearness": cosine + surroundings(features.neighbourhoods, a, b)}
    probabilities = {}
    for kind, elsewhere in (("elsewhere", True), ("own lexicon", False)):
        judge = classifier_over(
            classifier, terms, features, "cpu", dictionary=False, elsewhere=elsewhere
        )
        probabilities[kind] = judge.judge(a, b)
        orders[kind] = probabilities[kind][:, SYNONYM]
    print(f"{name}: {len(terms)} terms, {n_known} pairs known, {len(a)} candidates")
    share = synonym.sum() / n_known  # candidates that are missing count as never found
    base = average_precision_score(synonym, cosine) * share
    for kind, order in orders.items():
        precision = average_precision_score(synonym, order) * share
        print(f"  {kind:12} average precision {precision:.3f}, {precision / base:.2f} of cosine")
    judged = orders["elsewhere"]
    checks = classifier.trained.checks
    gained = shift_of_list(checks, len(judged), int((judged >= COUNTED).sum()))
    every = np.ones((len(judged), 1), np.bool_)
    judged = shifted(probabilities["elsewhere"], every, (gained,))[:, SYNONYM]
    print(f"  the odds gain {gained:.2f} nats, for the list has more synonyms than the drawn ones")
    passed = judged >= GATE
    right = synonym[passed].sum()
    print(
        f"  at {GATE}: precision {right / max(1, passed.sum()):.3f}, recall {right / n_known:.3f}"
    )
    for row in np.argsort(-judged, kind="stable")[:surest]:
        sign = "" if synonym[row] else "   (no rule)"
        print(f"    {terms[a[row]]} / {terms[b[row]]} {judged[row]:.2f}, {cosine[row]:.2f}{sign}")


if __name__ == "__main__":
    main()
