"""Any term comes back from N-Triples as it was, read by rdflib."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import Graph, Namespace
from rdflib.namespace import RDF

from nymgraph.pipeline.formats import skos
from tests.formats.clustered import TERMS, export_of, written

ONTOLEX = Namespace("http://www.w3.org/ns/lemon/ontolex#")


@settings(deadline=None, max_examples=20)
@given(terms=st.lists(TERMS, min_size=2, max_size=8, unique=True))
def test_any_term_comes_back(terms: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("nt")
    written(skos, export_of(folder / "export", [terms]), folder / "out")
    graph = Graph().parse(folder / "out" / skos.FILE, format="nt")
    assert {str(form) for form in graph.objects(None, ONTOLEX.writtenRep)} == set(terms)
    assert len(set(graph.subjects(RDF.type, ONTOLEX.LexicalEntry))) == len(terms)
