"""Training the pair head with the settings of `params.yaml`, shown as progress."""

from dataclasses import fields

from nymgraph.discriminator import HeadSettings, LabelledPairs, TrainedHead, train_head
from nymgraph.pipeline.classifier.training_set import TrainingSet
from nymgraph.pipeline.devices import resolve_device
from nymgraph.pipeline.errors import InputError
from nymgraph.pipeline.lexicon.labelled import weigh_seen
from nymgraph.pipeline.progress import Progress
from nymgraph.pipeline.settings.params import TrainParams

__all__ = ["fit_head"]


def fit_head(
    params: TrainParams,
    examples: TrainingSet,
    progress: Progress,
    train: LabelledPairs,
    title: str = "train: steps",
) -> TrainedHead:
    """Train and calibrate a head.

    Args:
        params: The section `train`.
        examples: Features, validation pairs, candidates and the terms that were held back.
        progress: Shows the steps.
        train: The pairs to learn from: those of the world, or a part of them.
        title: What the steps are called.

    Returns:
        The head.

    Raises:
        InputError: There are too few pairs.
    """
    keys = {field.name for field in fields(HeadSettings)}
    settings = HeadSettings(**params.model_dump(include=keys))
    train = weigh_seen(train, examples.held_back, params.seen_weight)
    n_steps = params.epochs * (len(train.a) // min(params.batch_size, max(1, len(train.a))))
    with progress.track(title, n_steps) as advance:
        try:
            return train_head(
                examples.features,
                train,
                examples.validation,
                examples.candidates,
                settings,
                progress=lambda _done, _total: advance(1),
                device=resolve_device(params.device),
                lists=examples.lists,
            )
        except ValueError as error:
            raise InputError(
                "the labelled pairs are not enough to train on",
                got=str(error),
                cure="label more pairs, of each relation, or enlarge the lexicon (in a run: "
                "label.tables, label.dictionaries)",
            ) from error
