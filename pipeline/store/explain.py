"""Why two terms are together or apart."""

from collections.abc import Iterator
from functools import partial

from nymgraph.pipeline.store.compared import RunPairs
from nymgraph.pipeline.store.export_folder import ExportFolder
from nymgraph.pipeline.store.paths import shortest_path
from nymgraph.pipeline.store.views import CannotLink, Cluster, Edge, Explanation, Vote

__all__ = ["explain"]

Ends = tuple[Cluster, Cluster]


def explain(export: ExportFolder, run: RunPairs, a: int, b: int) -> Explanation:
    """Collect the evidence on two terms and say what decided.

    Args:
        export: The export.
        run: The pairs of its run, for those that the export leaves out.
        a: term_id of the first term.
        b: term_id of the second term.

    Returns:
        The explanation.
    """
    ends = export.cluster_of(a), export.cluster_of(b)
    together = a == b or (ends[0].id is not None and ends[0].id == ends[1].id)
    edge = None if a == b else export.pairs.edge(a, b)
    found = run.judgement(a, b) if a != b and edge is None else None
    edge = found[0] if found else edge
    never = found == []
    why = _why_together if together else partial(_why_apart, never)
    name = export.terms.name
    common = export.pairs.synonyms(a).keys() & export.pairs.synonyms(b).keys()
    cannot_links = _cannot_links(export, ends)
    return Explanation(
        a=name(a),
        b=name(b),
        together=together,
        reason="; ".join(why(export, (a, b), ends, edge)),
        cluster_a=ends[0],
        cluster_b=ends[1],
        edge=edge,
        votes=_votes(export, (a, b), ends),
        common=tuple(name(x) for x in sorted(common)),
        cannot_links=cannot_links,
        path=tuple(name(x) for x in shortest_path(export.pairs, a, b)),
        compared=None if edge is None and not never else not never,
        cure="" if together or cannot_links else _cure(edge, never, export.gate),
    )


def _cannot_links(export: ExportFolder, ends: Ends) -> tuple[CannotLink, ...]:
    """The antonym judgements between the two clusters, the most probable first."""
    first, second = (export.members(cluster) for cluster in ends)
    among, found = set(second), {}
    for x in first:
        for other, p in export.pairs.antonyms(x, export.antonym_gate).items():
            if other in among:
                found[min(x, other), max(x, other)] = p
    name = export.terms.name
    ranked = sorted((-p, *pair) for pair, p in found.items())
    return tuple(CannotLink(name(x), name(y), -p, _source(export, x, y)) for p, x, y in ranked)


def _source(export: ExportFolder, x: int, y: int) -> str:
    edge = export.pairs.edge(x, y)
    return "model" if edge is None else edge.evidence


def _why_together(
    export: ExportFolder, terms: tuple[int, int], ends: Ends, edge: Edge | None
) -> Iterator[str]:
    if terms[0] == terms[1]:
        yield "they are the same term"
        return
    yield f"both are members of the cluster {ends[0].representative!r}"
    if edge is not None and edge.p_synonym >= export.gate:
        yield f"judged synonyms ({_by(edge, 'p_synonym')})"
    else:
        yield "held together by the other members, not by a synonym edge of their own"


def _why_apart(
    never: bool, export: ExportFolder, terms: tuple[int, int], ends: Ends, edge: Edge | None
) -> Iterator[str]:
    yield "never compared" if never else _verdict(edge, export.gate, export.floor)
    names = export.terms.name(terms[0]), export.terms.name(terms[1])
    for name, own in zip(names, ends, strict=True):
        place = "no cluster" if own.id is None else f"the cluster {own.representative!r}"
        yield f"{name!r} is in {place}"
    if ends[0].id is not None and any(
        link.cluster.id == ends[1].id for link in export.links(ends[0].id, "opposite")
    ):
        yield "the two clusters are opposites"
    for term_id, name, other in zip(terms, names, reversed(ends), strict=True):
        for sense in export.senses(term_id):
            if other.id is not None and sense.cluster.id == other.id:
                sure = f"support {sense.support:.2f}"
                if sense.share is not None:
                    sure = f"{100 * sense.share:.0f} % of its use"
                yield f"{name!r} could also belong to the cluster {other.representative!r} ({sure})"
                break  # the sense that is used most


def _verdict(edge: Edge | None, gate: float, floor: float) -> str:
    """The judgement of a pair in different clusters, in words."""
    if edge is None:
        return f"the pair was never judged, or judged below the floor of the export ({floor:.2f})"
    if edge.rarely_synonyms:
        return f"synonyms, but only in a sense that is rare for one ({_by(edge, 'p_synonym')})"
    if edge.p_antonym >= gate:
        return f"judged antonyms ({_by(edge, 'p_antonym')})"
    if edge.p_synonym >= gate:
        return f"judged synonyms ({_by(edge, 'p_synonym')}), but outvoted by their other neighbours"
    if edge.p_co_hyponym >= max(edge.p_synonym, edge.p_antonym):
        return f"judged related, not synonyms ({_by(edge, 'p_co_hyponym')})"
    return f"judged, but below the gate ({_by(edge, 'p_synonym')}, gate {gate:.2f})"


def _cure(edge: Edge | None, never: bool, gate: float) -> str:
    """What to do if two terms that are apart mean the same after all, in a sentence or two."""
    if edge is None:
        further = " or raise retrieve.k" if never else ""
        return f"If they mean the same, add the pair to label.tables{further}, and run again."
    if edge.p_synonym >= gate or edge.p_antonym >= gate:
        return ""
    return (
        f"A pair is joined from {100 * gate:.0f} % on (cluster.gate), and this one means the same "
        f"with {100 * edge.p_synonym:.0f} %. If it does, add it to label.tables, and run again."
    )


def _by(edge: Edge, column: str) -> str:
    return f"{column} {getattr(edge, column):.2f}, {edge.evidence}"


def _votes(export: ExportFolder, terms: tuple[int, int], ends: Ends) -> tuple[Vote, ...]:
    """Each term's ties to its own cluster, then to the other's."""
    found = {}
    for term_id, clusters in zip(terms, (ends, ends[::-1]), strict=True):
        near, name = export.pairs.synonyms(term_id).keys(), export.terms.name(term_id)
        for cluster in clusters:
            if cluster.id is not None:
                others = set(export.members(cluster)) - {term_id}
                found[term_id, cluster.id] = Vote(name, cluster.id, len(near & others), len(others))
    return tuple(found.values())
