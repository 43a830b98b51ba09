"""Look-up as people type: forms, slips of the keyboard, negations."""

from pathlib import Path

import pytest

from nymgraph.pipeline.lexicon.lemmas import possible_lemmas, possible_stems
from nymgraph.pipeline.lexicon.normalise import look_up_key
from nymgraph.pipeline.store import ClusterStore, UnknownTermError
from nymgraph.pipeline.store.export_folder import ExportFolder
from nymgraph.pipeline.store.slips import slips
from tests.formats.clustered import export_of

CLUSTERS = [
    ["car", "auto"],
    ["buy", "purchase"],
    ["hot", "torrid"],
    ["hot dog", "frank"],
    ["give up", "abandon"],
    ["wife", "spouse"],
    ["thief", "robber", "thieve"],
    ["happy", "glad"],
    ["mouse", "rodent"],
    ["run", "sprint"],
    ["good", "fine"],
    ["warlike", "hawkish"],
    ["phenomenon", "occurrence"],
    ["AIDS", "immune deficiency"],
    ["aid", "help"],
    ["carry", "convey"],
    ["sing", "chant"],
    ["warm", "mild"],
]


@pytest.fixture
def store(tmp_path: Path) -> ClusterStore:
    export_of(tmp_path / "export", CLUSTERS)
    return ClusterStore(tmp_path / "export")


@pytest.mark.parametrize(
    ("form", "lemma"),
    [
        ("cars", "car"),
        ("Cars", "car"),
        ("bought", "buy"),
        ("buying", "buy"),
        ("hotter", "hot"),
        ("hottest", "hot"),
        ("hot dogs", "hot dog"),
        ("gave up", "give up"),
        ("giving up", "give up"),
        ("wives", "wife"),
        ("thieves", "thief"),
        ("happier", "happy"),
        ("mice", "mouse"),
        ("ran", "run"),
        ("running", "run"),
        ("better", "good"),
        ("phenomena", "phenomenon"),
        ("carried", "carry"),
        ("sang", "sing"),
        ("singing", "sing"),
    ],
)
def test_a_form_is_answered_for_its_lemma_and_says_so(
    store: ClusterStore, form: str, lemma: str
) -> None:
    entry = store.entry(form)
    assert (entry.term, entry.form) == (lemma, f"{form}, a form of {lemma}")
    assert repr(entry).startswith(entry.form)
    assert store[form] == store[lemma]
    assert entry.form in repr(store[form])
    assert store.synonyms(form) == store.synonyms(lemma)
    assert store.expand(form).added == store.expand(lemma).added
    assert store.expand(form).phrases[0].term == lemma
    assert store.cluster_ids([form])["term"].to_list() == [lemma]
    assert store.nearest(form).cluster == store[lemma]
    assert form not in store


@pytest.mark.parametrize("word", ["carlike", "happyish", "unhot", "does", "xyzzy", "s", ""])
def test_what_is_no_form_is_unknown(store: ClusterStore, word: str) -> None:
    with pytest.raises(UnknownTermError):
        store[word]


LISTED = [
    ["Torches", "Flashlights"],
    ["Lawn Mowers", "Grass Cutters"],
    ["Bookshelves", "Shelving Units"],
    ["e-learning", "online training"],
    ["doctor's note", "sick note"],
    ["Shoes for Women", "Ladies' Shoes"],
    ["Step Ladders", "Folding Steps"],
    ["Stepladders", "Steps"],
    ["Running", "Jogging"],
    ["Hand Saw", "Panel Saw"],
    ["stiff-necked", "stubborn"],
]


@pytest.fixture
def plurals(tmp_path: Path) -> ClusterStore:
    export_of(tmp_path / "plurals", LISTED)
    return ClusterStore(tmp_path / "plurals")


