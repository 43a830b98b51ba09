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
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph.discriminator import LabelledPairs
from nymgraph.pipeline.errors import InputError, ParameterError
from nymgraph.pipeline.lexicon.labelled import hold_back, labelled_pairs
from nymgraph.pipeline.lexicon.normalise import clean
from nymgraph.pipeline.lexicon.relations import claims_of_dictionary, claims_of_rows, resolve
from nymgraph.pipeline.lexicon.splits import split_terms
from nymgraph.pipeline.lexicon.tables import pair_rows, read_table, refuse_rows, require_columns
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


class TrainingPairs(NamedTuple):
    """The pairs that a classifier is trained and measured on.

    Attributes:
        terms: The terms of all pairs, sorted.
        language: Their language code.
        rows: term_a, term_b, relation, split, confidence (weight in the loss), sources; a and b,
            the places of the two terms.
        train: The training pairs, weighted by confidence.
        validation: The validation pairs.
        learnt: Of the training pairs those that the encoder learns.
        held_back: bool (n_terms,), terms of whose pairs it learns none.
    """

    terms: list[str]
    language: str
    rows: pl.DataFrame
    train: LabelledPairs
    validation: LabelledPairs
    learnt: LabelledPairs
    held_back: npt.NDArray[np.bool_]


def read_training_pairs(request: FitRequest, params: Params) -> TrainingPairs:
    """Read the table once, split it, and add what a dictionary knows.

    Args:
        request: What to fit on.
        params: The language of the terms, how many co-hyponyms of a dictionary are drawn, and how
            many terms are held back from the encoder.

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
    path, language = request.pairs, params.ingest.language
    given = pair_rows(read_table(path), path, language)
    if "split" in given.columns:
        known = pl.col("split").is_in(list(SPLIT_NAMES)).fill_null(value=False)
        refuse_rows(given, ~known, path, "split", f"one of {', '.join(SPLIT_NAMES)}")
    claims = claims_of_rows(given, PairTable(path=path))
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
    rows = _split(pairs, given, request).select(
        "term_a", "term_b", "relation", "split", "confidence", "sources"
    )
    if request.dictionary is not None:
        new = _dictionary_pairs(rows, request, params)
        rows = pl.concat([rows, new], how="vertical_relaxed")
    terms = sorted({*rows["term_a"], *rows["term_b"]})
    number = pl.DataFrame({"term": terms}, {"term": pl.String}).with_row_index("row")
    for end in ("a", "b"):
        ids = number.select(pl.col("term").alias(f"term_{end}"), pl.col("row").alias(end))
        rows = rows.join(ids, on=f"term_{end}", how="left", maintain_order="left")
    train, validation = (labelled_pairs(rows.filter(split=x)) for x in ("train", "validation"))
    adapt, free = params.adapt, np.zeros(len(terms), np.int8)
    share = 0.0 if adapt.method == "none" else adapt.spared
    learnt, held_back = hold_back(train, terms, free, share, adapt.seed)
    return TrainingPairs(terms, language, rows, train, validation, learnt, held_back)


def _split(pairs: pl.DataFrame, given: pl.DataFrame, request: FitRequest) -> pl.DataFrame:
    """The split that the table brings, where a term of a held-out pair trains nowhere; or drawn."""
    if "split" in given.columns:
        rows = given.select(
            pl.min_horizontal("term_a", "term_b").alias("term_a"),
            pl.max_horizontal("term_a", "term_b").alias("term_b"),
            "split",
        ).unique(maintain_order=True)
        trained = rows.filter(split="train")
        known = pl.concat([trained["term_a"], trained["term_b"]]).implode()
        leaks = rows.filter(
            pl.col("split") != "train",
            pl.col("term_a").is_in(known) | pl.col("term_b").is_in(known),
        )
        if leaks.height and request.split == "term":
            a, b = leaks.select("term_a", "term_b").row(0)
            raise InputError(
                f"{request.pairs}: {leaks.height} held-out pairs share a term with a training pair",
                got=f"{a}, {b}",
                expected="a split by term, or figures mean nothing",
                cure="split by terms, leave the column split out, or say --split random to do it "
                "knowingly",
            )
        first = rows.unique(["term_a", "term_b"], keep="first", maintain_order=True)
        return pairs.join(first, on=["term_a", "term_b"], maintain_order="left")
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
