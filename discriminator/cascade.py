"""The cascade: the cross-encoder looks at the pairs on which the head is unsure.

A pair is unsure when the two best probabilities of the head are less than `margin` apart; the
margin is set on held-out pairs so that a wanted share of pairs is. The logits of both are then
mixed, z = (1 - weight) z_head + weight z_cross, and calibrated as one. Share 1 and weight 1 are the
cross-encoder alone.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from nymgraph.discriminator.calibration import Calibration, calibrate_dictionary
from nymgraph.discriminator.cross_encoder import CrossEncoderClassifier
from nymgraph.discriminator.predict import HeadClassifier, pair_logits
from nymgraph.discriminator.relations import N_CODES

WEIGHTS = tuple(round(0.05 * step, 2) for step in range(1, 20))
"""The weights tried: from 0.05 to 0.95."""


@dataclass(frozen=True)
class Blend:
    """How head and cross-encoder are mixed, for one population of pairs.

    Attributes:
        weight: of the cross-encoder's logits, 0 to 1; the head's weigh 1 - weight.
        calibration: from mixed logits to probabilities.
        margin: pairs whose two best probabilities by the head are less apart are mixed; above 1
            for all.
    """

    weight: float
    calibration: Calibration
    margin: float


@dataclass(frozen=True)
class CascadeClassifier:
    """A head, a cross-encoder, and when to ask the second: a `PairClassifier`.

    Attributes:
        head: judges every pair.
        cross: judges the unsure ones.
        blend: when and how.
    """

    head: HeadClassifier
    cross: CrossEncoderClassifier
    blend: Blend

    def judge(self, a: NDArray[np.integer], b: NDArray[np.integer]) -> NDArray[np.float32]:
        """Give the calibrated probability of each relation.

        Args:
            a: any integer (n_pairs,), term ids.
            b: any integer (n_pairs,), term ids.

        Returns:
            float32 (n_pairs, 3), columns as in `RELATIONS`, rows sum to 1; the same for (a, b) and
            (b, a).
        """
        judged = self.head.judge(a, b)
        unsure = np.flatnonzero(margins(judged) < self.blend.margin)
        if len(unsure):
            head = self.head
            ends = (a[unsure], b[unsure])
            z = pair_logits(head.head, head.projected, *ends, head.device)
            mixed = mix(z, self.cross.logits(*ends), self.blend.weight)
            judged[unsure] = self.blend.calibration.apply(torch.from_numpy(mixed)).numpy()
        return judged


def margins(probabilities: NDArray[np.floating]) -> NDArray[np.floating]:
    """How far apart the two best probabilities are.

    Args:
        probabilities: any float (n_pairs, 3).

    Returns:
        same type (n_pairs,), 0 to 1.
    """
    ordered = np.sort(probabilities, axis=1)
    margin: NDArray[np.floating] = ordered[:, -1] - ordered[:, -2]
    return margin


def mix(
    head: NDArray[np.floating], cross: NDArray[np.floating], weight: float
) -> NDArray[np.float32]:
    """Mix the logits of head and cross-encoder.

    Args:
        head: any float (n_pairs, 4), or (n_pairs, 4 + N_SIGNALS) with signals, which stay.
        cross: any float (n_pairs, 4).
        weight: of the cross-encoder, 0 to 1.

    Returns:
        float32, of the shape of `head`.
    """
    mixed = head.astype(np.float32)
    mixed[:, :N_CODES] = (1 - weight) * head[:, :N_CODES] + weight * cross
    return mixed


def margin_of_share(probabilities: NDArray[np.floating], share: float) -> float:
    """Find the margin under which a share of the pairs lies.

    Args:
        probabilities: float (n_pairs, 3), the head's, of held-out pairs.
        share: 0 to 1; 1 gives a margin above 1, so that every pair is unsure.

    Returns:
        The margin.
    """
    return 2.0 if share >= 1 else float(np.quantile(margins(probabilities), share))


def blend_dictionary(
    head: NDArray[np.floating],
    cross: NDArray[np.floating],
    relation: NDArray[np.integer],
    margin: float,
    weights: tuple[float, ...] = WEIGHTS,
) -> Blend:
    """Fit a blend on held-out dictionary pairs: the weight of least log loss.

    Args:
        head: any float (n_pairs, 4), or with signals, as in `mix`.
        cross: any float (n_pairs, 4).
        relation: any integer (n_pairs,), places in `RELATIONS`.
        margin: when to mix.
        weights: those to try.

    Returns:
        The blend.
    """
    fits = []
    for weight in weights:
        mixed = mix(head, cross, weight)
        calibration = calibrate_dictionary(mixed, relation)
        fits.append((calibration.log_loss(mixed, relation), Blend(weight, calibration, margin)))
    return min(fits, key=lambda fit: fit[0])[1]
