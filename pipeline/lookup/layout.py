"""Which arrays the index of an export holds: `export/index/NAME.npy`, one dimension each.

Terms are numbered by term_id, clusters by their place in the order of cluster_id, variants, pairs
and links by their row in the table. NONE stands for no cluster. A list of strings is four arrays:
the bytes of all strings without a gap, where each begins, and the same of every FENCE-th string, so
that a search reads one short list and a few neighbours. `X_at[i]` to `X_at[i + 1]` are the places
in an array that belong to i.
"""

from typing import NamedTuple

__all__ = [
    "ARRAYS",
    "FENCE",
    "FOLDER",
    "KNOWN_BY",
    "NONE",
    "POS",
    "RELATIVES",
    "Array",
    "strings_of",
]

FOLDER = "index"
NONE = 0xFFFFFFFF
FENCE = 64
POS = ("", "noun", "verb", "adjective", "adverb")
KNOWN_BY = ("counts", "order", "estimate")
RELATIVES = ("synonyms", "antonyms", "similar")


class Array(NamedTuple):
    """One array: its numpy type and what an item is."""

    dtype: str
    doc: str


def strings_of(name: str) -> tuple[str, str, str, str]:
    """The names of the four arrays of a list of strings: bytes, places, and those of the fence."""
    return f"{name}.bytes", f"{name}.at", f"{name}.fence", f"{name}.fence_at"


def _strings(name: str, doc: str) -> dict[str, Array]:
    docs = (
        f"{doc}, UTF-8",
        "where each begins, and the end",
        f"every {FENCE}th of them, UTF-8",
        "where each of these begins, and the end",
    )
    types = ("|u1", "<i8", "|u1", "<i8")
    rows = zip(strings_of(name), types, docs, strict=True)
    return {array: Array(dtype, text) for array, dtype, text in rows}


ARRAYS = {
    **_strings("terms", "the terms, in byte-wise order"),
    "terms.cluster": Array("<u4", "by term: its cluster, or NONE"),
    **_strings("keys", "the keys of the terms that are not their own key, in byte-wise order"),
    "keys.term": Array("<u4", "the term of each of these keys; ascending among equals"),
    **_strings("variants", "the variants, in byte-wise order"),
    "variants.lemma": Array("<u4", "by variant: the term that it is a form of"),
    "variants.by_lemma": Array("<u4", "the variants, in the order of their lemmas"),
    **_strings("variant_keys", "the keys of the variants, in byte-wise order"),
    "variant_keys.variant": Array("<u4", "the variant of each of these keys"),
    "clusters.id": Array("<i8", "by cluster: its cluster_id, ascending"),
    "clusters.representative": Array("<u4", "by cluster: the term that names it"),
    "clusters.cohesion": Array("<f4", "by cluster: its cohesion"),
    "clusters.members": Array("<u4", "the terms, cluster by cluster"),
    "clusters.members_at": Array("<i8", "by cluster: its place in members"),
    "memberships.term": Array("<u4", "the terms of the soft memberships, ascending"),
    "memberships.cluster": Array("<u4", "their clusters"),
    "memberships.support": Array("<f4", "their supports"),
    "memberships.share": Array("<f4", "their shares of the term's use; NaN where not known"),
    "senses.at": Array("<i8", "by term: its first sense; they follow each other, commonest first"),
    "senses.share": Array("<f4", "by sense: the share of the term's use"),
    "senses.count": Array("<f4", "by sense: times the term was met in it; NaN where not counted"),
    "senses.known_by": Array("|u1", "by sense: how that is known, a place in KNOWN_BY"),
    "senses.pos": Array("|u1", "by sense: part of speech, a place in POS"),
    "senses.cluster": Array("<u4", "by sense: its cluster, or NONE"),
    **_strings("senses.gloss", "the definitions, by sense; not sorted"),
    **{f"senses.{x}": Array("<u4", f"the {x}, sense by sense, closest first") for x in RELATIVES},
    **{f"senses.{x}_at": Array("<i8", f"by sense: its place in {x}") for x in RELATIVES},
    "edges.a": Array("<u4", "by pair: its first term, ascending"),
    "edges.b": Array("<u4", "by pair: its second term; ascending where the first is the same"),
    "edges.cosine": Array("<f4", "by pair: the cosine"),
    "edges.p_synonym": Array("<f4", "by pair: probability of synonymy"),
    "edges.p_antonym": Array("<f4", "by pair: probability of antonymy"),
    "edges.p_co_hyponym": Array("<f4", "by pair: probability of neither"),
    "edges.known": Array("|u1", "by pair: 1 where the dictionary says so, 0 where the model does"),
    "edges.at": Array("<i8", "by term: the first pair that it is the first of"),
    "edges.by_second": Array("<u4", "the pairs, in the order of their second terms"),
    "edges.by_second_at": Array("<i8", "by term: its place in by_second"),
    "links.a": Array("<u4", "by link: its first cluster, ascending"),
    "links.b": Array("<u4", "by link: its second cluster"),
    "links.opposite": Array("|u1", "by link: 1 for opposite, 0 for related"),
    "links.votes": Array("<u4", "by link: the votes"),
    "links.probability": Array("<f4", "by link: the mean probability"),
    "links.at": Array("<i8", "by cluster: the first link that it is the first of"),
    "links.by_second": Array("<u4", "the links, in the order of their second clusters"),
    "links.by_second_at": Array("<i8", "by cluster: its place in by_second"),
}
