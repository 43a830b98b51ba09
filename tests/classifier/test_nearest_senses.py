"""The nearest senses of terms, against a plain loop; and what they do to judgements, by hand."""

import numpy as np
import polars as pl
import pytest

from nymgraph.pipeline.classifier import nearest_senses as module
from nymgraph.pipeline.classifier.nearest_senses import (
    BASE,
    JUDGED,
    NEAR,
    RARE,
    TermSenses,
    ordered_by_senses,
)


def unit(random: np.random.Generator, n: int) -> np.ndarray[tuple[int, int], np.dtype[np.float16]]:
    found = random.standard_normal((n, 8))
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float16)


def some_senses() -> TermSenses:
    random = np.random.default_rng(0)
    return TermSenses(unit(random, 9), np.array([0, 1, 1, 3, 3, 3, 8]), unit(random, 7))


def test_the_nearest_senses_are_those_of_a_plain_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAIRS_AT_ONCE", 4)
    terms = some_senses()
    vectors, senses = terms.vectors.astype(np.float32), terms.senses.astype(np.float32)
    a, b = np.triu_indices(9)
    expected = []
    for x, y in zip(a, b, strict=True):
        own, other = senses[terms.of == x], senses[terms.of == y]
        plain = vectors[x] @ vectors[y]
        expected.append((own @ other.T).max() if len(own) and len(other) else plain)
    np.testing.assert_allclose(terms.cosines(a, b), expected, atol=2e-3)
    nothing = np.empty(0, np.int64)
    assert terms.cosines(nothing, nothing).shape == (0,)


def test_senses_of_other_parts_of_speech_and_rare_ones() -> None:
    vectors = np.eye(4, dtype=np.float16)
    senses = vectors[[0, 1, 1, 0, 2]]
    terms = TermSenses(
        vectors,
        np.array([0, 0, 1, 1, 2]),
        senses,
        share=np.array([0.8, 0.2, 0.5, 0.5, 1.0], np.float32),
        speech=np.array([1, 1, 1, 2, 2]),
    )
    found = terms.nearest(np.array([0, 0, 1, 0]), np.array([1, 2, 2, 3]))
    # the second sense of one and the first of the other; no common part of speech; the other pair
    expected = [1 + RARE * np.log(0.2 + 1e-3), -1, RARE * np.log(0.5 + 1e-3), np.nan]
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_of_words_by_their_place() -> None:
    terms = some_senses()
    rows = np.array([3, -1, 1, 2])
    words = terms.of_words(rows, terms.vectors[rows])
    assert words.of.tolist() == [0, 0, 0, 2, 2]
    assert words.cosines(np.array([0]), np.array([2])) == terms.cosines(
        np.array([3]), np.array([1])
    )


def test_what_is_judged_no_synonym_is_ordered_by_senses() -> None:
    terms = TermSenses(np.eye(4, dtype=np.float16), np.empty(0, np.int64), np.empty((0, 4)))
    judged = pl.DataFrame({"a": [0, 0, 0, 1], "b": [0, 1, 1, 1]}).with_columns(
        p_synonym=pl.Series([0.2, 0.2, 0.6, 0.005], dtype=pl.Float32),
        p_antonym=pl.Series([0.2, 0.2, 0.1, 0.0], dtype=pl.Float32),
        p_co_hyponym=pl.Series([0.6, 0.6, 0.3, 0.995], dtype=pl.Float32),
    )
    found = ordered_by_senses(judged, terms, 1.0)
    assert found["p_synonym"][0] == pytest.approx(0.5, abs=1e-3)  # cosine 1: as much as it can be
    odds = JUDGED * np.log(0.2 / 0.8) + NEAR * 0.0 - BASE
    assert found["p_synonym"][1] == pytest.approx(1 / (1 + np.exp(-odds)), rel=1e-4)
    assert found["p_co_hyponym"][0] == pytest.approx(3 * found["p_antonym"][0], rel=1e-4)
    assert found[2:].equals(judged[2:])  # judged a synonym; judged too unlikely to be looked at
    assert ordered_by_senses(judged, terms, 0.0)["p_synonym"][0] == pytest.approx(0.2)
