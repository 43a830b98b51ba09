from pathlib import Path

import polars as pl
import pytest

from nymgraph.pipeline.errors import InputError, ParameterError
from nymgraph.pipeline.lexicon import dictionaries
from nymgraph.pipeline.lexicon.dictionaries import glosses, listed_forms, read_dictionary
from nymgraph.pipeline.lexicon.known import read_known_relations
from nymgraph.pipeline.lexicon.relations import antonym_pairs, claims_of_dictionary, resolve
from nymgraph.pipeline.lexicon.sources import read_source
from nymgraph.pipeline.lexicon.wordnet import Antonym, Synset, find_edition
from nymgraph.pipeline.schemas import CONFLICTS, HELD_OUT, PAIRS, REJECTS, TERMS, VARIANTS
from nymgraph.pipeline.settings.params import (
    IngestParams,
    LabelParams,
    TextSource,
    ThesaurusSource,
    WnLmfSource,
    WordNetSource,
    check_params,
)
from nymgraph.pipeline.stages import ingest, label
from nymgraph.pipeline.storage.artefacts import Workspace
from tests.lexicon.small_lmf import SMALL, families, write_lmf

KENET = """<SYNSETS>
<SYNSET><ID>name</ID><SYNONYM><LITERAL>(özel isim)<SENSE>1</SENSE></LITERAL></SYNONYM>
  <POS>n</POS><SR>quality<TYPE>HYPERNYM</TYPE></SR></SYNSET>
<SYNSET><ID>good</ID><SYNONYM><LITERAL>iyi<SENSE>1</SENSE></LITERAL>
  <LITERAL>hoş<SENSE>2</SENSE></LITERAL></SYNONYM><POS>a</POS>
  <SR>bad<TYPE>ANTONYM</TYPE></SR><SR>quality<TYPE>HYPERNYM</TYPE></SR>
  <SR>quality<TYPE>HYPONYM</TYPE></SR><SR>good<TYPE>ANTONYM2</TYPE></SR>
  <DEF>İstenilen nitelikte olan</DEF></SYNSET>
<SYNSET><ID>bad</ID><SYNONYM><LITERAL>kötü<SENSE>1</SENSE></LITERAL></SYNONYM><POS>r</POS>
  <SR>good<TYPE>ANTONYM</TYPE></SR><SR>gone<TYPE>ANTONYM</TYPE></SR>
  <SR>quality<TYPE>HYPERNYM</TYPE></SR></SYNSET>
</SYNSETS>
"""
TURKISH = WordNetSource(kind="wordnet", edition="turkish")


@pytest.fixture
def kenet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WordNetSource:
    path = tmp_path / "turkish.xml"
    path.write_text(KENET, "utf-8")
    monkeypatch.setattr(dictionaries, "find_edition", lambda _edition: path)
    return TURKISH


def labels(claims: pl.DataFrame) -> set[tuple[str, str, str]]:
    return set(claims.select("term_a", "term_b", "relation").iter_rows())


def test_kenet_by_hand(kenet: WordNetSource) -> None:
    good = list(read_dictionary(kenet))[1]
    assert good == Synset(
        "good",
        ("iyi", "hoş"),
        ("quality",),
        (),
        "adjective",
        "İstenilen nitelikte olan",
        ("bad",),
        n_links=2,
        ranks=(1, 2),
    )
    assert list(read_dictionary(kenet))[2].pos == ""  # r is a pronoun here
    found = labels(claims_of_dictionary(kenet, 500, 0, "tr"))
    # every term of a synset is an antonym of every term of the opposite one
    assert {pair[:2] for pair in found if pair[2] == "antonym"} == {
        ("iyi", "kötü"),
        ("hoş", "kötü"),
    }
    assert {pair[:2] for pair in found if pair[2] == "synonym"} == {("hoş", "iyi")}
    assert ("(özel isim)", "iyi", "co_hyponym") in found
    assert glosses([kenet], "tr").rows() == [
        ("hoş", "İstenilen nitelikte olan"),
        ("iyi", "İstenilen nitelikte olan"),
    ]


