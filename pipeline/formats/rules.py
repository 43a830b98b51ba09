"""Synonym rules for search engines of the Lucene family.

The grammar is that of Lucene's SolrSynonymParser: a line is a rule; terms stand between commas;
`a, b => c` replaces a and b by c, without an arrow each term stands for all; a line that begins
with `#` is a comment; a backslash takes the next character as it is. A term of several words needs
no quotes. The first term of a rule is the representative of its cluster, which is what an engine
keeps when it does not expand (`expand=false`).

An engine refuses the whole file if its analyser leaves nothing of one term, and it widens a query
by anything spelled alike. So terms without a letter or digit, and terms that it would take for
something else (`ambiguity`), are left out and listed.

A term with a letter wrong (`slips`) leads to the right spelling and its synonyms, and none of them
to it: `wheelbarow => wheelbarow, wheelbarrow, garden cart`. It stays on the right, for documents
that have it too.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from itertools import chain, count, islice
from typing import NamedTuple, TextIO

import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph.pipeline.formats.ambiguity import form_of, unfit_terms
from nymgraph.pipeline.formats.folder import FormatFolder
from nymgraph.pipeline.formats.losses import (
    Loss,
    cohesion,
    links,
    other_columns,
    pairs,
    singletons,
    soft,
)
from nymgraph.pipeline.formats.slips import slips_among
from nymgraph.pipeline.formats.together import Together
from nymgraph.pipeline.lookup.export import Export
from nymgraph.pipeline.schemas import EXPORTED_CLUSTERS, EXPORTED_TERMS, EXPORTED_VARIANTS
from nymgraph.pipeline.settings.params import RuleParams

__all__ = ["LEFT_OUT", "LeftOut", "Rule", "rule_text", "select", "write_rules"]

LEFT_OUT = "left_out.jsonl"
_NO_LETTER = "no letter or digit: an analyser would leave nothing of it, and refuse the whole file"
_SAME = "the same to an engine as another term of its rule"
_APART = "no synonym of every other term of its rule, or not mostly in that sense"
_COMPOUND = "it holds another term of its rule, and would only repeat it"
_TOO_FEW = "fewer than two terms of the cluster are left"
_CAPPED = "beyond export.rules.max_rules"
_LETTER = 2  # so short a word is a letter or a mark
_SPECIAL = re.compile(r"\\|,|=>|^#")


class Rule(NamedTuple):
    """The synonyms of one cluster.

    Attributes:
        cluster_id: Its id.
        terms: Its terms, the representative first, unless it is a slip.
        slip: 0; else the first term is the first, second, ... slip of the cluster, and stands for
            the others, but they not for it.
    """

    cluster_id: int
    terms: tuple[str, ...]
    slip: int = 0

    @property
    def id(self) -> str:
        """The id of the cluster, behind it the number of the slip."""
        return f"{self.cluster_id}-{self.slip}" if self.slip else str(self.cluster_id)


class LeftOut:
    """Writes LEFT_OUT: one line for the terms of a cluster that are in no rule, with the reason.

    Args:
        stream: The file.

    Attributes:
        terms: Number of terms left out, by reason.
        lines: Number of lines written.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.terms: Counter[str] = Counter()
        self.lines = 0

    def add(self, cluster_id: int, terms: list[str], reason: str) -> None:
        """Write terms down, if there are any."""
        if terms:
            row = {"cluster_id": str(cluster_id), "terms": terms, "reason": reason}
            self._stream.write(json.dumps(row, ensure_ascii=False) + "\n")
            self.terms[reason] += len(terms)
            self.lines += 1


def select(export: Export, params: RuleParams, left_out: LeftOut) -> Iterator[Rule]:
    """The rules of an export, in the order of cluster_id.

    Args:
        export: The export.
        params: `max_rules`: so many rules at most, or None for all. Those of the most frequent
            terms are kept (where the lexicon has frequencies), then the most cohesive clusters,
            then by id. `short`: take in terms of one or two letters.
        left_out: Takes what is in no rule.

    Yields:
        A rule of two terms or more.
    """
    kept, forms = _kept(export, params.max_rules), _forms(export)
    unfit, together = unfit_terms(export, short=params.short), Together(export)
    place = count()
    for batch in export.batches(EXPORTED_CLUSTERS, ["cluster_id", "representative", "members"]):
        for cluster_id, representative, members in batch.iter_rows():
            if kept is not None and not kept[next(place)]:
                left_out.add(cluster_id, members, _CAPPED)
                continue
            ranked = sorted(members, key=lambda term: term != representative)
            known = {x: unfit[x] for x in ranked if x in unfit}
            usable, reasons = _usable(ranked, known, export.language)
            fit = together.fit(usable)
            reasons |= dict.fromkeys((x for x in usable if x not in fit), _APART)
            usable = fit
            if len(usable) < 2:
                reasons |= dict.fromkeys(usable, _TOO_FEW)
            for reason in dict.fromkeys(reasons.values()):
                terms = [term for term in members if reasons.get(term) == reason]
                left_out.add(cluster_id, terms, reason)
            if len(usable) > 1:
                yield from _rules(cluster_id, usable, forms, export.language, params.form)


def _forms(export: Export) -> dict[str, list[str]]:
    """The inflected forms that were set aside, by lemma: an engine may not know them for one."""
    found: dict[str, list[str]] = {}
    for batch in export.batches(EXPORTED_VARIANTS, ["lemma", "variant"]):
        for lemma, variant in batch.iter_rows():
            found.setdefault(lemma, []).append(variant)
    return found


