"""Training the pair head on labelled pairs of term vectors."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.metrics import f1_score
from torch import Tensor
from torch.nn import functional

from nymgraph.discriminator.calibration import (
    Calibration,
    calibrate_candidates,
    calibrate_dictionary,
)
from nymgraph.discriminator.elsewhere import Check, JudgedList, calibrate_elsewhere
from nymgraph.discriminator.head import PairHead
from nymgraph.discriminator.predict import (
    BLOCK,
    check_features,
    check_vectors,
    gather,
    pair_logits,
    project_terms,
    small_block,
    spelling_tensors,
)
from nymgraph.discriminator.relations import (
    ANTONYM,
    N_CODES,
    RELATIONS,
    SYNONYM,
    UNLABELLED,
    Features,
    LabelledPairs,
    check_pairs,
)

Progress = Callable[[int, int], None]
"""Called after each step with the number of steps done and of all steps."""


@dataclass(frozen=True)
class HeadSettings:
    """How to build and train a head; the defaults were chosen on validation pairs.

    Attributes:
        hidden: width of the projection of one term.
        width: width of the layer between pair features and logits.
        epochs: passes over the training pairs; the best one is kept.
        batch_size: pairs in one step.
        learning_rate: highest rate of the one-cycle schedule.
        weight_decay: AdamW's.
        surface: whether the head sees spellings beside vectors.
        seed: decides the first weights and the order of the pairs.
    """

    hidden: int = 192
    width: int = 64
    epochs: int = 4
    batch_size: int = 2048
    learning_rate: float = 3e-3
    weight_decay: float = 1e-2
    surface: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        sizes = (self.hidden, self.width, self.epochs, self.batch_size)
        if min(sizes) < 1 or self.learning_rate <= 0 or min(self.weight_decay, self.seed) < 0:
            raise ValueError(
                f"got {self}, expected sizes and learning_rate above 0, the rest at least 0; "
                "correct the settings"
            )


@dataclass(frozen=True)
class TrainedHead:
    """A head with the calibrations of its two populations.

    Attributes:
        head: the network of the best epoch.
        dictionary: for pairs that a dictionary relates; use it to measure macro-F1.
        candidates: for near neighbours; use it to build the graph.
        settings: how it was trained.
        macro_f1: on validation dictionary pairs, after each epoch.
        elsewhere: for near neighbours in another list than the lexicon it was trained on.
        checks: how lists of held-out terms are ordered with it.
    """

    head: PairHead
    dictionary: Calibration
    candidates: Calibration
    settings: HeadSettings = field(default_factory=HeadSettings)
    macro_f1: tuple[float, ...] = ()
    elsewhere: Calibration = field(default_factory=Calibration)
    checks: tuple[Check, ...] = ()


def train_head(
    features: Features,
    pairs: LabelledPairs,
    validation: LabelledPairs,
    candidates: LabelledPairs | None = None,
    settings: HeadSettings | None = None,
    progress: Progress | None = None,
    device: str = "cpu",
    lists: Sequence[tuple[Features, LabelledPairs]] = (),
) -> TrainedHead:
    """Train a head, keep its best epoch, and calibrate it.

    The loss is logit-adjusted cross-entropy over the four codes, -log softmax(z + ln prior)[code]
    with the weighted shares of the codes as prior, so that z itself is for codes equally frequent
    (Menon et al., Long-Tail Learning via Logit Adjustment, ICLR 2021). One seed gives one result on
    one machine; global generators are neither read nor moved.

    Args:
        features: vectors and, if the settings ask for `surface`, spellings of n_terms terms; the
            pairs known to its neighbourhoods are training pairs. Votes count in the calibration.
        pairs: training pairs, of all relations and `UNLABELLED`.
        validation: dictionary pairs of terms that no training pair has; choose the epoch.
        candidates: all near neighbours among the terms of `validation`, labelled or `UNLABELLED`;
            None where only dictionary pairs will be judged: their calibration serves for both.
        settings: the defaults if None.
        progress: called after every step.
        device: where to compute, as torch names it.
        lists: lists of held-out terms, each with its candidates, for `calibrate_elsewhere`; without
            them the calibration for candidates serves elsewhere too.

    Returns:
        The trained and calibrated head, on `device`. With candidates, a relation without training
        pairs; without, fewer than two relations; empty validation, and arrays that break the
        contract of `relations` are a ValueError.
    """
    settings = settings or HeadSettings()
    head = build_head(features.vectors.shape[-1], settings).to(device)
    _check(head, features, pairs, validation, candidates)
    history: list[float] = []
    best: dict[str, Tensor] = {}
    for _ in _epochs(head, features, pairs, settings, progress or _silent):
        f1 = _macro_f1(labelled_logits(head, features, validation, device), validation.relation)
        if f1 > max(history, default=-1.0):
            best = {name: weight.clone() for name, weight in head.state_dict().items()}
        history.append(f1)
    head.load_state_dict(best)
    dictionary = calibrate_dictionary(
        labelled_logits(head, features, validation, device), validation.relation
    )
    trained = TrainedHead(head.eval(), dictionary, dictionary, settings, tuple(history), dictionary)
    if candidates is None:
        return trained
    logits = labelled_logits(head, features, candidates, device)
    sample = (logits, candidates.relation, n_gold(validation))
    own = calibrate_candidates(*sample)
    if not lists:
        return replace(trained, candidates=own, elsewhere=own)
    judged = [_judged_list(head, *of_list, device) for of_list in lists]
    elsewhere, checks = calibrate_elsewhere(own, *sample, judged)
    return replace(trained, candidates=own, elsewhere=elsewhere, checks=checks)


def n_gold(validation: LabelledPairs) -> tuple[int, int]:
    """Count the synonym and the antonym pairs that there are to find.

    Args:
        validation: dictionary pairs of held-out terms.

    Returns:
        Their numbers.
    """
    synonyms, antonyms = (int((validation.relation == c).sum()) for c in (SYNONYM, ANTONYM))
    return synonyms, antonyms


def build_head(dim: int, settings: HeadSettings) -> PairHead:
    """Make an untrained head.

    Args:
        dim: length of the encoder's vectors.
        settings: its sizes, its features and the seed of its first weights.

    Returns:
        The head, on the CPU.
    """
    return PairHead(dim, settings.hidden, settings.width, settings.seed, surface=settings.surface)


def labelled_logits(
    head: PairHead, features: Features, pairs: LabelledPairs, device: str = "cpu"
) -> NDArray[np.float32]:
    """Compute the logits of a few pairs as in production, but for last bits where they are few.

    Only the terms that occur are projected.

    Args:
        head: the network.
        features: of the terms.
        pairs: the pairs.
        device: where to compute, as torch names it.

    Returns:
        float32 (n_pairs, 4 + N_SIGNALS), as of `pair_logits`.
    """
    ids, ends = np.unique(np.stack([pairs.a, pairs.b]), return_inverse=True)
    few = features.take(ids)
    projections = project_terms(head, few.vectors, device, block=small_block(len(ids)))
    a, b = ends.reshape(2, -1)
    block = small_block(len(a))
    few = few.projected(projections)
    return pair_logits(head, few, a, b, device, block if block < BLOCK else None)


def _judged_list(
    head: PairHead, features: Features, candidates: LabelledPairs, device: str
) -> JudgedList:
    x, y = (gather(features.vectors, ends) for ends in (candidates.a, candidates.b))
    logits = labelled_logits(head, features, candidates, device)
    return JudgedList(logits, candidates.relation, (x * y).sum(dim=1).numpy())


def _epochs(
    head: PairHead,
    features: Features,
    pairs: LabelledPairs,
    settings: HeadSettings,
    progress: Progress,
) -> Iterator[int]:
    """Train, yielding after each epoch."""
    batch_size = min(settings.batch_size, len(pairs.a))
    n_batches = len(pairs.a) // batch_size
    n_steps = n_batches * settings.epochs
    rate = settings.learning_rate
    optimiser = torch.optim.AdamW(head.parameters(), lr=rate, weight_decay=settings.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, n_steps, pct_start=0.1)
    generator = np.random.default_rng(settings.seed)
    log_prior = _log_prior(pairs).to(head.out.weight.device)
    for epoch in range(settings.epochs):
        head.train()
        order = generator.permutation(len(pairs.a))[: n_batches * batch_size]
        for done, rows in enumerate(order.reshape(n_batches, batch_size), start=1):
            batch = pairs.take(rows)
            optimiser.zero_grad()
            _loss(head, features, batch, log_prior).backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
            progress(epoch * n_batches + done, n_steps)
        yield epoch


def _loss(head: PairHead, features: Features, batch: LabelledPairs, log_prior: Tensor) -> Tensor:
    """Compute the weighted logit-adjusted cross-entropy, a scalar."""
    spelling = spelling_tensors(features.spellings, batch.a, batch.b, str(log_prior.device))
    a, b, code, weight = (
        column.to(log_prior.device)
        for column in (
            gather(features.vectors, batch.a),
            gather(features.vectors, batch.b),
            torch.from_numpy(batch.relation.astype(np.int64)),
            torch.from_numpy(batch.weight),
        )
    )
    loss = functional.cross_entropy(head(a, b, spelling) + log_prior, code, reduction="none")
    return (loss * weight).mean()


def _log_prior(pairs: LabelledPairs) -> Tensor:
    """Give the log of each code's share of the weight, float32 (4,)."""
    share = np.bincount(pairs.relation, pairs.weight, N_CODES)
    return torch.from_numpy(np.log(np.maximum(share / share.sum(), 1e-30)).astype(np.float32))


