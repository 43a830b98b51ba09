"""Whether a run is good, in one sentence, and where to look first.

Each check is a figure of the run with a limit. The limits are what a run on a dictionary of some
size passes; they say when to look, not what is worth publishing.
"""

from collections.abc import Iterator
from typing import NamedTuple

from nymgraph.pipeline.report.blocks import Pointer, Pointers
from nymgraph.pipeline.report.numbers import count, decimal, share
from nymgraph.pipeline.report.run_data import RunData

__all__ = ["pointers", "verdict"]

_SHOWN = 5


class _Check(NamedTuple):
    """A figure beside its limit.

    Attributes:
        text: The figure in words.
        section: The section that shows it.
        margin: The figure by its limit, or the limit by it: from 1 on it is met.
        vital: Whether a run that misses it is not good, whatever the others say.
    """

    text: str
    section: str
    margin: float
    vital: bool = False


def verdict(run: RunData) -> str:
    """One sentence: whether the run is good."""
    checks = list(_checks(run))
    missed = [check for check in checks if check.margin < 1]
    if not checks:
        return (
            "Nobody can say yet whether this run is good: nothing was measured on held-out terms. "
            "Read the clusters below before you trust them."
        )
    met = f"{len(checks) - len(missed)} of {len(checks)} checks are met"
    if any(check.vital for check in missed) or len(missed) > 2:
        return f"This run is not good yet: {met}. Begin with the first of these:"
    if missed:
        return f"This run can be used with care: {met}. Begin with the first of these:"
    return f"This run is good: {met}. Where it is weakest, the weakest first:"


def pointers(run: RunData) -> Pointers:
    """The checks that are missed, then those that are met most narrowly; worst first."""
    ranked = sorted(_checks(run), key=lambda check: (check.margin >= 1, check.margin))
    missed = sum(check.margin < 1 for check in ranked)
    shown = ranked[: max(_SHOWN, missed)]
    return Pointers(tuple(Pointer(x.text, x.section, met=x.margin >= 1) for x in shown))


def _checks(run: RunData) -> Iterator[_Check]:
    yield from _of_clusters(run)
    yield from _of_common_words(run)
    yield from _of_classifier(run)


def _of_clusters(run: RunData) -> Iterator[_Check]:
    found = run.metrics("evaluate").get("clusters", {})
    if not found:
        return
    held_out = found["antonyms_together_held_out"]
    in_evidence = found["antonyms_together"] - held_out
    known = f"of {count(found['antonyms_known'])} known pairs of opposites"
    yield _Check(
        f"{count(in_evidence)} {known} share a cluster although the run was told of them (limit 0)",
        "clusters",
        0.0 if in_evidence else 10.0,
        vital=True,
    )
    yield _at_most(
        held_out / max(1, found["antonyms_known"]),
        0.005,
        f"{count(held_out)} {known} share a cluster, held out (limit 0.5 %)",
        "clusters",
    )
    precision = found["held_out"]["precision"]
    text = f"Pair precision {decimal(precision)} on held-out terms (at least 0.400)"
    yield _at_least(precision, 0.4, text, "gates")
    recall = found["held_out"]["recall"]
    yield _at_least(
        recall, 0.1, f"Pair recall {decimal(recall)} on held-out terms (at least 0.100)", "gates"
    )
    drift = share(found["drift"])
    text = f"{drift} of the pairs in one cluster have no edge of their own (at most 25 %)"
    yield _at_most(found["drift"], 0.25, text, "purity")


def _of_common_words(run: RunData) -> Iterator[_Check]:
    found = run.metrics("evaluate").get("everyday", {}).get("released", {})
    present, rare = (found.get(f"commonest_{name}") for name in ("present", "rare_only"))
    if present is not None:
        text = f"{share(present)} of common words stand with a synonym they have (at least 80 %)"
        yield _at_least(present, 0.8, text, "everyday")
    if rare is not None:
        text = f"{share(rare)} of common words have company of rare senses only (at most 5 %)"
        yield _at_most(rare, 0.05, text, "everyday")


def _of_classifier(run: RunData) -> Iterator[_Check]:
    test = run.metrics("train").get("test", {})
    if not test:
        return
    cosine = test.get("macro_f1_of_cosine")
    if cosine:
        text = f"Macro-F1 {decimal(test['macro_f1'])}, thresholds on cosine {decimal(cosine)}"
        gained = _at_least(
            test["macro_f1"], cosine + 0.1, f"{text} (at least 0.1 more)", "judgements"
        )
        yield gained._replace(vital=True)
    if test.get("ece") is not None:
        text = f"Probabilities are off by {decimal(test['ece'])} on average (at most 0.030)"
        yield _at_most(test["ece"], 0.03, text, "judgements")


def _at_least(value: float | None, limit: float, text: str, section: str) -> _Check:
    return _Check(text, section, (value or 0.0) / limit)


def _at_most(value: float, limit: float, text: str, section: str) -> _Check:
    return _Check(text, section, limit / value if value else 10.0)
