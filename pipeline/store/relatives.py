"""The synonyms and antonyms of a term, ranked."""

from collections.abc import Iterable, Iterator
from math import log1p, sqrt

from nymgraph.pipeline.store.export_folder import ExportFolder
from nymgraph.pipeline.store.views import Antonym

__all__ = ["antonyms", "synonyms", "unclustered"]

UNKNOWN = 0.5  # how common the senses of an opposition are taken to be that only the model tells
# weights: a sense a quarter as common as the first; one hardly ever meant
COMMON, HARDLY = 0.25, 0.1
NEAR, SATELLITES = 0.3, 3  # how sure the nearest of an opposite are opposites; how many
_Measure = tuple[float, float]


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
    return export.marks.last([other for _, other in ranked])


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
    return export.marks.last([other for _, other in ranked])


def antonyms(export: ExportFolder, term_id: int) -> list[Antonym]:
    """The antonyms of a term, those of its common senses first.

    *direct*: pairs judged antonyms at the gate. The weight of one is its probability times how
    common the senses are, at both ends, in which the dictionary opposes the two (beside the
    commonest sense of each; UNKNOWN where only the model judged). Where there is one that the
    dictionary gives a common sense, those of the model and of senses hardly ever meant are left
    out: `senses` and `graph` have them.

    *cluster*: who shares or comes near the sense of the best direct ones that is opposed, and what
    opposes the nearest of its meaning (WordNet's satellites: *rapid* has the opposite of *fast*);
    where there is none of these, the members of the clusters opposite to its own. Words in
    much use come first: *happy* has *sad* before *dysphoric*.

    Args:
        export: The export.
        term_id: The term.

    Returns:
        The direct ones, then those by cluster; in each the weightiest first, then byte-wise.
    """
    judged = export.pairs.antonyms(term_id)
    weights = {other: p * _opposition(export, term_id, other) for other, p in judged.items()}
    known = {other: w for other, w in weights.items() if _is_known(export, term_id, other)}
    if max(known.values(), default=0.0) >= COMMON:
        weights = {other: weight for other, weight in known.items() if weight >= HARDLY}
    further = _surest(
        _highest(_through_synonyms(export, term_id, weights)),
        _highest(_through_similar(export, term_id)),
        _highest(_through_members(export, term_id)),
    )
    synonyms = {term_id, *export.members(export.cluster_of(term_id)), *weights}
    further = {x: found for x, found in further.items() if x not in synonyms}
    if not weights and not further:
        further = _highest(_through_links(export, term_id))
    found = {other: (judged[other], weight) for other, weight in weights.items()}
    return _ranked(export, found, "direct") + _ranked(export, further, "cluster")


def _opposition(export: ExportFolder, a: int, b: int) -> float:
    """How common the senses are in which two terms are opposites, the rarer end."""
    ends = [export.dictionary.closeness(x, y, "antonyms") for x, y in ((a, b), (b, a))]
    unknown = 1.0 if _is_known(export, a, b) else UNKNOWN
    return min(unknown if end is None else end for end in ends)


def _is_known(export: ExportFolder, a: int, b: int) -> bool:
    """Whether a dictionary, or a user's table, judged the pair."""
    edge = export.pairs.edge(a, b)
    return edge is not None and edge.evidence == "dictionary"


def _through_synonyms(
    export: ExportFolder, term_id: int, direct: dict[int, float]
) -> Iterator[tuple[int, _Measure]]:
    """Who shares, or comes near, the sense in which a direct antonym opposes the term.

    Where no dictionary has that sense, its cluster.
    """
    for antonym, weight in direct.items():
        if weight < UNKNOWN:
            continue
        own = export.dictionary.of(antonym)
        senses = [sense for sense in own if term_id in sense.antonyms]
        shared, near = dict[int, _Measure](), dict[int, _Measure]()
        for sense in reversed(senses):  # the commonest has the last word
            common = weight * min(1.0, sense.share / own[0].share)
            if common < COMMON:  # *slow* of a tempo is the opposite of *fast*, too
                continue
            for other in sense.synonyms:  # *bushel*, too, has a sense of *repair*
                closeness = export.dictionary.closeness(other, antonym, "synonyms") or 0.0
                if closeness >= HARDLY:
                    shared[other] = (closeness, closeness * common)
            for place, other in enumerate(sense.similar[:SATELLITES]):  # the commonest come first
                closeness = export.dictionary.closeness(other, antonym, "similar") or 0.0
                near[other] = (NEAR, NEAR * closeness * common / (1 + place / SATELLITES))
        judged = {} if senses else _of_cluster(export, antonym, weight)
        every = {**near, **shared, **judged}
        yield from ((x, measure) for x, measure in every.items() if x not in direct)


