"""The answers, checked: every statement of an answer becomes a label or a reject.

Contract: an answer is JSON text, perhaps fenced; it holds the list asked for. A statement counts
when its fields are valid and its terms are two different ones of the request, copied exactly (or
the only one that differs in case alone). Then, in this order: a pair stated with two relations is
dropped whole (`contradiction`); a pair stated twice counts once (`duplicate`).
"""

import json
import re
from collections import defaultdict
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nymgraph.pipeline.augment.prompts import Request
from nymgraph.pipeline.lexicon.normalise import clean, look_up_key
from nymgraph.pipeline.lexicon.provenance import LANGUAGE_MODEL
from nymgraph.pipeline.schemas import RELATION_NAMES

__all__ = ["BadAnswerError", "Label", "Reject", "parse_answer", "read_answer"]

_FENCE = re.compile(r"^```\w*\s*(.*?)\s*```$", re.DOTALL)
_DETAIL_LENGTH = 200
_SUM_TOLERANCE = 0.1

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class Label(NamedTuple):
    """One usable statement; `shares` are those of RELATION_NAMES when the pair was judged."""

    term_a: str
    term_b: str
    relation: str
    confidence: float
    source: str
    request: str
    item: int
    shares: tuple[float, ...] | None = None


class Reject(NamedTuple):
    """One statement, or request, that gave no label: a row of AUGMENT_REJECTS."""

    request: str
    item: int
    terms: list[str]
    relation: str | None
    reason: str
    detail: str | None = None


class BadAnswerError(ValueError):
    """An answer that cannot be used at all; its text is the reason."""


class _Fields(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    a: str
    b: str


class _Statement(_Fields):
    relation: Literal["synonym", "antonym", "co_hyponym"]
    confidence: Share


class _NearMiss(_Fields):
    confidence: Share


class _Judgement(_Fields):
    p_synonym: Share
    p_antonym: Share
    p_co_hyponym: Share


_FIELDS: dict[str, type[_Fields]] = {
    "pairs": _Statement,
    "near_misses": _NearMiss,
    "judgements": _Judgement,
}


def parse_answer(request: Request, text: str) -> list[tuple[str, Any]]:
    """Take an answer apart.

    Args:
        request: What was asked.
        text: The answer.

    Returns:
        Its statements in order, not yet checked: each with the name of its list.

    Raises:
        BadAnswerError: It is not JSON (`not_json`), or lacks the list asked for (`not_as_schema`).
    """
    fenced = _FENCE.match(text.strip())
    try:
        answer = json.loads(fenced.group(1) if fenced else text)
    except (ValueError, RecursionError) as error:
        raise BadAnswerError("not_json") from error
    main = "judgements" if request.task == "judge" else "pairs"
    if not isinstance(answer, dict) or not isinstance(answer.get(main), list):
        raise BadAnswerError("not_as_schema")
    statements = [(main, item) for item in answer[main]]
    more = answer.get("near_misses")
    if request.task == "label" and request.wording.near_misses and isinstance(more, list):
        statements += [("near_misses", item) for item in more]
    return statements


def read_answer(request: Request, text: str) -> tuple[list[Label], list[Reject]]:
    """Check an answer.

    Args:
        request: What was asked.
        text: The answer.

    Returns:
        Its labels, at most one per pair, and what was dropped.

    Raises:
        BadAnswerError: It cannot be used at all.
    """
    labels: list[Label] = []
    rejects: list[Reject] = []
    statements = parse_answer(request, text)
    for item, (kind, statement) in enumerate(statements, 1):
        found = _check(request, item, kind, statement)
        (labels if isinstance(found, Label) else rejects).append(found)  # type: ignore[arg-type]
    labels, dropped = _one_per_pair(labels)
    rejects += dropped
    spoken_of = {(r.terms[0], r.terms[1]) for r in rejects if len(r.terms) == 2}
    spoken_of |= {(label.term_a, label.term_b) for label in labels}
    silent = [pair for pair in request.pairs if pair not in spoken_of]
    for item, pair in enumerate(silent, len(statements) + 1):
        rejects.append(Reject(request.key, item, list(pair), None, "unanswered"))
    return labels, rejects


def _check(request: Request, item: int, kind: str, statement: object) -> Label | Reject:
    """One statement: a label, or the reject with the first thing wrong with it."""
    try:
        fields = _FIELDS[kind].model_validate(statement)
    except ValidationError as error:
        fault = error.errors()[0]
        detail = f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}: {fault['input']!r}"
        return Reject(request.key, item, [], None, "not_as_schema", _printable(detail))
    relation, confidence, shares = _meaning(fields)
    a, b = _as_sent(request, fields.a), _as_sent(request, fields.b)
    terms = sorted(_printable(end) if sent is None else sent
                   for sent, end in ((a, fields.a), (b, fields.b)))  # fmt: skip
    reason = _fault(request, a, b, shares)
    if reason is not None or a is None or b is None:
        return Reject(request.key, item, terms, relation, reason or "unknown_term")
    mark = {"near_misses": ":near_miss", "judgements": ":judge"}.get(kind, "")
    source = f"{LANGUAGE_MODEL}{request.wording.model}{mark}"
    ends = (min(a, b), max(a, b))
    return Label(*ends, relation, confidence, source, request.key, item, shares)


