"""What everyday queries are widened by, kind by kind; the numbers are those of WordNet."""

from pathlib import Path

import pytest

from nymgraph.pipeline.store import ClusterStore
from tests.store.test_related import store_of

COUNTS, ESTIMATE = "counts", "estimate"
# term, share, how known, part of speech, synonyms, similar
SENSES = [
    ("men", 1.0, ESTIMATE, "noun", ["manpower"], []),
    ("manpower", 1.0, COUNTS, "noun", ["men"], []),
    ("man", 1.0, COUNTS, "noun", ["adult male"], []),
    ("adult male", 1.0, ESTIMATE, "noun", ["man"], []),
    ("men's", 1.0, ESTIMATE, "noun", ["men's room"], []),
    ("men's room", 1.0, ESTIMATE, "noun", ["men's"], []),
    ("names", 1.0, ESTIMATE, "noun", ["name calling"], []),
    ("name calling", 1.0, ESTIMATE, "noun", ["names"], []),
    ("name", 1.0, COUNTS, "noun", [], []),
    ("clothes", 1.0, ESTIMATE, "noun", ["wearing apparel"], []),
    ("wearing apparel", 1.0, ESTIMATE, "noun", ["clothes"], []),
    ("juicer", 1.0, ESTIMATE, "noun", ["reamer"], []),
    ("reamer", 1.0, ESTIMATE, "noun", ["juicer"], []),
    ("juice", 1.0, COUNTS, "noun", [], []),
    ("clothe", 1.0, COUNTS, "verb", ["dress"], []),
    ("dress", 1.0, COUNTS, "verb", ["clothe"], []),
    ("with child", 1.0, ESTIMATE, "adjective", ["gravid"], []),
    ("gravid", 1.0, ESTIMATE, "adjective", ["with child"], []),
    ("child", 1.0, COUNTS, "noun", ["kid"], []),
    ("kid", 1.0, COUNTS, "noun", ["child", "nipper", "youngster"], []),
    ("youngster", 1.0, COUNTS, "noun", ["kid"], []),
    ("nipper", 1.0, ESTIMATE, "noun", ["kid"], []),
    ("nip", 1.0, COUNTS, "verb", [], []),
    ("training", 1.0, COUNTS, "noun", ["grooming", "preparation"], []),
    ("grooming", 1.0, ESTIMATE, "noun", ["training"], []),
    ("preparation", 1.0, COUNTS, "noun", ["training"], []),
    ("groom", 1.0, COUNTS, "verb", [], []),
    ("hot", 1.0, COUNTS, "adjective", [], ["warm", "sizzling"]),
    ("warm", 1.0, COUNTS, "adjective", [], ["hot"]),
    ("sizzling", 1.0, ESTIMATE, "adjective", [], ["hot"]),
    ("handbag", 1.0, ESTIMATE, "noun", ["purse"], []),
    ("purse", 1.0, ESTIMATE, "noun", ["handbag"], []),
    ("hand", 1.0, COUNTS, "noun", ["manus"], []),
    ("manus", 1.0, ESTIMATE, "noun", ["hand"], []),
    ("bag", 1.0, COUNTS, "noun", ["sack"], []),
    ("sack", 1.0, ESTIMATE, "noun", ["bag"], []),
    ("in the air", 1.0, ESTIMATE, "adjective", ["in everyone's thoughts"], []),
    ("in everyone's thoughts", 1.0, ESTIMATE, "adjective", ["in the air"], []),
    ("can opener", 1.0, ESTIMATE, "noun", ["tin opener"], []),
    ("tin opener", 1.0, ESTIMATE, "noun", ["can opener"], []),
    ("hot chocolate", 1.0, ESTIMATE, "noun", ["chocolate", "drinking chocolate"], []),
    ("chocolate", 1.0, COUNTS, "noun", ["hot chocolate"], []),
    ("drinking chocolate", 1.0, ESTIMATE, "noun", ["hot chocolate"], []),
    ("sun", 1.0, COUNTS, "noun", ["Sun", "daystar"], []),
    ("Sun", 1.0, ESTIMATE, "noun", ["sun"], []),
    ("daystar", 1.0, ESTIMATE, "noun", ["sun"], []),
    ("recipe", 1.0, ESTIMATE, "noun", ["formula"], []),
    ("formula", 0.41, COUNTS, "noun", [], []),
    ("formula", 0.3, COUNTS, "noun", ["recipe"], []),
    ("movie", 1.0, COUNTS, "noun", ["film"], []),
    ("film", 0.57, COUNTS, "noun", ["movie"], []),
    ("film", 0.43, COUNTS, "noun", [], []),
    ("kind", 0.97, COUNTS, "noun", ["sort"], []),
    ("kind", 0.03, COUNTS, "adjective", [], []),
    ("sort", 1.0, COUNTS, "noun", ["kind"], []),
    ("word", 1.0, COUNTS, "noun", [], []),
    ("weather", 0.99, COUNTS, "noun", ["conditions"], []),
    ("weather", 0.01, COUNTS, "adjective", [], []),
    ("conditions", 1.0, COUNTS, "noun", ["weather"], []),
    ("tomorrow", 1.0, COUNTS, "noun", [], []),
    ("repair", 0.6, COUNTS, "verb", ["put right"], []),
    ("repair", 0.4, COUNTS, "noun", ["fixing"], []),
    ("put right", 1.0, COUNTS, "verb", ["repair"], []),
    ("fixing", 1.0, ESTIMATE, "noun", ["repair"], []),
    ("mute", 0.8, COUNTS, "adjective", ["wordless"], []),
    ("mute", 0.2, COUNTS, "verb", ["muffle"], []),
    ("wordless", 1.0, ESTIMATE, "adjective", ["mute"], []),
    ("muffle", 1.0, ESTIMATE, "verb", ["mute"], []),
    ("pull", 1.0, COUNTS, "verb", ["tug"], []),
    ("tug", 1.0, COUNTS, "verb", ["pull"], []),
    ("muscle", 1.0, COUNTS, "noun", [], []),
    ("rope", 1.0, COUNTS, "noun", [], []),
    ("excel", 1.0, ESTIMATE, "verb", ["stand out"], []),
    ("stand out", 0.45, COUNTS, "verb", ["excel"], []),
    ("stand out", 0.44, COUNTS, "verb", [], []),
    ("stand out", 0.11, COUNTS, "verb", [], []),
    ("neck", 1.0, COUNTS, "noun", ["cervix"], []),
    ("cervix", 0.63, ESTIMATE, "noun", ["neck"], []),
    ("cervix", 0.37, ESTIMATE, "noun", [], []),
    ("git", 1.0, ESTIMATE, "noun", ["lowlife"], []),
    ("lowlife", 1.0, ESTIMATE, "noun", ["git"], []),
    ("cooked", 1.0, ESTIMATE, "adjective", [], ["barbecued", "boiled", "seethed"]),
    ("barbecued", 1.0, ESTIMATE, "adjective", [], ["cooked"]),
    ("boiled", 1.0, ESTIMATE, "adjective", ["seethed"], ["cooked"]),
    ("seethed", 1.0, ESTIMATE, "adjective", ["boiled"], ["cooked"]),
]
# p_synonym of what a dictionary calls similar
JUDGED = {
    ("hot", "warm"): 0.72,
    ("hot", "sizzling"): 0.8,
    ("barbecued", "cooked"): 0.8,
    ("boiled", "cooked"): 0.88,
    ("cooked", "seethed"): 0.81,
}
# synonyms that the encoder holds apart
APART = {("git", "lowlife"): 0.01}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> ClusterStore:
    pairs = {tuple(sorted((term, x))): 1.0 for term, *_, synonyms, _ in SENSES for x in synonyms}
    judged = {
        pair: (APART.get(pair, 0.8), p, 0.0, "dictionary")
        for pair, p in {**pairs, **JUDGED}.items()
    }
    rows, seen = [], dict.fromkeys((row[0] for row in SENSES), 0)
    for term, share, known, pos, synonyms, similar in SENSES:
        seen[term] += 1
        rows.append((term, seen[term], share, 1.0, known, pos, "", synonyms, [], similar, None))
    return store_of(Path(tmp_path_factory.mktemp("q")) / "export", judged, rows)