def _through_members(export: ExportFolder, term_id: int) -> Iterator[tuple[int, _Measure]]:
    """What a dictionary that lists the term opposes to its surest synonyms, in a common sense."""
    listed = export.dictionary.of(term_id)
    for member in export.members(export.cluster_of(term_id)) if listed else ():
        sure = export.pairs.p_synonym(term_id, member) if member != term_id else 0.0
        if sure < export.gate:
            continue
        for other, p in _known_opposites(export, member).items():
            weight = sure * p * _opposition(export, member, other)
            if weight >= COMMON and _shares(export, member, term_id, other):
                yield other, (sure * p, weight)


def _known_opposites(export: ExportFolder, term_id: int) -> dict[int, float]:
    """The antonyms that a dictionary, or a user's table, names, with their probability."""
    judged = export.pairs.antonyms(term_id)
    return {other: p for other, p in judged.items() if _is_known(export, term_id, other)}


def _shares(export: ExportFolder, member: int, term_id: int, opposite: int) -> bool:
    """Whether a synonym has an opposite in a sense that it has in common with the term.

    *right* is like *true*, and *left* is the opposite of another sense of it. Where the term's
    commonest sense refers to the synonym, its commonest is meant; where no sense names the other,
    any.
    """
    own, senses = export.dictionary.of(term_id), export.dictionary.of(member)
    common = [sense for sense in senses if term_id in (*sense.synonyms, *sense.similar)]
    common += senses[:1] if member in own[0].similar else []
    return not common or any(opposite in sense.antonyms for sense in common)


def _highest(found: Iterable[tuple[int, _Measure]]) -> dict[int, _Measure]:
    """Of each term the highest measure."""
    best: dict[int, _Measure] = {}
    for other, measure in found:
        best[other] = max(best.get(other, measure), measure)
    return best


def _surest(*found: dict[int, _Measure]) -> dict[int, _Measure]:
    """Of each term the measure that weighs most."""
    every: dict[int, _Measure] = {}
    for measures in found:
        for other, measure in measures.items():
            if measure[1] > every.get(other, (0.0, 0.0))[1]:
                every[other] = measure
    return every


def _of_cluster(export: ExportFolder, antonym: int, weight: float) -> dict[int, _Measure]:
    members = export.members(export.cluster_of(antonym))
    sure = {other: export.pairs.p_synonym(other, antonym) for other in members}
    return {other: (p, p * weight) for other, p in sure.items() if p >= export.gate}


def _through_similar(export: ExportFolder, term_id: int) -> Iterator[tuple[int, _Measure]]:
    """What opposes the terms of nearly the same meaning, in a common sense of the term."""
    for near in {x for sense in export.dictionary.of(term_id) for x in sense.similar}:
        closeness = export.dictionary.closeness(term_id, near, "similar") or 0.0
        for sense in export.dictionary.of(near):
            if term_id in sense.similar and closeness >= COMMON:
                for other in sense.antonyms:
                    back = export.dictionary.closeness(other, near, "antonyms") or 0.0
                    yield other, (closeness, closeness * sense.share * back)


def _through_links(export: ExportFolder, term_id: int) -> Iterator[tuple[int, _Measure]]:
    """The members of the clusters opposite to the term's own.

    A dictionary that lists the term must oppose one of its synonyms to one of theirs, in a common
    sense: *problem* has not the opposite of *issue*, which is *recall* where banknotes are issued.
    """
    cluster_id = export.cluster_id(term_id)
    links = [] if cluster_id is None else export.links(cluster_id, "opposite")
    opposed = _opposed_to_synonyms(export, term_id) if export.dictionary.of(term_id) else None
    for link in links:
        members = export.members(link.cluster)
        if opposed is not None and opposed.isdisjoint(members):
            continue
        weight = link.probability * link.votes / (1 + link.votes)
        yield from ((other, (link.probability, weight)) for other in members)


def _opposed_to_synonyms(export: ExportFolder, term_id: int) -> set[int]:
    """What a dictionary opposes to the members of a term's cluster in common senses."""
    return {
        other
        for member in export.members(export.cluster_of(term_id))
        for other, p in _known_opposites(export, member).items()
        if p * _opposition(export, member, other) >= COMMON
    }


def _ranked(export: ExportFolder, found: dict[int, _Measure], via: str) -> list[Antonym]:
    """The weightiest first, then byte-wise; vulgar and offensive ones last."""
    name, mark, use = export.terms.name, export.marks.of, export.dictionary.use
    much = {x: 1 + log1p(use(x)) if via == "direct" else sqrt(1 + use(x)) for x in found}
    ranked = sorted(found, key=lambda x: (bool(mark(x)), -found[x][1] * much[x], name(x)))
    return [Antonym(name(x), found[x][0], via, found[x][1]) for x in ranked]
