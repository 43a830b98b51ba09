# %% [markdown]
# # How good are the clusters?
#
# Figures without their protocol mislead. Terms are *held out* before training: no training pair and
# no evidence touches them. What follows is measured on dictionary pairs that touch such terms,
# unless it says otherwise. The page of a run (`nymgraph report`) shows more.

# %%
import json
import os
from pathlib import Path

import numpy as np
import polars as pl
from sklearn.metrics import roc_auc_score

from nymgraph import ClusterStore
from nymgraph.pipeline.schemas import PAIRS
from nymgraph.pipeline.storage.artefacts import Workspace

DATA = Path(os.environ.get("NYMGRAPH_DATA", "data"))
store = ClusterStore(DATA / "export")
run = Workspace(DATA)
metrics = run.read_json("evaluate", "metrics.json")

# %% [markdown]
# ## The figures of the run
#
# *precision*: of the pairs put together whose terms the dictionary has, the share that it calls
# synonyms. *recall*: of its synonyms, the share put together. *held_out*: both terms were held out;
# *touching*: at least one was. *drift*: the share of pairs in one cluster that no edge joins.

# %%
clusters = metrics["clusters"]
pl.DataFrame(
    [{"pairs": name, **clusters[name]} for name in ("held_out", "touching")],
).select("pairs", "precision", "recall", "f05", "pairs_together", "pairs_known")

# %%
print(json.dumps({name: x for name, x in clusters.items() if not isinstance(x, dict)}, indent=1))

# %% [markdown]
# ## The gate
#
# A judgement counts from a probability on, the gate. A higher gate gives fewer and cleaner
# synonyms. `antonyms_judged_synonym` is the error that hurts most: the share of known antonyms that
# pass as synonyms.

# %%
pl.read_csv(DATA / "evaluate" / "gates.csv").select(
    "gate", "passed", "synonym_precision", "synonym_recall", "antonyms_judged_synonym"
)

# %% [markdown]
# ## Antonyms in one cluster
#
# Each such pair is a fault, and worth a look. `explain` says how it came about.

# %%
intruders = pl.read_csv(DATA / "evaluate" / "intruders.csv", schema_overrides=[pl.String] * 3)
intruders

# %%
for a, b, _ in intruders.head(2).iter_rows():
    print(store.explain(a, b), "\n")

# %% [markdown]
# ## What cosine says, and what nymgraph says
#
# Opposites live in the same contexts, so their vectors are near. Here are the dictionary's synonyms
# and antonyms that touch a term held out for test, with the cosine of their vectors, what nymgraph
# judges at the gate, and whether the two share a cluster.

# %%
pairs = run.read(PAIRS).filter(
    (pl.col("split") == "test") & pl.col("relation").is_in(["synonym", "antonym"])
)
vectors = run.read_array("embed", "vectors.npy")
a, b = (vectors[pairs[end].to_numpy()].astype(np.float32) for end in ("a", "b"))
gate = metrics["gate"]
own = store.to_polars("terms").select("term_id", "cluster_id")
judged = (
    pairs.select("term_a", "term_b", "a", "b", pl.col("relation").cast(pl.String))
    .with_columns(cosine=pl.Series((a * b).sum(axis=1)))
    .join(store.to_polars("edges").drop("cosine"), on=["a", "b"], how="left")
    .join(own.rename({"term_id": "a", "cluster_id": "own_a"}), on="a")
    .join(own.rename({"term_id": "b", "cluster_id": "own_b"}), on="b")
    .with_columns(
        judged_synonym=(pl.col("p_synonym") >= gate).fill_null(value=False),
        judged_antonym=(pl.col("p_antonym") >= gate).fill_null(value=False),
        together=(pl.col("own_a") == pl.col("own_b")).fill_null(value=False),
    )
)
shares = pl.col("cosine", "judged_synonym", "judged_antonym", "together").mean().round(3)
judged.group_by("relation").agg(pl.len().alias("pairs"), shares).sort("relation")

# %% [markdown]
# The chance that a synonym pair is nearer by cosine than an antonym pair: one half is a coin. The
# encoder of the run may be fine-tuned to separate opposites (stage adapt), which raises it.

# %%
chance = roc_auc_score(judged["relation"] == "synonym", judged["cosine"])
print(f"{chance:.3f}")

# %% [markdown]
# The antonyms that lie nearest to each other: cosine would call them synonyms.

# %%
nearest = judged.filter(pl.col("relation") == "antonym").sort("cosine", descending=True)
nearest.select("term_a", "term_b", "cosine", "p_antonym", "p_synonym", "together").head(10)
