"""Clusterings side by side: `python -m benchmarks.clustering --data data --out benchmarks/out`.

On the judged pairs of a finished run, measured on held-out terms, and on planted graphs, measured
against the truth. Every method runs over its range of parameters, in a process of its own, after a
run on a tiny graph that compiles it; peak memory is what it adds to the loaded graph. Prints one
row per method, the best of its range; all rows go to a CSV, and a picture of precision against
recall stands beside it. `--speed 150000,1500000` times
`signed` and `reference` on planted graphs of that many terms.

Protocol of the run: gates on p_synonym; `validation` or `test` terms; `both` counts pairs with both
ends held out, `touch` with at least one; the best parameter is that of the highest F0.5 (both +
touch) on the split that is shown, which favours the baselines: ours stays at its default.
"""

import csv
import math
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.baselines import DEFAULTS, METHODS, Array, Case, Labels, make_case
from benchmarks.curves import draw
from benchmarks.machine import options
from benchmarks.planted import RECIPES, Planted, Recipe, plant
from nymgraph.clustering import b_cubed, drift, intrusions, pair_scores, size_summary

Row = dict[str, Any]
ANTONYM_GATE = 0.7
TIME_LIMIT = 60


def main() -> None:
    """Run what the command line asks for."""
    parser = options(__doc__)
    parser.add_argument("--data", type=Path, help="the folder of a finished run")
    parser.add_argument("--gates", default="0.6,0.7,0.8")
    parser.add_argument("--split", default="validation", choices=["validation", "test"])
    parser.add_argument("--methods", default=",".join(METHODS))
    parser.add_argument("--planted", action="store_true")
    parser.add_argument("--graphs", default=",".join(RECIPES), help="of the planted ones")
    parser.add_argument("--speed", default="")
    parser.add_argument("--out", type=Path, default=Path("."))
    asked = parser.parse_args()
    methods = asked.methods.split(",")
    if asked.data:
        gates = [float(gate) for gate in asked.gates.split(",")]
        rows = on_run(asked.data, gates, asked.split, methods)
        path = asked.out / f"clustering-{asked.split}.csv"
        report(rows, path, ("both_f05", "touch_f05"))
        kinds = (("both_", "both ends held out"), ("touch_", "one end held out"))
        draw(rows, kinds, DEFAULTS, path.with_suffix(".png"))
    if asked.planted:
        rows, path = (
            on_planted(methods, asked.graphs.split(",")),
            asked.out / "clustering-planted.csv",
        )
        report(rows, path, ("bcubed_f1",))
        draw(rows, (("", "B-cubed"),), DEFAULTS, path.with_suffix(".png"))
    if asked.speed:
        on_sizes([int(n) for n in asked.speed.split(",")])


def on_run(data: Path, gates: list[float], split: str, methods: list[str]) -> list[Row]:
    """Measure on held-out terms."""
    names = ["a", "b", "p_synonym", "p_antonym"]
    judged = pl.scan_parquet(data / "classify/relations/*.parquet").select(names).collect()
    n_terms = pl.scan_parquet(data / "ingest/terms.parquet").select(pl.len()).collect().item()
    pairs, held = (
        pl.read_parquet(data / f"label/{name}.parquet") for name in ("pairs", "held_out")
    )
    scored = np.zeros(n_terms, bool)
    scored[held.filter(pl.col("split") == split)["term_id"].to_numpy()] = True
    synonyms, antonyms = (
        [pairs.filter(pl.col("relation") == kind)[end].to_numpy() for end in "ab"]
        for kind in ("synonym", "antonym")
    )

    def measure(case: Case, labels: Labels) -> Row:
        both = pair_scores(labels, *synonyms, scored)
        touch = pair_scores(labels, *synonyms, scored, touching=True)
        row = {f"both_{k}": getattr(both, k) for k in ("precision", "recall", "f05")}
        row |= {f"touch_{k}": getattr(touch, k) for k in ("precision", "recall", "f05")}
        row |= {"bcubed_f1": b_cubed(labels, *synonyms, scored).f1}
        return row | shape(case, labels) | {"antonyms": len(intrusions(labels, *antonyms))}

    rows = []
    for gate in gates:
        columns = (judged[name].to_numpy() for name in names)
        case = make_case(n_terms, *columns, gate, ANTONYM_GATE)
        rows += run_methods(f"gate {gate}", case, measure, methods)
    return rows


def on_planted(methods: list[str], graphs: list[str]) -> list[Row]:
    """Measure against the truth."""
    rows = []
    for name in graphs:
        planted = plant(RECIPES[name])

        def measure(case: Case, labels: Labels, planted: Planted = planted) -> Row:
            row = against_truth(labels, planted.truth) | shape(case, labels)
            found = intrusions(labels, planted.opposite_a, planted.opposite_b)
            return row | {"antonyms": len(found)}

        rows += run_methods(name, _case(planted), measure, methods)
    return rows


