from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nymgraph.pipeline.errors import ParameterError
from nymgraph.pipeline.lexicon.dictionaries import clean_synsets
from nymgraph.pipeline.lexicon.inflection import find_variants
from nymgraph.pipeline.lexicon.known import read_known_relations
from nymgraph.pipeline.lexicon.normalise import reject_reason
from nymgraph.pipeline.schemas import REJECTS, TERMS, VARIANTS
from nymgraph.pipeline.settings.params import IngestParams, WordNetSource
from nymgraph.pipeline.stages import ingest
from nymgraph.pipeline.storage.artefacts import Workspace

# each form with its lemma; by hand from a grammar of Turkish
FORMS = {
    "kitaplar": "kitap",
    "kitabın": "kitap",
    "kitaplarından": "kitap",
    "ağacı": "ağaç",
    "rengi": "renk",
    "burnu": "burun",
    "hükmü": "hüküm",
    "hakkı": "hak",
    "davası": "dava",
    "davaya": "dava",
    "mahkemenin": "mahkeme",
    "mahkemesinde": "mahkeme",
    "kanunla": "kanun",
    "gözleri": "göz",
    "yollara": "yol",
    "kamu davaları": "kamu davası",
    "kamu davasına": "kamu davası",
    "kamu davalarında": "kamu davası",
    "hak sahiplikleri": "hak sahipliği",
    "mahkeme kararları": "mahkeme kararı",
    "Ankara'nın": "Ankara",
    "TCK'nın": "TCK",
    "KÂRLAR": "kâr",
}
# negation, privation, derivation, disharmony, first person, other words: never variants
OTHERS = {
    "evsiz": "ev",
    "tutkallı": "tutkal",
    "kollu": "kol",
    "gözlük": "göz",
    "gözcü": "göz",
    "sandviççi": "sandviç",
    "gelmeme": "gelme",
    "kullanma": "kullanım",
    "keskin": "kesik",
    "adliye": "adli",
    "ihtiyati": "ihtiyat",
    "gayrimeşru": "meşru",
    "yazım": "yaz",
    "ısıyı": "isi",
    "kadınca": "kadın",
    "kârın": "kar",
    "masal": "masa",
    "oda": "od",
}


@pytest.mark.parametrize(("form", "lemma"), FORMS.items())
def test_turkish_forms(form: str, lemma: str) -> None:
    assert find_variants([form, lemma], "tr", []) == {form: lemma}


@pytest.mark.parametrize(("term", "other"), OTHERS.items())
def test_turkish_words_that_are_no_forms(term: str, other: str) -> None:
    assert find_variants([term, other], "tr", []) == {}


@pytest.mark.parametrize(
    ("form", "lemma"),
    [
        ("houses", "house"),
        ("notaries", "notary"),
        ("boxes", "box"),
        ("children", "child"),
        ("ice-cream", "ice cream"),
        ("motions of order", None),
        ("courts martial", None),
        ("courts", "court"),
    ],
)
def test_english_forms(form: str, lemma: str | None) -> None:
    lexicon = [form, lemma or "motion of order"]
    assert find_variants(lexicon, "en", []) == ({form: lemma} if lemma else {})


@pytest.mark.parametrize(
    ("term", "other"),
    [
        ("unhappy", "happy"),
        ("careless", "care"),
        ("glass", "glas"),
        ("physics", "physic"),
        ("bus", "bu"),
        ("resign", "re-sign"),
        ("building", "build"),
    ],
)
def test_english_words_that_are_no_forms(term: str, other: str) -> None:
    assert find_variants([term, other], "en", []) == {}


def test_what_a_dictionary_lists_is_a_lemma() -> None:
    terms = ["altın", "alt", "altınlar"]
    assert find_variants(terms, "tr", []) == {"altın": "alt", "altınlar": "alt"}
    assert find_variants(terms, "tr", ["ALTIN"]) == {"altınlar": "altın"}


def test_a_chain_ends_at_the_lemma_that_is_spelled_most_alike() -> None:
    terms = ["Davaları", "davalar", "dava", "Dava", "DAVALAR"]
    found = find_variants(terms, "tr", [])
    assert found == {"Davaları": "Dava", "davalar": "dava", "DAVALAR": "Dava"}


LEXICON = st.lists(
    st.sampled_from([*FORMS, *FORMS.values(), *OTHERS, *OTHERS.values()]), unique=True, max_size=30
)


@settings(max_examples=60, deadline=None)
@given(LEXICON, st.data())
def test_no_lemma_is_a_variant_and_the_order_is_nothing(
    terms: list[str], data: st.DataObject
) -> None:
    found = find_variants(terms, "tr", [])
    assert set(found) | set(found.values()) <= set(terms)
    assert not set(found) & set(found.values())
    assert find_variants(data.draw(st.permutations(terms)), "tr", []) == found


