"""`nymgraph fit`: a table of labelled pairs to a classifier that stands by itself.

Contract of the table: columns term_a, term_b, relation (two or three of synonym, antonym,
co_hyponym), if you like split (train, validation, test) and confidence. Without a split, some terms
are held out, and the pairs that touch one validate. A term of a validation or test pair
occurs in no training pair: a table that breaks this is refused, unless pairs are to be split at
random, as is often published.
"""

import json
import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from nymgraph.discriminator import (
    RELATIONS,
    SYNONYM,
    LabelledPairs,
    Lexicon,
    classification_metrics,
    save_head,
)
from nymgraph.pipeline.artefacts import content_hash, replace_folder, write_atomic
from nymgraph.pipeline.classifier.cross_encoder import train_behind
from nymgraph.pipeline.classifier.head import fit_head
from nymgraph.pipeline.classifier.known_terms import KnownTerms, save_known
from nymgraph.pipeline.classifier.model import (
    MODEL_FORMAT,
    PairModel,
    encode_terms,
    load_pair_model,
    open_encoder,
)
from nymgraph.pipeline.classifier.trained import save_crossed
from nymgraph.pipeline.classifier.training_set import World
from nymgraph.pipeline.devices import resolve_device, resolve_precision
from nymgraph.pipeline.encoders.adaptation import adapt_encoder, settings_of
from nymgraph.pipeline.encoders.beginnings import begin
from nymgraph.pipeline.encoders.encoders import locate_model
from nymgraph.pipeline.errors import InputError, ParameterError
from nymgraph.pipeline.lexicon.labelled import touching
from nymgraph.pipeline.lexicon.normalise import clean
from nymgraph.pipeline.lexicon.relations import claims_of_dictionary, claims_of_table, resolve
from nymgraph.pipeline.lexicon.spelled import spell_terms
from nymgraph.pipeline.lexicon.splits import spared_terms, split_terms
from nymgraph.pipeline.lexicon.tables import read_table, refuse_rows, require_columns
from nymgraph.pipeline.params import PairTable, Params, TrainParams, WordNetSource
from nymgraph.pipeline.progress import Progress
from nymgraph.pipeline.schemas import SPLIT_NAMES

__all__ = ["FitRequest", "fit", "judge_table"]

_log = logging.getLogger("nymgraph")
_LEAST_STEPS = 400
_BATCHES_PER_EPOCH = 30
_WORK = ".work"
SPLITS = ("term", "random")


@dataclass(frozen=True)
class FitRequest:
    """What to fit on.

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
        params: Sections `adapt` and `train` say how.
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
    params: Params = field(default_factory=Params)
    seed: int = 0


def fit(request: FitRequest, progress: Progress) -> dict[str, Any]:
    """Train a classifier and write its folder, whole or not at all.

    Args:
        request: What to fit on.
        progress: Told of the steps.

    Returns:
        Its figures on the validation pairs and, if the table has them, on the test pairs.

    Raises:
        InputError: The table cannot be used: a bad row, a leak, too few pairs.
        ParameterError: The split has no such name.
    """
    if request.split not in SPLITS:
        raise ParameterError(
            f"no such split: {request.split!r}", expected=" or ".join(SPLITS), cure="choose one"
        )
    rows = _table(request)
    terms = sorted({*rows["term_a"], *rows["term_b"]})
    parts = _parts(rows, terms)
    temporary = request.out.with_name(f".{request.out.name}.partial")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    try:
        notes = _train(request, terms, parts, temporary, progress)
        figures = _measured(load_pair_model(temporary), rows)
        _write_json(temporary / "model.json", {**notes, "figures": figures})
        replace_folder(temporary, request.out)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return figures


def judge_table(model: PairModel, pairs: Path, out: Path) -> int:
    """Judge a table of pairs and write it with three more columns.

    Args:
        model: The model.
        pairs: A table with the columns term_a and term_b; other columns are kept.
        out: File to write, .csv, .tsv, .jsonl or .parquet.

    Returns:
        Number of pairs.

    Raises:
        InputError: The table cannot be read or has an empty term, or the kind of `out` is unknown.
    """
    _writer(out)
    rows = read_table(pairs)
    require_columns(rows, ["term_a", "term_b"], pairs)
    rows = rows.with_columns(pl.col("term_a", "term_b").cast(pl.String))
    for column in ("term_a", "term_b"):
        refuse_rows(rows, pl.col(column).fill_null("") == "", pairs, column, "a term")
    judged = model.judge(rows["term_a"].to_list(), rows["term_b"].to_list())
    columns = [pl.Series(f"p_{name}", judged[:, place]) for place, name in enumerate(RELATIONS)]
    out.parent.mkdir(parents=True, exist_ok=True)
    whole, write = rows.with_columns(columns), _writer(out)
    write_atomic(out, lambda path: write(whole, path))
    return rows.height


def _writer(out: Path) -> Callable[[pl.DataFrame, Path], object]:
    """How to write a user's table, told by the suffix of the file."""
    writers: dict[str, Callable[[pl.DataFrame, Path], object]] = {
        ".parquet": lambda rows, path: rows.write_parquet(path),
        ".csv": lambda rows, path: rows.write_csv(path),
        ".tsv": lambda rows, path: rows.write_csv(path, separator="\t"),
        ".jsonl": lambda rows, path: rows.write_ndjson(path),
    }
    suffix = out.suffix.lower()
    if suffix not in writers:
        raise InputError(
            f"{out}: this kind of table is not known",
            got=suffix or "no suffix",
            expected=", ".join(writers),
            cure="name the file with one of these suffixes",
        )
    return writers[suffix]


