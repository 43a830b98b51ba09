"""A rule term is unambiguous to the engine: no query is widened by what it does not say."""

import json
from pathlib import Path

import polars as pl
import pytest

from nymgraph.pipeline.formats import solr
from nymgraph.pipeline.formats.ambiguity import (
    FORM,
    GRAMMAR,
    IDIOM,
    INFLECTED,
    MARKED,
    OTHER,
    RARE,
    SHORT,
    form_of,
    unfit_terms,
)
from nymgraph.pipeline.formats.rules import LEFT_OUT
from nymgraph.pipeline.lookup.export import open_export
from nymgraph.pipeline.schemas import (
    EXPORTED_MARKS,
    EXPORTED_MEMBERSHIPS,
    EXPORTED_SENSES,
    EXPORTED_TERMS,
)
from tests.formats.clustered import export_of, written
from tests.formats.solr_grammar import parse
from tests.store.small_export import senses_frame, small_frames, write_export

# the first of each cluster is the term in question
NAMES_AND_SYMBOLS = [
    ["OR", "Oregon", "Beaver State"],
    ["IN", "Indiana", "Hoosier State"],
    ["AS", "Eastern Samoa", "American Samoa"],
    ["At", "astatine", "atomic number 85"],
    ["Be", "beryllium", "atomic number 4"],
    ["He", "helium", "atomic number 2"],
    ["ME", "Maine", "Pine Tree State"],
    ["May", "month of May", "merry month"],
    ["WHO", "World Health Organization", "health agency of the UN"],
    ["Will", "William", "Bill Shakespeare"],
    ["in.", "inch", "twelfth of a foot"],
    ["CAN", "controller area network", "vehicle bus"],
    ["no.", "number", "numeral"],
    ["US", "United States", "America"],
    ["IT", "information technology", "computing department"],
    ["A", "angstrom", "angstrom unit"],
    ["I", "iodine", "atomic number 53"],
    ["Their", "their people", "those people there"],
]


@pytest.mark.parametrize("cluster", NAMES_AND_SYMBOLS, ids=lambda cluster: cluster[0])
def test_no_word_of_the_grammar_is_a_rule_term(tmp_path: Path, cluster: list[str]) -> None:
    unfit = unfit_terms(export_of(tmp_path, [cluster]), short=True)
    assert unfit == {cluster[0]: GRAMMAR}


@pytest.mark.parametrize("term", ["TV", "kg", "oz", "Mg", "Co.", "pH", "UK", "hp", "lb.", "F"])
def test_one_or_two_letters_on_request(tmp_path: Path, term: str) -> None:
    export = export_of(tmp_path, [[term, "the whole word", "other words"]])
    assert unfit_terms(export, short=False) == {term: SHORT}
    assert unfit_terms(export, short=True) == {}


@pytest.mark.parametrize("term", ["日本", "car", "UNESCO", "New York", "8 1"])
def test_other_short_words_stay(tmp_path: Path, term: str) -> None:
    assert unfit_terms(export_of(tmp_path, [[term, "the whole word"]]), short=False) == {}


@pytest.mark.parametrize(
    ("one", "other", "unfit"),
    [
        (["march", "walk"], ["March", "Mar."], {"march", "March"}),
        (["polish", "shine"], ["Polish", "Polish language"], {"polish", "Polish"}),
        (["cat", "true cat"], ["CAT", "computed tomography"], {"CAT"}),
        (["ore", "mineral"], ["Ore.", "Oregon"], {"Ore."}),
        (["sap", "juice"], ["SAP", "software house"], {"SAP"}),
        (["x-ray", "roentgen ray"], ["X ray", "X-ray picture"], {"x-ray", "X ray"}),
        (["AIDS", "immune deficiency"], ["aid", "help"], {"AIDS"}),
        (["Mars", "Red Planet"], ["mar", "spoil"], {"Mars"}),
        (["china", "porcelain"], ["China", "Taiwan"], {"china", "China"}),
        (["sodium", "Na metal"], ["Sodium", "a band"], {"sodium", "Sodium"}),
        (["car", "auto"], ["Car park", "parking lot"], set()),
        (["PET", "tomography"], ["pet", "favourite"], {"PET"}),
    ],
)
def test_terms_that_an_engine_cannot_tell_apart(
    tmp_path: Path, one: list[str], other: list[str], unfit: set[str]
) -> None:
    found = unfit_terms(export_of(tmp_path, [one, other]), short=False)
    assert set(found) == unfit
    assert set(found.values()) <= {OTHER, INFLECTED}


@pytest.mark.parametrize(
    ("frequencies", "unfit"),
    [
        ({"march": 10.0, "March": 90.0}, {"march"}),
        ({"march": 90.0, "March": 10.0}, {"March"}),
        ({"march": 50.0, "March": 50.0}, {"march", "March"}),
        ({"March": 90.0}, {"march", "March"}),
    ],
)
def test_the_commoner_keeps_its_rule(
    tmp_path: Path, frequencies: dict[str, float], unfit: set[str]
) -> None:
    clusters = [["march", "walk"], ["March", "third month"]]
    assert set(unfit_terms(export_of(tmp_path, clusters, frequencies), short=False)) == unfit


