# %% [markdown]
# # Look up and explore
#
# A finished run leaves its clusters in `data/export`. `ClusterStore` asks them term by term. It
# opens in well under a second, since it reads only what a question needs, and it never writes.
#
# This file is a notebook as text: open it with jupytext, or copy cell by cell. `NYMGRAPH_DATA`
# names the data folder of the run; by default it is `data`.

# %%
import os
from pathlib import Path

from nymgraph import ClusterStore, UnknownTermError

DATA = Path(os.environ.get("NYMGRAPH_DATA", "data"))
store = ClusterStore(DATA / "export")
store

# %% [markdown]
# ## A term
#
# Square brackets give the cluster of a term: a group of terms that can stand for one another.
# `entry` shows all that is known, as a dictionary would print it: synonyms, antonyms and senses. A
# number in brackets is the probability of the judgement.

# %%
store["cold"]

# %%
store.entry("hot")

# %% [markdown]
# Case does not matter, unless the lexicon has the word both ways (*polish*, *Polish*). A term that
# is not there is refused, with terms that are spelled like it.

# %%
try:
    store["freezingg"]
except UnknownTermError as error:
    print(error)

# %% [markdown]
# ## Senses
#
# The senses that the dictionary lists, the commonest first, then other clusters that the term could
# belong to. `share` is the part of the term's use that lies in the sense; `support` is the mean
# weight of the term to the other members of the cluster, 0 where only the dictionary tells.

# %%
for sense in store.senses("hot"):
    share = "" if sense.share is None else f"{sense.share:.0%}"
    print(f"{share:>4}  {sense.support:.2f}  {', '.join(sense.cluster)}")

# %% [markdown]
# ## Antonyms
#
# The opposites of common senses come first. *direct*: the pair itself was judged. *cluster*: the
# other term is an antonym by way of a synonym.

# %%
for antonym in store.antonyms("cold"):
    print(f"{antonym.probability:.2f}  {antonym.term} ({antonym.via})")

# %% [markdown]
# ## Why are two terms together, or apart?
#
# The reason comes first, then the evidence for it: how the pair was judged and by whom, how each
# term is tied to both clusters, and the shortest path over synonyms.

# %%
store.explain("hot", "cold")

# %% [markdown]
# ## Widen a query
#
# For a search engine, or for the retrieval before a language model. The longest runs of words that
# are terms are widened by their synonyms. Antonyms never come in, even where they share a cluster.
# How much that helps a search: `search.py`.

# %%
wider = store.expand("hot and cold")
wider

# %%
wider.to_text()

# %% [markdown]
# ## Pictures
#
# Synonyms are green, antonyms orange, co-hyponyms or merely related terms grey. Point at an edge to
# see the judgement; click on a relation in the legend to see only its edges.

# %%
store.plot("hot", hops=2)

# %% [markdown]
# A map of clusters, drawn at random: the mean vector of each, brought down to two dimensions. Much
# is lost on the way, and the title says how much; use it to find odd groups, not to measure. It
# needs the vectors of the run, which lie beside the export.

# %%
store.plot_map(500)

# %% [markdown]
# ## Many terms, and SQL
#
# `cluster_ids` looks up many terms in one pass. `sql` asks the tables themselves.

# %%
store.cluster_ids(["hot", "cold", "not a term of the lexicon"])

# %%
store.sql("SELECT representative, size FROM clusters ORDER BY size DESC, representative LIMIT 5")