def _table(request: FitRequest) -> pl.DataFrame:
    """The pairs of the table with their split and weight, and those of the dictionary."""
    claims = claims_of_table(PairTable(path=request.pairs), _language(request))
    pairs, conflicts = resolve(claims, pl.concat([claims["term_a"], claims["term_b"]]).unique())
    if pairs.is_empty():
        reasons = conflicts.group_by("reason").len().sort("reason").iter_rows()
        raise InputError(
            f"{request.pairs} has no pair to learn from",
            got=", ".join(f"{reason} {n:,}" for reason, n in reasons) or "no rows with a relation",
            expected="pairs of two terms, of two or three relations",
            cure="label more pairs",
        )
    if conflicts.height:
        _log.warning("%d pairs of %s contradict themselves", conflicts.height, request.pairs)
    pairs = _with_split(pairs, request).select(
        "term_a", "term_b", "relation", "split", weight=pl.col("confidence")
    )
    if request.dictionary is None:
        return pairs
    return pl.concat([pairs, _dictionary_pairs(pairs, request)], how="vertical_relaxed")


def _with_split(pairs: pl.DataFrame, request: FitRequest) -> pl.DataFrame:
    given = read_table(request.pairs)
    if "split" in given.columns:
        return _given_split(pairs, given, request)
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


def _given_split(pairs: pl.DataFrame, given: pl.DataFrame, request: FitRequest) -> pl.DataFrame:
    """The split that the table brings; a term of a held-out pair must train nowhere."""
    path = request.pairs
    known = pl.col("split").is_in(list(SPLIT_NAMES)).fill_null(value=False)
    refuse_rows(given, ~known, path, "split", f"one of {', '.join(SPLIT_NAMES)}")
    written = partial(clean, language=_language(request))
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


def _language(request: FitRequest) -> str:
    return request.params.ingest.language


def _dictionary_pairs(pairs: pl.DataFrame, request: FitRequest) -> pl.DataFrame:
    """Dictionary pairs of the same relations that touch no held-out and no excluded term."""
    source = WordNetSource(kind="wordnet", edition=request.dictionary)  # type: ignore[arg-type]
    per_hypernym, language = request.params.label.co_hyponyms_per_hypernym, _language(request)
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
        weight=pl.lit(request.dictionary_weight),
    )


def _parts(rows: pl.DataFrame, terms: list[str]) -> dict[str, LabelledPairs]:
    """The pairs of each split as arrays."""
    row = {term: number for number, term in enumerate(terms)}
    code = {name: place for place, name in enumerate(RELATIONS)}
    parts = {}
    for name in SPLIT_NAMES:
        part = rows.filter(pl.col("split") == name)
        a, b = (np.array([row[t] for t in part[end]], np.int64) for end in ("term_a", "term_b"))
        relation = np.array([code[r] for r in part["relation"]], np.int8)
        pairs = LabelledPairs.of(a, b, relation)
        parts[name] = pairs._replace(weight=part["weight"].cast(pl.Float32).to_numpy())
    return parts