@pytest.mark.parametrize(
    ("term", "language", "form"),
    [
        ("X-ray", "en", "x ray"),
        ("U.S.", "en", "u.s"),
        ("Ore.", "en", "ore"),
        ("It's", "en", "it's"),
        ("ISI", "tr", "ısı"),
        ("IŞIK", "en", "işik"),
        ("#!", "en", ""),
    ],
)
def test_a_form_by_hand(term: str, language: str, form: str) -> None:
    assert form_of(term, language) == form


def test_what_is_left_out_is_listed_and_counted(tmp_path: Path) -> None:
    clusters = [["OR", "Oregon", "Beaver State"], ["TV", "telly"], ["X-ray", "x ray", "roentgen"]]
    losses = written(solr, export_of(tmp_path / "export", clusters), tmp_path / "out")
    rules = parse((tmp_path / "out" / "synonyms-0001.txt").read_text("utf-8"))
    assert [rule.left for rule in rules] == [["Beaver State", "Oregon"], ["X-ray", "roentgen"]]
    rows = [json.loads(x) for x in (tmp_path / "out" / LEFT_OUT).read_text("utf-8").splitlines()]
    assert [(row["cluster_id"], row["terms"]) for row in rows] == [
        ("1", ["OR"]),
        ("2", ["TV"]),
        ("2", ["telly"]),
        ("3", ["x ray"]),
    ]
    counted = {loss.why: loss.number for loss in losses if loss.listed_in == LEFT_OUT}
    assert counted == {row["reason"]: 1 for row in rows}


def test_a_term_that_mostly_means_something_else_is_left_out(tmp_path: Path) -> None:
    frames = small_frames()
    ids = {term: row for row, term in enumerate(frames[EXPORTED_TERMS]["term"])}
    shares = {"hot": 0.2, "warm": 0.9, "cold": 1.0, "polish": 0.69, "shine": 0.71}
    rows = [
        (term, 1, max(share, 1 - share), 1.0, "counts", "noun", "", [], [], [], None)
        for term, share in shares.items()
    ]
    frames[EXPORTED_SENSES] = senses_frame(ids, rows)
    own = dict(frames[EXPORTED_TERMS].select("term_id", "cluster_id").iter_rows())
    member = [(ids[x], own[ids[x]], 1.0, share) for x, share in shares.items()]
    frames[EXPORTED_MEMBERSHIPS] = pl.DataFrame(
        sorted(member), schema=EXPORTED_MEMBERSHIPS.schema, orient="row"
    )
    marks = [(ids["joyful"], 0, "vulgar"), (ids["spicy"], 1, "offensive")]
    frames[EXPORTED_MARKS] = pl.DataFrame(sorted(marks), schema=EXPORTED_MARKS.schema, orient="row")
    export = open_export(write_export(tmp_path / "export", frames))
    unfit = unfit_terms(export, short=False)
    assert {"hot": RARE, "polish": RARE, "joyful": MARKED}.items() <= unfit.items()
    assert not {"warm", "cold", "shine", "spicy"} & unfit.keys()
    listed = open_export(write_export(tmp_path / "list", frames, own_list=True))
    assert unfit_terms(listed, short=False).keys() - unfit.keys() == set()
    assert RARE not in unfit_terms(listed, short=False).values()


def test_forms_of_other_words_and_idioms_are_left_out(tmp_path: Path) -> None:
    """Where a dictionary counted the word in text and not its form (men, manpower; man)."""
    known = {
        "men": ("estimate", "noun"),
        "man": ("counts", "noun"),
        "names": ("estimate", "noun"),
        "name": ("counts", "verb"),
        "juicer": ("estimate", "noun"),
        "juice": ("counts", "noun"),
        "in the air": ("estimate", "adjective"),
        "for sale": ("estimate", "adjective"),
        "on time": ("counts", "adverb"),
        "can opener": ("estimate", "noun"),
        "look for": ("counts", "verb"),
        "shoe": ("counts", "noun"),
        "shoes": ("estimate", "noun"),
    }
    clusters = [[x] for x in known if not x.startswith("shoe")] + [["shoe", "shoes"]]
    found = unfit_terms(export_of(tmp_path / "export", clusters, senses=known), short=False)
    assert found == {"men": FORM} | dict.fromkeys(("in the air", "for sale", "on time"), IDIOM)


@pytest.mark.parametrize(
    ("cluster", "kept"),
    [
        (["street", "street sign", "avenue"], ["street", "avenue"]),
        (["pocket", "pocket veto", "pouch"], ["pocket", "pouch"]),
        (["bird", "bird dog", "fowl"], ["bird", "fowl"]),
        (["concert hall", "concert", "recital"], ["concert", "recital"]),
        (["yard", "yard measure", "three feet"], ["yard", "three feet"]),
        (["ice cream", "icecream"], ["ice cream", "icecream"]),
        (["birthday gift", "birthday present"], ["birthday gift", "birthday present"]),
        (["hot dog", "hotdog", "red hot"], ["hot dog", "hotdog", "red hot"]),
        (["card", "discard pile", "ticket"], ["card", "discard pile", "ticket"]),
        (["sea", "deep blue sea", "ocean"], ["sea", "ocean"]),
    ],
)
def test_a_rule_does_not_repeat_itself(tmp_path: Path, cluster: list[str], kept: list[str]) -> None:
    written(solr, export_of(tmp_path / "export", [cluster]), tmp_path / "out")
    (rule,) = parse((tmp_path / "out" / "synonyms-0001.txt").read_text("utf-8"))
    assert sorted(rule.left) == sorted(kept)
