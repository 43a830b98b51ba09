"""A user's table of labelled pairs, read once into what a classifier is trained on.

Contract of the table: columns term_a, term_b, relation (two or three of synonym, antonym,
co_hyponym), and optionally split (train, validation, test) and confidence. Without a split, some
terms are held out, and the pairs that touch one serve for validation. A term of a validation or
test pair occurs in no training pair: a table that breaks this is refused, unless pairs are to be
split at random, as is often published.
"""

import logging
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl

from nymgraph.discriminator import LabelledPairs
from nymgraph.pipeline.errors import InputError, ParameterError
from nymgraph.pipeline.lexicon.labelled import relation_codes
from nymgraph.pipeline.lexicon.normalise import clean
from nymgraph.pipeline.lexicon.relations import claims_of_dictionary, claims_of_rows, resolve
from nymgraph.pipeline.lexicon.splits import split_terms
from nymgraph.pipeline.lexicon.tables import read_table, refuse_rows, require_columns
from nymgraph.pipeline.schemas import SPLIT_NAMES
from nymgraph.pipeline.settings.params import PairTable, Params, WordNetSource

__all__ = ["FitRequest", "TrainingPairs", "read_training_pairs"]

_log = logging.getLogger("nymgraph")
_SPLITS = ("term", "random")


@dataclass(frozen=True)
class FitRequest:
    """A table of pairs to fit on, and how to split it.

    Attributes:
        pairs: The table.
        out: Folder of the model.
        dictionary: Edition of WordNet whose pairs are added to the training, or None.
        dictionary_pairs: So many of them at most of each relation, so that the table is not
            drowned.
        dictionary_weight: Their weight in the loss, beside 1 for a pair of the table.
        exclude: Tables (term_a, term_b) whose terms no dictionary pair may touch, such as the
            test pairs that the model will be measured on.
        validation_fraction: Share of the terms held out where the table has no split.
        split: "term", or "random" to split pairs, not terms.
        seed: Seed of the split.
    """

    pairs: Path
    out: Path
    dictionary: str | None = None
    dictionary_pairs: int = 10_000
    dictionary_weight: float = 0.3
    exclude: tuple[Path, ...] = ()
    validation_fraction: float = 0.05
    split: str = "term"
    seed: int = 0


@dataclass(frozen=True)
class TrainingPairs:
    """The pairs that a classifier is trained and measured on.

    Attributes:
        terms: The terms of all pairs, sorted.
        language: Their language code.
        rows: term_a, term_b, relation, split, confidence (weight in the loss), sources; a and b,
            the places of the two terms.
    """

    terms: list[str]
    language: str
    rows: pl.DataFrame

    def part(self, split: str) -> pl.DataFrame:
        """The rows of a split, a name of SPLIT_NAMES."""
        return self.rows.filter(pl.col("split") == split)

    def labelled(self, split: str) -> LabelledPairs:
        """The pairs of a split as arrays, weighted by confidence."""
        rows = self.part(split)
        a, b = (rows[end].to_numpy().astype(np.int64) for end in ("a", "b"))
        weight = rows["confidence"].cast(pl.Float32).to_numpy()
        return LabelledPairs(a, b, relation_codes(rows), weight)


def read_training_pairs(request: FitRequest, params: Params) -> TrainingPairs:
    """Read the table once, split it, and add what a dictionary knows.

    Args:
        request: What to fit on.
        params: The language of the terms, and how many co-hyponyms of a dictionary are drawn.

    Returns:
        The pairs.

    Raises:
        InputError: The table cannot be used: a bad row, a leak.
        ParameterError: The split has no such name.
    """
    if request.split not in _SPLITS:
        raise ParameterError(
            f"no such split: {request.split!r}", expected=" or ".join(_SPLITS), cure="choose one"
        )
    given, language = read_table(request.pairs), params.ingest.language
    pairs = _labelled(given, request.pairs, language)
    if "split" in given.columns:
        pairs = _given_split(pairs, given, language, request)
    else:
        pairs = _drawn_split(pairs, request)
    rows = pairs.select("term_a", "term_b", "relation", "split", "confidence", "sources")
    if request.dictionary is not None:
        new = _dictionary_pairs(rows, request, params)
        rows = pl.concat([rows, new], how="vertical_relaxed")
    terms = sorted({*rows["term_a"], *rows["term_b"]})
    number = pl.DataFrame({"term": terms}, {"term": pl.String}).with_row_index("row")
    for end in ("a", "b"):
        ids = number.select(pl.col("term").alias(f"term_{end}"), pl.col("row").alias(end))
        rows = rows.join(ids, on=f"term_{end}", how="left", maintain_order="left")
    return TrainingPairs(terms, language, rows)