@pytest.mark.parametrize(
    ("word", "term", "added"),
    [
        ("torch", "Torches", ("Flashlights",)),
        ("flashlight", "Flashlights", ("Torches",)),
        ("bookshelf", "Bookshelves", ("Shelving Units",)),
        ("lawnmower", "Lawn Mowers", ("Lawn Mowers",)),
        ("lawn mower", "Lawn Mowers", ("Grass Cutters",)),
        ("lawn-mower", "Lawn Mowers", ("Grass Cutters",)),
        ("stepladder", "Stepladders", ("Steps",)),
        ("handsaws", "Hand Saw", ("Hand Saw",)),
        ("step ladder", "Step Ladders", ("Folding Steps",)),
        ("elearning", "e-learning", ("e-learning",)),
        ("doctors note", "doctor's note", ("sick note",)),
        ("shoe for women", "Shoes for Women", ("Ladies' Shoes",)),
    ],
)
def test_a_list_that_has_a_form_alone_answers_for_its_lemma(
    plurals: ClusterStore, word: str, term: str, added: tuple[str, ...]
) -> None:
    entry = plurals.entry(word)
    asked = (
        "" if look_up_key(word, "en") == look_up_key(term, "en") else f"{word}, listed as {term}"
    )
    assert (entry.term, entry.form) == (term, asked)
    assert plurals.expand(f"a {word}").added == added
    assert plurals.cluster_ids([word])["term"].to_list() == [term]


@pytest.mark.parametrize("word", ["stiff neck", "run", "torc", "shoe", "ladder", "a", "learning"])
def test_what_is_made_of_a_term_is_not_listed(plurals: ClusterStore, word: str) -> None:
    with pytest.raises(UnknownTermError):
        plurals[word]
    assert plurals.expand(word).added == ()


ENGLISHES = [
    ["Winter Tyres", "Snow Tyres"],
    ["Licence Plate", "Number Plate"],
    ["Aluminum Wheels", "Alloys"],
    ["Grey", "Silver"],
]


@pytest.fixture
def mixed(tmp_path: Path) -> ClusterStore:
    export_of(tmp_path / "mixed", ENGLISHES)
    return ClusterStore(tmp_path / "mixed")


@pytest.mark.parametrize(
    ("word", "term", "synonym"),
    [
        ("winter tires", "Winter Tyres", "Snow Tyres"),
        ("Winter Tire", "Winter Tyres", "Snow Tyres"),
        ("license plates", "Licence Plate", "Number Plate"),
        ("aluminium wheel", "Aluminum Wheels", "Alloys"),
        ("gray", "Grey", "Silver"),
    ],
)
def test_the_spelling_of_the_other_english_is_answered_and_says_so(
    mixed: ClusterStore, word: str, term: str, synonym: str
) -> None:
    entry = mixed.entry(word)
    assert (entry.term, entry.form) == (term, f"{word}, another spelling of {term}")
    assert mixed.cluster_ids([word])["term"].to_list() == [term]
    found = mixed.expand(f"cheap {word}")
    assert found.added == (term, synonym)  # whatever searches for it may know one spelling alone
    assert f"{word} (another spelling of {term})" in repr(found)
    assert mixed.expand(f"cheap {word}", limit=1).added == (term,)
    assert mixed.expand(f"no {word}").added == ()
    assert mixed.expand(f"cheap {term}").added == (synonym,)


PARTS = [
    ["MAF Sensor", "Mass Air Flow Sensor"],
    ["O2 Sensor", "Lambda Probe"],
    ["Rear Brake Pads", "Back Pads"],
    ["Brake Pads for Trucks", "Truck Pads"],
    ["Front Brake Pads and Discs", "Front Brake Pads, Discs"],
    ["Pad", "Padding"],
    ["Colour Chart", "Chart of Colours"],
    ["Smafe", "Xmaf"],
]


@pytest.mark.parametrize(
    ("asked", "held"),
    [
        ("MAF", ["MAF Sensor"]),
        ("o2", ["O2 Sensor"]),
        ("sensor", ["O2 Sensor", "MAF Sensor", "Mass Air Flow Sensor"]),
        (
            "brake pad",
            [
                "Rear Brake Pads",
                "Brake Pads for Trucks",
                "Front Brake Pads, Discs",
                "Front Brake Pads and Discs",
            ],
        ),
        ("color", ["Colour Chart", "Chart of Colours"]),
        ("pads sensor", []),
        ("r", []),
    ],
)
def test_terms_that_hold_the_words_are_offered_the_shortest_first(
    tmp_path: Path, asked: str, held: list[str]
) -> None:
    export_of(tmp_path / "parts", PARTS)
    terms = ExportFolder(tmp_path / "parts").terms
    assert [terms.name(row) for row in terms.holding(look_up_key(asked, "en"))] == held
    with pytest.raises(UnknownTermError) as error:
        ClusterStore(tmp_path / "parts")[asked]
    assert list(error.value.near[: len(held)]) == held


