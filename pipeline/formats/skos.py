"""SKOS and OntoLex-Lemon as N-Triples, one triple a line.

A cluster is a skos:Concept and an ontolex:LexicalConcept: its representative is the preferred
label, its other members are alternative ones. A term is an ontolex:LexicalEntry with a sense; the
sense of a term without a cluster has no concept. Where a dictionary's senses of the term lie in
other clusters, too, these are further senses, and rdf:_1, rdf:_2 of the entry order all by falling
share of its use (as OntoLex lexicog does). Judged antonym pairs are lexinfo:antonym between
senses, from both sides; opposite clusters are a vartrans:ConceptualRelation of the category
wn:antonym; related clusters are skos:related, from one side, as that property is symmetric.
References: SKOS (W3C 2009), Lexicon Model for Ontologies (W3C community group 2016), RDF 1.1
N-Triples (W3C 2014).
"""

import re
from collections.abc import Iterator
from functools import cache
from urllib.parse import quote

from nymgraph.pipeline.formats.folder import FormatFolder
from nymgraph.pipeline.formats.licences import licences, sources_in_words
from nymgraph.pipeline.formats.losses import NO_PLACE, Loss, links, other_columns, pairs, soft
from nymgraph.pipeline.lookup.export import Antonyms, Export
from nymgraph.pipeline.schemas import EXPORTED_CLUSTERS, EXPORTED_LINKS
from nymgraph.pipeline.settings.params import ExportParams

__all__ = ["FILE", "write"]

FILE = "thesaurus.nt"
_PREFIXES = {
    "dcterms": "http://purl.org/dc/terms/",
    "lexinfo": "http://www.lexinfo.net/ontology/3.0/lexinfo#",
    "ontolex": "http://www.w3.org/ns/lemon/ontolex#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "vartrans": "http://www.w3.org/ns/lemon/vartrans#",
    "wn": "https://globalwordnet.github.io/schemas/wn#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_LANGUAGE_TAG = re.compile(r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*")
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"})
_IRI = re.compile(r"https?://[^\s<>\"{}|^`\\]+")


def write(export: Export, folder: FormatFolder, params: ExportParams) -> list[Loss]:
    """Write thesaurus.nt; the antonym pairs (24 bytes each) are held in memory.

    Args:
        export: The export.
        folder: Where to write.
        params: The address below which everything is named.

    Returns:
        What the format cannot carry.
    """
    names, antonyms = _Names(export, params.base_iri), export.antonyms()
    triples = 0
    with folder.text(FILE) as stream:
        stream.writelines(f"# {line}\n" for line in sources_in_words(export.manifest))
        for part in (
            _scheme(export, names),
            _concepts(export, names),
            _entries(export, names, antonyms),
            _links(export, names),
        ):
            for line in part:
                stream.write(line)
                triples += 1
    folder.declare(FILE, "a triple", triples)
    votes = Loss("votes of links between clusters", export.rows(EXPORTED_LINKS), NO_PLACE)
    related = links(export, "related")._replace(
        what="probability of links between related clusters"
    )
    carried = len(antonyms.term) // 2
    lost = Loss("probability of judged antonym pairs", carried, NO_PLACE)
    return [
        soft(export, carried=export.further_senses()),
        votes,
        related,
        pairs(export, carried=carried),
        lost,
        *other_columns(export),
    ]


class _Names:
    """The IRIs and literals of one export; all come ready to be written.

    Args:
        export: The export.
        base: The address below which everything is named.
    """

    def __init__(self, export: Export, base: str) -> None:
        self._base = base
        known = _LANGUAGE_TAG.fullmatch(export.language)
        self._tag = f"@{export.language}" if known else ""
        self.scheme = f"<{base}scheme>"

    def concept(self, cluster_id: int) -> str:
        """The IRI of a cluster."""
        return f"<{self._base}cluster/{cluster_id}>"

    def opposition(self, a: int, b: int) -> str:
        """The IRI of the relation between two opposite clusters."""
        return f"<{self._base}opposite/{a}/{b}>"

    def term(self, term: str, part: str = "") -> str:
        """The IRI of a term, or of its `#form` or `#sense`; all but letters is percent-encoded."""
        return f"<{self._base}term/{quote(term, safe='')}{part}>"

    def label(self, text: str) -> str:
        """A literal in the language of the lexicon."""
        return _text(text) + self._tag


