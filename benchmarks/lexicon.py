"""A large lexicon made of real words, for measuring scale: `python -m benchmarks.lexicon`.

A share of the terms are lemmas of WordNet 3.1, taken in blocks of neighbouring synsets, so that
a smaller lexicon has proportionally fewer labelled pairs. The rest are made of them: compounds
of two or three words (some words occur much more often than others), and inflections, slips of
the keyboard, other case and other hyphenation of lemmas and of compounds that are in the lexicon
too. Each term once; the same seed and number of terms give the same lexicon; memory does not
grow with the text, only by eight bytes a term (a hash, to tell repetitions).

    python -m benchmarks.lexicon --terms 1e6 --out lexicon.parquet
"""

from collections.abc import Callable, Iterator
from itertools import chain, islice
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from benchmarks.machine import options
from nymgraph.pipeline.lexicon.hashing import stable_hashes
from nymgraph.pipeline.lexicon.wordnet import find_edition, read_synsets

LEMMA_SHARE = 0.15
KINDS = {"compound": 0.53, "inflected": 0.18, "typo": 0.12, "hyphen": 0.11, "case": 0.06}
"""Kinds of the other terms, and their shares."""
BLOCK = 65_536
"""Terms drawn at once; part of what the seed means."""
_SYNSETS = 256
_SUFFIXES = ("s", "ed", "ing", "'s", "er", "ly", "ness", "like")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"

Draws = NDArray[np.float64]


def main() -> None:
    """Write a lexicon as Parquet (column `term`) or, by its suffix .txt, a term a line."""
    parser = options(__doc__)
    parser.add_argument("--terms", type=float, default=1e6)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    write_lexicon(asked.out, int(asked.terms), asked.seed)


def write_lexicon(path: Path, n_terms: int, seed: int = 0) -> None:
    """Write the terms, block by block.

    Args:
        path: Ends in .parquet or .txt.
        n_terms: How many.
        seed: Of all draws.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".txt":
        with path.open("w", encoding="utf-8") as stream:
            for block in lexicon_blocks(n_terms, seed):
                stream.writelines(f"{term}\n" for term in block)
        return
    with pq.ParquetWriter(path, pa.schema([("term", pa.string())]), compression="zstd") as writer:
        for block in lexicon_blocks(n_terms, seed):
            writer.write_table(pa.table({"term": block}))


def lexicon_blocks(n_terms: int, seed: int = 0) -> Iterator[list[str]]:
    """Draw a lexicon.

    Args:
        n_terms: How many terms.
        seed: Of all draws.

    Yields:
        Some terms at a time, n_terms in all, none of them twice.
    """
    lemmas = _lemmas(round(LEMMA_SHARE * n_terms), seed)
    words = [lemma for lemma in lemmas if lemma.isalpha() and len(lemma) > 2]
    made = (_derived(lemmas, words, np.random.default_rng([seed, i])) for i in range(1_000_000))
    seen, left = np.empty(0, np.uint64), n_terms
    for block in chain([lemmas], made):
        hashes = stable_hashes(pl.Series(block, dtype=pl.String))
        _, first = np.unique(hashes, return_index=True)
        new = np.sort(first[~_is_in(hashes[first], seen)])[:left]
        yield [block[place] for place in new]
        seen = np.sort(np.concatenate([seen, hashes[new]]))
        left -= len(new)
        if not left:
            return


def _is_in(hashes: NDArray[np.uint64], rising: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Which hashes are among sorted ones."""
    if not len(rising):
        return np.zeros(len(hashes), np.bool_)
    place = np.searchsorted(rising, hashes).clip(max=len(rising) - 1)
    return np.asarray(rising[place] == hashes)


def _lemmas(wanted: int, seed: int) -> list[str]:
    """Terms of whole blocks of synsets, the blocks in random order; all of WordNet at most."""
    synsets = [synset.terms for synset in read_synsets(find_edition("english"))]
    blocks = [synsets[start : start + _SYNSETS] for start in range(0, len(synsets), _SYNSETS)]
    order = np.random.default_rng(seed).permutation(len(blocks))
    terms = chain.from_iterable(chain.from_iterable(blocks[place] for place in order))
    return list(islice(dict.fromkeys(terms), wanted))


def _derived(lemmas: list[str], words: list[str], random: np.random.Generator) -> list[str]:
    """A block of terms made of lemmas; variants are of lemmas or of compounds of this block."""
    compounds = _compounds(words, round(KINDS["compound"] * BLOCK), random)
    block = list(compounds)
    for kind, change in _CHANGES.items():
        n_made = round(KINDS[kind] * BLOCK)
        of_compound, place, *draws = random.random((5, n_made))
        bases = [
            pool[int(at * len(pool))]
            for at, pool in zip(
                place, (compounds if x < 0.7 else lemmas for x in of_compound), strict=True
            )
        ]
        block += [change(*made) for made in zip(bases, *draws, strict=True)]
    return [block[place] for place in random.permutation(len(block))]


def _compounds(words: list[str], n_made: int, random: np.random.Generator) -> list[str]:
    """Two words, or three for one in five; the n-th word comes with density n^(-1/2)."""
    draws = (random.random((n_made, 3)) ** 2 * len(words)).astype(np.int64)
    n_words = 2 + (random.random(n_made) < 0.2)
    return [
        " ".join(words[place] for place in row[:n])
        for row, n in zip(draws.tolist(), n_words.tolist(), strict=True)
    ]


def _inflected(term: str, which: float, _place: float, _letter: float) -> str:
    return term + _SUFFIXES[int(which * len(_SUFFIXES))]


def _typo(term: str, which: float, place: float, letter: float) -> str:
    """A letter left out, doubled, replaced, or swapped with the next."""
    at = int(place * len(term))
    other = _LETTERS[int(letter * len(_LETTERS))]
    middle = (
        "",
        term[at] * 2,
        other,
        term[at + 1 : at + 2] + term[at],
    )[int(which * 4)]
    return term[:at] + middle + term[at + 1 + (which >= 0.75) :]


def _hyphenated(term: str, which: float, place: float, _letter: float) -> str:
    """A hyphen, or nothing, for a space; a word of one piece is parted."""
    if " " in term:
        return term.replace(" ", "-" if which < 0.7 else "", 1)
    at = 1 + int(place * max(1, len(term) - 1))
    return f"{term[:at]}-{term[at:]}"


def _recased(term: str, which: float, _place: float, _letter: float) -> str:
    return term.title() if which < 0.6 else term.upper()


_CHANGES: dict[str, Callable[[str, float, float, float], str]] = {
    "inflected": _inflected,
    "typo": _typo,
    "hyphen": _hyphenated,
    "case": _recased,
}


if __name__ == "__main__":
    main()