def test_at_most_five_terms_that_hold_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export_of(tmp_path / "many", [[f"Oil {letter}", f"Grease {letter}"] for letter in "ABCDEFG"])
    terms = ExportFolder(tmp_path / "many").terms
    assert [terms.name(x) for x in terms.holding("oil")] == [f"Oil {x}" for x in "ABCDE"]
    monkeypatch.setattr("nymgraph.pipeline.store.terms._SCANNED", 13)
    assert ExportFolder(tmp_path / "many").terms.holding("oil") == []


def test_small_letters_mean_the_word_and_capitals_the_abbreviation(store: ClusterStore) -> None:
    assert store.expand("hearing aids").added == ("help",)
    assert store.expand("AIDS").added == ("immune deficiency",)


@pytest.mark.parametrize(
    ("word", "language", "lemma"),
    [
        ("wolves", "en", "wolf"),
        ("knives", "en", "knife"),
        ("gives", "en", "give"),
        ("panicking", "en", "panic"),
        ("looking up", "en", "look up"),
        ("häuser", "de", "Haus"),
        ("gegangen", "de", "gehen"),
        ("kitapların", "tr", "kitap"),
        ("geliyor", "tr", "gelmek"),
        ("okudu", "tr", "okumak"),
    ],
)
def test_lemmas_of_languages(word: str, language: str, lemma: str) -> None:
    assert lemma in possible_lemmas(word, language)


@pytest.mark.parametrize(
    ("word", "language", "no_lemma"),
    [("gelmedi", "tr", "gelmek"), ("önemsiz", "tr", "önem"), ("boss", "en", "bos"),
     ("hopeless", "en", "hope"), ("word", "xx", "wor")],
)  # fmt: skip
def test_what_negates_or_derives_is_no_form(word: str, language: str, no_lemma: str) -> None:
    assert no_lemma not in possible_lemmas(word, language)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("hapy", "happy"),
        ("happpy", "happy"),
        ("hpapy", "happy"),
        ("hspoy", None),
        ("hspopy", None),
        ("happt", "happy"),
        ("hsppy", "happy"),
        ("hasppy", "happy"),
        ("carlike", None),
        ("rappy", None),
        ("hamppy", None),
        ("wsrlike", "warlike"),
        ("phenomenpn", "phenomenon"),
    ],
)
@pytest.mark.usefixtures("store")
def test_a_slip_is_one_that_a_hand_makes(tmp_path: Path, typed: str, meant: str | None) -> None:
    terms = ExportFolder(tmp_path / "export").terms
    assert [terms.name(row) for row in terms.meant(typed)] == ([] if meant is None else [meant])


def test_a_word_made_of_a_term_is_no_slip_and_its_stem_is_offered_first(
    store: ClusterStore,
) -> None:
    with pytest.raises(UnknownTermError, match="did you mean 'car'") as error:
        store["carlike"]
    assert error.value.near[0] == "car"
    assert "warm" in possible_stems("warmish", "en")
    assert not list(possible_stems("warmish", "xx"))


def test_slips_leave_the_first_letter() -> None:
    assert all(spelling[0] == "c" for spelling in slips("carlike", "abc"))
    assert slips("ab", "abc") == set()
    assert slips(look_up_key("x" * 41), "abc") == set()


