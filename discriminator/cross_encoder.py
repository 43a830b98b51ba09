"""The cross-encoder: a transformer that reads both terms of a pair at once.

More accurate than the pair head and hundreds of times as slow. It is a sentence-transformers
`CrossEncoder` with the four codes of `relations` as labels, so that its logits are calibrated as
the head's are. Both orders of a pair are read, in training and in judging.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from nymgraph.discriminator.calibration import Calibration
from nymgraph.discriminator.relations import ANTONYM, N_CODES, RELATIONS, LabelledPairs, check_ids

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder
    from transformers import TrainerCallback

LABEL_RATE = 1e-3
"""Highest learning rate of the layer of new labels."""

Advance = Callable[[int], None]
"""Called with the number of steps just done."""


@dataclass(frozen=True)
class CrossEncoderSettings:
    """How to fine-tune a cross-encoder.

    Attributes:
        epochs: passes over the training pairs.
        batch_size: pairs in one step; each is read twice.
        learning_rate: highest rate; a tenth of the steps warm up, the rest decay linearly. The new
            labels, which have all to learn, take `LABEL_RATE`.
        loss: cross_entropy; focal (Lin et al., ICCV 2017) or dice (Li et al., ACL 2020) look more
            at pairs not yet learned.
        agreement: weight of the term that asks both orders of a pair, each read with a dropout of
            its own, to be judged alike.
        antonym_copies: how often an antonym pair stands in an epoch at most; dictionaries have
            few. It stands there no oftener than brings antonyms up to the commonest relation.
        bfloat16: compute in bfloat16 (autocast), about 1.5 times as fast where there is hardware.
        seed: decides the new weights and the order of the pairs.
    """

    epochs: int
    batch_size: int
    learning_rate: float
    loss: Literal["cross_entropy", "focal", "dice"]
    agreement: float
    antonym_copies: int
    bfloat16: bool
    seed: int


@dataclass(frozen=True)
class CrossEncoderClassifier:
    """A fine-tuned cross-encoder over a lexicon: a `PairClassifier`.

    Attributes:
        model: the network, with four labels.
        calibration: which population the probabilities are for.
        terms: n_terms strings.
        batch_size: pairs in one forward pass.
        bfloat16: compute in bfloat16 (autocast).
    """

    model: "CrossEncoder"
    calibration: Calibration
    terms: Sequence[str]
    batch_size: int = 256
    bfloat16: bool = True

    def judge(self, a: NDArray[np.integer], b: NDArray[np.integer]) -> NDArray[np.float32]:
        """Give the calibrated probability of each relation.

        Args:
            a: any integer (n_pairs,), term ids.
            b: any integer (n_pairs,), term ids.

        Returns:
            float32 (n_pairs, 3), columns as in `RELATIONS`, rows sum to 1; the same for (a, b) and
            (b, a); which pairs share a call changes rounding only.
        """
        logits = torch.from_numpy(self.logits(a, b))
        judged: NDArray[np.float32] = self.calibration.apply(logits).numpy()
        return judged.reshape(-1, len(RELATIONS))

    def logits(self, a: NDArray[np.integer], b: NDArray[np.integer]) -> NDArray[np.float32]:
        """Compute the uncalibrated logits of pairs, the mean over both orders.

        Args:
            a: any integer (n_pairs,), term ids.
            b: any integer (n_pairs,), term ids.

        Returns:
            float32 (n_pairs, 4): the relations in their order, then unlabelled.
        """
        check_ids(a, b, len(self.terms))
        if len(a) == 0:
            return np.empty((0, N_CODES), np.float32)
        low, high = np.minimum(a, b), np.maximum(a, b)
        forth, back = (self._read(one, other) for one, other in ((low, high), (high, low)))
        return (forth + back) / np.float32(2)

    def _read(self, one: NDArray[np.integer], other: NDArray[np.integer]) -> NDArray[np.float32]:
        pairs = [(self.terms[i], self.terms[j]) for i, j in zip(one, other, strict=True)]
        kind = torch.device(self.model.device).type
        with torch.autocast(kind, torch.bfloat16, enabled=self.bfloat16):
            logits = self.model.predict(
                pairs, batch_size=self.batch_size, show_progress_bar=False, convert_to_tensor=True
            )
        return np.asarray(logits.float().cpu().numpy(), np.float32)


class RelationLoss(nn.Module):
    """Loss of a batch of pairs, each read in both orders, with the codes' shares taken out.

    As for the head, z + ln(share of the code) is what softmax sees, so that z itself is for codes
    equally frequent (Menon et al., ICLR 2021). With p the probability of the true code:

        cross_entropy  -ln p
        focal          -(1 - p)^2 ln p
        dice           1 - (2 (1 - p) p + 1) / ((1 - p) p + 2)

    To the mean of that over both orders comes `agreement` times their `disagreement`, as in R-Drop
    (Liang et al., NeurIPS 2021), whose two readings differ in dropout alone.

    Args:
        model: the cross-encoder that is trained; it reads the pairs.
        share: float (4,), share of each code among the training pairs; 0 leaves a code out.
        kind: cross_entropy, focal or dice.
        agreement: weight of the disagreement.
    """

    def __init__(
        self, model: "CrossEncoder", share: NDArray[np.floating], kind: str, agreement: float
    ) -> None:
        super().__init__()
        self.model, self.kind, self.agreement = model, kind, agreement
        log_share = np.log(np.maximum(share, 1e-30))
        self.register_buffer("log_share", torch.as_tensor(log_share, dtype=torch.float32))

    def forward(self, inputs: list[list[str]], labels: Tensor, **_: object) -> Tensor:
        """Read pairs and compare with their codes.

        Args:
            inputs: two columns of strings.
            labels: int64 (n_pairs,), codes.

        Returns:
            The mean loss, a scalar.
        """
        from sentence_transformers.util import batch_to_device

        one, other = inputs
        pairs = [*zip(one, other, strict=True), *zip(other, one, strict=True)]
        tokens = batch_to_device(self.model.preprocess(pairs), self.model.device)
        logits = self.model(tokens)["scores"].float() + self.log_share
        log_p = functional.log_softmax(logits, dim=1)
        of_label = log_p.gather(1, labels.repeat(2).view(-1, 1)).squeeze(1)
        apart = disagreement(*log_p.chunk(2))
        return relation_loss(of_label, self.kind).mean() + self.agreement * apart.mean()


def relation_loss(log_p: Tensor, kind: str) -> Tensor:
    """Compute the loss of each pair from the log probability of its true code.

    Args:
        log_p: float (n_pairs,), at most 0.
        kind: cross_entropy, focal or dice, by the formulas of `RelationLoss`.

    Returns:
        float (n_pairs,).
    """
    if kind == "cross_entropy":
        return -log_p
    p = log_p.exp()
    if kind == "focal":
        return -((1 - p) ** 2) * log_p
    return 1 - (2 * (1 - p) * p + 1) / ((1 - p) * p + 2)


def disagreement(log_p: Tensor, log_q: Tensor) -> Tensor:
    """Compute how far two judgements of the same pairs are apart.

    Args:
        log_p: float (n_pairs, n_codes), log probabilities.
        log_q: float (n_pairs, n_codes), others.

    Returns:
        float (n_pairs,), (KL(p, q) + KL(q, p)) / 2 in nats, at least 0.
    """
    return ((log_p.exp() - log_q.exp()) * (log_p - log_q)).sum(dim=1) / 2


def train_cross_encoder(
    model: "CrossEncoder",
    terms: Sequence[str],
    pairs: LabelledPairs,
    settings: CrossEncoderSettings,
    work: str,
    advance: Advance | None = None,
) -> None:
    """Fine-tune a cross-encoder in place.

    A pair stands in each epoch as often as its relation asks, and is read in both orders. Weights
    are not used: draw fewer unlabelled pairs instead.

    Args:
        model: a cross-encoder with four labels.
        terms: n_terms strings.
        pairs: training pairs.
        settings: how.
        work: folder for the trainer's working files.
        advance: called after every step.
    """
    from datasets import Dataset
    from sentence_transformers.cross_encoder import CrossEncoderTrainer
    from sentence_transformers.cross_encoder.training_args import CrossEncoderTrainingArguments
    from transformers import PrinterCallback

    # for examples that a card lacks the library draws a bar of its own; no card is kept
    model.model_card_data.widget = [{"text": ""}]
    rows = training_rows(pairs, settings)
    texts = {"a": [terms[i] for i in rows.a], "b": [terms[i] for i in rows.b]}
    dataset = Dataset.from_dict({**texts, "label": rows.relation.astype(np.int64)})
    share = np.bincount(rows.relation, minlength=N_CODES) / len(rows.a)
    arguments = CrossEncoderTrainingArguments(
        output_dir=work,
        num_train_epochs=1,  # `training_rows` has written the epochs out
        per_device_train_batch_size=settings.batch_size,
        learning_rate=settings.learning_rate,
        learning_rate_mapping={r"\b2\.linear\.": LABEL_RATE},
        warmup_steps=0.1,
        weight_decay=0.01,
        bf16=settings.bfloat16,
        use_cpu=torch.device(model.device).type == "cpu",
        seed=settings.seed,
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        logging_strategy="no",
        dataloader_pin_memory=False,
    )
    trainer = CrossEncoderTrainer(
        model=model,
        args=arguments,
        train_dataset=dataset,
        loss=RelationLoss(model, share, settings.loss, settings.agreement).to(model.device),
        callbacks=[step_callback(advance)] if advance else None,
    )
    trainer.remove_callback(PrinterCallback)  # progress is shown by `advance` alone
    trainer.train()
    model.eval()


def training_rows(pairs: LabelledPairs, settings: CrossEncoderSettings) -> LabelledPairs:
    """Write out what the epochs see: copies of antonyms, shuffled.

    Args:
        pairs: training pairs.
        settings: number of epochs and of copies, and the seed.

    Returns:
        All rows, epoch after epoch.
    """
    copies = np.where(pairs.relation == ANTONYM, antonym_copies(pairs, settings), 1)
    generator = np.random.default_rng(settings.seed)
    rows = np.repeat(np.arange(len(pairs.a)), copies)
    epochs = [generator.permutation(rows) for _ in range(settings.epochs)]
    return pairs.take(np.concatenate(epochs))


def antonym_copies(pairs: LabelledPairs, settings: CrossEncoderSettings) -> int:
    """Compute how often an antonym pair stands in an epoch.

    Args:
        pairs: training pairs.
        settings: the most copies.

    Returns:
        The number of copies, at least 1.
    """
    counts = np.bincount(pairs.relation, minlength=N_CODES)
    return int(np.clip(counts.max() // max(counts[ANTONYM], 1), 1, settings.antonym_copies))


def step_callback(advance: Advance) -> "TrainerCallback":
    """Make a trainer callback that reports each step, and those before a resume at once.

    Args:
        advance: called with the number of steps just done.

    Returns:
        The callback, for a trainer of transformers or sentence-transformers.
    """
    from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

    class StepCallback(TrainerCallback):
        def on_train_begin(
            self,
            args: TrainingArguments,
            state: TrainerState,
            control: TrainerControl,
            **kwargs: object,
        ) -> None:
            advance(state.global_step)

        def on_step_end(
            self,
            args: TrainingArguments,
            state: TrainerState,
            control: TrainerControl,
            **kwargs: object,
        ) -> None:
            advance(1)

    return StepCallback()