def test_a_placeholder_is_refused_and_labels_nothing(kenet: WordNetSource, tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "data")
    ingest.run(IngestParams(language="tr", sources=(kenet,)), workspace)
    assert workspace.read(TERMS)["term"].to_list() == ["hoş", "iyi", "kötü"]
    assert workspace.read(REJECTS).select("item", "reason").rows() == [
        ("(özel isim)", "placeholder")
    ]
    label.run(LabelParams(dictionaries=(kenet,), co_hyponyms_per_hypernym=200), workspace)
    reasons = dict(workspace.read(CONFLICTS).group_by("reason").len().iter_rows())
    assert reasons == {"not_in_lexicon": 3, "closer_relation": 2}


@pytest.mark.usefixtures("parsed_once")
def test_the_installed_kenet() -> None:
    assert find_edition("turkish").is_file()
    synsets = list(read_dictionary(TURKISH))
    assert len(synsets) == 78_327
    assert read_source(TURKISH).height == 82_276
    opposite = set(antonym_pairs(synsets))
    pairs = {(a, b) for a, b, _ in opposite}
    assert {("iyi", "kötü"), ("düşük", "yüksek")} <= pairs


def test_wn_lmf_by_hand(tmp_path: Path) -> None:
    source = WnLmfSource(kind="wn_lmf", path=write_lmf(tmp_path / "small.xml"))
    synsets = {synset.id: synset for synset in read_dictionary(source)}
    assert list(synsets) == ["y1", "y2", "y3", "y4", "y5"]
    # the pointer to a sense that is not there is passed over; y3 names y1 too, from above
    assert synsets["y1"] == Synset(
        "y1",
        ("bero", "sargori"),
        ("y3",),
        (Antonym(0, "y2", 0),),
        "adjective",
        "tenperatura altukoa",
        n_links=3,
        ranks=(1, 1),
        counts=(0, 0),
    )
    assert synsets["y2"].hypernyms == ("y3",)  # said from above only
    assert [synset.pos for synset in synsets.values()] == [
        "adjective",
        "adjective",
        "noun",
        "adverb",
        "noun",
    ]
    assert synsets["y4"].opposites == ("y1",)
    assert synsets["y5"].terms == ()
    assert labels(claims_of_dictionary(source, 500, 0)) == {
        ("bero", "sargori", "synonym"),
        ("bero", "hotz", "antonym"),
        ("bero", "epel", "antonym"),
        ("epel", "sargori", "antonym"),
        ("bero", "hotz", "co_hyponym"),
        ("hotz", "sargori", "co_hyponym"),
    }
    assert read_source(source).rows()[:2] == [("small.xml", 1, "bero"), ("small.xml", 2, "sargori")]
    assert glosses([source], "eu").rows() == [
        ("bero", "tenperatura altukoa"),
        ("sargori", "tenperatura altukoa"),
    ]
    assert read_known_relations([source], "eu").relation("epel", "sargori") == "antonym"


@pytest.mark.parametrize("name", ["small.xml.gz", "small.xml.xz"])
def test_a_packed_wordnet_is_the_same(tmp_path: Path, name: str) -> None:
    plain = WnLmfSource(kind="wn_lmf", path=write_lmf(tmp_path / "small.xml"))
    packed = WnLmfSource(kind="wn_lmf", path=write_lmf(tmp_path / name))
    assert list(read_dictionary(packed)) == list(read_dictionary(plain))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.xml", SMALL[:-30], "cannot be read as WN-LMF"),
        ("a.xml.gz", SMALL, "cannot be unpacked as .gz"),
        ("a.xml.xz", SMALL, "cannot be unpacked as .xz"),
        ("a.xml", "<html></html>", "is not WN-LMF"),
        ("a.xml", "<LexicalResource><Lexicon/></LexicalResource>", "holds no synset"),
    ],
)
def test_what_is_no_wn_lmf(tmp_path: Path, name: str, content: str, message: str) -> None:
    path = tmp_path / name
    path.write_text(content, "utf-8")
    with pytest.raises(InputError, match=message):
        list(read_dictionary(WnLmfSource(kind="wn_lmf", path=path)))


