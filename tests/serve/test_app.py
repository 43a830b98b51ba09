"""What the addresses answer, over a real connection."""

import shutil
from pathlib import Path
from urllib.parse import quote

import polars as pl
import pytest

from nymgraph.pipeline.errors import ArtefactError
from nymgraph.pipeline.schemas import EXPORTED_MARKS, EXPORTED_TERMS
from nymgraph.pipeline.serve.answers import About
from nymgraph.pipeline.store import ClusterStore
from tests.serve.running import Running, running
from tests.store.small_export import INJECTION, SINGLETONS, small_frames, write_export


def test_about(server: Running) -> None:
    about = server.get("/api/about").data
    assert about["examples"][:2] == ["hot", "happy"]
    del about["examples"]
    assert about == {"language": "en", "terms": 21, "clusters": 7}


def test_a_term_has_its_cluster_its_opposites_and_its_senses(server: Running) -> None:
    answer = server.get("/api/term?term=HOT")
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json"
    found = answer.data
    assert found["term"] == "hot"
    assert found["synonyms"] == ["warm"]
    assert found["cluster"]["id"] == "4"
    assert found["antonyms"][0] == {
        "term": "cold",
        "probability": 0.98,
        "via": "direct",
        "weight": 0.98,
    }
    assert {x["term"] for x in found["antonyms"] if x["via"] == "cluster"} == {"freezing", "frosty"}
    own, other = found["senses"]
    assert (own["cluster"]["representative"], own["support"]) == ("hot", 1.0)
    assert (other["cluster"]["representative"], other["support"]) == ("spicy", 0.5)
    assert (other["share"], other["gloss"]) == (None, "")


def test_a_singleton_has_no_id(server: Running) -> None:
    found = server.get("/api/term?term=lonely").data
    assert found["cluster"]["id"] is None
    assert found["synonyms"] == []


def test_a_cluster_and_its_links(server: Running) -> None:
    assert server.get("/api/cluster/-9").data["members"] == ["glad", "happy", "joyful"]
    (opposite,) = server.get("/api/cluster/-9/links?relation=opposite").data
    assert (opposite["cluster"]["representative"], opposite["votes"]) == ("sad", 2)
    related = server.get("/api/cluster/4/links?relation=related&n=1").data
    assert [link["cluster"]["representative"] for link in related] == ["spicy"]


def test_an_export_that_is_replaced_is_served_as_it_was(tmp_path: Path) -> None:
    frames = small_frames()
    folder = write_export(tmp_path / "export", frames)
    targets = ("about", "suggest?prefix=h", "term?term=hot", "cluster/-9", "explain?a=hot&b=cold")

    def answers(server: Running) -> list[tuple[int, str]]:
        found = [server.get(f"/api/{target}") for target in targets]
        return [(answer.status, answer.body) for answer in found]

    with running(ClusterStore(folder)) as server:
        before = answers(server)
        shutil.rmtree(folder)
        assert answers(server) == before
        write_export(folder, frames)
        assert answers(server) == before
    assert {status for status, _ in before} == {200}


def test_why(server: Running) -> None:
    found = server.get("/api/explain?a=hot&b=cold").data
    assert found["together"] is False
    evidence = dict(found["evidence"])
    assert "judged antonyms" in evidence["decided by"]
    assert "dictionary" in evidence["judgement"]


def test_suggestions_begin_as_asked(server: Running) -> None:
    found = server.get("/api/suggest?prefix=fr&n=5").data
    assert set(found["terms"]) == {"freezing", "frosty"}
    assert len(server.get("/api/suggest?prefix=f&n=1").data["terms"]) == 1
    assert server.get("/api/suggest?prefix=qqq").data["terms"] == []


def test_the_graph_around_a_term(server: Running) -> None:
    found = server.get("/api/graph?term=hot").data
    nodes = {node["term"]: node for node in found["nodes"]}
    assert found["nodes"][0] == {"term": "hot", "hop": 0, "cluster": "4", "mark": ""}
    assert {"warm", "cold", "spicy"} <= set(nodes)
    links = {(link["a"], link["b"]): link for link in found["links"]}
    assert links["cold", "hot"]["relation"] == "antonym"
    assert links["cold", "hot"]["evidence"] == "dictionary"
    assert links["hot", "warm"]["relation"] == "synonym"
    assert all(a in nodes and b in nodes for a, b in links)


