"""The terms related to a term, neither synonyms nor opposites, the closest in meaning first.

A term that is near in letters alone is not related, but the classifier sees little else in a pair
such as *hot, Hoth*. So a pair that only the model relates weighs

    cosine * (1 - likeness of letters),    likeness = shared letter trigrams (Dice)

and counts from FLOOR on; a name is not related to a common word. Terms that a dictionary calls
similar weigh by how common the sense is in which they are.
"""

from nymgraph.pipeline.lexicon.likeness import likeness
from nymgraph.pipeline.store.export_folder import ExportFolder
from nymgraph.pipeline.store.views import Related

__all__ = ["related_terms"]

FLOOR = 0.4  # least weight
COMMON = 0.25  # least share of a sense beside the commonest in which similar terms count
CO_HYPONYM = 0.5  # weight of co-hyponyms that the dictionary names, before cosine
FADING = 20  # so many places down a list of similar terms halve the weight


def related_terms(export: ExportFolder, term_id: int, without: set[int]) -> list[Related]:
    """The related terms of a term.

    Args:
        export: The export.
        term_id: The term.
        without: Terms that are listed elsewhere: synonyms, antonyms.

    Returns:
        The weightiest first, then byte-wise, vulgar and offensive ones last; nothing below the
        floor.
    """
    found = _judged(export, term_id) | _similar(export, term_id)
    name = export.terms.name
    ranked = sorted(
        (bool(export.marks.of(other)), -weight, name(other), via)
        for other, (weight, via) in found.items()
        if other not in without and other != term_id and weight >= FLOOR
    )
    return [Related(term, -weight, via) for _, weight, term, via in ranked]


def _similar(export: ExportFolder, term_id: int) -> dict[int, tuple[float, str]]:
    """The similar terms of the dictionary, in the common senses."""
    found: dict[int, tuple[float, str]] = {}
    senses = export.dictionary.of(term_id)
    for sense in senses:
        common = sense.share / senses[0].share
        for place, other in enumerate(sense.similar if common >= COMMON else ()):
            back = export.dictionary.closeness(other, term_id, "similar") or 0.0
            weight = common * back / (1 + place / FADING)
            found[other] = max(found.get(other, (0.0, "")), (weight, "dictionary"))
    return found


def _judged(export: ExportFolder, term_id: int) -> dict[int, tuple[float, str]]:
    """Co-hyponyms of the dictionary, and what the model takes for related."""
    found: dict[int, tuple[float, str]] = {}
    own = export.terms.name(term_id)
    for other, edge in export.pairs.neighbours(term_id).items():
        name = export.terms.name(other)
        if edge.evidence == "dictionary":  # its synonyms of rare senses stand with the senses
            if edge.p_co_hyponym > max(edge.p_synonym, edge.p_antonym):
                found[other] = (CO_HYPONYM + max(0.0, edge.cosine) / 2, edge.evidence)
        elif own.islower() <= name.islower() and edge.p_antonym < edge.p_co_hyponym:
            found[other] = (edge.cosine * (1 - likeness(own, name)), edge.evidence)
    return found
