"""From logits to probabilities that mean something, and how far they can be trusted.

Two populations, two calibrations of the same logits z and signals n (the votes of the neighbours,
and the nearness of the terms), both z / temperature + bias + n @ weights:

* *dictionary pairs*: a dictionary relates the two terms, the question is how. The unlabelled logit
  is left out. Half of these pairs are synonyms.
* *candidates*: near neighbours of which a dictionary relates one in forty. The unlabelled mass
  joins co-hyponymy.

The clustering gate is fixed (p_synonym >= 0.70), so a head must be calibrated to it. A plain fit on
candidates counts every unlabelled neighbour as no synonym; since dictionaries have gaps those
probabilities are a lower bound, and nearly nothing passes the gate. `match_gate` therefore moves
the bias of a relation, which keeps the order of the pairs, until the gate is where F0.5 is best
on held-out candidates. Synonym edges that pass, held-out WordNet terms, frozen MiniLM:

    fitted on                     edges  precision  recall   F0.5
    dictionary pairs              14562      0.028   0.282  0.035
    candidates                       46      0.674   0.021  0.094
    candidates, gate matched        308      0.516   0.109  0.295  (two-fold: 0.293)

A head knows the pairs of its dictionary's lexicon. Among the terms of another list its verdict on
synonymy is worth less than the nearness of the terms, which nobody fitted; there it is believed
only in part (`trust`).

The price: a matched probability says on which side of the gate a pair stands, and how far, but it
is no longer the frequency of dictionary synonyms (their calibration error is 0.06, not 0.001).
"""

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from nymgraph.discriminator.nearness import N_SIGNALS, NEARNESS
from nymgraph.discriminator.relations import (
    ANTONYM,
    CO_HYPONYM,
    N_CODES,
    RELATIONS,
    SYNONYM,
    UNLABELLED,
)

GATE = 0.70
EXCLUDED = -1e4
"""A bias that leaves a class out: exp(-10,000) is 0 in float64 too."""
PRIOR_PRECISION = 0.01
"""Pull of the fitted parameters towards 0, as of a normal prior of standard deviation 10."""


@dataclass(frozen=True)
class Calibration:
    """Maps logits and signals to probabilities; the unlabelled mass joins co-hyponymy.

        softmax(z' / temperature + bias + n @ weights)

    with a column of weights for synonymy and one for antonymy, 0 for the others; z' is z but that
    the lead of synonymy over "neither", z_synonym - logsumexp(z_co_hyponym, z_unlabelled), counts
    only `trust` times. Source: temperature scaling, Guo et al., On Calibration of Modern Neural
    Networks, ICML 2017, section 4; the bias corrects the prior: Saerens et al., Neural Computation
    14, 2002.

    Attributes:
        temperature: above 0; above 1 softens.
        bias: one number for each relation and one for unlabelled pairs, in nats.
        weights: what each signal adds to (synonymy, antonymy), in nats.
        trust: share of what the logits say for synonymy that is believed, 0 to 1.
    """

    temperature: float = 1.0
    bias: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    weights: tuple[tuple[float, float], ...] = ((0.0, 0.0),) * N_SIGNALS
    trust: float = 1.0

    @property
    def counts_votes(self) -> bool:
        """Whether the neighbours of the terms make a difference: their votes, or the nearness."""
        return any(weight != 0 for row in self.weights for weight in row)

    def apply(self, logits: Tensor) -> Tensor:
        """Turn logits into probabilities.

        Args:
            logits: any float (n_pairs, 4), or (n_pairs, 4 + N_SIGNALS) with the signals behind.

        Returns:
            same type (n_pairs, 3), columns as in `RELATIONS`, rows sum to 1.
        """
        bias, weights = (
            torch.tensor(fitted, dtype=logits.dtype, device=logits.device)
            for fitted in (self.bias, self.weights)
        )
        z, signals = _believed(logits[:, :N_CODES], self.trust), logits[:, N_CODES:]
        return _fold(torch.softmax(z / self.temperature + bias + _added(signals, weights), dim=1))

    def log_loss(self, logits: NDArray[np.float32], relation: NDArray[np.integer]) -> float:
        """Judge labelled pairs: the mean of -ln p(relation), in nats.

        Args:
            logits: float32 (n_pairs, 4), or with signals, as for `apply`.
            relation: any integer (n_pairs,), places in `RELATIONS`.

        Returns:
            The loss.
        """
        probabilities = self.apply(torch.from_numpy(logits).double())
        target = torch.as_tensor(relation, dtype=torch.int64)
        return float(functional.nll_loss(probabilities.clamp_min(1e-12).log(), target))


