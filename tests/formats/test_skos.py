"""rdflib reads the thesaurus."""

from pathlib import Path

from rdflib import Graph, Literal, Namespace
from rdflib.namespace import DCTERMS, SKOS

from nymgraph.pipeline.formats import skos
from nymgraph.pipeline.lookup.export import Export
from tests.formats.clustered import NASTY, export_of, written
from tests.store.small_export import INJECTION

LEXINFO = Namespace("http://www.lexinfo.net/ontology/3.0/lexinfo#")
ONTOLEX = Namespace("http://www.w3.org/ns/lemon/ontolex#")
LIES_IN = ONTOLEX.isLexicalizedSenseOf


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


def test_senses_stand_in_the_order_of_their_share(with_senses: Export, tmp_path: Path) -> None:
    graph = graph_of(with_senses, tmp_path / "out")

    def senses(term: str) -> list[str | None]:
        """The labels of what a term means, in the order of rdf:_1, rdf:_2."""
        (form,) = graph.subjects(ONTOLEX.writtenRep, Literal(term, lang="en"))
        (entry,) = graph.subjects(ONTOLEX.canonicalForm, form)
        members = {int(str(p).rpartition("_")[2]): o for p, o in graph[entry] if "#_" in str(p)}
        assert set(members.values()) <= set(graph.objects(entry, ONTOLEX.sense))
        concepts = [graph.value(members[n], LIES_IN) for n in sorted(members)]
        return [x if x is None else str(graph.value(x, SKOS.prefLabel)) for x in concepts]

    assert senses("hot") == ["spicy", "hot", "cold"]
    assert senses("lonely") == [None, "sad"]
    assert senses("Polish") == ["polish", None]
    assert senses("cold") == ["cold", INJECTION]
    assert senses("warm") == []  # one sense has no order


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