def test_a_wordnet_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not there"):
        read_dictionary(WnLmfSource(kind="wn_lmf", path=tmp_path / "a.xml"))


def test_a_third_language_needs_its_file_only(tmp_path: Path) -> None:
    source = WnLmfSource(kind="wn_lmf", path=write_lmf(tmp_path / "eu.xml.gz", families(40)))
    workspace = Workspace(tmp_path / "data")
    ingest.run(IngestParams(language="eu", sources=(source,)), workspace)
    label.run(LabelParams(dictionaries=(source,)), workspace)
    terms, pairs = workspace.read(TERMS), workspace.read(PAIRS)
    assert terms.height == 160
    assert terms["language"].unique().to_list() == ["eu"]
    assert pairs["sources"].explode().unique().to_list() == ["eu.xml.gz"]
    counts = dict(
        pairs.with_columns(pl.col("relation").cast(pl.String))
        .group_by("relation")
        .len()
        .iter_rows()
    )
    # bat-batu, bat-kontra, and batu-kontra as co-hyponyms, in each family
    assert counts == {"synonym": 40, "antonym": 40, "co_hyponym": 40}
    assert workspace.read(HELD_OUT).height > 0


def thesaurus(
    tmp_path: Path, text: str, name: str = "a.tsv", **settings: object
) -> ThesaurusSource:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return ThesaurusSource.model_validate({"kind": "thesaurus", "path": path, **settings})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "a.tsv",
            "term\tsynonym\trelation\n hür\tözgür\t\niyi\tkötü\tAntonym\nkedi\tköpek\tco-hyponym\n",
        ),
        (
            "a.csv",
            "term,synonym,relation\nhür,özgür,synonym\niyi,kötü,antonym\nkedi,köpek,co_hyponym\n",
        ),
        (
            "a.jsonl",
            '{"term":"hür","synonym":"özgür"}\n{"term":"iyi","synonym":"kötü","relation":"antonym"}\n'
            '{"term":"kedi","synonym":"köpek","relation":"co_hyponym"}\n',
        ),
    ],
)
def test_a_thesaurus_by_hand(tmp_path: Path, name: str, text: str) -> None:
    source = thesaurus(tmp_path, text, name)
    assert labels(claims_of_dictionary(source, 1, 0)) == {
        ("hür", "özgür", "synonym"),
        ("iyi", "kötü", "antonym"),
        ("kedi", "köpek", "co_hyponym"),
    }
    assert read_source(source)["item"].to_list() == ["hür", "özgür", "iyi", "kötü", "kedi", "köpek"]
    assert read_source(source)["source"].unique().to_list() == [name]
    known = read_known_relations([source], "tr")
    assert known.relation("köpek", "kedi") == "co_hyponym"
    assert known.relation("hür", "köpek") is None
    assert glosses([source], "tr").is_empty()


def test_a_thesaurus_with_words_of_its_own_and_no_header(tmp_path: Path) -> None:
    text = 'yurt\tHYPERNYMY\tyer\t14\nözgür\tSYNONYMY\thür\t7\n"ak\tANTONYM\tkara\t1\n'
    settings = {
        "columns": ("term", "relation", "synonym", "frequency"),
        "relations": {"SYNONYMY": "synonym", "ANTONYM": "antonym"},
    }
    source = thesaurus(tmp_path, text, "a.txt", **settings)
    assert labels(claims_of_dictionary(source, 1, 0)) == {
        ("hür", "özgür", "synonym"),
        ('"ak', "kara", "antonym"),  # between tab stops a quotation mark is a letter
    }
    two = thesaurus(tmp_path, "hür\tözgür\n", "b.txt", columns=("term", "synonym"))
    assert labels(claims_of_dictionary(two, 1, 0)) == {("hür", "özgür", "synonym")}