class Reliability(NamedTuple):
    """Judged pairs, binned by the probability of the winning relation; equal widths over (0, 1].

    Attributes:
        edge: float64 (n_bins + 1,), borders of the bins.
        n_pairs: int64 (n_bins,), pairs in each bin.
        confidence: float64 (n_bins,), their mean winning probability; 0 in an empty bin.
        accuracy: float64 (n_bins,), share of them judged right; 0 in an empty bin.
    """

    edge: NDArray[np.float64]
    n_pairs: NDArray[np.int64]
    confidence: NDArray[np.float64]
    accuracy: NDArray[np.float64]


def calibrate_dictionary(
    logits: NDArray[np.floating], relation: NDArray[np.integer]
) -> Calibration:
    """Fit all of it on held-out dictionary pairs, leaving the unlabelled logit out.

    A relation that no pair has is left out too: it gets probability 0.

    Args:
        logits: any float (n_pairs, 4), or with signals, as for `Calibration.apply`.
        relation: any integer (n_pairs,), places in `RELATIONS`.

    Returns:
        The calibration of least log loss.
    """
    counted = np.ones((N_SIGNALS, 2))
    counted[NEARNESS] = 0
    return _fit(logits, relation, counted, ignored=(UNLABELLED,))


def calibrate_candidates(
    logits: NDArray[np.floating],
    relation: NDArray[np.integer],
    n_gold: tuple[int, int],
    gate: float = GATE,
    trusted: tuple[float, float] | None = None,
) -> Calibration:
    """Fit all of it on held-out candidates, then move the gate to the best F0.5.

    Votes count for antonymy alone: whether the neighbours of two terms are synonyms the clustering
    asks for itself, and what is counted twice costs it synonyms (docs/experiments.md). Nearness
    counts for synonymy alone, and never against it.

    Args:
        logits: any float (n_pairs, 4), or with signals, as for `Calibration.apply`.
        relation: any integer (n_pairs,), relation codes, `UNLABELLED` among them.
        n_gold: number of synonym and of antonym pairs there are to find, candidates or not.
        gate: probability above which a synonym or antonym is believed, in (0, 1).
        trusted: share of what the logits say for synonymy that is believed, 0 to 1, and the
            temperature, which is given with it, or it would make up for what is not believed; None
            for 1 and the best temperature.

    Returns:
        A calibration with which `p >= gate` is the rule of best F0.5.
    """
    related = np.where(relation == UNLABELLED, CO_HYPONYM, relation)
    counted = np.zeros((N_SIGNALS, 2))
    counted[:NEARNESS, ANTONYM] = counted[NEARNESS, SYNONYM] = 1
    calibration = _fit(logits, related, counted, trusted=trusted)
    for code in (ANTONYM, SYNONYM):
        calibration = match_gate(calibration, logits, relation == code, code, n_gold[code], gate)
    return calibration


def match_gate(
    calibration: Calibration,
    logits: NDArray[np.floating],
    positive: NDArray[np.bool_],
    code: int,
    n_gold: int,
    gate: float = GATE,
) -> Calibration:
    """Move the bias of one relation so that the gate stands where F0.5 is best.

    With t the best threshold on its probability, the bias gains logit(gate) - logit(t), where
    logit(p) = ln(p / (1 - p)): the odds of every pair grow by one factor and their order stays.

    Args:
        calibration: the calibration to start from.
        logits: any float (n_pairs, 4), or with signals, as for `Calibration.apply`.
        positive: bool (n_pairs,), whether the pair truly is of the relation.
        code: the relation, `SYNONYM` or `ANTONYM`.
        n_gold: number of pairs there are to find; recall counts those that are no candidates.
        gate: probability to match, in (0, 1).

    Returns:
        The moved calibration; the given one where there is nothing to find.
    """
    if not positive.any():
        return calibration
    scaled = calibration.apply(torch.as_tensor(logits, dtype=torch.float64))[:, code].numpy()
    threshold = min(max(best_threshold(scaled, positive, n_gold), 1e-12), 1 - 1e-12)
    bias = list(calibration.bias)
    bias[code] += _logit(gate) - _logit(threshold)
    return replace(calibration, bias=(bias[0], bias[1], bias[2], bias[3]))


