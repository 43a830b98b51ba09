"""The three-way pair classifier: synonym, antonym or co-hyponym.

Works on arrays and tensors. Only `checkpoint` touches files.

* `relations`: the vocabulary, `LabelledPairs`, and the `PairClassifier` protocol
* `negatives`: hard negatives, drawn among candidates that no dictionary labels
* `surface`: what the spellings of two terms say
* `neighbourhood`: what is known of the neighbours of two terms
* `nearness`: how near two terms are beside what lies around them
* `head`: the symmetric network on two term vectors and spellings
* `cross_encoder`: the transformer that reads both terms at once
* `training`: labelled pairs and vectors to a trained, calibrated head
* `cascade`: the cross-encoder where the head is unsure
* `calibration`: logits to probabilities, for dictionary pairs and for candidates; reliability
* `elsewhere`: the same for lists of other terms, and the check of it
* `predict`: project terms once, judge pairs in a stream
* `metrics`: the figures of judged pairs
* `baselines`: cosine thresholds and the commonest relation
* `checkpoint`: what is trained, on disk

The flow: `sample_hard_negatives`, `train_head`, `save_head`; then `load_head`, `project_terms`,
`HeadClassifier.judge`.
"""

from nymgraph.discriminator.baselines import (
    CosineBaseline,
    MajorityBaseline,
    fit_cosine,
    fit_majority,
)
from nymgraph.discriminator.calibration import (
    GATE,
    Calibration,
    Reliability,
    calibrate_candidates,
    calibrate_dictionary,
    expected_calibration_error,
    reliability,
)
from nymgraph.discriminator.cascade import (
    Blend,
    CascadeClassifier,
    blend_dictionary,
    margin_of_share,
    margins,
)
from nymgraph.discriminator.checkpoint import (
    load_cross_encoder,
    load_head,
    new_cross_encoder,
    save_cross_encoder,
    save_head,
)
from nymgraph.discriminator.cross_encoder import (
    CrossEncoderClassifier,
    CrossEncoderSettings,
    step_callback,
    train_cross_encoder,
)
from nymgraph.discriminator.elsewhere import (
    COUNTED,
    TRUSTS,
    Check,
    JudgedList,
    calibrate_elsewhere,
    shift_of_list,
    synonyms_in_list,
)
from nymgraph.discriminator.head import PairHead
from nymgraph.discriminator.metrics import ClassificationMetrics, classification_metrics
from nymgraph.discriminator.nearness import N_SIGNALS, NEARNESS, surroundings
from nymgraph.discriminator.negatives import (
    UNLABELLED_PER_LABELLED,
    UNLABELLED_WEIGHT,
    pair_keys,
    sample_hard_negatives,
)
from nymgraph.discriminator.neighbourhood import N_NEIGHBOURS, Neighbourhoods, neighbour_votes
from nymgraph.discriminator.predict import HeadClassifier, pair_logits, project_terms
from nymgraph.discriminator.relations import (
    ANTONYM,
    CO_HYPONYM,
    RELATIONS,
    SYNONYM,
    UNLABELLED,
    Features,
    LabelledPairs,
    PairClassifier,
)
from nymgraph.discriminator.surface import Spellings, spell, surface_features
from nymgraph.discriminator.training import (
    HeadSettings,
    TrainedHead,
    labelled_logits,
    n_gold,
    train_head,
)

__all__ = [
    "ANTONYM",
    "COUNTED",
    "CO_HYPONYM",
    "GATE",
    "NEARNESS",
    "N_NEIGHBOURS",
    "N_SIGNALS",
    "RELATIONS",
    "SYNONYM",
    "TRUSTS",
    "UNLABELLED",
    "UNLABELLED_PER_LABELLED",
    "UNLABELLED_WEIGHT",
    "Blend",
    "Calibration",
    "CascadeClassifier",
    "Check",
    "ClassificationMetrics",
    "CosineBaseline",
    "CrossEncoderClassifier",
    "CrossEncoderSettings",
    "Features",
    "HeadClassifier",
    "HeadSettings",
    "JudgedList",
    "LabelledPairs",
    "MajorityBaseline",
    "Neighbourhoods",
    "PairClassifier",
    "PairHead",
    "Reliability",
    "Spellings",
    "TrainedHead",
    "blend_dictionary",
    "calibrate_candidates",
    "calibrate_dictionary",
    "calibrate_elsewhere",
    "classification_metrics",
    "expected_calibration_error",
    "fit_cosine",
    "fit_majority",
    "labelled_logits",
    "load_cross_encoder",
    "load_head",
    "margin_of_share",
    "margins",
    "n_gold",
    "neighbour_votes",
    "new_cross_encoder",
    "pair_keys",
    "pair_logits",
    "project_terms",
    "reliability",
    "sample_hard_negatives",
    "save_cross_encoder",
    "save_head",
    "shift_of_list",
    "spell",
    "step_callback",
    "surface_features",
    "surroundings",
    "synonyms_in_list",
    "train_cross_encoder",
    "train_head",
]