@pytest.mark.parametrize(
    ("query", "left", "added"),
    [
        ("not hot", ["hot"], ()),
        ("not very hot", ["hot"], ()),
        ("never happy", ["happy"], ()),
        ("without a car", ["car"], ()),
        ("it isn't warm", ["warm"], ()),
        ("it isn’t too warm", ["warm"], ()),
        ("neither hot nor warm", ["hot", "warm"], ()),
        ("not hot or warm", ["hot", "warm"], ()),
        ("not hot, warm", ["hot"], ("mild",)),
        ("not hot but warm", ["hot"], ("mild",)),
        ("hot, not warm", ["warm"], ("torrid",)),
        ("no hot dogs", ["hot dogs"], ()),
        ("hot", [], ("torrid",)),
        ("cannot buy warm", ["buy"], ("mild",)),
    ],
)
def test_what_a_query_negates_is_left_as_it_is(
    store: ClusterStore, query: str, left: list[str], added: tuple[str, ...]
) -> None:
    found = store.expand(query)
    assert [part.text for part in found.parts if part.negated] == left
    assert found.added == added
    assert repr(found).count("left as it is: the query negates it") == len(left)


TURKISH = [
    ["sıcak", "kızgın"],
    ["güzel", "hoş"],
    ["çalışma", "uğraş"],
    ["istanbul", "İstanbul şehri"],
    ["kâr", "kazanç"],
    ["kar", "kar yağışı"],
    ["ev", "konut"],
    ["kitap", "betik"],
    ["gitmek", "yol almak"],
    ["söz", "laf"],
    ["öl", "ölü nokta"],
]


@pytest.fixture
def turkish(tmp_path: Path) -> ClusterStore:
    export_of(tmp_path / "export", TURKISH, language="tr")
    return ClusterStore(tmp_path / "export")


@pytest.mark.parametrize(
    ("typed", "term"),
    [
        ("sicak", "sıcak"),
        ("guzel", "güzel"),
        ("GUZEL", "güzel"),
        ("calisma", "çalışma"),
        ("calışma", "çalışma"),
        ("Istanbul", "istanbul"),
        ("ISTANBUL", "istanbul"),
        ("Istanbul sehri", "İstanbul şehri"),
        ("kar", "kar"),
    ],
)
def test_marks_that_a_keyboard_lacks(turkish: ClusterStore, typed: str, term: str) -> None:
    entry = turkish.entry(typed)
    assert (entry.term, entry.form) == (
        term,
        "" if typed == term else f"{typed}, without marks for {term}",
    )
    assert turkish.cluster_ids([typed])["term"].to_list() == [term]


def test_a_mark_that_is_there_must_be_in_the_term(turkish: ClusterStore) -> None:
    for word in ("sıçak", "güzél", "soz lafi", "ol mak"):
        with pytest.raises(UnknownTermError):
            turkish[word]


def test_a_place_without_marks_says_so(turkish: ClusterStore) -> None:
    found = turkish.nearest("sicak")
    assert found.cluster == turkish["sıcak"]
    assert found.reason == "sicak, without marks for sıcak"


@pytest.mark.usefixtures("turkish")
def test_a_term_that_is_longer_or_of_other_letters_is_not_meant(tmp_path: Path) -> None:
    terms = ExportFolder(tmp_path / "export").terms
    assert terms.unmarked("sica") is None
    assert terms.unmarked("zicak") is None
    assert terms.unmarked("sıcak") is None  # it is the term itself
    assert terms.unmarked("") is None


@pytest.mark.parametrize(
    ("form", "lemma"),
    [
        ("evlerimizde", "ev"),
        ("evde", "ev"),
        ("kitabımı", "kitap"),
        ("kitabınızdan", "kitap"),
        ("kitapların", "kitap"),
        ("kitabin", "kitap"),
        ("gidiyorum", "gitmek"),
        ("sözümüz", "söz"),
    ],
)
def test_turkish_forms(turkish: ClusterStore, form: str, lemma: str) -> None:
    entry = turkish.entry(form)
    assert (entry.term, entry.form) == (lemma, f"{form}, a form of {lemma}")


def test_marks_are_those_of_the_lexicon(store: ClusterStore, tmp_path: Path) -> None:
    export_of(tmp_path / "french", [["café", "bistro"], ["naïve", "credulous"]])
    french = ClusterStore(tmp_path / "french")
    assert french["cafe"] == french["café"]
    assert french["Naive"] == french["naïve"]
    with pytest.raises(UnknownTermError):
        store["hót"]
