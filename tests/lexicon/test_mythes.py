"""Thesauri of LibreOffice, by hand."""

import gzip
from pathlib import Path

import pytest

from nymgraph.pipeline.errors import InputError
from nymgraph.pipeline.lexicon.mythes import read_mythes
from nymgraph.pipeline.lexicon.relations import claims_of_dictionary
from nymgraph.pipeline.lexicon.sources import read_source
from nymgraph.pipeline.settings.params import MyThesSource

SMALL = """{encoding}
hot|2
(adj)|fiery|très chaud (colloquial)|cold (antonym)|warm (similar term)
(noun)|heat (generic term)
ice|1
-|frost (fig.) (ugs.)|heat (generic term)|(sich) freeze
"""


def write(tmp_path: Path, text: str = SMALL, encoding: str = "UTF-8") -> MyThesSource:
    path = tmp_path / "th.dat"
    path.write_bytes(text.format(encoding=encoding).encode(encoding.removeprefix("microsoft-")))
    return MyThesSource(kind="mythes", path=path)


@pytest.mark.parametrize("encoding", ["UTF-8", "ISO8859-1", "microsoft-cp1252"])
def test_meanings_notes_and_encodings(tmp_path: Path, encoding: str) -> None:
    source = write(tmp_path, encoding=encoding)
    hot, cold, heat, ice = read_mythes(source)
    assert (hot.terms, hot.pos) == (("hot", "fiery", "très chaud"), "adjective")
    assert cold.terms == ("cold",)
    assert [antonym.target for antonym in hot.antonyms] == [cold.id]
    assert (heat.terms, heat.pos, heat.hypernyms) == (("hot",), "noun", ("heat",))
    assert ice.terms == ("ice", "frost", "(sich) freeze")
    assert ice.hypernyms == heat.hypernyms
    assert "warm" not in read_source(source)["item"].to_list()
    found = set(claims_of_dictionary(source, 9, 0, "en").select("term_a", "relation").rows())
    assert {("cold", "antonym"), ("fiery", "synonym"), ("hot", "co_hyponym")} <= found


GERMAN = """{encoding}
# a comment
#|1
-|#|Raute
|1
-|(Jahr)|anno
auto|1
-|Auto|Wagen|PKW (Abkürzung)
wagen|2
-|Auto|Wagen|PKW (Abkürzung)
-|riskieren|wagen
"""


def test_a_meaning_under_each_of_its_words_is_one_and_written_as_it_lists_them(
    tmp_path: Path,
) -> None:
    found = [synset.terms for synset in read_mythes(write(tmp_path, GERMAN))]
    assert found == [
        ("#", "Raute"),
        ("(Jahr)", "anno"),
        ("Auto", "Wagen", "PKW"),
        ("riskieren", "wagen"),
    ]


def test_own_notes_and_packed(tmp_path: Path) -> None:
    path = tmp_path / "th.dat.gz"
    path.write_bytes(gzip.compress(b"UTF-8\nhot|1\n-|cold (Gegenwort)|red (see)\n", mtime=0))
    source = MyThesSource(
        kind="mythes", path=path, relations={"Gegenwort": "antonym", "SEE": "co_hyponym"}
    )
    claims = claims_of_dictionary(source, 9, 0, "en")
    assert claims.select("term_a", "term_b", "relation").rows() == [
        ("cold", "hot", "antonym"),
        ("hot", "red", "co_hyponym"),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("UTF-8\nhot|2\n(adj)|warm\n", "line 2 begins no entry"),
        ("UTF-8\nhot|1\n(adj)|warm\ncold\n", "line 4 begins no entry"),
        ("hot|1\n(adj)|warm\n", "first line 'hot|1'"),
        ("", "first line ''"),
    ],
)
def test_what_is_no_thesaurus(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        list(read_mythes(write(tmp_path, text)))
    assert message in str(caught.value)


def test_an_encoding_that_the_file_does_not_keep(tmp_path: Path) -> None:
    path = tmp_path / "th.dat"
    path.write_bytes(SMALL.format(encoding="UTF-8").encode("latin-1"))
    with pytest.raises(InputError, match="in an encoding that is known"):
        list(read_mythes(MyThesSource(kind="mythes", path=path)))
