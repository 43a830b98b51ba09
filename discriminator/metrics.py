"""How good the judgements are: one set of figures for every classifier and baseline."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix, log_loss, precision_recall_fscore_support

from nymgraph.discriminator.calibration import expected_calibration_error
from nymgraph.discriminator.relations import RELATIONS

LABELS = range(len(RELATIONS))


@dataclass(frozen=True)
class ClassificationMetrics:
    """Figures of one set of judged pairs; per-class figures stand in the order of `RELATIONS`.

    Attributes:
        macro_f1: plain mean of the three F1 figures, 0 to 1.
        accuracy: share of pairs judged right, 0 to 1.
        precision: per class, 0 to 1; 0 where nothing was judged so.
        recall: per class, 0 to 1; 0 where no pair is so.
        f1: per class, 0 to 1.
        support: per class, number of pairs that are so.
        confusion: 3 rows (the truth) of 3 columns (the judgement), numbers of pairs.
        ece: expected calibration error of the winning class, 0 to 1.
        log_loss: mean of -ln p(true relation), in nats.
    """

    macro_f1: float
    accuracy: float
    precision: tuple[float, ...]
    recall: tuple[float, ...]
    f1: tuple[float, ...]
    support: tuple[int, ...]
    confusion: tuple[tuple[int, ...], ...]
    ece: float
    log_loss: float

    def to_dict(self) -> dict[str, object]:
        """Give plain numbers under plain names, fit for JSON.

        Returns:
            The figures; those per class as a mapping from the name of the relation.
        """
        return {
            "macro_f1": self.macro_f1,
            "accuracy": self.accuracy,
            "precision": dict(zip(RELATIONS, self.precision, strict=True)),
            "recall": dict(zip(RELATIONS, self.recall, strict=True)),
            "f1": dict(zip(RELATIONS, self.f1, strict=True)),
            "support": dict(zip(RELATIONS, self.support, strict=True)),
            "confusion": [list(row) for row in self.confusion],
            "ece": self.ece,
            "log_loss": self.log_loss,
        }


def classification_metrics(
    probabilities: NDArray[np.floating], relation: NDArray[np.integer]
) -> ClassificationMetrics:
    """Compare judgements with the truth; the judgement is the most probable relation.

    Args:
        probabilities: any float (n_pairs, 3), rows sum to 1.
        relation: any integer (n_pairs,), places in `RELATIONS`.

    Returns:
        All figures. No pairs, or arrays that do not fit, are a ValueError.
    """
    ece = expected_calibration_error(probabilities, relation)
    judged = probabilities.argmax(axis=1)
    exact = probabilities / probabilities.sum(axis=1, keepdims=True, dtype=np.float64)
    precision, recall, f1, support = precision_recall_fscore_support(
        relation, judged, labels=LABELS, zero_division=0
    )
    return ClassificationMetrics(
        macro_f1=float(np.mean(f1)),
        accuracy=float(np.mean(judged == relation)),
        precision=tuple(precision.tolist()),
        recall=tuple(recall.tolist()),
        f1=tuple(f1.tolist()),
        support=tuple(support.tolist()),
        confusion=tuple(map(tuple, confusion_matrix(relation, judged, labels=LABELS).tolist())),
        ece=ece,
        log_loss=float(log_loss(relation, exact, labels=LABELS)),
    )
