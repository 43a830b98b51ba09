from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from nymgraph.discriminator import ANTONYM, CO_HYPONYM, SYNONYM, LabelledPairs
from nymgraph.pipeline.encoders.adaptation import (
    Triples,
    _loss,
    _prompt_tokens,
    adapt_encoder,
    draw_triples,
    freeze_below,
    mine_negatives,
    settings_of,
)
from nymgraph.pipeline.encoders.ranking_loss import opposition
from nymgraph.pipeline.settings.params import AdaptParams
from tests.encoders.tiny_encoder import tiny_encoder, tiny_settings

TERMS = ["hot", "warm", "cold", "chilly", "big", "large", "small", "little", "red", "blue"]
SYNONYMS = [(0, 1), (2, 3), (4, 5), (6, 7)]
ANTONYMS = [(0, 2), (4, 6)]
CO_HYPONYMS = [(8, 9), (1, 8)]
SETTINGS = tiny_settings(layers=None)


def pairs_of(*relations: tuple[int, list[tuple[int, int]]]) -> LabelledPairs:
    rows = [(a, b, code) for code, pairs in relations for a, b in pairs]
    a, b, relation = np.array(rows, np.int64).T
    return LabelledPairs.of(a, b, relation)


ALL = pairs_of((SYNONYM, SYNONYMS), (ANTONYM, ANTONYMS), (CO_HYPONYM, CO_HYPONYMS))


def both_ways(pairs: list[tuple[int, int]]) -> set[tuple[int, int]]:
    return {*pairs, *((b, a) for a, b in pairs)}


def ends(one: np.ndarray, other: np.ndarray) -> set[tuple[int, int]]:
    return set(zip(one.tolist(), other.tolist(), strict=True))


class TestTheDraw:
    def test_rows_hold_what_they_should(self) -> None:
        rows = draw_triples(ALL, 400, 0.25, 0)
        assert rows.opposed.sum() == 100
        assert ends(rows.anchor[rows.opposed], rows.negative[rows.opposed]) == both_ways(ANTONYMS)
        assert ends(rows.anchor, rows.positive) <= both_ways(SYNONYMS)
        assert (rows.anchor != rows.negative).all()
        others = rows.take(~rows.opposed)
        warm = others.negative[others.anchor == 1]
        assert set(warm.tolist()) == {8}  # its only co-hyponym

    def test_the_seed_decides(self) -> None:
        one, again, other = (draw_triples(ALL, 50, 0.25, seed) for seed in (1, 1, 2))
        assert all(np.array_equal(a, b) for a, b in zip(one, again, strict=True))
        assert not np.array_equal(one.anchor, other.anchor)

    def test_without_antonyms_and_without_co_hyponyms(self) -> None:
        rows = draw_triples(pairs_of((SYNONYM, SYNONYMS)), 60, 0.5, 0)
        assert not rows.opposed.any()
        assert len(rows.anchor) == 60

    def test_an_anchor_is_never_its_own_negative(self) -> None:
        rows = draw_triples(pairs_of((SYNONYM, SYNONYMS)), 200, 0.5, 0)
        assert (rows.anchor != rows.negative).all()

    def test_large_families_weigh_less(self) -> None:
        star = [(0, other) for other in range(1, 5)]
        rows = draw_triples(pairs_of((SYNONYM, [*star, (5, 6)])), 6_000, 0.0, 0)
        alone = ((rows.anchor == 5) | (rows.anchor == 6)).mean()
        # each pair of the star weighs 1 / sqrt(4 x 1), the other 1
        assert alone == pytest.approx(1 / (4 * 0.5 + 1), abs=0.03)

    def test_a_rare_sense_is_drawn_as_rarely(self) -> None:
        pairs = pairs_of((SYNONYM, [(0, 1), (2, 3)]))
        pairs = pairs._replace(weight=np.array([1, 0.25], np.float32))
        rows = draw_triples(pairs, 6_000, 0.0, 0)
        assert (rows.anchor >= 2).mean() == pytest.approx(0.2, abs=0.03)


def test_the_settings_of_each_method() -> None:
    light = settings_of(AdaptParams(layers=3, precision="float32", device="cpu"))
    assert (light.layers, light.cached_rows, light.bfloat16) == (3, None, False)
    full = settings_of(AdaptParams(method="full", cached_rows=5, precision="float32"))
    assert (full.layers, full.cached_rows) == (None, 5)


