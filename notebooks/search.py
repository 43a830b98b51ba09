# %% [markdown]
# # Query expansion for search
#
# A searcher writes *felicitous*, the document says *happy*: without help they do not meet. Widening
# the query by synonyms helps, if what is added means the same. Words that are near by cosine are
# easy to add, but opposites are near too.
#
# This notebook measures that with documents made from the glosses of WordNet. Run it whole with
# `python notebooks/search.py`, or open it with jupytext.

# %%
import os
import re
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import bm25s
import numpy as np
import polars as pl

from nymgraph import ClusterStore
from nymgraph.pipeline.lexicon.dictionaries import clean_synsets
from nymgraph.pipeline.schemas import HELD_OUT, PAIRS
from nymgraph.pipeline.settings.params import WordNetSource
from nymgraph.pipeline.storage.artefacts import Workspace

DATA = Path(os.environ.get("NYMGRAPH_DATA", "data"))
SPLIT = os.environ.get("NYMGRAPH_SPLIT", "test")
SYNSETS = int(os.environ.get("NYMGRAPH_SYNSETS", "0")) or None  # all
TOP, LIMIT = 10, 8

store = ClusterStore(DATA / "export")
run = Workspace(DATA)

# %% [markdown]
# ## Documents, queries and the right answers
#
# * A document is a gloss: *enjoying or showing or marked by joy or pleasure*.
# * A query is two words for one document: one of its words, drawn at random, and a *stand-in* for
#   another of its words. The stand-in is a synonym by WordNet that the document does not have, so
#   the searcher and the author use different words. The document is the one right answer.
# * Only stand-ins held out from training count (`label/held_out`): nymgraph has never seen a
#   synonym of them. The word that they stand for has one sense, so that the synonym is right.


# %%
def words(text: str) -> list[str]:
    """The words of three letters and more, in small letters."""
    return re.findall(r"[a-z]{3,}", text.lower())


def is_word(term: str) -> bool:
    return re.fullmatch("[a-z]{3,}", term) is not None


synsets = clean_synsets(
    WordNetSource(kind="wordnet", edition="english", max_synsets=SYNSETS), store.language
)
documents = sorted({synset.gloss for synset in synsets if synset.gloss})
tokens = [words(document) for document in documents]

senses: defaultdict[str, int] = defaultdict(int)
for synset in synsets:
    for term in synset.terms:
        senses[term] += 1

held_out = set(run.read(HELD_OUT).filter(pl.col("split") == SPLIT)["term"])
stand_ins: defaultdict[str, set[str]] = defaultdict(set)  # a word of one sense: its synonyms
for synset in synsets:
    single = [term for term in synset.terms if is_word(term)]
    for term in single:
        if senses[term] == 1:
            stand_ins[term] |= {other for other in single if other in held_out} - {term}

# %% [markdown]
# Each stand-in gets one document, drawn with a fixed seed.

# %%
random = np.random.default_rng(0)
fits: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
for number, document in enumerate(tokens):
    for word in sorted(set(document) & stand_ins.keys()):
        for other in sorted(stand_ins[word] - set(document)):
            fits[other].append((number, word))

stop = bm25s.stopwords.STOPWORDS_EN
queries: list[tuple[str, str, str, int]] = []  # stand-in, the word meant, another, document
for other, places in sorted(fits.items()):
    number, word = places[random.integers(len(places))]
    rest = sorted(set(tokens[number]) - {word, *stop})
    if rest:
        queries.append((other, word, rest[random.integers(len(rest))], number))

len(documents), len(queries)

# %% [markdown]
# ## Ways to widen a query
#
# Only the stand-in is widened, so that only words that nymgraph has not seen are
# measured. nymgraph adds what it judges a synonym with a probability of at least one half, and the
# rest of the cluster; *at the gate* is stricter. Cosine takes the same vectors that nymgraph works
# with, and adds either as many terms as nymgraph does for the same word, or always eight.

# %%
vectors = run.read_array("embed", "vectors.npy").astype(np.float32)
terms = store.to_polars("terms")["term"]
rows = {term: row for row, term in enumerate(terms)}


def by_nymgraph(word: str) -> list[str]:
    return list(store.expand(word, limit=LIMIT, skip=()).added)


def by_nymgraph_at_the_gate(word: str) -> list[str]:
    return list(store.expand(word, limit=LIMIT, least=store.gate, skip=()).added)


def by_nymgraph_senses(word: str) -> list[str]:
    return list(store.expand(word, limit=LIMIT, senses=True, skip=()).added)


