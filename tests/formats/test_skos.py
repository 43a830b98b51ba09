"""rdflib reads the thesaurus."""

from pathlib import Path

from rdflib import Graph, Namespace
from rdflib.namespace import DCTERMS, SKOS

from nymgraph.pipeline.formats import skos
from nymgraph.pipeline.lookup.export import Export
from tests.formats.clustered import NASTY, export_of, written
from tests.store.small_export import INJECTION

LEXINFO = Namespace("http://www.lexinfo.net/ontology/3.0/lexinfo#")
ONTOLEX = Namespace("http://www.w3.org/ns/lemon/ontolex#")


def graph_of(export: Export, folder: Path) -> Graph:
    written(skos, export, folder)
    return Graph().parse(folder / skos.FILE, format="nt")


def test_concepts_carry_their_members(export: Export, tmp_path: Path) -> None:
    graph = graph_of(export, tmp_path)
    labels = {
        str(graph.value(concept, SKOS.prefLabel)): {
            str(label) for label in graph.objects(concept, SKOS.altLabel)
        }
        for concept in graph.subjects(predicate=SKOS.prefLabel)
    }
    assert labels["happy"] == {"glad", "joyful"}
    assert labels[INJECTION] == {"śnieg"}
    assert len(labels) == 7


def test_antonyms_stand_between_senses_from_both_sides(export: Export, tmp_path: Path) -> None:
    graph = graph_of(export, tmp_path)
    written_forms = {
        sense: str(graph.value(graph.value(entry, ONTOLEX.canonicalForm), ONTOLEX.writtenRep))
        for entry, sense in graph.subject_objects(ONTOLEX.sense)
    }
    pairs = {(written_forms[a], written_forms[b]) for a, b in graph[: LEXINFO.antonym :]}
    assert pairs == {
        pair
        for a, b in (("cold", "hot"), ("happy", "sad"), ("happy", "unhappy"))
        for pair in ((a, b), (b, a))
    }


def test_source_and_licence_travel(export: Export, tmp_path: Path) -> None:
    graph = graph_of(export, tmp_path)
    assert any(graph.objects(predicate=DCTERMS.license)) or any(
        graph.objects(predicate=DCTERMS.rights)
    )
    assert any(graph.objects(predicate=DCTERMS.source))


def test_any_term_can_be_written(tmp_path: Path) -> None:
    clusters = [[term, f"word {number}"] for number, term in enumerate(NASTY)]
    graph = graph_of(export_of(tmp_path / "export", clusters), tmp_path / "out")
    found = {str(label) for label in graph.objects(predicate=ONTOLEX.writtenRep)}
    assert found >= set(NASTY)
