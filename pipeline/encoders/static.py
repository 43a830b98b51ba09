"""Training a static encoder from nothing: synonyms, glosses and plain text.

The rows are those of `adaptation`: a term, a synonym of it, and a co-hyponym or an antonym that is
to be farther away. Rows from text are added: a term is to lie near its gloss, and one half of a
line near the other half (its words dealt out at random), each against a text drawn at random. The
loss is that of `adaptation`.

Contract: nothing that is learnt may show that two held-out terms are synonyms. Synonyms are those
of training pairs; a gloss is left out when any term that it explains is held out, for the terms of
a synset share their gloss, and two terms drawn to one gloss are drawn to each other. The text of
the other glosses and of the corpus may hold any words, as any text may.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph.discriminator import LabelledPairs
from nymgraph.pipeline.encoders.adaptation import Triples, draw_triples
from nymgraph.pipeline.settings.params import AdaptParams

__all__ = ["StaticTexts", "draw_rows", "free_glosses", "static_texts"]

Ints = npt.NDArray[np.int64]


class StaticTexts(NamedTuple):
    """Texts to learn from, and which of them belong together.

    Attributes:
        texts: The terms, then glosses, then halves of lines.
        left: int64 (n_matches,), places of terms and of first halves.
        right: int64 (n_matches,), places of their glosses and second halves.
    """

    texts: list[str]
    left: Ints
    right: Ints


def free_glosses(
    glosses: pl.DataFrame, terms: Sequence[str], split: npt.NDArray[np.int8]
) -> pl.DataFrame:
    """The glosses that explain no held-out term.

    Args:
        glosses: Columns term, gloss.
        terms: The lexicon.
        split: int8 (n_terms,), split of each term; 0 is free.

    Returns:
        Columns term_id, gloss: those of lexicon terms.
    """
    lexicon = pl.DataFrame(
        {"term": list(terms), "term_id": np.arange(len(terms)), "held": split != 0}
    )
    known = glosses.join(lexicon, on="term", how="inner", maintain_order="left")
    leaking = known.filter("held").select("gloss").unique()
    return known.join(leaking, on="gloss", how="anti", maintain_order="left").select(
        "term_id", "gloss"
    )


def static_texts(
    terms: Sequence[str], glosses: pl.DataFrame, corpus: Sequence[str], seed: int
) -> StaticTexts:
    """Lay out the texts to learn from.

    Args:
        terms: The lexicon.
        glosses: Columns term_id, gloss, as `free_glosses` gives them.
        corpus: Lines of plain text; those of fewer than four words are not used.
        seed: Seed of the dealing of words.

    Returns:
        The texts and what belongs together.
    """
    texts = list(terms)
    left, right = glosses["term_id"].to_list(), range(len(texts), len(texts) + glosses.height)
    texts += glosses["gloss"].to_list()
    halves = _halves(corpus, seed)
    first = np.arange(len(texts), len(texts) + len(halves), 2)
    return StaticTexts(
        texts + halves,
        np.concatenate([np.array(left, np.int64), first]),
        np.concatenate([np.array(right, np.int64), first + 1]),
    )


def draw_rows(known: LabelledPairs, texts: StaticTexts, params: AdaptParams) -> Triples:
    """Draw the rows of training, half of them from text where there is any.

    Args:
        known: Training pairs, some of them synonyms.
        texts: What belongs together.
        params: The section `adapt`.

    Returns:
        The rows, shuffled; their ids are places in `texts.texts`.
    """
    n_rows = params.steps * params.batch_size
    n_text = n_rows // 2 if len(texts.left) else 0
    rows = draw_triples(known, n_rows - n_text, params.antonym_share, params.seed)
    random = np.random.default_rng([params.seed, 1])
    drawn, other = random.integers(0, max(1, len(texts.left)), (2, n_text))
    read = Triples(
        texts.left[drawn], texts.right[drawn], texts.right[other], np.zeros(n_text, np.bool_)
    )
    order = random.permutation(n_rows)
    return Triples(*(np.concatenate(ends) for ends in zip(rows, read, strict=True))).take(order)


def _halves(corpus: Sequence[str], seed: int) -> list[str]:
    """The words of each line dealt out to two texts, one after the other."""
    random = np.random.default_rng([seed, 2])
    halves = []
    for line in corpus:
        words = line.split()
        if len(words) >= 4:
            order = random.permutation(len(words))
            for part in (order[::2], order[1::2]):
                halves.append(" ".join(words[i] for i in np.sort(part)))
    return halves
