"""Synonym files of search engines: read by hand, and against the grammar of Lucene."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nymgraph.pipeline.errors import InputError
from nymgraph.pipeline.formats.rules import Rule, rule_text
from nymgraph.pipeline.lexicon.dictionaries import read_dictionary
from nymgraph.pipeline.lexicon.relations import claims_of_dictionary
from nymgraph.pipeline.lexicon.sources import read_source
from nymgraph.pipeline.lexicon.synonym_rules import read_synonym_rules
from nymgraph.pipeline.settings.params import SolrSource
from tests.formats.clustered import TERMS
from tests.formats.solr_grammar import parse

RULES = r"""# a comment, with a comma
couch, sofa,divan

i-pod, i pod => ipod
tv => television, telly
a\,b, c \=> d, \#1, back\\slash
alone
trailing, ,comma,
"""


def write(tmp_path: Path, name: str, text: str) -> Path:
    path = tmp_path / name
    path.write_bytes(
        gzip.compress(text.encode(), mtime=0) if name.endswith(".gz") else text.encode()
    )
    return path


@pytest.mark.parametrize("name", ["synonyms.txt", "synonyms.txt.gz", "synonyms"])
def test_both_kinds_of_rules_escapes_and_comments(tmp_path: Path, name: str) -> None:
    found = [synset.terms for synset in read_synonym_rules(write(tmp_path, name, RULES))]
    assert found == [
        ("couch", "sofa", "divan"),
        ("ipod", "i-pod", "i pod"),
        ("tv", "television"),
        ("tv", "telly"),
        ("a,b", "c => d", "#1", "back\\slash"),
        ("alone",),
        ("trailing", "comma"),
    ]


def test_a_synonym_file_gives_terms_and_labels(tmp_path: Path) -> None:
    source = SolrSource(kind="solr", path=write(tmp_path, "s.txt", "tv => television, telly\n"))
    assert read_source(source)["item"].to_list() == ["tv", "television", "telly"]
    claims = claims_of_dictionary(source, 1, 0, "en")
    assert claims.select("term_a", "term_b", "relation", "source").rows() == [
        ("television", "tv", "synonym", "s.txt"),
        ("telly", "tv", "synonym", "s.txt"),
    ]


def test_a_synonym_set_of_elasticsearch(tmp_path: Path) -> None:
    body = {"synonyms_set": [{"id": "1", "synonyms": "a, b"}, {"synonyms": "# => c"}]}
    path = write(tmp_path, "set.json", json.dumps(body))
    assert [synset.terms for synset in read_synonym_rules(path)] == [("a", "b"), ("c", "#")]


@pytest.mark.parametrize("text", ["{}", "[1]", "a, b", '{"synonyms_set": ["a, b"]}'])
def test_other_json_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match="no synonym set"):
        list(read_synonym_rules(write(tmp_path, "set.json", text)))


def test_two_arrows_name_the_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="rule 2 has more than one arrow"):
        list(read_synonym_rules(write(tmp_path, "s.txt", "a, b\na => b => c\n")))


@settings(deadline=None)
@given(terms=st.lists(TERMS, min_size=2, max_size=5, unique=True), form=st.booleans())
def test_what_we_write_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, terms: list[str], form: bool
) -> None:
    line = rule_text(Rule(1, tuple(terms)), "explicit" if form else "equivalent")
    path = write(tmp_path_factory.mktemp("rules"), "s.txt", f"{line}\n")
    (synset,) = read_dictionary(SolrSource(kind="solr", path=path))
    assert set(synset.terms) == set(terms)


@settings(deadline=None)
@given(st.text(st.sampled_from("ab \\,=>#"), max_size=12))
def test_the_grammar_is_that_of_lucene(tmp_path_factory: pytest.TempPathFactory, rule: str) -> None:
    if rule.count("=>") > 1 or not rule.strip():
        return
    path = write(tmp_path_factory.mktemp("rules"), "s.txt", f"{rule}\n")
    terms = {term for synset in read_synonym_rules(path) for term in synset.terms}
    told = parse(rule)
    every = {term for side in told for term in (*side.left, *side.right)} - {""}
    # a side without a term says nothing of the other
    one_sided = told and bool(set(told[0].left) - {""}) != bool(set(told[0].right) - {""})
    assert terms == every or ("=>" in rule and one_sided)