def by_cosine(vectors: np.ndarray, word: str) -> list[str]:
    cosines = vectors @ vectors[rows[word]]
    nearest = np.lexsort((np.arange(len(cosines)), -cosines))[: LIMIT + 1]
    return [terms[row] for row in nearest.tolist() if row != rows[word]][:LIMIT]


near = {word: by_cosine(vectors, word) for word, *_ in queries}
ways: dict[str, Callable[[str], list[str]]] = {
    "nothing added": lambda word: [],
    "nymgraph": by_nymgraph,
    "nymgraph, at the gate": by_nymgraph_at_the_gate,
    "nymgraph, all senses": by_nymgraph_senses,
    "cosine, as many as nymgraph": lambda word: near[word][: len(by_nymgraph(word))],
    f"cosine, {LIMIT} nearest": near.__getitem__,
}

# %% [markdown]
# The vectors of the run come from an encoder that was fine-tuned to separate opposites. With
# `NYMGRAPH_BASE=1` the encoder as it came joins the comparison: it encodes every term anew, which
# takes some minutes.

# %%
if os.environ.get("NYMGRAPH_BASE"):
    from nymgraph.pipeline.encoders.encoders import EncodeSettings, TransformerEncoder, locate_model

    adapted = run.read_json("adapt", "manifest.json")
    model = locate_model(adapted["base"], adapted["base_revision"])
    encoder = TransformerEncoder(model, EncodeSettings("cpu", "float32", "en"))
    plain = encoder.encode(terms.to_list())
    near_plain = {word: by_cosine(plain, word) for word, *_ in queries}
    ways[f"cosine before adapt, {LIMIT} nearest"] = near_plain.__getitem__

# %% [markdown]
# ## What is found
#
# *recall@10*: the share of queries whose document is among the first ten by BM25 (where documents
# tie across the tenth place, the chance that it is). *Antonyms added*: terms that WordNet calls an
# antonym of the stand-in or of the word it stands for. *Opposite documents*: those of the first ten
# that have such an antonym, but not the word itself. *less nymgraph*: the recall less that of
# nymgraph over the same queries, with its standard error.

# %%
antonyms: defaultdict[str, set[str]] = defaultdict(set)
for a, b in run.read(PAIRS).filter(pl.col("relation") == "antonym")["term_a", "term_b"].iter_rows():
    antonyms[a].add(b)
    antonyms[b].add(a)

index = bm25s.BM25()
index.index(tokens, show_progress=False)


def found_share(scores: np.ndarray, wanted: int) -> float:
    """The chance that a document is among the first ten, ties in random order."""
    if scores[wanted] <= 0:
        return 0.0
    higher, level = (scores > scores[wanted]).sum(), (scores == scores[wanted]).sum()
    return float(np.clip((TOP - higher) / level, 0, 1))


def measure(way: str) -> list[dict[str, object]]:
    measured = []
    for word, target, other, number in queries:
        added = ways[way](word)
        asked = dict.fromkeys([word, other, *(x for term in added for x in words(term))])
        scores = index.get_scores([x for x in asked if x in index.vocab_dict])
        opposite = antonyms[word] | antonyms[target]
        first = [d for d in np.argsort(-scores, kind="stable")[:TOP] if scores[d] > 0]
        wrong = [d for d in first if opposite & set(tokens[d]) and target not in tokens[d]]
        measured.append(
            {
                "way": way,
                "word": word,
                "has antonyms": bool(opposite),
                "recall@10": found_share(scores, number),
                "terms added": len(added),
                "antonyms added": len(opposite & set(added)),
                "opposite documents": len(wrong),
            }
        )
    return measured


results = pl.DataFrame([row for way in ways for row in measure(way)])
ours = results.filter(pl.col("way") == "nymgraph").select("word", ours="recall@10")
results = results.join(ours, on="word", maintain_order="left").with_columns(
    difference=pl.col("recall@10") - pl.col("ours")
)


def table(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.group_by("way", maintain_order=True).agg(
        pl.len().alias("queries"),
        pl.col("recall@10").mean().round(3),
        pl.col("difference").mean().round(3).alias("less nymgraph"),
        (pl.col("difference").std() / pl.len().sqrt()).round(3).alias("±"),
        pl.col("terms added").mean().round(2),
        pl.col("antonyms added", "opposite documents").sum(),
    )


# %% [markdown]
# All queries, then those whose word has an antonym.

# %%
with pl.Config(tbl_cols=-1, tbl_width_chars=140, fmt_str_lengths=40, tbl_hide_dataframe_shape=True):
    print(table(results))
    print(table(results.filter("has antonyms")))