def _train(
    request: FitRequest,
    terms: list[str],
    parts: dict[str, LabelledPairs],
    folder: Path,
    progress: Progress,
) -> dict[str, Any]:
    """Train encoder, head and cross-encoder into the folder; the notes on the model."""
    train = request.params.train
    resolve_device(train.device)  # refused now, not after the encoder has learnt
    spared = np.zeros(len(terms), dtype=bool)
    if request.params.adapt.method != "none":
        free, adapt = np.zeros(len(terms), np.int8), request.params.adapt
        spared = spared_terms(terms, free, adapt.spared, adapt.seed)
    learnt = parts["train"].take(~touching(parts["train"], spared))
    notes = _fit_encoder(request, terms, learnt, folder, progress)
    encoder = open_encoder(folder, notes, request.params.adapt.device)
    spellings = spell_terms(terms, _language(request)) if train.surface else None
    vectors, hoods = encode_terms(encoder, terms), None
    if train.neighbours:
        known = KnownTerms.of(terms, vectors, parts["train"])
        save_known(folder / "known", known)
        held = np.unique(np.concatenate([parts["validation"].a, parts["validation"].b]))
        hoods = known.neighbourhoods(terms, vectors, held)  # of the terms that are calibrated on
    lexicon = Lexicon(vectors, spellings, hoods)
    world = World(terms, lexicon, parts["train"], parts["validation"], None, spared)
    trained = fit_head(_head_params(train, len(world.train.a)), world, progress, world.train)
    save_head(folder / "head.safetensors", trained, {"revision": str(notes["revision"])})
    crossed = train_behind(trained, world, train, folder / _WORK, progress)
    if crossed is not None:
        save_crossed(folder / "cross_encoder", crossed)
    _write_json(folder / "model.json", notes)
    return notes


def _fit_encoder(
    request: FitRequest, terms: list[str], train: LabelledPairs, folder: Path, progress: Progress
) -> dict[str, Any]:
    """Fine-tune the encoder, if that is asked for; the notes on it."""
    params = request.params.adapt
    if params.method == "static":
        raise ParameterError(
            "a static encoder is trained with the lexicon, not on a table of pairs",
            cure="run `nymgraph adapt`, set adapt.encoder to data/adapt/encoder and give "
            "--adapt none",
        )
    location = locate_model(params.encoder, params.revision)
    notes: dict[str, Any] = {
        "format": MODEL_FORMAT,
        "language": _language(request),
        "classifier": request.params.train.classifier,
        "encoder": params.encoder,
        "revision": location.revision,
        "adapted": params.method != "none",
        "prompt": params.prompt,
        "precision": resolve_precision(params.precision, params.device),
        "trust_remote_code": params.trust_remote_code,
    }
    if not notes["adapted"]:
        return notes
    if not (train.relation == SYNONYM).any():
        raise InputError(
            "no synonym pair to fine-tune the encoder on", cure="set adapt.method to none"
        )
    free, device = np.zeros(len(terms), np.int8), resolve_device(params.device)
    start = begin(params, terms, free, train, notes["language"], device)
    work = folder / _WORK
    with progress.track("encoder: steps", params.steps) as advance:
        adapt_encoder(start.model, start.texts, start.rows, settings_of(params), work, advance)
    start.model.save(str(folder / "encoder"), create_model_card=False)
    shutil.rmtree(work)
    return notes | {"revision": content_hash(folder / "encoder")}


def _head_params(params: TrainParams, n_pairs: int) -> TrainParams:
    """Few pairs go in small batches and many epochs."""
    batch_size = min(params.batch_size, max(32, n_pairs // _BATCHES_PER_EPOCH))
    epochs = max(params.epochs, -(-_LEAST_STEPS // max(1, n_pairs // batch_size)))
    return params.model_copy(update={"batch_size": batch_size, "epochs": epochs})


def _measured(model: PairModel, rows: pl.DataFrame) -> dict[str, Any]:
    """Figures on the held-out pairs of the table."""
    code = {name: place for place, name in enumerate(RELATIONS)}
    figures = {}
    for name in ("validation", "test"):
        part = rows.filter(pl.col("split") == name)
        if part.height:
            judged = model.judge(part["term_a"].to_list(), part["term_b"].to_list())
            relation = np.array([code[r] for r in part["relation"]], np.int8)
            figures[name] = _present(classification_metrics(judged, relation).to_dict())
    return figures


def _present(figures: dict[str, Any]) -> dict[str, Any]:
    """Figures of the relations that occur: the mean over those alone."""
    f1 = {name: value for name, value in figures["f1"].items() if figures["support"][name]}
    return figures | {"f1": f1, "macro_f1": sum(f1.values()) / len(f1)}


def _write_json(path: Path, content: dict[str, Any]) -> None:
    text = json.dumps(content, indent=2, sort_keys=True) + "\n"
    write_atomic(path, lambda temporary: temporary.write_text(text, "utf-8"))
