"""The labels of a language model against the dictionaries: a yardstick, and a floor."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from nymgraph.pipeline.augment.answers import Label
from nymgraph.pipeline.errors import LanguageModelError
from nymgraph.pipeline.lexicon.known import KnownRelations
from nymgraph.pipeline.schemas import RELATION_NAMES

__all__ = ["agreement_figures", "require_agreement"]


def agreement_figures(labels: Iterable[Label], known: KnownRelations) -> dict[str, dict[str, Any]]:
    """For each relation: of its pairs about which a dictionary speaks, how many it labels alike.

    Args:
        labels: What the model said.
        known: What the dictionaries say.

    Returns:
        For each name of RELATION_NAMES: checked, agreed, agreement (agreed / checked, null where
        nothing was checked).
    """
    checked: Counter[str] = Counter()
    agreed: Counter[str] = Counter()
    for label in labels:
        relation = known.relation(label.term_a, label.term_b)
        if relation is not None:
            checked[label.relation] += 1
            agreed[label.relation] += relation == label.relation
    return {
        name: {
            "checked": checked[name],
            "agreed": agreed[name],
            "agreement": agreed[name] / checked[name] if checked[name] else None,
        }
        for name in RELATION_NAMES
    }


def require_agreement(
    figures: dict[str, dict[str, Any]], min_agreement: float, min_checked: int
) -> None:
    """Stop a run whose labels cannot be right.

    Args:
        figures: As `agreement_figures` gives them.
        min_agreement: The floor, 0 to 1.
        min_checked: Relations with fewer checked pairs are not judged.

    Raises:
        LanguageModelError: A relation is below the floor.
    """
    low = [
        f"{name} {figure['agreement']:.3f} ({figure['agreed']} of {figure['checked']} pairs)"
        for name, figure in figures.items()
        if figure["checked"] >= min_checked and figure["agreement"] < min_agreement
    ]
    if low:
        raise LanguageModelError(
            "the language model's labels disagree with the dictionaries",
            got="agreement: " + ", ".join(low),
            expected=f"at least {min_agreement:g} of {min_checked} or more pairs "
            "(augment.min_agreement, min_checked)",
            cure="use a better model or the right augment.prompt_language, or lower the floor; the "
            "answers so far are kept",
        )
