"""The synonyms and antonyms of a term, ranked."""

from nymgraph.pipeline.store.export_folder import ExportFolder
from nymgraph.pipeline.store.views import Antonym

__all__ = ["antonyms", "synonyms", "unclustered"]


def synonyms(export: ExportFolder, term_id: int) -> list[int]:
    """The other members of a term's cluster.

    Args:
        export: The export.
        term_id: The term.

    Returns:
        Those judged most likely synonyms of the term itself first (members never judged with it
        last), then by term_id.
    """
    members = export.members(export.cluster_of(term_id))
    p_synonym = export.pairs.p_synonym
    ranked = sorted((-p_synonym(term_id, x), x) for x in members if x != term_id)
    return [other for _, other in ranked]


def unclustered(export: ExportFolder, term_id: int) -> list[int]:
    """The terms in no cluster that were judged synonyms of a term: senses that no cluster holds.

    Args:
        export: The export.
        term_id: The term.

    Returns:
        The most probable first, then by term_id.
    """
    found = (x for x in export.pairs.synonyms(term_id) if export.cluster_id(x) is None)
    ranked = sorted((-export.pairs.p_synonym(term_id, x), x) for x in found)
    return [other for _, other in ranked]


def antonyms(export: ExportFolder, term_id: int) -> list[Antonym]:
    """The antonyms of a term.

    Args:
        export: The export.
        term_id: The term.

    Returns:
        The pairs judged antonyms at the gate, then the members of the clusters opposite to the
        term's; in each the most probable first, then byte-wise.
    """
    name = export.terms.name
    judged = export.pairs.antonyms(term_id)
    direct = {name(other): probability for other, probability in judged.items()}
    cluster_id = export.cluster_id(term_id)
    opposite: dict[str, float] = {}
    for link in [] if cluster_id is None else export.links(cluster_id, "opposite"):
        for member in link.cluster:
            if member not in direct:
                opposite[member] = max(link.probability, opposite.get(member, 0.0))
    return _ranked(direct, "direct") + _ranked(opposite, "cluster")


def _ranked(found: dict[str, float], via: str) -> list[Antonym]:
    """The most probable first, then byte-wise."""
    ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return [Antonym(term, probability, via) for term, probability in ranked]