def _labelled(given: pl.DataFrame, path: Path, language: str) -> pl.DataFrame:
    """The pairs of a table, each with one relation."""
    claims = claims_of_rows(given, PairTable(path=path), language)
    pairs, conflicts = resolve(claims, pl.concat([claims["term_a"], claims["term_b"]]).unique())
    if pairs.is_empty():
        reasons = conflicts.group_by("reason").len().sort("reason").iter_rows()
        raise InputError(
            f"{path} has no pair to learn from",
            got=", ".join(f"{reason} {n:,}" for reason, n in reasons) or "no rows with a relation",
            expected="pairs of two terms, of two or three relations",
            cure="label more pairs",
        )
    if conflicts.height:
        _log.warning("%d pairs of %s contradict themselves", conflicts.height, path)
    return pairs


def _drawn_split(pairs: pl.DataFrame, request: FitRequest) -> pl.DataFrame:
    """Some pairs held out for validation: those of drawn terms, or drawn themselves."""
    if request.split == "random":
        random = np.random.default_rng(request.seed)
        held = random.random(pairs.height) < request.validation_fraction
    else:
        terms = sorted({*pairs["term_a"], *pairs["term_b"]})
        none = np.empty(0, np.int64)
        split = split_terms(terms, none, none, request.validation_fraction, 0.0, request.seed)
        out = pl.Series([term for term, code in zip(terms, split, strict=True) if code])
        touches = pl.col("term_a").is_in(out.implode()) | pl.col("term_b").is_in(out.implode())
        held = pairs.select(touches).to_series().to_numpy()
    names = pl.when(pl.Series(held)).then(pl.lit("validation")).otherwise(pl.lit("train"))
    return pairs.with_columns(split=names)


def _given_split(
    pairs: pl.DataFrame, given: pl.DataFrame, language: str, request: FitRequest
) -> pl.DataFrame:
    """The split that the table brings; a term of a held-out pair must train nowhere."""
    path = request.pairs
    known = pl.col("split").is_in(list(SPLIT_NAMES)).fill_null(value=False)
    refuse_rows(given, ~known, path, "split", f"one of {', '.join(SPLIT_NAMES)}")
    written = partial(clean, language=language)
    ends = given.with_columns(
        pl.col("term_a", "term_b").cast(pl.String).map_elements(written, return_dtype=pl.String)
    )
    rows = ends.select(
        pl.min_horizontal("term_a", "term_b").alias("term_a"),
        pl.max_horizontal("term_a", "term_b").alias("term_b"),
        "split",
    ).unique(maintain_order=True)
    if request.split == "term":
        _refuse_leak(rows, path)
    first = rows.unique(["term_a", "term_b"], keep="first", maintain_order=True)
    return pairs.join(first, on=["term_a", "term_b"], maintain_order="left")


def _refuse_leak(rows: pl.DataFrame, path: Path) -> None:
    trained = rows.filter(pl.col("split") == "train")
    known = pl.concat([trained["term_a"], trained["term_b"]]).implode()
    held = rows.filter(pl.col("split") != "train")
    leaks = held.filter(pl.col("term_a").is_in(known) | pl.col("term_b").is_in(known))
    if leaks.height:
        a, b = leaks.select("term_a", "term_b").row(0)
        raise InputError(
            f"{path}: {leaks.height} held-out pairs share a term with a training pair",
            got=f"{a}, {b}",
            expected="a split by term, or figures mean nothing",
            cure="split by terms, leave the column split out, or say --split random to do it "
            "knowingly",
        )


def _dictionary_pairs(pairs: pl.DataFrame, request: FitRequest, params: Params) -> pl.DataFrame:
    """Dictionary pairs of the same relations that touch no held-out and no excluded term."""
    source = WordNetSource(kind="wordnet", edition=request.dictionary)  # type: ignore[arg-type]
    per_hypernym, language = params.label.co_hyponyms_per_hypernym, params.ingest.language
    claims = claims_of_dictionary(source, per_hypernym, request.seed, language)
    held = pairs.filter(pl.col("split") != "train")
    out = [held["term_a"], held["term_b"]]
    for path in request.exclude:
        table = read_table(path)
        require_columns(table, ["term_a", "term_b"], path)
        out += [table["term_a"], table["term_b"]]
    names = pl.concat([column.cast(pl.String) for column in out]).drop_nulls().unique()
    written = partial(clean, language=language)
    excluded = names.map_elements(written, return_dtype=pl.String).implode()
    claims = claims.filter(
        ~pl.col("term_a").is_in(excluded)
        & ~pl.col("term_b").is_in(excluded)
        & pl.col("relation").is_in(pairs["relation"].cast(pl.String).unique().implode())
    )
    known, _ = resolve(claims, pl.concat([claims["term_a"], claims["term_b"]]).unique())
    new = known.join(pairs, on=["term_a", "term_b"], how="anti", maintain_order="left")
    lot = pl.int_range(pl.len()).shuffle(request.seed).over("relation")
    return new.filter(lot < request.dictionary_pairs).select(
        "term_a",
        "term_b",
        "relation",
        split=pl.lit("train"),
        confidence=pl.lit(request.dictionary_weight, pl.Float32),
        sources="sources",
    )