def test_a_graph_shows_the_closest_and_says_what_it_leaves_out(server: Running) -> None:
    whole, part = (server.get(f"/api/graph?term=hot&n={n}").data for n in (100, 2))
    assert [node["term"] for node in part["nodes"]] == ["hot", "warm"]  # the likeliest synonym
    assert part["left_out"] == len(whole["nodes"]) - 2


def test_terms_of_all_alphabets_travel(server: Running) -> None:
    for term in (INJECTION, "śnieg", *SINGLETONS):
        assert server.get(f"/api/term?term={quote(term)}").data["term"] == term


def test_an_unknown_term_has_neighbours(server: Running) -> None:
    answer = server.get("/api/term?term=hapy")
    assert answer.status == 404
    assert "happy" in answer.data["near"]
    assert "'hapy' is not a term" in answer.data["error"]


def test_the_schema_names_every_address_and_the_page_of_it_loads_nothing(server: Running) -> None:
    schema = server.get("/api/openapi.json").data
    assert schema["openapi"].startswith("3.")
    assert {path for path in schema["paths"] if not path.startswith("/api/")} == set()
    assert len(schema["paths"]) == 7
    page = server.get("/api").body
    assert all(path in page for path in schema["paths"])
    assert "://" not in page


@pytest.mark.parametrize("name", ["/", "/page.css", "/page.js", "/api"])
def test_the_pages_refer_to_nothing_outside(server: Running, name: str) -> None:
    answer = server.get(name)
    assert answer.status == 200
    text = answer.body.replace("http://www.w3.org/2000/svg", "")  # the name of a vocabulary
    assert "http:" not in text
    assert "https:" not in text
    assert "<script>" not in text


def test_marked_terms_are_told_and_left_out_where_asked(tmp_path: Path) -> None:
    frames = small_frames()
    ids = {term: row for row, term in enumerate(frames[EXPORTED_TERMS]["term"])}
    rows = [(ids["joyful"], 0, "vulgar")]
    frames[EXPORTED_MARKS] = pl.DataFrame(rows, schema=EXPORTED_MARKS.schema, orient="row")
    with running(ClusterStore(write_export(tmp_path / "export", frames))) as server:
        assert server.get("/api/term?term=happy").data["marks"] == {"joyful": "vulgar"}
        plain = server.get("/api/term?term=happy&marked=false").data
        assert plain["synonyms"] == ["glad"]
        assert plain["marks"] == {}
        nodes = [
            {node["term"]: node["mark"] for node in server.get(f"/api/graph?{asked}").data["nodes"]}
            for asked in ("term=happy", "term=happy&marked=false", "term=joyful&marked=false")
        ]
        assert nodes[0]["joyful"] == "vulgar"
        assert "joyful" not in nodes[1]
        assert "joyful" in nodes[2]
        assert server.get("/api/suggest?prefix=joy").data["terms"] == ["joyful"]
        assert server.get("/api/suggest?prefix=joy&marked=false").data["terms"] == []


def test_a_graph_shows_opposites_beside_many_synonyms(server: Running) -> None:
    nodes = [node["term"] for node in server.get("/api/graph?term=happy&n=4").data["nodes"]]
    assert nodes[:2] == ["happy", "joyful"]
    assert {"glad", "unhappy"} == set(nodes[2:])


def test_a_damaged_table_is_named(tmp_path: Path) -> None:
    export = write_export(tmp_path / "export", small_frames())
    file = export / "clusters.parquet"
    content = bytearray(file.read_bytes())
    content[4:60] = bytes(56)
    file.write_bytes(content)
    with pytest.raises(ArtefactError, match=r"clusters\.parquet is damaged"):
        About.of(ClusterStore(export))
