"""How well candidates are judged at a gate: the precision and recall of what passes."""

import polars as pl

__all__ = ["gate_curve"]


def gate_curve(
    judged: pl.DataFrame, pairs: pl.DataFrame, held_out: pl.DataFrame, gates: tuple[float, ...]
) -> pl.DataFrame:
    """Precision and recall of the judged synonyms and antonyms at each gate.

    Measured on pairs with both terms held out for test. Precision counts every judged pair that the
    dictionaries do not list as that relation as wrong; since they have gaps, it is a lower bound.
    Recall counts every listed pair, candidate or not.

    Args:
        judged: Columns a, b, p_synonym, p_antonym of the judged pairs of test terms.
        pairs: The table PAIRS.
        held_out: The table HELD_OUT.
        gates: The gates.

    Returns:
        Columns gate, passed (pairs that pass as synonyms), synonym_precision, synonym_recall,
        synonym_f05, antonym_precision, antonym_recall, antonyms_judged_synonym (the share of listed
        antonyms that pass as synonyms), antonyms_among_passed (the share of the pairs that pass
        which are listed antonyms).
    """
    test = held_out.filter(pl.col("split") == "test")["term_id"].implode()
    gold = pairs.filter(pl.col("a").is_in(test) & pl.col("b").is_in(test))
    known = judged.join(gold.select("a", "b", "relation"), on=["a", "b"], how="left")
    totals = {name: int((gold["relation"] == name).sum()) for name in ("synonym", "antonym")}
    return pl.DataFrame([_at_gate(known, totals, gate) for gate in gates])


def _at_gate(known: pl.DataFrame, totals: dict[str, int], gate: float) -> dict[str, float]:
    at, threshold = {}, pl.lit(gate, pl.Float32)
    for name, total in totals.items():
        passed = known.filter(pl.col(f"p_{name}") >= threshold)
        right = int((passed["relation"] == name).sum())
        at[f"{name}_precision"] = right / max(1, passed.height)
        at[f"{name}_recall"] = right / max(1, total)
    edges = known.filter(pl.col("p_synonym") >= threshold)
    leaked = int((edges["relation"] == "antonym").sum())
    return {
        "gate": gate,
        "passed": edges.height,
        "synonym_precision": at["synonym_precision"],
        "synonym_recall": at["synonym_recall"],
        "synonym_f05": _f_half(at["synonym_precision"], at["synonym_recall"]),
        "antonym_precision": at["antonym_precision"],
        "antonym_recall": at["antonym_recall"],
        "antonyms_judged_synonym": leaked / max(1, totals["antonym"]),
        "antonyms_among_passed": leaked / max(1, edges.height),
    }


def _f_half(precision: float, recall: float) -> float:
    """F0.5 = 1.25 P R / (0.25 P + R): precision counts twice as much as recall."""
    below = 0.25 * precision + recall
    return 1.25 * precision * recall / below if below else 0.0
