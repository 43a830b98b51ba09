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
        Columns gate, synonym_precision, synonym_recall, antonym_precision, antonym_recall,
        antonyms_judged_synonym (the share of listed antonyms that pass the gate as synonyms).
    """
    test = held_out.filter(pl.col("split") == "test")["term_id"].implode()
    gold = pairs.filter(pl.col("a").is_in(test) & pl.col("b").is_in(test))
    known = judged.join(gold.select("a", "b", "relation"), on=["a", "b"], how="left")
    totals = {name: int((gold["relation"] == name).sum()) for name in ("synonym", "antonym")}
    return pl.DataFrame([_at_gate(known, totals, gate) for gate in gates])


def _at_gate(known: pl.DataFrame, totals: dict[str, int], gate: float) -> dict[str, float]:
    row = {"gate": gate}
    threshold = pl.lit(gate, pl.Float32)
    for name, total in totals.items():
        passed = known.filter(pl.col(f"p_{name}") >= threshold)
        right = int((passed["relation"] == name).sum())
        row[f"{name}_precision"] = right / passed.height if passed.height else 0.0
        row[f"{name}_recall"] = right / total if total else 0.0
    leaked = known.filter((pl.col("p_synonym") >= threshold) & (pl.col("relation") == "antonym"))
    row["antonyms_judged_synonym"] = leaked.height / max(1, totals["antonym"])
    return row
