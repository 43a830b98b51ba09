"""The figures of docs/results.md and of the README, from what a finished run has measured.

python -m benchmarks.summary --data data
"""

import argparse
import json
from pathlib import Path
from typing import Any

EVALUATE, TRAIN = "`data/evaluate/metrics.json`", "`data/train/metrics.json`"
RETRIEVE = "`data/retrieve/metrics.json`"
Row = tuple[str, ...]
Figures = dict[str, Any]


def percent(share: float) -> str:
    """A share as 12.3 %."""
    return f"{share:.1%}".replace("%", " %")


def slashed(values: list[float]) -> str:
    """Figures with three decimals, side by side."""
    return " / ".join(f"{value:.3f}" for value in values)


def common(figures: Figures) -> str:
    """Present, rare only, alone among the commonest words."""
    names = ("commonest_present", "commonest_rare_only", "commonest_alone")
    return " / ".join(percent(figures[name]) for name in names)


def pairs(figures: Figures) -> str:
    """Precision, recall and F0.5 of pairs in clusters."""
    shown = slashed([figures[name] for name in ("precision", "recall", "f05")])
    counts = f"{figures['pairs_together']:,} pairs together, {figures['pairs_known']:,} known"
    return f"{shown} ({counts})"


def classifier_row(test: Figures) -> Row:
    """F1 of the classifier on test pairs."""
    each = slashed([test["f1"][name] for name in ("synonym", "antonym", "co_hyponym")])
    what = "classifier: macro-F1 (synonym / antonym / co-hyponym F1)"
    return what, f"**{test['macro_f1']:.3f}** ({each})", TRAIN


def of_candidates(found: Figures) -> list[Row]:
    """Recall of the candidates."""
    test = found["labelled_pairs"]["test"]
    synonym, antonym = test["synonym"], test["antonym"]
    numbers = f"({synonym['pairs']:,} and {antonym['pairs']:,} pairs)"
    routes = [slashed([synonym[name], antonym[name]]) for name in ("synonym_routes", "all_routes")]
    vector = slashed([synonym["vector"], antonym["vector"]])
    return [
        ("candidates", f"{found['candidates']:,}", RETRIEVE),
        ("by vector: recall of synonyms / antonyms", f"{vector} {numbers}", RETRIEVE),
        (
            "by vector or spelling: without / with pairs found by affix (un-, -less)",
            "; ".join(routes),
            RETRIEVE,
        ),
    ]


def of_classifier(figures: Figures) -> list[Row]:
    """What the classifier does on test pairs."""
    test, changed = figures["test"], figures["consistency"]
    speech = ("adjective", "adverb", "noun", "verb")
    calibration = figures["calibration"]
    kinds = ("order", "case", "hyphen", "inflection")
    baselines = [test["macro_f1_of_cosine"], test["macro_f1_of_majority"]]
    return [
        classifier_row(test),
        (
            "macro-F1 by two thresholds on cosine / by the commonest class",
            slashed(baselines),
            TRAIN,
        ),
        (
            "macro-F1 of adjectives / adverbs / nouns / verbs (of the relations that occur)",
            slashed([test["by_pos"][name]["macro_f1"] for name in speech]),
            TRAIN,
        ),
        (
            "expected calibration error, before / after calibration",
            slashed([calibration["ece_before"], calibration["ece_after"]]),
            TRAIN,
        ),
        (
            "judgements that change with the order / case / hyphen and space / inflection",
            " / ".join(percent(changed[name]["changed"]) for name in kinds),
            TRAIN,
        ),
        (
            "the same, where an inflected form is kept as a term",
            percent(changed["inflection_as_term"]["changed"]),
            TRAIN,
        ),
    ]


def of_edges(figures: Figures) -> list[Row]:
    """The judged edges at the gate."""
    edges, gate = figures["judged_edges"], figures["gate"]
    rows = [
        (
            f"{name} edges at the gate {gate}: precision / recall of all {name} pairs",
            slashed([edges[f"{name}_precision"], edges[f"{name}_recall"]]),
            EVALUATE,
        )
        for name in ("synonym", "antonym")
    ]
    leaked = percent(edges["antonyms_judged_synonym"])
    return [*rows, ("antonym pairs that pass the gate as synonyms", leaked, EVALUATE)]


def antonyms_together(clusters: Figures) -> str:
    """Known antonym pairs inside clusters, of all: those in evidence, those held out."""
    held_out = clusters["antonyms_together_held_out"]
    in_evidence = clusters["antonyms_together"] - held_out
    return f"{in_evidence} / {held_out} (of {clusters['antonyms_known']:,} in all)"


def of_clusters(figures: Figures) -> list[Row]:
    """The clusters, measured on held-out terms."""
    found = figures["clusters"]
    b_cubed = [found["held_out_b_cubed"][name] for name in ("precision", "recall", "f1")]
    size = f"{found['clusters']:,} ({found['clustered_terms']:,})"
    drift = f"{percent(found['drift'])}; {found['biggest_cluster']} terms"
    return [
        ("clusters (terms in them), measured", size, EVALUATE),
        ("clusters: pair precision / recall / F0.5", pairs(found["held_out"]), EVALUATE),
        ("the same, at least one term held out", pairs(found["touching"]), EVALUATE),
        ("clusters: B-cubed precision / recall / F1", slashed(b_cubed), EVALUATE),
        (
            "known antonym pairs in one cluster: in evidence / held out",
            antonyms_together(found),
            EVALUATE,
        ),
        ("same-cluster pairs without a direct edge (drift); biggest cluster", drift, EVALUATE),
    ]


def of_common_words(figures: Figures) -> list[Row]:
    """Common words in the graph that is exported, and held-out ones in the measured graph."""
    found = figures["everyday"]
    names = "present / rare only / alone"
    return [
        (f"common words, *exported*: {names}", common(found["released"]), EVALUATE),
        (
            f"common words, held out, measured: {names}",
            common(found["measured_on_held_out"]),
            EVALUATE,
        ),
    ]


def readme_rows(evaluate: Figures, train: Figures) -> list[Row]:
    """The five rows of the README."""
    found = evaluate["everyday"]
    released, held_out = found["released"], found["measured_on_held_out"]
    clusters = evaluate["clusters"]
    pair = [clusters["held_out"][name] for name in ("precision", "recall", "f05")]
    both = [
        f"{percent(each['commonest_present'])} / {percent(each['commonest_alone'])}"
        for each in (released, held_out)
    ]
    return [
        (
            "1,000 commonest words, exported graph: cluster holds a synonym of a common sense"
            " / word in no cluster",
            both[0],
        ),
        ("the same for held-out words, measured graph", both[1]),
        classifier_row(train["test"])[:2],
        ("clusters on held-out pairs: precision / recall / F0.5", slashed(pair)),
        ("known antonym pairs in one cluster: in evidence / held out", antonyms_together(clusters)),
    ]


def main() -> None:
    """Print both tables as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("data"))
    data = parser.parse_args().data
    names = ("evaluate", "train", "retrieve")
    read = [json.loads((data / name / "metrics.json").read_text("utf-8")) for name in names]
    evaluate, train, retrieve = read
    rows = [
        *of_common_words(evaluate),
        *of_candidates(retrieve),
        *of_classifier(train),
        *of_edges(evaluate),
        *of_clusters(evaluate),
    ]
    for title, table in (("README.md", readme_rows(evaluate, train)), ("docs/results.md", rows)):
        print(f"\n{title}\n")
        print("\n".join(f"| {' | '.join(row)} |" for row in table))


if __name__ == "__main__":
    main()