@pytest.mark.parametrize(
    ("query", "added"),
    [
        # a form that a dictionary lists as a word, where its lemma was counted in text
        ("shoes for men", ("adult male",)),
        ("men's shoes", ("adult male",)),
        ("baby names", ()),
        ("wash clothes", ("wearing apparel",)),  # clothe is a verb
        ("juicer", ("reamer",)),  # made of juice, no form of it
        # phrases that are no noun and no verb have no forms
        ("travel with children", ("kid",)),
        ("with child", ()),  # an idiom: it begins with a word of the grammar
        ("in the air", ()),
        ("can opener", ("tin opener",)),
        # a noun that may be a form of another word is not added
        ("teacher training", ("preparation",)),
        ("kids", ("child", "youngster")),
        # what a dictionary calls similar, where the judge is sure
        ("hot", ("sizzling",)),
        # two words that are one
        ("hand bag", ("handbag",)),
        ("hand, bag", ("manus", "sack")),
        ("hand-bag bag", ("handbag", "sack")),
        # what the phrase holds already
        ("hot chocolate", ("drinking chocolate",)),
        ("sun", ("daystar",)),
        # what mostly means something else
        ("recipe", ()),
        ("movie", ("film",)),
        ("film", ()),
        # a noun that may be an adjective here
        ("kind words", ()),
        ("of this kind", ("sort",)),
        ("weather tomorrow", ("conditions",)),  # hardly ever an adjective
        # a noun after another phrase, an article or a preposition, a verb before an article
        ("rope repair", ("fixing",)),
        ("the repair", ("fixing",)),
        ("mute a word", ("muffle",)),
        ("mute", ("wordless",)),
        ("in a mute way", ("wordless",)),
        ("why do names mute", ("wordless",)),  # an auxiliary: any of them
        # a participle before a noun
        ("pulled muscle", ()),
        ("pulling hard", ("tug",)),
        ("rope pulls", ("tug",)),
        # what is added mostly means something else, by all of its use
        ("excel", ()),
        ("neck", ()),
        # a rare reading, far from how people write
        ("git", ()),
        # of what is similar the surest, and its synonyms
        ("cooked", ("boiled", "seethed")),
    ],
)
def test_a_query_is_widened_in_what_it_means(
    store: ClusterStore, query: str, added: tuple[str, ...]
) -> None:
    assert store.expand(query).added == added


def test_two_words_that_are_one_are_one_phrase(store: ClusterStore) -> None:
    found = store.expand("a hand bag")
    assert [(part.text, part.term) for part in found.parts] == [
        ("a", None),
        ("hand bag", "handbag"),
    ]
    assert store.expand("no hand bag").added == ()
