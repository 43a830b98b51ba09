"""Fine-tuning an encoder so that synonyms lie near and opposites do not.

A row of training is (anchor, positive, negative): a term, a synonym of it, and a term that must
be farther away. The loss is multiple negatives ranking (InfoNCE): among the positives and
negatives of the whole batch the row's own positive is to be the nearest,

    L = - mean ln( exp(cos(x, x+) / t) / sum over y of exp(cos(x, y) / t) ),  t = 0.05

to which the rows whose negative is an antonym add a term of their own (`ranking_loss`).
Source: Henderson et al., Efficient Natural Language Response Suggestion, 2017, section 4.4; with
gradient caching in the full method (Gao et al., RepL4NLP 2021).

Contract: only training pairs come in; a synonym pair is drawn by its weight (how sure it is,
and how much of the use of both lies in what they share), less of large families, by
1 / sqrt(degree x degree). The same seed gives the same rows and, on one machine, the same weights.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from nymgraph.discriminator import (
    ANTONYM,
    CO_HYPONYM,
    SYNONYM,
    LabelledPairs,
    pair_keys,
    step_callback,
)
from nymgraph.pipeline.devices import resolve_precision
from nymgraph.pipeline.encoders.states import kept_below, layer_stack
from nymgraph.pipeline.settings.params import AdaptParams

if TYPE_CHECKING:
    from datasets import Dataset
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.training_args import (
        SentenceTransformerTrainingArguments,
    )
    from torch.nn import Module

__all__ = [
    "AdaptSettings",
    "NegativeQuality",
    "Triples",
    "adapt_encoder",
    "draw_triples",
    "freeze_below",
    "mine_negatives",
    "settings_of",
]

Ints = npt.NDArray[np.int64]
TEMPERATURE = 0.05
TOKENS = 8
"""Longer terms are cut in training, for a batch costs as much as its longest term; a prompt is not
counted."""
_COLUMNS = ("anchor", "positive", "negative")


class Triples(NamedTuple):
    """Rows of training, (n_rows,): three int64 term ids, and whether the last is an antonym."""

    anchor: Ints
    positive: Ints
    negative: Ints
    opposed: npt.NDArray[np.bool_]

    def take(self, rows: npt.NDArray[Any]) -> "Triples":
        """Pick rows, by place (integer) or by mark (bool)."""
        return Triples(
            self.anchor[rows], self.positive[rows], self.negative[rows], self.opposed[rows]
        )


class NegativeQuality(NamedTuple):
    """Whether mined negatives are worth training on.

    Attributes:
        mined: How many rows got a mined negative.
        informativeness: (mean cosine to the negative - to a random term) / (to the positive - to a
            random term): 0 is as easy as random, 1 as near as a synonym.
        known_synonyms: Share of the mined neighbours that the labels call synonyms: these were
            thrown out, and dictionaries with gaps leave about as large a share in.
        nearer_than_positive: Share of the kept negatives that lie nearer than the row's positive:
            some of them are synonyms that no label knows.
    """

    mined: int
    informativeness: float
    known_synonyms: float
    nearer_than_positive: float


@dataclass(frozen=True)
class AdaptSettings:
    """How to fine-tune an encoder.

    Attributes:
        layers: Layers trained, from the top; None for all, the token embeddings too.
        batch_size: Rows in one step, and so the number of contrasting terms.
        learning_rate: Highest rate; a tenth of the steps warm up, the rest decay linearly.
        bfloat16: Compute in bfloat16 (autocast).
        cached_rows: Rows in one forward pass when gradients are cached, so that a batch need not
            fit the memory; None: no caching.
        save_steps: A checkpoint after each so many steps; an interrupted run goes on from it.
        seed: Decides the order of the rows.
    """

    layers: int | None
    batch_size: int
    learning_rate: float
    bfloat16: bool
    cached_rows: int | None
    save_steps: int
    seed: int


def settings_of(params: AdaptParams) -> AdaptSettings:
    """Read the settings from the parameters, for the method that they name.

    Args:
        params: The section `adapt`.

    Returns:
        The settings.
    """
    full = params.method == "full"
    static = params.method == "static"
    return AdaptSettings(
        layers=params.layers if params.method == "light" else None,
        batch_size=params.batch_size,
        learning_rate=params.learning_rate,
        bfloat16=not static and resolve_precision(params.precision, params.device) == "bfloat16",
        cached_rows=params.cached_rows if full else None,
        save_steps=params.save_steps,
        seed=params.seed,
    )


def draw_triples(pairs: LabelledPairs, n_rows: int, antonym_share: float, seed: int) -> Triples:
    """Draw rows: synonyms against co-hyponyms, and terms with an antonym against that.

    Args:
        pairs: Training pairs, some of them synonyms.
        n_rows: Number of rows.
        antonym_share: Share of the rows whose negative is an antonym, if there are any.
        seed: Seed of the draw.

    Returns:
        The rows, shuffled. An anchor whose antonym is known but no synonym is its own positive.
    """
    random = np.random.default_rng(seed)
    (synonyms, weight), (antonyms, _), (co_hyponyms, _) = (
        _both_ways(pairs, code) for code in (SYNONYM, ANTONYM, CO_HYPONYM)
    )
    n_opposed = round(antonym_share * n_rows) if len(antonyms) else 0
    opposed = antonyms[random.integers(0, len(antonyms), n_opposed)] if n_opposed else antonyms
    degree = np.bincount(synonyms[:, 0])
    share = weight / np.sqrt(degree[synonyms[:, 0]] * degree[synonyms[:, 1]])
    drawn = synonyms[random.choice(len(synonyms), n_rows - n_opposed, p=share / share.sum())]
    positive = np.concatenate([drawn[:, 1], _partner(synonyms, opposed[:, 0], random)])
    others = _co_hyponyms(co_hyponyms, drawn, random)
    rows = Triples(
        anchor=np.concatenate([drawn[:, 0], opposed[:, 0]]),
        positive=positive,
        negative=np.concatenate([_apart(others, drawn, synonyms, random), opposed[:, 1]]),
        opposed=np.arange(n_rows) >= len(drawn),
    )
    order = random.permutation(n_rows)
    return rows.take(order)


def mine_negatives(
    model: "SentenceTransformer",
    terms: Sequence[str],
    triples: Triples,
    pairs: LabelledPairs,
    margin: float,
    corpus_size: int,
    seed: int,
) -> tuple[Triples, NegativeQuality]:
    """Replace co-hyponyms by near neighbours that are farther away than the positive by a margin.

    The margin is relative to the positive's cosine (NV-Retriever, Moreira et al., 2024), so that it
    adapts to each row: unlabelled synonyms, which lie as near as labelled ones, are left alone.
    Rows whose negative is an antonym keep it.

    Args:
        model: The encoder as it is.
        terms: n_terms strings.
        triples: Rows as drawn.
        pairs: Training pairs: their synonyms are never negatives.
        margin: Least relative distance, 0 to 1: cos(negative) <= (1 - margin) cos(positive).
        corpus_size: Negatives are sought among so many terms at most, those of the pairs, drawn.
        seed: Seed of that draw.

    Returns:
        The rows, and what the mined negatives are worth.
    """
    random = np.random.default_rng(seed)
    rows = np.flatnonzero(~triples.opposed & (triples.anchor != triples.positive))
    known = np.unique(np.concatenate([pairs.a, pairs.b]))
    corpus = np.sort(random.choice(known, min(corpus_size, len(known)), replace=False))
    found = _mined(model, terms, triples.take(rows), corpus, margin)
    synonyms = np.isin(pair_keys(found.anchor, found.negative), _keys(pairs, SYNONYM))
    kept = found.take(~synonyms)
    quality = _quality(model, terms, kept, float(synonyms.mean()) if len(synonyms) else 0.0, random)
    return _join(triples, rows, kept), quality


def adapt_encoder(
    model: "SentenceTransformer",
    terms: Sequence[str],
    triples: Triples,
    settings: AdaptSettings,
    work: Path,
    advance: Callable[[int], None],
) -> None:
    """Fine-tune an encoder in place, going on from the last checkpoint in the working folder.

    Args:
        model: The encoder.
        terms: n_terms strings, as the encoder is to read them.
        triples: Rows, in the order drawn.
        settings: How.
        work: Folder for checkpoints; it must belong to these very rows and settings.
        advance: Called with the number of steps just done.
    """
    from sentence_transformers import SentenceTransformerTrainer
    from transformers import PrinterCallback

    freeze_below(model, settings.layers)
    # for examples that a card lacks the library draws a bar of its own; no card is kept
    model.model_card_data.widget = [{"text": ""}]
    trainer = SentenceTransformerTrainer(
        model=model,
        args=_arguments(model, settings, work),
        train_dataset=_dataset(terms, triples, _COLUMNS, label=triples.opposed.astype(np.float32)),
        loss=_loss(model, settings.cached_rows),
        callbacks=[step_callback(advance)],
    )
    trainer.remove_callback(PrinterCallback)  # progress is shown by `advance` alone
    texts = [terms[i] for i in np.unique(np.concatenate(triples[:3]))]
    below = (settings.layers, texts, work, settings.bfloat16)
    with _cut_short(model, TOKENS + _prompt_tokens(model)), kept_below(model, *below):
        trainer.train(resume_from_checkpoint=_last_checkpoint(work))
    model.eval()


def freeze_below(model: "SentenceTransformer", layers: int | None) -> None:
    """Leave only the top layers of a transformer to be trained.

    Args:
        model: The encoder.
        layers: How many; None: everything is trained.

    Raises:
        ParameterError: It has no layers.
    """
    if layers is None:
        return
    stack = layer_stack(model)
    for parameter in model.parameters():
        parameter.requires_grad = False
    for layer in stack[max(0, len(stack) - layers) :]:
        for parameter in layer.parameters():
            parameter.requires_grad = True


def _dataset(
    terms: Sequence[str], triples: Triples, columns: Sequence[str], **others: npt.NDArray[Any]
) -> "Dataset":
    """The terms of some columns, and other columns as they are."""
    from datasets import Dataset

    texts = {name: [terms[i] for i in getattr(triples, name)] for name in columns}
    return Dataset.from_dict({**texts, **others})


def _mined(
    model: "SentenceTransformer", terms: Sequence[str], rows: Triples, corpus: Ints, margin: float
) -> Triples:
    """The rows for which a near neighbour was found among the corpus, with it as negative."""
    from sentence_transformers.util import mine_hard_negatives

    if len(rows.anchor) == 0:
        return rows
    place = {terms[i]: int(i) for i in np.concatenate([corpus, rows.anchor, rows.positive])}
    mined = mine_hard_negatives(
        _dataset(terms, rows, _COLUMNS[:2]),
        model,
        corpus=[terms[i] for i in corpus],
        range_max=32,
        relative_margin=margin,
        num_negatives=1,
        sampling_strategy="top",
        output_format="triplet",
        output_scores=False,
        batch_size=256,
        use_faiss=True,
        verbose=False,
    )
    anchor, positive, negative = (
        np.array([place[term] for term in mined[column]], np.int64) for column in _COLUMNS
    )
    return Triples(anchor, positive, negative, np.zeros(len(mined), np.bool_))


def _loss(model: "SentenceTransformer", cached_rows: int | None) -> "Module":
    """The ranking loss, with cached gradients if so many rows are named."""
    from nymgraph.pipeline.encoders.ranking_loss import CachedOpposedRankingLoss, OpposedRankingLoss
    from nymgraph.pipeline.encoders.subwords import SubwordEmbedding

    scale = 1 / TEMPERATURE
    if cached_rows is None or isinstance(model[0], SubwordEmbedding):  # its batches are one list
        return OpposedRankingLoss(model, scale)
    return CachedOpposedRankingLoss(model, scale, mini_batch_size=cached_rows)


def _arguments(
    model: "SentenceTransformer", settings: AdaptSettings, work: Path
) -> "SentenceTransformerTrainingArguments":
    """How the trainer is to run."""
    from sentence_transformers.sentence_transformer.training_args import (
        SentenceTransformerTrainingArguments,
    )

    return SentenceTransformerTrainingArguments(
        output_dir=str(work),
        num_train_epochs=1,
        per_device_train_batch_size=settings.batch_size,
        learning_rate=settings.learning_rate,
        warmup_steps=0.1,
        weight_decay=0.01,
        bf16=settings.bfloat16,
        use_cpu=model.device.type == "cpu",
        seed=settings.seed,
        save_strategy="steps",
        save_steps=settings.save_steps,
        save_total_limit=2,
        prompts=model.prompts.get(model.default_prompt_name or "") or None,
        report_to="none",
        disable_tqdm=True,
        logging_strategy="no",
        dataloader_drop_last=True,
        dataloader_pin_memory=False,
    )


def _prompt_tokens(model: "SentenceTransformer") -> int:
    """How many tokens the prompt takes."""
    prompt = model.prompts.get(model.default_prompt_name or "") or ""
    return len(model.tokenizer.tokenize(prompt)) if prompt and model.tokenizer else 0


@contextmanager
def _cut_short(model: "SentenceTransformer", tokens: int) -> Iterator[None]:
    """Let a model read only the first tokens of each term for a while."""
    limit = model.max_seq_length
    if limit is None:  # an encoder without positions reads all
        yield
        return
    model.max_seq_length = min(limit, tokens)
    try:
        yield
    finally:
        model.max_seq_length = limit


def _both_ways(pairs: LabelledPairs, code: int) -> tuple[Ints, npt.NDArray[np.float32]]:
    """The pairs of a relation in both directions: (2 n, 2), sorted; and their weights, (2 n,)."""
    chosen = pairs.take(pairs.relation == code)
    ends = np.stack([chosen.a, chosen.b], axis=1)
    both, first = np.unique(np.concatenate([ends, ends[:, ::-1]]), axis=0, return_index=True)
    return both, np.tile(chosen.weight, 2)[first]


def _partner(pairs: Ints, terms: Ints, random: np.random.Generator) -> Ints:
    """Draw for each term one of its partners in sorted pairs; the term itself if it has none."""
    first, last = (np.searchsorted(pairs[:, 0], terms, side) for side in ("left", "right"))
    place = first + (random.random(len(terms)) * (last - first)).astype(np.int64)
    partner = pairs[np.minimum(place, len(pairs) - 1), 1]
    return np.where(last > first, partner, terms)


def _co_hyponyms(co_hyponyms: Ints, drawn: Ints, random: np.random.Generator) -> Ints:
    """A co-hyponym of each anchor, else of the positive, else any term of another pair."""
    co_hyponym = _partner(co_hyponyms, drawn[:, 0], random) if len(co_hyponyms) else drawn[:, 0]
    lacking = co_hyponym == drawn[:, 0]
    if len(co_hyponyms):
        second = _partner(co_hyponyms, drawn[:, 1], random)
        co_hyponym = np.where(lacking, second, co_hyponym)
        lacking &= second == drawn[:, 1]
    return np.where(lacking, drawn[random.permutation(len(drawn)), 1], co_hyponym)


def _apart(
    negative: Ints, drawn: Ints, synonyms: Ints, random: np.random.Generator, tries: int = 20
) -> Ints:
    """Draw anew the negatives that are the anchor itself or a known synonym of it."""
    known, anew = pair_keys(synonyms[:, 0], synonyms[:, 1]), random.spawn(1)[0]
    for _ in range(tries):
        clash = (negative == drawn[:, 0]) | np.isin(pair_keys(drawn[:, 0], negative), known)
        if not clash.any():
            break
        other = drawn[anew.integers(0, len(drawn), len(drawn)), 1]
        negative = np.where(clash, other, negative)
    return negative


def _keys(pairs: LabelledPairs, code: int) -> Ints:
    chosen = pairs.relation == code
    return pair_keys(pairs.a[chosen], pairs.b[chosen])


def _join(triples: Triples, rows: Ints, mined: Triples) -> Triples:
    """Put mined negatives into the rows of the same anchor and positive."""
    where = {
        (anchor, positive): row
        for anchor, positive, row in zip(
            triples.anchor[rows].tolist(),
            triples.positive[rows].tolist(),
            rows.tolist(),
            strict=True,
        )
    }
    negative = triples.negative.copy()
    for anchor, positive, found in zip(*(column.tolist() for column in mined[:3]), strict=True):
        negative[where[anchor, positive]] = found
    return triples._replace(negative=negative)


def _quality(
    model: "SentenceTransformer",
    terms: Sequence[str],
    kept: Triples,
    known_synonyms: float,
    random: np.random.Generator,
    sample: int = 2_000,
) -> NegativeQuality:
    """Measure mined rows on a sample of them."""
    if len(kept.anchor) == 0:
        return NegativeQuality(0, 0.0, known_synonyms, 0.0)
    rows = random.choice(len(kept.anchor), min(sample, len(kept.anchor)), replace=False)
    anchor, positive, negative = (
        model.encode([terms[i] for i in column[rows]], normalize_embeddings=True)
        for column in kept[:3]
    )
    to_positive, to_negative = (anchor * positive).sum(axis=1), (anchor * negative).sum(axis=1)
    to_random = (anchor * negative[random.permutation(len(rows))]).sum(axis=1).mean()
    return NegativeQuality(
        mined=len(kept.anchor),
        informativeness=float(
            (to_negative.mean() - to_random) / max(to_positive.mean() - to_random, 1e-6)
        ),
        known_synonyms=known_synonyms,
        nearer_than_positive=float((to_negative > to_positive).mean()),
    )


def _last_checkpoint(work: Path) -> str | None:
    """The newest whole checkpoint of an interrupted training."""
    whole = [path for path in work.glob("checkpoint-*") if (path / "trainer_state.json").is_file()]
    return str(max(whole, key=lambda path: int(path.name.split("-")[1]))) if whole else None