@pytest.mark.parametrize(("cosine", "cost"), [(0.25, 0.5 * np.log(2)), (1.0, 3.750277)])
def test_opposition_by_hand(cosine: float, cost: float) -> None:
    anchor = torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    negative = torch.tensor([[cosine, (1 - cosine**2) ** 0.5], [1.0, 0.0]])
    assert opposition(anchor, negative, torch.tensor([1.0, 0.0])).item() == pytest.approx(
        cost, rel=1e-4
    )
    assert opposition(anchor, negative, torch.zeros(2)).item() == 0


def gradients(folder: Path, cached_rows: int | None) -> tuple[float, list[torch.Tensor]]:
    model = tiny_encoder(folder)
    model.eval()
    columns = [model.tokenize(TERMS[:4]), model.tokenize(TERMS[4:8]), model.tokenize(TERMS[2:6])]
    loss = _loss(model, cached_rows)(columns, torch.tensor([1.0, 0.0, 0.0, 1.0]))
    loss.backward()
    return loss.item(), [p.grad.clone() for p in model.parameters() if p.grad is not None]


def test_cached_gradients_are_the_gradients(tmp_path: Path) -> None:
    loss, plain = gradients(tmp_path / "plain", None)
    cached_loss, cached = gradients(tmp_path / "cached", 3)
    assert cached_loss == pytest.approx(loss, rel=1e-5)
    assert len(cached) == len(plain)
    for one, other in zip(plain, cached, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-6)


def test_only_the_top_layers_are_trained(tmp_path: Path) -> None:
    model = tiny_encoder(tmp_path)
    freeze_below(model, 1)
    trained = {name for name, value in model.named_parameters() if value.requires_grad}
    assert trained
    assert all("layer.1." in name for name in trained)


class Stopped(Exception):
    """The run is killed."""


def weights(
    folder: Path, triples: Triples, layers: int | None, *stops: int
) -> dict[str, torch.Tensor]:
    """Adapt, killed after so many steps, then whole; a fresh model each time."""
    for stop in (*stops, None):
        model, done = tiny_encoder(folder / "model"), 0

        def advance(steps: int, stop: int | None = stop) -> None:
            nonlocal done
            done += steps
            if stop is not None and done >= stop:
                raise Stopped

        try:
            how = replace(SETTINGS, layers=layers)
            adapt_encoder(model, TERMS, triples, how, folder / "work", advance)
        except Stopped:
            continue
        return {name: value.clone() for name, value in model.state_dict().items()}
    raise AssertionError


@pytest.mark.parametrize("layers", [None, 1])
def test_a_killed_adaptation_goes_on_to_the_same_weights(
    tmp_path: Path, layers: int | None
) -> None:
    triples = draw_triples(ALL, 6 * 8, 0.25, 0)
    whole = weights(tmp_path / "whole", triples, layers)
    resumed = weights(tmp_path / "resumed", triples, layers, 5)
    assert (tmp_path / "resumed" / "work" / "checkpoint-4").is_dir()
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)


def test_a_prompt_does_not_cut_a_term(tmp_path: Path) -> None:
    model = tiny_encoder(tmp_path)
    model.prompts, model.default_prompt_name = {"term": "query: "}, "term"
    assert _prompt_tokens(model) == 2
    model.default_prompt_name = None
    assert _prompt_tokens(model) == 0


def cosines(vectors: np.ndarray, pairs: list[tuple[int, int]]) -> float:
    return float(np.mean([vectors[a] @ vectors[b] for a, b in pairs]))


def test_synonyms_come_near_and_antonyms_go_away(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    model = tiny_encoder(tmp_path)
    before = model.encode(TERMS, normalize_embeddings=True)
    triples = draw_triples(ALL, 60 * 8, 0.25, 0)
    rarely_saved = replace(SETTINGS, save_steps=60)
    adapt_encoder(model, TERMS, triples, rarely_saved, tmp_path / "work", lambda _: None)
    after = model.encode(TERMS, normalize_embeddings=True)
    assert "examples" not in capfd.readouterr().err  # a bar of the library's own
    gap = [cosines(v, SYNONYMS) - cosines(v, ANTONYMS) for v in (before, after)]
    assert gap[1] > gap[0] + 0.2
    assert cosines(after, ANTONYMS) < cosines(before, ANTONYMS)


def test_mined_negatives_are_no_known_synonyms(tmp_path: Path) -> None:
    model = tiny_encoder(tmp_path)
    triples = draw_triples(ALL, 40, 0.25, 0)
    rows, quality = mine_negatives(model, TERMS, triples, ALL, 0.0, 100, 0)
    assert not ends(rows.anchor, rows.negative) & both_ways(SYNONYMS)
    assert np.array_equal(rows.negative[rows.opposed], triples.negative[triples.opposed])
    assert 0 <= quality.known_synonyms <= 1
    assert 0 <= quality.nearer_than_positive <= 1
