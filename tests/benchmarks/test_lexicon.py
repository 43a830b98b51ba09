"""The lexicon of the scale runs: seeded, of real words, each term once."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from benchmarks import lexicon
from benchmarks.lexicon import lexicon_blocks, write_lexicon
from tests.lexicon.installed import installed


@pytest.fixture(scope="module", autouse=True)
def _parsed_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lexicon, "read_synsets", lambda *_: iter(installed("english")))
        yield


@pytest.fixture(scope="module")
def terms(_parsed_once: None) -> list[str]:
    return [term for block in lexicon_blocks(8_000, seed=3) for term in block]


def test_so_many_terms_each_once(terms: list[str]) -> None:
    assert len(terms) == len(set(terms)) == 8_000
    assert all(term == term.strip() and term for term in terms)


def test_the_seed_decides(terms: list[str]) -> None:
    assert [term for block in lexicon_blocks(8_000, seed=3) for term in block] == terms
    assert [term for block in lexicon_blocks(8_000, seed=4) for term in block] != terms


def test_lemmas_stand_in_it_and_the_rest_is_made_of_them(terms: list[str]) -> None:
    every = {term for synset in installed("english") for term in synset.terms}
    n_lemmas = round(lexicon.LEMMA_SHARE * len(terms))
    assert all(term in every for term in terms[:n_lemmas])
    words = set(terms[:n_lemmas])
    made = terms[n_lemmas:]
    compounds = sum(" " in term and all(word in words for word in term.split()) for term in made)
    assert compounds > 0.4 * len(made)
    assert sum(term.lower() != term and term.upper() == term for term in made) > 0.01 * len(made)
    assert sum("-" in term for term in made) > 0.05 * len(made)


def test_it_goes_on_past_a_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexicon, "BLOCK", 500)
    drawn = [term for block in lexicon_blocks(3_000) for term in block]
    assert len(drawn) == len(set(drawn)) == 3_000


@pytest.mark.parametrize("suffix", ["txt", "parquet"])
def test_written_as_text_and_as_parquet(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"lexicon.{suffix}"
    write_lexicon(path, 300)
    drawn = [term for block in lexicon_blocks(300) for term in block]
    read = path.read_text("utf-8").splitlines() if suffix == "txt" else _column(path)
    assert read == drawn


def _column(path: Path) -> list[str]:
    return pl.read_parquet(path)["term"].to_list()