def _macro_f1(logits: NDArray[np.float32], relation: NDArray[np.int8]) -> float:
    judged = logits[:, : len(RELATIONS)].argmax(axis=1)
    labels = np.unique(relation)
    return float(f1_score(relation, judged, average="macro", labels=labels, zero_division=0))


def _check(
    head: PairHead,
    features: Features,
    pairs: LabelledPairs,
    validation: LabelledPairs,
    candidates: LabelledPairs | None,
) -> None:
    check_vectors(head.dim, features.vectors)
    check_features(head, features)
    for group in (pairs, validation, candidates):
        if group is not None:
            check_pairs(group, len(features.vectors))
    weights = np.bincount(pairs.relation, pairs.weight, N_CODES)
    if not weights.all() and (candidates is not None or (weights > 0).sum() < 2):
        names = (*RELATIONS, "unlabelled")
        missing = [names[code] for code in np.flatnonzero(weights == 0)]
        raise ValueError(
            f"got no training pairs for {', '.join(missing)}, expected some of each relation; "
            "label such pairs; unlabelled ones are near neighbours that no label speaks of"
        )
    n_candidates = None if candidates is None else len(candidates.a)
    labelled = len(validation.a) > 0 and not (validation.relation == UNLABELLED).any()
    if not labelled or n_candidates == 0:
        raise ValueError(
            f"got {len(validation.a)} validation pairs, {n_candidates} candidates, "
            "expected some of both, and all validation pairs labelled; enlarge the validation split"
        )


def _silent(done: int, total: int) -> None:
    """Report nothing."""
