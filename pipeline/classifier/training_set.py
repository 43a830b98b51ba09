"""The training set of a classifier."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nymgraph.discriminator import Features, LabelledPairs

__all__ = ["TrainingSet"]


@dataclass(frozen=True)
class TrainingSet:
    """Features, pairs and lists that a classifier is trained on.

    Attributes:
        terms: The lexicon.
        features: Its vectors and spellings.
        train: Training pairs, unlabelled neighbours among them.
        validation: Labelled pairs of held-out terms.
        candidates: All near neighbours among the terms of `validation`; None where there are none.
        held_back: bool (n_terms,), terms whose pairs the encoder of the vectors did not learn.
        lists: Lists of held-out terms with their candidates, for judging other lists than this.
    """

    terms: Sequence[str]
    features: Features
    train: LabelledPairs
    validation: LabelledPairs
    candidates: LabelledPairs | None
    held_back: npt.NDArray[np.bool_]
    lists: Sequence[tuple[Features, LabelledPairs]] = ()
