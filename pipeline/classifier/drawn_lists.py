"""Lists drawn from the terms of a lexicon, sparse as the list of a user is: few terms, none near.

Half of the terms of a list come in pairs of synonyms, the others alone. Its candidates are sought
among the list itself, so that they lie farther apart than candidates of the lexicon.
"""

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from nymgraph.discriminator import (
    N_NEIGHBOURS,
    SYNONYM,
    UNLABELLED,
    Features,
    LabelledPairs,
    Neighbourhoods,
    TrainedHead,
    pair_keys,
)
from nymgraph.pipeline.classifier.training import TrainingSet
from nymgraph.pipeline.indexes.neighbours import exact_search

__all__ = ["DrawnList", "checked_lists", "draw_list", "elsewhere_figures", "with_lists"]

MIN_COSINE = 0.3
CHECKED_TERMS = (1_000, 4_000)
"""Terms of the lists on which it is checked what a head is worth among other terms."""


class DrawnList(NamedTuple):
    """Some terms of a lexicon, as a lexicon of their own.

    Attributes:
        ids: int64 (n,), their rows in the whole lexicon, rising.
        features: of the terms; nothing is known of their neighbours, which are of the list.
        candidates: their near neighbours, by place in the list, labelled or `UNLABELLED`.
    """

    ids: npt.NDArray[np.int64]
    features: Features
    candidates: LabelledPairs

    def unlabelled(self, weight: float) -> LabelledPairs:
        """The candidates that nobody labelled, by row in the whole lexicon.

        Args:
            weight: Their weight in the loss.

        Returns:
            The pairs.
        """
        rows = self.candidates.take(self.candidates.relation == UNLABELLED)
        return LabelledPairs.of(self.ids[rows.a], self.ids[rows.b], UNLABELLED, weight)


def draw_list(features: Features, labelled: LabelledPairs, n_terms: int, seed: int) -> DrawnList:
    """Draw a list from the terms of labelled pairs.

    Args:
        features: Of the whole lexicon, with spellings if the head sees them.
        labelled: Dictionary pairs of one split, of all relations.
        n_terms: Terms wanted, fewer where there are fewer.
        seed: Seed of the draw.

    Returns:
        The list.
    """
    draw = np.random.default_rng(seed)
    synonyms = draw.permutation(np.flatnonzero(labelled.relation == SYNONYM))[: n_terms // 4]
    paired = np.concatenate([labelled.a[synonyms], labelled.b[synonyms]])
    others = draw.permutation(np.unique(np.concatenate([labelled.a, labelled.b])))
    ids = np.unique(np.concatenate([paired, others[: max(0, n_terms - len(paired))]]))
    near = exact_search(features.vectors[ids], np.arange(len(ids)), N_NEIGHBOURS, MIN_COSINE)
    none, own = np.empty(0, np.int64), np.arange(len(ids))
    hoods = Neighbourhoods.of(own, near["id"], near["cosine"], len(ids), (none, none, none))
    alone = features.take(ids)._replace(neighbourhoods=hoods)
    return DrawnList(ids, alone, _candidates(ids, near["id"], labelled))


def checked_lists(
    features: Features, validation: LabelledPairs, seed: int
) -> list[tuple[Features, LabelledPairs]]:
    """Draw the lists on which it is checked what a head is worth among other terms.

    Args:
        features: Of the whole lexicon.
        validation: Dictionary pairs of held-out terms.
        seed: Seed of the draws.

    Returns:
        The terms and the candidates of each list; none without pairs.
    """
    sizes = CHECKED_TERMS if len(validation.a) else ()
    lists = [draw_list(features, validation, n_terms, seed) for n_terms in sizes]
    return [(drawn.features, drawn.candidates) for drawn in lists]


def with_lists(examples: TrainingSet, seed: int) -> TrainingSet:
    """The same to train on, with lists to check.

    Args:
        examples: What a classifier is trained on.
        seed: Seed of the draws.

    Returns:
        The same with the lists of `checked_lists`.
    """
    return replace(examples, lists=checked_lists(examples.features, examples.validation, seed))


def elsewhere_figures(trained: TrainedHead) -> dict[str, Any]:
    """The figures of the check on drawn lists, for the metrics.

    Args:
        trained: The head.

    Returns:
        How far the head is believed among other terms, and for each list with a synonym its average
        precision by cosine and by the judge, and their ratio.
    """
    checks = [
        {**check._asdict(), "judge_over_cosine": check.judge / check.cosine}
        for check in trained.checks
    ]
    return {"trust": trained.elsewhere.trust, "lists": checks}


def _candidates(
    ids: npt.NDArray[np.int64], near: npt.NDArray[np.int32], labelled: LabelledPairs
) -> LabelledPairs:
    """Each pair of neighbours once, by place in the list, with its label."""
    rows, places = np.nonzero(near >= 0)
    ends = np.sort(np.stack([rows, near[rows, places]]), axis=0)
    a, b = np.unique(ends, axis=1)
    keys = pair_keys(labelled.a, labelled.b)
    order = np.argsort(keys)
    wanted = pair_keys(ids[a], ids[b])
    place = order[np.minimum(np.searchsorted(keys[order], wanted), len(keys) - 1)]
    relation = np.where(keys[place] == wanted, labelled.relation[place], np.int8(UNLABELLED))
    return LabelledPairs.of(a, b, relation)
