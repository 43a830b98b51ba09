"""The requests of a run, asked and collected: tables that do not depend on when answers came."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from nymgraph.pipeline.augment.agreement import agreement_figures, require_agreement
from nymgraph.pipeline.augment.answers import Label, Reject, read_answer
from nymgraph.pipeline.augment.asking import Asker, final_fault, stored_answer
from nymgraph.pipeline.augment.cache import Answer, AnswerCache
from nymgraph.pipeline.augment.endpoint import read_key
from nymgraph.pipeline.augment.plan import Plan, open_account
from nymgraph.pipeline.augment.prompts import Request
from nymgraph.pipeline.lexicon.known import KnownRelations, read_known_relations
from nymgraph.pipeline.progress import Progress
from nymgraph.pipeline.schemas import AUGMENT_REJECTS, AUGMENTED, JUDGEMENTS, RELATION_NAMES
from nymgraph.pipeline.settings.params import AugmentParams

__all__ = ["Outcome", "answer_plan"]


@dataclass(frozen=True)
class Outcome:
    """The result of a run.

    Attributes:
        pairs: The table AUGMENTED.
        judgements: The table JUDGEMENTS.
        rejects: The table AUGMENT_REJECTS.
        metrics: Plain data for the metrics file.
        sent: Requests sent by this run, repeated ones too.
        spent: What all runs in this folder have cost.
    """

    pairs: pl.DataFrame
    judgements: pl.DataFrame
    rejects: pl.DataFrame
    metrics: dict[str, Any]
    sent: int
    spent: float


def answer_plan(plan: Plan, params: AugmentParams, folder: Path, progress: Progress) -> Outcome:
    """Ask what is not answered yet, and collect all answers.

    Args:
        plan: The requests.
        params: The section of the stage.
        folder: The working folder: cache and account.
        progress: Where progress is shown.

    Returns:
        The tables and figures: the same for the same answers, in whatever order they came.

    Raises:
        NymgraphError: The run has to stop; the answers so far are kept.
    """
    cache, account = AnswerCache(folder / "cache"), open_account(params, folder)
    asker = Asker(params, read_key(params), cache, account, len(plan.requests))
    known = read_known_relations(params.dictionaries, plan.language)
    labels: list[Label] = []
    rejects = list(plan.rejects)
    with progress.track("augment: requests", len(plan.requests)) as advance:
        for wave in _waves(plan.requests, params.checkpoint_requests):
            asker.ask(wave, advance)
            for request in wave:
                found, dropped = _read(request, stored_answer(request, cache), asker.failed)
                labels += found
                rejects += dropped
            figures = agreement_figures(labels, known)
            require_agreement(figures, params.min_agreement, params.min_checked)
    labels, overruled = _judged_first(labels)
    return _outcome(plan, labels, rejects + overruled, known, asker, cache, account.spent, params)


def _waves(requests: list[Request], first: int) -> Iterator[list[Request]]:
    """The requests cut where the number sent so far reaches `first`, twice that, and so on."""
    start, stop = 0, first
    while start < len(requests):
        yield requests[start:stop]
        start, stop = stop, stop * 2


def _read(
    request: Request, answer: Answer | None, failed: dict[str, str]
) -> tuple[list[Label], list[Reject]]:
    if answer is not None and not final_fault(answer):
        return read_answer(request, answer.text)
    reason, _, detail = (final_fault(answer) if answer else failed[request.key]).partition(": ")
    return [], [Reject(request.key, 0, list(request.terms), None, reason, detail or None)]


def _judged_first(labels: list[Label]) -> tuple[list[Label], list[Reject]]:
    """A pair that was judged by itself is not labelled by its group too."""
    judged = {(label.term_a, label.term_b) for label in labels if label.shares}
    kept: list[Label] = []
    rejects: list[Reject] = []
    for label in labels:
        pair = (label.term_a, label.term_b)
        if label.shares or pair not in judged:
            kept.append(label)
        else:
            rejects.append(Reject(label.request, label.item, list(pair), label.relation, "judged"))
    return kept, rejects


def _outcome(
    plan: Plan,
    labels: list[Label],
    rejects: list[Reject],
    known: KnownRelations,
    asker: Asker,
    cache: AnswerCache,
    spent: float,
    params: AugmentParams,
) -> Outcome:
    ends = ["term_a", "term_b"]
    names = [*Label._fields[:-1], "shares"]
    schema = {name: pl.List(pl.Float64) if name == "shares" else None for name in names}
    rows = pl.DataFrame(labels, schema=schema, orient="row").with_columns(
        pl.col("term_a", "term_b", "relation", "source").cast(pl.String),
        pl.col("confidence").cast(pl.Float32),
    )
    shares = [
        pl.col("shares").list.get(place).cast(pl.Float32).alias(f"p_{name}")
        for place, name in enumerate(RELATION_NAMES)
    ]
    judged = rows.filter(pl.col("shares").is_not_null()).with_columns(shares).sort(ends)
    table = pl.DataFrame(rejects, schema=AUGMENT_REJECTS.schema, orient="row")
    return Outcome(
        AUGMENTED.conform(rows.select(list(AUGMENTED.schema)).sort(ends)),
        JUDGEMENTS.conform(judged.select(list(JUDGEMENTS.schema))),
        AUGMENT_REJECTS.conform(table.sort("request", "item")),
        _metrics(plan, labels, rejects, known, cache, params),
        asker.sent,
        spent,
    )


def _metrics(
    plan: Plan,
    labels: list[Label],
    rejects: list[Reject],
    known: KnownRelations,
    cache: AnswerCache,
    params: AugmentParams,
) -> dict[str, Any]:
    answers = [answer for request in plan.requests if (answer := stored_answer(request, cache))]
    sent, received = (
        sum(getattr(answer, f"{way}_tokens") for answer in answers) for way in ("input", "output")
    )
    relations = Counter(label.relation for label in labels)
    reasons = Counter(reject.reason for reject in rejects)
    prices = (params.price_per_million_input or 0, params.price_per_million_output or 0)
    return {
        "model": params.model,
        "terms": plan.n_terms,
        "grouped_terms": plan.n_grouped,
        "groups": plan.n_groups,
        "requests": len(plan.requests),
        "answered": len(answers),
        "pairs": len(labels),
        "relations": {name: relations[name] for name in RELATION_NAMES},
        "near_misses": sum(label.source.endswith(":near_miss") for label in labels),
        "judged": sum(label.shares is not None for label in labels),
        "rejects": {reason: reasons[reason] for reason in sorted(reasons)},
        "agreement": agreement_figures(labels, known),
        "input_tokens": sent,
        "output_tokens": received,
        "cost": (sent * prices[0] + received * prices[1]) / 1e6,
    }
