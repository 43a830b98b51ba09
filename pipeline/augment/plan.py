"""From parameters and terms to the requests of a run, and what they would cost."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from nymgraph.pipeline.augment.account import Account
from nymgraph.pipeline.augment.answers import Reject
from nymgraph.pipeline.augment.asking import stored_answer
from nymgraph.pipeline.augment.cache import AnswerCache
from nymgraph.pipeline.augment.prompts import (
    LANGUAGES,
    Request,
    Wording,
    group_request,
    judge_request,
)
from nymgraph.pipeline.augment.selection import first_groups, first_terms
from nymgraph.pipeline.errors import InputError
from nymgraph.pipeline.lexicon.normalise import clean, primary_language
from nymgraph.pipeline.lexicon.tables import read_table, refuse_rows, require_columns
from nymgraph.pipeline.progress import Progress
from nymgraph.pipeline.settings.params import AugmentParams
from nymgraph.pipeline.storage.artefacts import digest
from nymgraph.pipeline.storage.shards import open_work

__all__ = ["Plan", "describe", "make_plan", "open_account"]


@dataclass(frozen=True)
class Plan:
    """The requests of a run.

    Attributes:
        requests: All of them, in the order in which they are sent.
        rejects: Pairs of the table to judge that cannot be asked.
        n_terms: Terms that were looked at.
        n_grouped: Terms that stand in a group that is sent.
        n_groups: Groups that are sent.
        language: Language code of the lexicon.
    """

    requests: list[Request]
    rejects: list[Reject]
    n_terms: int
    n_grouped: int
    n_groups: int
    language: str


def make_plan(params: AugmentParams, terms: pl.DataFrame, folder: Path, progress: Progress) -> Plan:
    """Group the terms, read the pairs to judge, and word the requests.

    Args:
        params: The section of the stage.
        terms: Columns term, language, frequency, in byte-wise order.
        folder: The working folder; vectors and groups stay there for the next run.
        progress: Where progress is shown.

    Returns:
        The plan.

    Raises:
        InputError: The table of pairs to judge cannot be read.
    """
    language = terms["language"][0]
    wording = _wording(params, language)
    chosen = first_terms(terms, params.max_terms, params.seed)
    groups: list[tuple[str, ...]] = []
    if params.max_groups != 0:
        known = chosen.filter(pl.col("frequency").is_not_null())
        frequency = dict(zip(known["term"].to_list(), known["frequency"].to_list(), strict=True))
        every = _groups(params, chosen["term"].to_list(), language, folder, progress)
        groups = first_groups(every, frequency, params.max_groups, params.seed)
    pairs: list[tuple[str, str]] = []
    rejects: list[Reject] = []
    if params.judge is not None:
        pairs, rejects = _pairs_to_judge(params.judge, terms["term"], language)
    size = params.judge_pairs_per_request
    requests = [group_request(wording, group) for group in groups]
    requests += [
        judge_request(wording, tuple(pairs[start : start + size]))
        for start in range(0, len(pairs), size)
    ]
    n_grouped = sum(map(len, groups))
    return Plan(requests, rejects, chosen.height, n_grouped, len(groups), language)


def open_account(params: AugmentParams, folder: Path) -> Account:
    """The account of a data folder; prices and budget that are not set count as 0."""
    return Account(
        folder / "account.jsonl",
        params.price_per_million_input or 0.0,
        params.price_per_million_output or 0.0,
        params.budget or 0.0,
    )


def describe(plan: Plan, params: AugmentParams, folder: Path) -> str:
    """The estimate of a run as text.

    Args:
        plan: What would be asked.
        params: The section of the stage.
        folder: The working folder, with the answers of earlier runs.

    Returns:
        Lines of text: groups, requests, tokens, cost, time.
    """
    cache, account = AnswerCache(folder / "cache"), open_account(params, folder)
    new = [request for request in plan.requests if stored_answer(request, cache) is None]
    likely = _sum((r.likely_input_tokens, r.likely_output_tokens) for r in new)
    most = _sum((r.most_input_tokens, params.max_tokens) for r in new)
    lines = {
        "model": f"{params.model or 'not set'} at {params.base_url}",
        "terms": f"{plan.n_terms:,}, of which {plan.n_grouped:,} in {plan.n_groups:,} groups",
        "requests": f"{len(plan.requests):,}, of which {len(new):,} are not answered yet",
        "tokens in": f"about {likely[0]:,}, at most {most[0]:,}",
        "tokens out": f"about {likely[1]:,}, at most {most[1]:,}",
        "cost": _cost(params, account, likely, most),
        "budget": f"{params.budget if params.budget is not None else 'not set'}, of which "
        f"{account.spent:.4f} is spent",
    }
    if params.requests_per_minute:
        minutes = len(new) / params.requests_per_minute
        lines["time"] = f"at least {minutes:.1f} minutes at the rate limit"
    text = [f"{name + ':':<12}{value}" for name, value in lines.items()]
    return "\n".join([*text, "nothing was sent"])


def _cost(
    params: AugmentParams, account: Account, likely: tuple[int, int], most: tuple[int, int]
) -> str:
    if params.price_per_million_input is None or params.price_per_million_output is None:
        return "unknown: set augment.price_per_million_input and price_per_million_output"
    return f"about {account.cost(*likely):.2f}, at most {account.cost(*most):.2f}"


def _sum(tokens: Iterable[tuple[int, int]]) -> tuple[int, int]:
    sent, received = 0, 0
    for one, other in tokens:
        sent, received = sent + one, received + other
    return sent, received


def _wording(params: AugmentParams, language: str) -> Wording:
    code = primary_language(language)
    own = code if code in LANGUAGES else LANGUAGES[0]
    return Wording(
        model=params.model or "",
        prompt_language=own if params.prompt_language == "auto" else params.prompt_language,
        term_language=language,
        near_misses=params.hard_negatives,
        temperature=params.temperature,
        max_tokens=params.max_tokens,
    )


def _groups(
    params: AugmentParams, terms: list[str], language: str, folder: Path, progress: Progress
) -> list[tuple[str, ...]]:
    """The groups of the terms; those of an earlier run if nothing changed."""
    from nymgraph.pipeline.augment.encoding import (  # torch: only when on
        encode_terms,
        encoder_identity,
    )
    from nymgraph.pipeline.augment.grouping import group_terms

    settings: dict[str, Any] = {
        "terms": digest({"terms": terms}),
        "encoder": encoder_identity(params),
        "settings": params.model_dump(include={"k", "max_distance", "max_group", "seed"}),
    }
    with open_work(folder / "groups", settings, 1) as work:
        for shard in work.pending:
            vectors = encode_terms(terms, language, params, folder / "vectors", progress)
            with progress.track("augment: neighbourhoods grouped", 1) as advance:
                found = group_terms(
                    vectors, params.k, params.max_distance, params.max_group, params.seed
                )
                advance(1)
            names = [[terms[row] for row in rows] for rows in found]
            work.commit(shard, pl.DataFrame({"terms": names}, schema={"terms": pl.List(pl.String)}))
        return [tuple(group) for group in pl.read_parquet(work.file(0))["terms"].to_list()]


def _pairs_to_judge(
    path: Path, lexicon: pl.Series, language: str
) -> tuple[list[tuple[str, str]], list[Reject]]:
    """The pairs of a user's table, oriented, sorted, each once; what cannot be asked is listed."""
    rows = read_table(path)
    require_columns(rows, ["term_a", "term_b"], path)
    rows = rows.select(pl.col("term_a", "term_b").cast(pl.String))
    for column in ("term_a", "term_b"):
        refuse_rows(rows, pl.col(column).fill_null("") == "", path, column, "a term")
    if rows.is_empty():
        raise InputError(f"{path} holds no pairs", cure="give a table with at least one row")
    given = [tuple(sorted((clean(a, language), clean(b, language)))) for a, b in rows.iter_rows()]
    terms = set(lexicon.to_list())
    pairs: list[tuple[str, str]] = []
    rejects: list[Reject] = []
    seen: set[tuple[str, ...]] = set()
    for row, pair in enumerate(given, 1):
        if pair in seen:
            reason = "duplicate"
        elif pair[0] == pair[1]:
            reason = "same_term"
        elif not terms.issuperset(pair):
            reason = "not_in_lexicon"
        else:
            pairs.append((pair[0], pair[1]))
            seen.add(pair)
            continue
        rejects.append(Reject(path.name, row, list(pair), None, reason))
    return sorted(pairs), rejects