@pytest.mark.parametrize(
    ("text", "settings", "message"),
    [
        ("term\tsynonym\na\tb\n\tc\n", {}, "row 2 has no valid term"),
        ("term\tsynonym\na\tb\nc\t \n", {}, "row 2 has no valid synonym"),
        ("term\tsynonym\trelation\na\tb\tis\n", {}, "row 1 has no valid relation"),
        ("term\tother\na\tb\n", {}, "has no column 'synonym'"),
        ("", {}, "has no column 'term'"),
        ("a\tb\tc\n", {"columns": ("term", "synonym")}, "do not have the columns named"),
        ("term\tsynonym\na\tb\tc\td\n", {}, "cannot be read"),
    ],
)
def test_a_bad_row_is_named(
    tmp_path: Path, text: str, settings: dict[str, object], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        list(read_dictionary(thesaurus(tmp_path, text, **settings)))


def test_columns_are_for_tables_of_text(tmp_path: Path) -> None:
    source = thesaurus(tmp_path, "{}", "a.jsonl", columns=("term", "synonym"))
    with pytest.raises(InputError, match="only tables of text take `columns`"):
        list(read_dictionary(source))


@pytest.mark.parametrize("columns", [["term"], ["term", "synonym", "term"]])
def test_columns_must_name_term_and_synonym_once(columns: list[str]) -> None:
    source = {"kind": "thesaurus", "path": "a.tsv", "columns": columns}
    with pytest.raises(ParameterError, match="columns"):
        check_params({"label": {"dictionaries": [source]}}, "params.yaml")


def test_a_dictionary_and_a_thesaurus_are_heard_alike(tmp_path: Path) -> None:
    one = WnLmfSource(kind="wn_lmf", path=write_lmf(tmp_path / "small.xml"))
    other = thesaurus(tmp_path, "term\tsynonym\nbero\thotz\n")
    claims = pl.concat([claims_of_dictionary(source, 1, 0) for source in (one, other)])
    pairs, conflicts = resolve(claims, pl.Series(["bero", "hotz"]))
    assert pairs["relation"].to_list() == ["antonym"]  # who has senses is trusted more
    assert "more_trusted" in conflicts["reason"].to_list()
    alike = other.model_copy(update={"trust": 1.0})
    claims = pl.concat([claims_of_dictionary(source, 1, 0) for source in (one, alike)])
    pairs, conflicts = resolve(claims, pl.Series(["bero", "hotz"]))
    assert pairs.is_empty()
    assert "synonym_and_antonym" in conflicts["reason"].to_list()


@pytest.mark.parametrize("method", ["auto", "group", "keep"])
def test_forms_that_a_wn_lmf_file_lists_are_variants(tmp_path: Path, method: str) -> None:
    source = WnLmfSource(kind="wn_lmf", path=write_lmf(tmp_path / "eu.xml"))
    assert listed_forms(source) == {"beroa": "bero"}
    (tmp_path / "mine.txt").write_text("Beroa\nlehen\n", "utf-8")
    mine = TextSource(kind="text", path=tmp_path / "mine.txt")
    workspace = Workspace(tmp_path / "data")
    params = IngestParams(language="eu", sources=(source, mine), variants={"method": method})
    ingest.run(params, workspace)
    found = workspace.read(VARIANTS).select("variant", "lemma", "sources").rows()
    terms = workspace.read(TERMS)["term"].to_list()
    if method == "keep":
        assert found == []
        assert {"Beroa", "beroa", "bero", "lehen"} <= set(terms)
    else:
        assert found == [("Beroa", "bero", ["mine.txt"]), ("beroa", "bero", ["eu.xml"])]
        assert not {"Beroa", "beroa"} & set(terms)