def text(tmp_path: Path, lines: list[str]) -> dict[str, object]:
    path = tmp_path / "mine.txt"
    path.write_text("\n".join(lines), "utf-8")
    return {"kind": "text", "path": path}


def test_ingest_sets_variants_aside_and_loses_nothing(tmp_path: Path) -> None:
    lines = ["kitap", "kitaplar", "Kitabın", "göz", "gözlük", "kitap", "( göz )"]
    params = {"language": "tr", "sources": [text(tmp_path, lines)], "variants": {"method": "group"}}
    workspace = Workspace(tmp_path / "data")
    ingest.run(IngestParams.model_validate(params), workspace)
    terms, variants = workspace.read(TERMS), workspace.read(VARIANTS)
    assert terms.select("term_id", "term").rows() == [(0, "göz"), (1, "gözlük"), (2, "kitap")]
    assert variants.drop("frequency").rows() == [
        ("Kitabın", "kitabın", 2, "kitap", ["mine.txt"]),
        ("kitaplar", "kitaplar", 2, "kitap", ["mine.txt"]),
    ]
    assert terms.height + variants.height + workspace.read(REJECTS).height == len(lines)


def test_kept_variants_are_terms(tmp_path: Path) -> None:
    params: dict[str, Any] = {"language": "tr"}
    params["sources"] = [text(tmp_path, ["göz", "kitap", "kitaplar"])]
    workspace = Workspace(tmp_path / "data")
    ingest.run(IngestParams.model_validate(params), workspace)  # no dictionary tells lemmas
    assert workspace.read(TERMS).height == 3
    assert workspace.read(VARIANTS).is_empty()
    synonyms = tmp_path / "synonyms.tsv"
    synonyms.write_text("term\tsynonym\nkitap\tbetik\n", "utf-8")
    params["variants"] = {"dictionaries": [{"kind": "thesaurus", "path": synonyms}]}
    ingest.run(IngestParams.model_validate(params), workspace)
    assert workspace.read(VARIANTS)["lemma"].to_list() == ["kitap"]
    params["variants"]["method"] = "keep"
    ingest.run(IngestParams.model_validate(params), workspace)
    assert workspace.read(VARIANTS).is_empty()


def test_a_language_without_rules_is_refused(tmp_path: Path) -> None:
    params = {"language": "eu", "sources": [text(tmp_path, ["a", "b"])]}
    params["variants"] = {"method": "group"}
    with pytest.raises(ParameterError, match="no rules of inflection for this language"):
        ingest.run(IngestParams.model_validate(params), Workspace(tmp_path / "data"))
    params["variants"] = {"method": "auto"}
    ingest.run(IngestParams.model_validate(params), Workspace(tmp_path / "data"))


def test_a_users_column_goes_with_a_variant(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("term,lemma,note\nkitap,x,a\nkitaplar,y,b\n", "utf-8")
    params = {"language": "tr", "sources": [{"kind": "table", "path": path}]}
    workspace = Workspace(tmp_path / "data")
    ingest.run(IngestParams.model_validate(params), workspace)
    params["variants"] = {"method": "group"}
    path.write_text("term,note,lemma\nkitap,a,x\nkitaplar,b,y\ngöz,c,z\n", "utf-8")
    ingest.run(IngestParams.model_validate(params), workspace)
    rows = workspace.read(VARIANTS).select("variant", "lemma", "note", "own_lemma").rows()
    assert rows == [("kitaplar", "kitap", "b", "y")]


@pytest.mark.usefixtures("parsed_once")
@pytest.mark.parametrize(("edition", "language"), [("turkish", "tr"), ("english", "en")])
def test_on_the_installed_dictionaries_no_antonym_is_a_variant(edition: str, language: str) -> None:
    source = WordNetSource.model_validate({"kind": "wordnet", "edition": edition})
    terms = sorted({term for s in clean_synsets(source, language) for term in s.terms})
    terms = [term for term in terms if not reject_reason(term, 999)]
    known = read_known_relations([source], language)
    found = find_variants(terms, language, [])
    counts = Counter(known.relation(*pair) for pair in found.items())
    # unprotected: what a dictionary lists are words of their own, and most of these are no forms
    assert (
        counts
        == {
            "turkish": {None: 1_319, "synonym": 169, "co_hyponym": 39},
            "english": {None: 938, "synonym": 300, "co_hyponym": 32},
        }[edition]
    )
    assert find_variants(terms, language, terms) == {}