def _scheme(export: Export, names: _Names) -> Iterator[str]:
    about = names.scheme
    yield _triple(about, "rdf:type", _iri("skos:ConceptScheme"))
    yield _triple(about, "dcterms:title", _text(f"nymgraph: synonyms of {export.language}"))
    yield _triple(about, "dcterms:language", _text(export.language))
    for source in sources_in_words(export.manifest):
        yield _triple(about, "dcterms:source", _text(source))
    for licence in dict.fromkeys(entry.licence for entry in licences(export.manifest)):
        if _IRI.fullmatch(licence):
            yield _triple(about, "dcterms:license", f"<{licence}>")
        else:
            yield _triple(about, "dcterms:rights", _text(licence))


def _concepts(export: Export, names: _Names) -> Iterator[str]:
    columns = ["cluster_id", "representative", "members", "cohesion"]
    for batch in export.batches(EXPORTED_CLUSTERS, columns):
        for cluster_id, representative, members, cohesion in batch.iter_rows():
            about = names.concept(cluster_id)
            yield _triple(about, "rdf:type", _iri("skos:Concept"))
            yield _triple(about, "rdf:type", _iri("ontolex:LexicalConcept"))
            yield _triple(about, "skos:inScheme", names.scheme)
            yield _triple(about, "wn:confidenceScore", _decimal(cohesion))
            yield _triple(about, "skos:prefLabel", names.label(representative))
            for member in members:
                if member != representative:
                    yield _triple(about, "skos:altLabel", names.label(member))


def _entries(export: Export, names: _Names, antonyms: Antonyms) -> Iterator[str]:
    spelling = export.spell(antonyms.other)
    for batch in export.term_batches():
        for term_id, term, cluster_id, support, senses in batch.iter_rows():
            about, form, sense = (names.term(term, part) for part in ("", "#form", "#sense"))
            yield _triple(about, "rdf:type", _iri("ontolex:LexicalEntry"))
            yield _triple(about, "ontolex:canonicalForm", form)
            yield _triple(form, "ontolex:writtenRep", names.label(term))
            yield _triple(about, "ontolex:sense", sense)
            if cluster_id is not None:
                yield _triple(sense, "ontolex:isLexicalizedSenseOf", names.concept(cluster_id))
            if support is not None:
                yield _triple(sense, "wn:confidenceScore", _decimal(support))
            for other, _ in antonyms.of(term_id):
                opposite = names.term(spelling[other], "#sense")
                yield _triple(sense, "lexinfo:antonym", opposite)
            if len(senses) > 1:
                yield from _further_senses(names, term, cluster_id, senses)


def _further_senses(
    names: _Names, term: str, own: int | None, senses: list[int | None]
) -> Iterator[str]:
    """The senses of a term in other clusters than its own, and the order of all."""
    for n, cluster_id in enumerate(senses, 1):
        sense = names.term(term, "#sense" if cluster_id == own else f"#sense-{cluster_id}")
        yield _triple(names.term(term), f"rdf:_{n}", sense)
        if cluster_id != own and cluster_id is not None:
            yield _triple(names.term(term), "ontolex:sense", sense)
            yield _triple(sense, "ontolex:isLexicalizedSenseOf", names.concept(cluster_id))


def _links(export: Export, names: _Names) -> Iterator[str]:
    columns = ["cluster_a", "cluster_b", "relation", "mean_probability"]
    for batch in export.batches(EXPORTED_LINKS, columns):
        for a, b, relation, probability in batch.iter_rows():
            if relation == "related":
                yield _triple(names.concept(a), "skos:related", names.concept(b))
                continue
            about = names.opposition(a, b)
            yield _triple(about, "rdf:type", _iri("vartrans:ConceptualRelation"))
            yield _triple(about, "vartrans:category", _iri("wn:antonym"))
            yield _triple(about, "vartrans:source", names.concept(a))
            yield _triple(about, "vartrans:target", names.concept(b))
            yield _triple(about, "wn:confidenceScore", _decimal(probability))


def _triple(subject: str, predicate: str, value: str) -> str:
    return f"{subject} {_iri(predicate)} {value} .\n"


@cache
def _iri(name: str) -> str:
    prefix, local = name.split(":")
    return f"<{_PREFIXES[prefix]}{local}>"


def _text(text: str) -> str:
    return f'"{text.translate(_ESCAPES)}"'


def _decimal(value: float) -> str:
    return f'"{value:.6f}"^^{_iri("xsd:decimal")}'