def best_threshold(
    probability: NDArray[np.floating], positive: NDArray[np.bool_], n_gold: int
) -> float:
    """Find the threshold of best F0.5, in the middle between two judged probabilities.

    F0.5 = 1.25 P R / (0.25 P + R) = 1.25 tp / (n_passed + 0.25 n_gold).

    Args:
        probability: any float (n_pairs,).
        positive: bool (n_pairs,).
        n_gold: number of pairs there are to find, at least the positive ones.

    Returns:
        The threshold; of equally good ones the highest.
    """
    order = np.argsort(-probability, kind="stable")
    falling = probability[order].astype(np.float64)
    f_half = np.cumsum(positive[order]) / (np.arange(1, len(order) + 1) + 0.25 * n_gold)
    last_of_ties = np.append(falling[1:] < falling[:-1], True)
    best = int(np.argmax(np.where(last_of_ties, f_half, -1.0)))
    below = falling[best + 1] if best + 1 < len(falling) else 0.0
    return float((falling[best] + below) / 2)


def expected_calibration_error(
    probabilities: NDArray[np.floating], relation: NDArray[np.integer], n_bins: int = 15
) -> float:
    """Mean distance of confidence and accuracy over the bins, weighted by their pairs.

    Source: Naeini et al., Obtaining Well Calibrated Probabilities Using Bayesian Binning,
    AAAI 2015.

    Args:
        probabilities: any float (n_pairs, 3), rows sum to 1.
        relation: any integer (n_pairs,), places in `RELATIONS`.
        n_bins: number of bins.

    Returns:
        The error, 0 to 1.
    """
    bins = reliability(probabilities, relation, n_bins)
    distance = np.abs(bins.confidence - bins.accuracy)
    return float(np.average(distance, weights=bins.n_pairs))


def reliability(
    probabilities: NDArray[np.floating], relation: NDArray[np.integer], n_bins: int = 15
) -> Reliability:
    """Bin judged pairs by the probability of the winning relation.

    Args:
        probabilities: any float (n_pairs, 3), rows sum to 1.
        relation: any integer (n_pairs,), places in `RELATIONS`.
        n_bins: number of bins of equal width.

    Returns:
        The bins, those without pairs too. No pairs, or arrays that do not fit, are a ValueError.
    """
    _check(probabilities, relation)
    confidence = probabilities.max(axis=1).astype(np.float64)
    right = probabilities.argmax(axis=1) == relation
    place = np.clip(np.ceil(confidence * n_bins).astype(np.int64) - 1, 0, n_bins - 1)
    n_pairs = np.bincount(place, minlength=n_bins)
    filled = np.maximum(n_pairs, 1)
    return Reliability(
        edge=np.linspace(0.0, 1.0, n_bins + 1),
        n_pairs=n_pairs,
        confidence=np.bincount(place, confidence, n_bins) / filled,
        accuracy=np.bincount(place, right, n_bins) / filled,
    )