def on_sizes(sizes: list[int]) -> None:
    """Time the two algorithms, and print the exponent between the first and the last size."""
    for method in ("signed", "reference"):
        seconds = []
        for n_terms in sizes:
            case = _case(plant(Recipe(n_terms=n_terms, noise=0.3, hubs=0.0002, weak_pairs=0.5)))
            row = _isolated(method, DEFAULTS[method], case, lambda *_: {})
            seconds.append(row["seconds"])
            print(method, n_terms, len(case.edges.a), row, flush=True)
        if len(sizes) > 1:
            exponent = math.log(seconds[-1] / seconds[0]) / math.log(sizes[-1] / sizes[0])
            print(f"{method}: seconds grow as n^{exponent:.2f}")


def against_truth(labels: Labels, truth: Array) -> Row:
    """Pair and B-cubed figures of one partition against another; singletons count as clusters."""
    n = len(truth)
    found = np.where(labels >= 0, labels, labels.max(initial=-1) + 1 + np.arange(n))
    key, counts = np.unique(found.astype(np.int64) * n + truth, return_counts=True)
    size, true_size = np.bincount(found), np.bincount(truth)
    precision = float((counts**2 / size[key // n]).sum() / n)
    recall = float((counts**2 / true_size[key % n]).sum() / n)
    right, claimed, true = (int((x * (x - 1) // 2).sum()) for x in (counts, size, true_size))
    p, r = right / max(1, claimed), right / max(1, true)
    return {
        "precision": p,
        "recall": r,
        "f05": 1.25 * p * r / max(1e-12, 0.25 * p + r),
        "bcubed_f1": 2 * precision * recall / (precision + recall),
    }


def shape(case: Case, labels: Labels) -> Row:
    """Figures that need no gold."""
    sizes = size_summary(labels)
    return {
        "cannot_links_broken": len(intrusions(labels, case.antonyms.a, case.antonyms.b)),
        "drift": drift(labels, case.edges),
        "biggest": sizes.biggest,
        "coverage": sizes.n_clustered / max(1, case.n_terms),
    }


def run_methods(
    name: str, case: Case, measure: Callable[[Case, Labels], Row], methods: list[str]
) -> list[Row]:
    """Run every method over its range."""
    rows = []
    for method in methods:
        for parameter in METHODS[method][1]:
            row = _isolated(method, parameter, case, measure)
            rows.append({"graph": name, "method": method, "parameter": parameter} | row)
            print(
                f"{name}: {method} {parameter}: {row.get('seconds', 'no result')}", file=sys.stderr
            )
            if "seconds" not in row:
                break
    return rows


def report(rows: list[Row], path: Path, goal: tuple[str, ...]) -> None:
    """Write all rows, print the best of each method, and ours at its default."""
    fields = list(dict.fromkeys(field for row in rows for field in row))
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, fields)
        writer.writeheader()
        writer.writerows(rows)
    print(" | ".join(fields))
    done = [row for row in rows if goal[0] in row]
    for graph, method in dict.fromkeys((row["graph"], row["method"]) for row in done):
        group = [row for row in done if (row["graph"], row["method"]) == (graph, method)]
        if method in DEFAULTS:
            chosen = [row for row in group if row["parameter"] == DEFAULTS[method]]
        else:
            chosen = [max(group, key=lambda row: sum(row[name] for name in goal))]
        print(" | ".join(_text(chosen[0].get(field, "")) for field in fields), flush=True)


def _text(value: object) -> str:
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def _case(planted: Planted) -> Case:
    judged = (planted.a, planted.b, planted.p_synonym, planted.p_antonym)
    return make_case(len(planted.truth), *judged, 0.7, ANTONYM_GATE)


def _isolated(
    method: str, parameter: float, case: Case, measure: Callable[[Case, Labels], Row]
) -> Row:
    """Run once in a forked process; no figures where it takes longer than TIME_LIMIT seconds."""
    context = multiprocessing.get_context("fork")
    end, far_end = context.Pipe()
    process = context.Process(target=_timed, args=(far_end, method, parameter, case, measure))
    process.start()
    row = end.recv() if end.poll(TIME_LIMIT) else {}
    process.kill()
    process.join()
    return row


def _timed(
    pipe: Connection,
    method: str,
    parameter: float,
    case: Case,
    measure: Callable[[Case, Labels], Row],
) -> None:
    run = METHODS[method][0]
    run(_case(plant(Recipe(n_terms=200))), parameter)
    loaded, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    labels = run(case, parameter)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    pipe.send(measure(case, labels) | {"seconds": seconds, "peak_mb": (peak - loaded) / 1024})


if __name__ == "__main__":
    main()
