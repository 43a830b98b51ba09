"""How fast a machine does each kind of work.

Rates are given (`--rates FILE`), probed on this machine, or derived from the table of devices: the
peak of the data sheet times an efficiency that is stated here. Processor rates of the table are
those that the probe measured on the reference machine (two cores of an AMD EPYC with AVX-512, the
machine of docs/experiments.md), per core.
"""

import json
from pathlib import Path

from pydantic import BaseModel, ConfigDict, PositiveFloat, ValidationError

from nymgraph.pipeline.errors import InputError, ParameterError
from nymgraph.pipeline.planner.encoder import EncoderSize
from nymgraph.pipeline.planner.machine import Machine

__all__ = ["Rates", "given_rates", "table_rates", "tokens_per_term"]


class Rates(BaseModel):
    """The rates of one machine, in units a second.

    Attributes:
        encode: Terms through the encoder of the run.
        search: Multiply-adds of exact search, the choice of the k best included.
        host_search: The same on the processor, where that is not the device.
        scan: Multiply-adds of the search by codes on the processor, counted by `IndexPlan.work`.
        postings: Entries read by the search of spellings.
        judge: Pairs that the head judges, projections and spellings at hand.
        cross_encode: Pairs that a cross-encoder of MiniLM's size reads.
        host: Speed of one processor core; 1: that of the reference machine.
        origin: Where the figures come from.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    encode: PositiveFloat
    search: PositiveFloat
    host_search: PositiveFloat
    scan: PositiveFloat
    postings: PositiveFloat
    judge: PositiveFloat
    cross_encode: PositiveFloat
    host: PositiveFloat
    origin: str


# The reference machine, per core, as `nymgraph plan --probe` found it there.
_ENCODE_FLOPS = 6.9e10  # MiniLM in bfloat16, tokens counted as `tokens_per_term` does
_LOOKED_UP = 20_000.0  # terms/s of the static encoder, which looks vectors up
_SEARCH = 4.0e10
_SCAN = 2.2e11
_POSTINGS = 1.4e8
_JUDGE = 3.4e5
_CROSS = 200.0  # docs/experiments.md, "The cascade": 24 to 36 s for 10,000 pairs on both cores

# Efficiency on a GPU, as a share of its peak. Not measured by us: short texts leave much of a GPU
# idle between small kernels, and the choice of the k best takes about as long as the product
# itself.
_ENCODE_EFFICIENCY = 0.25
_PRODUCT_EFFICIENCY = 0.75
_BYTES_A_PAIR = 40.0  # written and read again for one cosine, until the k best are chosen
_TOKENISED = 20_000.0  # terms/s that one process cuts into tokens and hands over, whatever the GPU
_JUDGED_ON_GPU = 1.0e6  # pairs/s: the spellings of a pair are compared on the processor


def tokens_per_term(letters: float, prompt: str | None) -> float:
    """Tokens of a term: four letters each, two marks at the ends, and the prompt.

    Args:
        letters: Letters in a term, on average.
        prompt: What is put before every term.

    Returns:
        The number of tokens.
    """
    return 2 + (letters + len(prompt or "")) / 4


def table_rates(machine: Machine, encoder: EncoderSize, tokens: float) -> Rates:
    """The rates of a machine of the table.

    Args:
        machine: The machine.
        encoder: The encoder of the run.
        tokens: Tokens in a term, on average.

    Returns:
        Rates that nobody measured on that machine.
    """
    cores, peak, dim = machine.cores, machine.device.peak, encoder.dim
    work = 2.0 * encoder.weights * tokens  # FLOP for a term
    if machine.device.is_gpu:
        each = work / (peak * _ENCODE_EFFICIENCY) + 1 / _TOKENISED
        pair = 2 * dim / (peak * _PRODUCT_EFFICIENCY) + _BYTES_A_PAIR / machine.device.bandwidth
        search, judge = dim / pair, _JUDGED_ON_GPU
        cross = _CROSS * peak * _ENCODE_EFFICIENCY / _ENCODE_FLOPS
    else:
        each = work / (_ENCODE_FLOPS * cores) if work else 1 / (_LOOKED_UP * cores)
        search, judge, cross = _SEARCH * cores, _JUDGE * cores, _CROSS * cores
    return Rates(
        encode=1 / each,
        search=search,
        host_search=_SEARCH * cores,
        scan=_SCAN * cores,
        postings=_POSTINGS * cores,
        judge=judge,
        cross_encode=min(cross, _TOKENISED),
        host=1.0,
        origin=f"table of devices: {machine.device.title}, {cores} cores",
    )


def given_rates(file: Path, others: Rates) -> Rates:
    """Rates that the user knows.

    Args:
        file: A JSON object of some of the rates.
        others: For those that it does not hold.

    Returns:
        The rates.

    Raises:
        InputError: The file is missing or no JSON object.
        ParameterError: A rate is unknown or not a number above 0.
    """
    try:
        given = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{file} is no file of rates", got=str(error), cure="mend it") from error
    if not isinstance(given, dict):
        raise InputError(f"{file} is no file of rates", expected="a JSON object", cure="mend it")
    try:
        return Rates.model_validate({**others.model_dump(), "origin": str(file), **given})
    except ValidationError as error:
        fault = error.errors()[0]
        raise ParameterError(
            f"{file}: rate {'.'.join(map(str, fault['loc']))!r}: {fault['msg'].lower()}",
            expected=f"some of {', '.join(Rates.model_fields)}",
            cure="mend it",
        ) from error