def _meaning(fields: _Fields) -> tuple[str, float, tuple[float, ...] | None]:
    """Relation, confidence and, of a judgement, the shares, made to add up to 1."""
    if isinstance(fields, _Statement):
        return fields.relation, fields.confidence, None
    if isinstance(fields, _NearMiss):
        return "co_hyponym", fields.confidence, None
    assert isinstance(fields, _Judgement)
    given = (fields.p_synonym, fields.p_antonym, fields.p_co_hyponym)
    if abs(sum(given) - 1) > _SUM_TOLERANCE:
        return "co_hyponym", 0.0, ()
    shares = tuple(share / sum(given) for share in given)
    # of equal shares the last counts: the least close relation
    relation = max(zip(shares, range(3), strict=True))[1]
    return RELATION_NAMES[relation], shares[relation], shares


def _fault(
    request: Request, a: str | None, b: str | None, shares: tuple[float, ...] | None
) -> str | None:
    if a is None or b is None:
        return "unknown_term"
    if a == b:
        return "same_term"
    if request.task == "judge" and (min(a, b), max(a, b)) not in request.pairs:
        return "not_asked"
    return "no_distribution" if shares == () else None


def _as_sent(request: Request, term: str) -> str | None:
    """The term of the request that an answer means, or None."""
    language = request.wording.term_language
    term = clean(term, language)
    if term in request.terms:
        return term
    key = look_up_key(term, language)
    alike = [sent for sent in request.terms if look_up_key(sent, language) == key]
    return alike[0] if len(alike) == 1 else None


def _one_per_pair(labels: list[Label]) -> tuple[list[Label], list[Reject]]:
    of_pair: dict[tuple[str, str], list[Label]] = defaultdict(list)
    for label in labels:
        of_pair[label.term_a, label.term_b].append(label)
    kept: list[Label] = []
    rejects: list[Reject] = []
    for same in of_pair.values():
        if len({label.relation for label in same}) > 1:
            rejects += [_dropped(label, "contradiction") for label in same]
        else:
            kept.append(same[0])
            rejects += [_dropped(label, "duplicate") for label in same[1:]]
    return kept, rejects


def _dropped(label: Label, reason: str) -> Reject:
    return Reject(label.request, label.item, [label.term_a, label.term_b], label.relation, reason)


def _printable(text: str) -> str:
    """Foreign text, cut short, and such that it can be stored (JSON can hold half a character)."""
    return text[:_DETAIL_LENGTH].encode("utf-8", "replace").decode()
