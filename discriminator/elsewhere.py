"""Calibrating for lists that the classifier was not trained on, and the check behind it.

A head learns the terms of one lexicon, and which of *their* neighbours are synonyms. In a list of
other terms, or of fewer, the neighbours are farther off and its verdicts on synonymy are worth
less than the nearness of the terms. So there they are believed only in part: by the largest of
`TRUSTS` at most, and by less where that is better on lists drawn from held-out terms, whose
candidates are sought among themselves. Trust 0 leaves the order to nearness alone, which grows with
the cosine and was never fitted. What is measured is average precision: over the candidates by
falling probability of synonymy, against the same by falling cosine (docs/experiments.md, "Lists of
other origin").

How many of the candidates are synonyms differs by a factor of ten between lists: one of job titles
has dozens of words for each job, one of goods hardly two for a thing. So the odds rise by as much
as the list has more of them than the drawn lists. That is estimated by the *adjusted count*
(Forman, Quantifying counts and costs via classification, 2008, section 2.2): of the candidates the
share r has a probability of COUNTED and more, of synonyms it would be t, of others f (both from the
drawn lists), so that the share of synonyms is (r - f) / (t - f). The odds never fall by this.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from nymgraph.discriminator.calibration import Calibration, calibrate_candidates
from nymgraph.discriminator.relations import SYNONYM

TRUSTS = (0.3, 0.15, 0.0)
"""The shares tried. Above 0.4 lists of other origin are ordered worse, whatever held-out terms of
the dictionary say."""
COUNTED = 0.5
MOST = 0.5
"""No list is taken to have a larger share of synonyms among its candidates."""


class JudgedList(NamedTuple):
    """The candidates of a list of held-out terms.

    Attributes:
        logits: float (n_pairs, 4 + N_SIGNALS), as of `pair_logits`.
        relation: integer (n_pairs,), relation codes, `UNLABELLED` among them.
        cosine: float (n_pairs,).
    """

    logits: NDArray[np.floating]
    relation: NDArray[np.integer]
    cosine: NDArray[np.floating]


class Check(NamedTuple):
    """How a list of held-out terms is ordered.

    Attributes:
        pairs: its candidates.
        synonyms: of these the synonyms.
        cosine: average precision of the order by cosine, 0 to 1.
        judge: that of the order by the calibrated probability of synonymy.
        found: of the synonyms those with a probability of `COUNTED` and more.
        alarms: of the others those.
    """

    pairs: int
    synonyms: int
    cosine: float
    judge: float
    found: int
    alarms: int


def calibrate_elsewhere(
    own: Calibration,
    logits: NDArray[np.floating],
    relation: NDArray[np.integer],
    n_gold: tuple[int, int],
    lists: Sequence[JudgedList],
) -> tuple[Calibration, tuple[Check, ...]]:
    """Calibrate on held-out candidates, and believe the head as far as lists allow.

    Args:
        own: fitted on these candidates, all of the head believed; its temperature is kept.
        logits: float (n_pairs, 4 + N_SIGNALS), of the candidates.
        relation: integer (n_pairs,), relation codes, `UNLABELLED` among them.
        n_gold: number of synonym and of antonym pairs there are to find.
        lists: what is checked on; those without synonyms show nothing.

    Returns:
        The calibration whose worst list is best beside its cosine, of equals the more trusting one,
        and its checks, one for each list with a synonym. Without such lists the least trusting.
    """
    usable = [given for given in lists if (given.relation == SYNONYM).any()]
    fits = []
    for trust in TRUSTS if usable else TRUSTS[-1:]:
        trusted = (trust, own.temperature)
        calibration = calibrate_candidates(logits, relation, n_gold, trusted=trusted)
        checks = tuple(_check(calibration, given) for given in usable)
        fits.append((min((c.judge / c.cosine for c in checks), default=1.0), calibration, checks))
    _, calibration, checks = max(fits, key=lambda fit: fit[0])
    return calibration, checks


def _check(calibration: Calibration, given: JudgedList) -> Check:
    judged = calibration.apply(torch.from_numpy(given.logits).double())[:, SYNONYM].numpy()
    synonym = given.relation == SYNONYM
    cosine, judge = (float(average_precision_score(synonym, x)) for x in (given.cosine, judged))
    counted = judged >= COUNTED
    found, alarms = (int((counted & which).sum()) for which in (synonym, ~synonym))
    return Check(len(synonym), int(synonym.sum()), cosine, judge, found, alarms)


def synonyms_in_list(checks: Sequence[Check], n_pairs: int, n_counted: int) -> float:
    """Estimate how many candidates of a list are synonyms, by the adjusted count.

    Args:
        checks: of the calibration that judges.
        n_pairs: candidates of the list.
        n_counted: of these those with a probability of `COUNTED` and more.

    Returns:
        Their number, 0 to n_pairs; 0 where the checks show nothing.
    """
    synonyms, pairs = _drawn(checks)
    if not 0 < synonyms < pairs:
        return 0.0
    t = sum(x.found for x in checks) / synonyms
    f = sum(x.alarms for x in checks) / (pairs - synonyms)
    if t <= f:
        return 0.0
    return min(max(0.0, (n_counted - f * n_pairs) / (t - f)), n_pairs)


def shift_of_list(checks: Sequence[Check], n_pairs: int, n_counted: int) -> float:
    """Say what the odds of synonymy gain in a list that has more synonyms than the drawn ones.

    Args:
        checks: of the calibration that judges.
        n_pairs: candidates of the list.
        n_counted: of these those with a probability of `COUNTED` and more.

    Returns:
        Nats, at least 0; 0 where the checks show nothing.
    """
    synonyms, pairs = _drawn(checks)
    found = synonyms_in_list(checks, n_pairs, n_counted)
    if not found:
        return 0.0
    drawn = synonyms / pairs
    share = min(max(found / n_pairs, drawn), max(MOST, drawn))
    return math.log(share / (1 - share)) - math.log(drawn / (1 - drawn))


def _drawn(checks: Sequence[Check]) -> tuple[int, int]:
    """The synonyms among the candidates of the drawn lists, and all of these."""
    return sum(x.synonyms for x in checks), sum(x.pairs for x in checks)
