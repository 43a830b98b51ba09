"""The training of an encoder, by method: the model as it is, the rows it learns, and the training.

light and full begin with a model that is there, static with nothing.
"""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph.discriminator import CO_HYPONYM, LabelledPairs
from nymgraph.pipeline.encoders.adaptation import (
    Triples,
    adapt_encoder,
    draw_triples,
    mine_negatives,
    settings_of,
)
from nymgraph.pipeline.encoders.encoders import load_model, locate_model, read_as
from nymgraph.pipeline.encoders.static import draw_rows, free_glosses, static_texts
from nymgraph.pipeline.lexicon.dictionaries import glosses
from nymgraph.pipeline.lexicon.files import read_lines
from nymgraph.pipeline.progress import Progress
from nymgraph.pipeline.settings.params import AdaptParams
from nymgraph.pipeline.storage.artefacts import new_folder

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

__all__ = ["Beginning", "affordable", "begin", "begin_with_model", "fine_tune"]


_log = logging.getLogger("nymgraph")
PASSES = 4
"""How often a pair is seen at most, on average."""


@dataclass(frozen=True)
class Beginning:
    """A model before its training.

    Attributes:
        model: The encoder.
        texts: What the ids of the rows stand for.
        language: Their language code.
        rows: The rows to train on.
        figures: What is worth knowing about them.
    """

    model: "SentenceTransformer"
    texts: Sequence[str]
    language: str
    rows: Triples
    figures: dict[str, Any] = field(default_factory=dict)


def begin(
    params: AdaptParams,
    terms: list[str],
    split: npt.NDArray[np.int8],
    known: LabelledPairs,
    language: str,
    device: str,
) -> Beginning:
    """Make ready what the parameters ask for.

    Args:
        params: The section `adapt`; its method is not none.
        terms: The lexicon.
        split: int8 (n_terms,), split of each term; 0 is free.
        known: Training pairs, some of them synonyms.
        language: Language code of the lexicon.
        device: A torch device.

    Returns:
        The model, its rows, and figures on them.

    Raises:
        InputError: A dictionary or a corpus cannot be read.
        DependencyError: The encoder or a dictionary is not there.
        ParameterError: The encoder cannot be trained.
    """
    if params.method == "static":
        return _from_nothing(params, terms, split, known, language, device)
    return begin_with_model(params, terms, known, language, device)


def begin_with_model(
    params: AdaptParams, terms: list[str], known: LabelledPairs, language: str, device: str
) -> Beginning:
    """Make a model that is there ready for light or full fine-tuning, as `begin` does.

    Args:
        params: The section `adapt`; its method is light or full.
        terms: The terms of the pairs.
        known: Training pairs, some of them synonyms.
        language: Language code of the terms.
        device: A torch device.

    Returns:
        The model, its rows, and figures on them.
    """
    model = load_model(
        locate_model(params.encoder, params.revision),
        device,
        prompt=params.prompt,
        trust_remote_code=params.trust_remote_code,
    )
    n_rows = params.steps * params.batch_size
    rows = draw_triples(known, n_rows, params.antonym_share, params.seed)
    if params.method == "light":
        return Beginning(model, terms, language, rows)
    rows, quality = mine_negatives(
        model, terms, rows, known, params.margin, params.mining_corpus, params.seed
    )
    return Beginning(model, terms, language, rows, {"negatives": quality._asdict()})


def affordable(params: AdaptParams, known: LabelledPairs) -> AdaptParams:
    """Lower the number of steps where there are too few pairs for it, and say so.

    A pair that is seen again and again is learnt by heart, and the encoder loses what it knew. So
    many steps are made that every synonym and antonym is seen `PASSES` times at most on average.

    Args:
        params: The section `adapt`.
        known: Training pairs.

    Returns:
        The section, maybe with fewer steps; as it is for a static encoder, which learns from text.
    """
    n_pairs = int((known.relation != CO_HYPONYM).sum())
    steps = max(1, PASSES * n_pairs // params.batch_size)
    if params.method not in ("light", "full") or steps >= params.steps:
        return params
    _log.info(
        "the encoder: %d steps of %d, for there are %d synonyms and antonyms only",
        steps,
        params.steps,
        n_pairs,
    )
    return params.model_copy(update={"steps": steps})


def fine_tune(
    start: Beginning, params: AdaptParams, work: Path, progress: Progress, title: str
) -> Path:
    """Train an encoder, going on from the last checkpoint in the working folder.

    Args:
        start: Where it begins.
        params: The section `adapt`.
        work: Folder for checkpoints; it must belong to this very training.
        progress: Shows the steps.
        title: What they are called.

    Returns:
        The folder of the trained encoder, inside the working folder.
    """
    with progress.track(title, params.steps) as advance:
        how = settings_of(params)
        texts = [read_as(text, start.language) for text in start.texts]
        adapt_encoder(start.model, texts, start.rows, how, work, advance)
    with new_folder(work / "encoder") as folder:
        start.model.save(str(folder), create_model_card=False)
        _forget_the_machine(folder)
    return work / "encoder"


def _from_nothing(
    params: AdaptParams,
    terms: list[str],
    split: npt.NDArray[np.int8],
    known: LabelledPairs,
    language: str,
    device: str,
) -> Beginning:
    from nymgraph.pipeline.encoders.subwords import common_units, new_subword_model

    static = params.static
    explained = glosses(static.glosses, language)
    free = free_glosses(explained, terms, split)
    lines = [line for path in static.corpus for line in read_lines(path)]
    read = static_texts(terms, free, lines, params.seed)
    units = common_units(read.texts, language, static.units)
    model = new_subword_model(units, static.dim, language, params.seed, device)
    inside = explained.filter(pl.col("term").is_in(terms)).height
    figures = {
        "units": len(units),
        "glosses": free.height,
        "glosses_left_out": inside - free.height,
        "lines": len(lines),
    }
    return Beginning(
        model, read.texts, language, draw_rows(known, read, params), {"static": figures}
    )


def _forget_the_machine(folder: Path) -> None:
    """Leave away how the tokenizer was found: the same training gives the same bytes offline."""
    for file in folder.rglob("tokenizer_config.json"):
        content = json.loads(file.read_text("utf-8"))
        if content.pop("local_files_only", None) is not None:
            file.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", "utf-8")
