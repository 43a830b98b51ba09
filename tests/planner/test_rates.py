import json
from pathlib import Path

import numpy as np
import pytest

from nymgraph.pipeline.errors import InputError, ParameterError
from nymgraph.pipeline.planner.encoder import encoder_size
from nymgraph.pipeline.planner.machine import DEVICES, name_machine, this_machine
from nymgraph.pipeline.planner.rates import given_rates, table_rates, tokens_per_term
from nymgraph.pipeline.planner.workload import postings_per_term
from nymgraph.pipeline.settings.params import AdaptParams, BesideParams
from tests.planner.plans import plan_of

TABLE = plan_of().rates


def test_tokens_of_a_term() -> None:
    assert tokens_per_term(12, None) == 5  # two marks, three pieces
    assert tokens_per_term(12, "query: ") == 6.75


def test_the_size_of_an_encoder_by_hand() -> None:
    large = encoder_size(AdaptParams(encoder="ytu-ce-cosmos/turkish-e5-large"), None)
    assert large.weights == 24 * (4 * 1024**2 + 2 * 1024 * 4096)  # 302 million
    assert large.bytes == 4 * (large.weights + 250_002 * 1024)
    assert large.dim == 1024


def test_an_encoder_on_disk_says_itself_how_large_it_is(tmp_path: Path) -> None:
    config = {"hidden_size": 48, "num_hidden_layers": 3, "intermediate_size": 96, "vocab_size": 7}
    (tmp_path / "config.json").write_text(json.dumps(config))
    (tmp_path / "modules.json").write_text("[]")
    size = encoder_size(AdaptParams(encoder=str(tmp_path)), None)
    assert size[:4] == (48, 3, 96, 7)
    assert encoder_size(AdaptParams(encoder=str(tmp_path)), 32).dim == 32


def test_two_encoders_give_long_vectors_at_the_price_of_the_larger() -> None:
    beside = BesideParams(encoder="intfloat/multilingual-e5-base", revision="abc")
    alone = encoder_size(AdaptParams(encoder=beside.encoder), None)
    both = encoder_size(AdaptParams(method="static", beside=beside), None)
    assert both.dim == 256 + 768
    assert (both.weights, both.bytes) == (alone.weights, alone.bytes)


def test_an_encoder_that_nobody_knows_is_a_guess() -> None:
    assert encoder_size(AdaptParams(encoder="some/model"), 768).layers == 12
    plan = plan_of(plan_params("some/model"), dim=1024)
    assert any("a guess" in note for note in plan.notes)


def plan_params(encoder: str):  # noqa: ANN201
    from tests.planner.plans import params_of

    return params_of(adapt={"encoder": encoder, "revision": "abc"})


@pytest.mark.parametrize("name", sorted(DEVICES))
def test_every_device_has_rates(name: str) -> None:
    machine = name_machine(name, None, None, None)
    encoder = encoder_size(AdaptParams(), None)
    rates = table_rates(machine, encoder, 5.0)
    assert DEVICES[name].title in rates.origin
    assert rates.search <= max(machine.device.peak / 2, 1e12)


def test_machines_of_the_table() -> None:
    assert name_machine("h200x2", None, None, 100.0)[1:] == (2, 28, 512, 100.0, False)
    assert name_machine("CPU", 64, 512, None)[1:] == (1, 64, 512, None, False)
    for wrong in ("h201", "h200x0", "h200y2", ""):
        with pytest.raises(ParameterError, match="knows no device"):
            name_machine(wrong, None, None, None)


def test_this_machine(tmp_path: Path) -> None:
    here = this_machine(tmp_path / "data", None, None, None)
    assert here.here
    assert here.cores >= 1
    assert here.disk_gb is not None
    assert this_machine(tmp_path, 3, 5.0, 7.0)[2:5] == (3, 5.0, 7.0)


def test_given_rates_replace_some(tmp_path: Path) -> None:
    file = tmp_path / "rates.json"
    file.write_text('{"encode": 25000}')
    rates = given_rates(file, TABLE)
    assert rates.encode == 25_000
    assert rates.search == TABLE.search
    assert rates.origin == str(file)
    faster = plan_of(rates=file).costs["embed"].seconds
    assert faster < plan_of().costs["embed"].seconds


@pytest.mark.parametrize("text", ['{"speed": 3}', '{"encode": 0}', '{"encode": "fast"}'])
def test_rates_that_are_none(tmp_path: Path, text: str) -> None:
    file = tmp_path / "rates.json"
    file.write_text(text)
    with pytest.raises(ParameterError, match="rate"):
        given_rates(file, TABLE)


@pytest.mark.parametrize("text", ["[1]", "{", None])
def test_files_that_hold_no_rates(tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "rates.json"
    if text is not None:
        file.write_text(text)
    with pytest.raises(InputError, match="no file of rates"):
        given_rates(file, TABLE)


def test_entries_read_for_a_term_by_hand() -> None:
    counts = np.array([1, 2, 4])
    # the sample itself: 1 + 4 + 16 entries over ten terms
    assert postings_per_term(counts, 10, 10, 100) == pytest.approx(2.1)
    # ten times as many terms: every list ten times as long
    assert postings_per_term(counts, 10, 100, 100) == pytest.approx(21)
    # lists of 10, 20, 40: the last is passed over
    assert postings_per_term(counts, 10, 100, 39) == pytest.approx((10 + 40) / 10)
