"""Few pairs take few steps."""

import logging

import numpy as np
import pytest

from nymgraph.discriminator import CO_HYPONYM, SYNONYM, LabelledPairs
from nymgraph.pipeline.encoders.beginnings import PASSES, affordable
from nymgraph.pipeline.settings.params import AdaptParams


def pairs(n_synonyms: int, n_co_hyponyms: int) -> LabelledPairs:
    relation = np.repeat([SYNONYM, CO_HYPONYM], [n_synonyms, n_co_hyponyms])
    ids = np.arange(len(relation))
    return LabelledPairs.of(ids, ids + 1, relation)


def test_few_pairs_take_few_steps(caplog: pytest.LogCaptureFixture) -> None:
    params = AdaptParams(steps=180, batch_size=256)
    with caplog.at_level(logging.INFO, logger="nymgraph"):
        fewer = affordable(params, pairs(1_000, 9_000))
    assert fewer.steps == PASSES * 1_000 // 256
    assert "15 steps of 180, for there are 1000 synonyms" in caplog.text
    assert affordable(params, pairs(48, 0)).steps == 1


def test_many_pairs_take_all_steps() -> None:
    params = AdaptParams(steps=180, batch_size=256)
    assert affordable(params, pairs(180 * 256 // PASSES, 0)) == params


def test_a_static_encoder_learns_from_text() -> None:
    params = AdaptParams(method="static", steps=140)
    assert affordable(params, pairs(1, 0)) == params