def _fit(
    logits: NDArray[np.floating],
    relation: NDArray[np.integer],
    counted: NDArray[np.floating],
    ignored: tuple[int, ...] = (),
    trusted: tuple[float, float] | None = None,
) -> Calibration:
    """Minimise the log loss in ln(1 / temperature), two biases and the weights of the signals.

    `counted` (N_SIGNALS, 2) says which weights are free; that of the nearness is e to the free
    parameter, so that it is above 0. `trusted`: trust and temperature, or None for 1 and free.
    """
    widths = (N_CODES, N_CODES + N_SIGNALS)
    if len(logits) == 0 or logits.shape not in [(len(relation), width) for width in widths]:
        raise ValueError(
            f"got logits {logits.shape} for {len(relation)} pairs, expected (n_pairs, {N_CODES}) "
            f"or {widths[1]} with signals, of at least one pair; enlarge the validation split"
        )
    given = torch.as_tensor(logits, dtype=torch.float64)
    trust, temperature = trusted or (1.0, None)
    z, signals = _believed(given[:, :N_CODES], trust), given[:, N_CODES:]
    target = torch.as_tensor(relation, dtype=torch.int64)
    free = torch.zeros(3 + 2 * N_SIGNALS, dtype=torch.float64, requires_grad=True)
    absent = [code for code in range(UNLABELLED) if not (relation == code).any()]
    out = torch.zeros(N_CODES, dtype=torch.float64)
    out[[*absent, *ignored]] = EXCLUDED
    mask = torch.as_tensor(counted, dtype=torch.float64)
    fixed = torch.zeros(2, dtype=torch.float64)
    optimiser = torch.optim.LBFGS(
        [free], max_iter=200, tolerance_grad=1e-9, tolerance_change=1e-12,
        line_search_fn="strong_wolfe",
    )  # fmt: skip

    def weighed() -> Tensor:
        raw = free[3:].view(N_SIGNALS, 2)
        return torch.cat([raw[:NEARNESS], raw[NEARNESS:].exp()]) * mask

    def inverse() -> Tensor:
        return free[0].exp() if temperature is None else z.new_tensor(1 / temperature)

    def loss() -> Tensor:
        optimiser.zero_grad()
        scaled = functional.log_softmax(
            z * inverse() + torch.cat([free[1:3], fixed]) + _added(signals, weighed()) + out,
            dim=1,
        )
        folded = torch.cat([scaled[:, :2], scaled[:, 2:].logsumexp(1, keepdim=True)], dim=1)
        prior = 0.5 * PRIOR_PRECISION * free.square().sum() / len(z)
        value = functional.nll_loss(folded, target) + prior
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    _, synonym, antonym = free[:3].tolist()
    weights = tuple((w[0], w[1]) for w in weighed().tolist())
    bias = (torch.tensor([synonym, antonym, 0.0, 0.0], dtype=torch.float64) + out).tolist()
    settled = (bias[0], bias[1], bias[2], bias[3])
    return Calibration(1 / inverse().item(), settled, weights, trust)


def _believed(z: Tensor, trust: float) -> Tensor:
    """Lower the lead of synonymy over neither: (n_pairs, 4) to the same."""
    if trust == 1:
        return z
    neither = z[:, CO_HYPONYM:].logsumexp(dim=1, keepdim=True)
    return torch.cat([neither + trust * (z[:, :1] - neither), z[:, 1:]], dim=1)


def _added(signals: Tensor, weights: Tensor) -> Tensor:
    """What the signals add to the logits: (n_pairs, N_SIGNALS or 0) to (n_pairs, 4)."""
    return functional.pad(signals @ weights[: signals.shape[1]], (0, N_CODES - 2))


def _fold(probabilities: Tensor) -> Tensor:
    """Count unlabelled pairs as co-hyponyms: (n_pairs, 4) to (n_pairs, 3)."""
    related = probabilities[:, 2:].sum(dim=1, keepdim=True)
    return torch.cat([probabilities[:, :2], related], dim=1)


def _logit(probability: float) -> float:
    return math.log(probability) - math.log1p(-probability)


def _check(probabilities: NDArray[np.floating], relation: NDArray[np.integer]) -> None:
    expected = (len(relation), len(RELATIONS))
    if len(relation) == 0 or probabilities.shape != expected:
        raise ValueError(
            f"got probabilities {probabilities.shape} for {len(relation)} pairs, "
            f"expected (n_pairs, {len(RELATIONS)}) of at least one pair; judge the labelled pairs"
        )
    if not np.isfinite(probabilities).all():
        raise ValueError("got probabilities that are not finite, expected 0 to 1; check the logits")
    if min(relation) < 0 or max(relation) >= len(RELATIONS):
        raise ValueError(
            f"got relation codes {min(relation)}..{max(relation)}, expected 0..2; "
            "leave unlabelled pairs out"
        )