def _rules(
    cluster_id: int, terms: list[str], forms: dict[str, list[str]], language: str, form: str
) -> Iterator[Rule]:
    """The rule of a cluster and, where each term stands for all, one for each slip among them."""
    slips = slips_among(terms, language)
    right = [x for term in terms if term not in slips for x in (term, *forms.get(term, ()))]
    if form == "explicit":
        yield Rule(cluster_id, (*right, *slips))
        return
    if len(right) > 1:
        yield Rule(cluster_id, tuple(right))
    for number, slip in enumerate(slips, 1):
        yield Rule(cluster_id, (slip, *right), number)


def _usable(
    terms: list[str], unfit: dict[str, str], language: str
) -> tuple[list[str], dict[str, str]]:
    """The terms that may stand in one rule, in their order, and why the others may not."""
    usable: dict[str, str] = {}  # by form
    reasons: dict[str, str] = {}
    for term in terms:
        form = form_of(term, language)
        if not form:
            reasons[term] = _NO_LETTER
        elif term in unfit:
            reasons[term] = unfit[term]
        elif form in usable:
            reasons[term] = _SAME
        else:
            usable[form] = term
    for form in [form for form in usable if _repeats(form, usable)]:
        reasons[usable.pop(form)] = _COMPOUND
    return list(usable.values()), reasons


def _repeats(form: str, forms: Collection[str]) -> bool:
    """Whether a form of several words holds another one of the rule: street sign, street."""
    words = form.split(" ")
    if len(words) == 1 or not all(word.isalpha() for word in words):
        return False
    runs = (" ".join(words[i:j]) for i in range(len(words)) for j in range(i + 1, len(words) + 1))
    return any(run != form and len(run) > _LETTER and run in forms for run in runs)


def rule_text(rule: Rule, form: str) -> str:
    """One rule in the grammar of Solr.

    Args:
        rule: The rule.
        form: `equivalent` (each stands for all) or `explicit` (all are replaced by the first).

    Returns:
        The line, without its end.
    """
    escaped = [_escape(term) for term in rule.terms]
    if rule.slip:
        return f"{escaped[0]} => {', '.join(escaped)}"
    if form == "explicit":
        return f"{', '.join(escaped[1:])} => {escaped[0]}"
    return ", ".join(escaped)


def write_rules(
    export: Export,
    folder: FormatFolder,
    params: RuleParams,
    names: str,
    text: Callable[[Rule], str],
    around: tuple[str, str, str] = ("", "", ""),
) -> list[Loss]:
    """Write the rules of an export into files, and list what is in none.

    Args:
        export: The export.
        folder: Where to write.
        params: How many rules there may be, in all and in a file.
        names: Name of the files, with `{}` for the number.
        text: What is written of a rule.
        around: What stands in a file before the rules, between two, and behind all.

    Returns:
        What the rules cannot carry.
    """
    with folder.text(LEFT_OUT) as stream:
        left_out = LeftOut(stream)
        rules = select(export, params, left_out)
        for number, part in _files(rules, params.rules_per_file):
            name = names.format(number)
            with folder.text(name) as file:
                file.write(around[0])
                rows = 0
                for rows, rule in enumerate(part, 1):
                    file.write((around[1] if rows > 1 else "") + text(rule))
                file.write(around[2])
                folder.declare(name, "a rule: synonyms of one cluster, or a slip of one", rows)
    folder.declare(LEFT_OUT, "terms of one cluster that are in no rule, and why", left_out.lines)
    return _losses(export, left_out)


def _files(rules: Iterator[Rule], rules_per_file: int) -> Iterator[tuple[str, Iterator[Rule]]]:
    """Cut rules into files, one at least; each must be used up before the next."""
    ahead = next(rules, None)
    for number in count(1):
        first = [] if ahead is None else [ahead]
        yield f"{number:04d}", chain(first, islice(rules, rules_per_file - len(first)))
        ahead = next(rules, None)
        if ahead is None:
            return


def _escape(term: str) -> str:
    return _SPECIAL.sub(lambda match: "\\" + match[0], term)


def _kept(export: Export, max_rules: int | None) -> npt.NDArray[np.bool_] | None:
    """Which clusters make a rule, in the order of the file; None for all."""
    if max_rules is None or export.rows(EXPORTED_CLUSTERS) <= max_rules:
        return None
    frequency = export.scan(EXPORTED_TERMS).group_by("cluster_id").agg(pl.col("frequency").sum())
    clusters = export.scan(EXPORTED_CLUSTERS).select("cluster_id", "cohesion")
    ranked = (
        clusters.with_row_index("row")
        .join(frequency, on="cluster_id", how="left")
        .sort(["frequency", "cohesion", "cluster_id"], descending=[True, True, False])
        .head(max_rules)
        .collect()
    )
    kept = np.zeros(export.rows(EXPORTED_CLUSTERS), np.bool_)
    kept[ranked["row"].to_numpy()] = True
    return kept


def _losses(export: Export, left_out: LeftOut) -> list[Loss]:
    """The losses: facts that no synonym rule can state, and terms left out."""
    return [
        *(
            Loss("terms of clusters", number, reason, LEFT_OUT)
            for reason, number in sorted(left_out.terms.items())
        ),
        singletons(export, "a rule needs two terms"),
        soft(export),
        links(export, "opposite"),
        links(export, "related"),
        pairs(export),
        cohesion(export),
        *other_columns(export),
    ]
