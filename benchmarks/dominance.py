"""How well the share of a sense is guessed, and how the exponents of the guess were fitted.

    python -m benchmarks.dominance [--folds 4]

Words of WordNet that Princeton counted at least five times, four-fold by word. Of each fold: the
guess of `pipeline.lexicon.dominance` and the fit of its form to the other folds, both with counts
withheld, with and without the order of senses; correlation with the true share, and how often the
top sense is right. Ends with the exponents fitted on all words.
"""

import hashlib
from collections import Counter

import numpy as np
import numpy.typing as npt
import torch

from benchmarks.machine import options
from nymgraph.pipeline.lexicon import dominance
from nymgraph.pipeline.lexicon.dictionaries import read_inventory
from nymgraph.pipeline.settings.params import WordNetSource

LEAST = 5
NAMES = ("members", "place", "narrower", "links")
Features = npt.NDArray[np.float64]


def main() -> None:
    """Print a table."""
    parser = options(__doc__)
    parser.add_argument("--folds", type=int, default=4)
    folds = parser.parse_args().folds
    words, features, rank, share, weight = counted()
    fold = np.array([int(hashlib.md5(word.encode()).hexdigest(), 16) % folds for word in words])
    group = np.unique(words, return_inverse=True)[1]
    guess = features @ np.array(
        [dominance._MEMBERS, dominance._PLACE, dominance._NARROWER, dominance._LINKS]
    )
    ordered = np.stack([np.log(rank), guess], axis=1)
    print(f"{len(np.unique(words)):,} words, {len(words):,} senses")
    for name, columns in (("without order", features), ("with order", ordered)):
        fitted = np.zeros(len(words))
        for number in range(folds):
            train = fold != number
            theta = fit(columns[train], group[train], share[train], weight[train])
            fitted[~train] = columns[~train] @ theta
        print(f"{name:>14}: correlation {quality(fitted, group, share)[0]:.3f}, "
              f"top sense right {quality(fitted, group, share)[1]:.3f}")  # fmt: skip
        theta = fit(columns, group, share, weight)
        print(" " * 16 + "exponents " + ", ".join(f"{x:.2f}" for x in theta))
    print("        random: correlation {:.3f}, top sense right {:.3f}".format(
        *quality(np.random.default_rng(0).random(len(words)), group, share)))  # fmt: skip


def counted() -> tuple[npt.NDArray[np.str_], Features, Features, Features, Features]:
    """The senses of counted words: word, log features, rank, share, weight of the word."""
    inventory = read_inventory(WordNetSource(kind="wordnet"), "en")
    narrower = Counter(above for synset in inventory.synsets for above in synset.hypernyms)
    rows = []
    for word, senses in inventory.senses.items():
        counts = [inventory.synsets[sense.synset].counts[sense.term] for sense in senses]
        if len(senses) > 1 and sum(counts) >= LEAST:
            for rank, (sense, count) in enumerate(zip(senses, counts, strict=True), 1):
                synset = inventory.synsets[sense.synset]
                sizes = (len(synset.terms), sense.term, narrower[synset.id], synset.n_links)
                rows.append((word, *np.log1p(sizes), rank, count / sum(counts), sum(counts)))
    columns = list(zip(*rows, strict=True))
    features = np.stack([np.asarray(column, float) for column in columns[1:5]], axis=1)
    rank, share, total = (np.asarray(column, float) for column in columns[5:])
    return np.array(columns[0]), features, rank, share, np.minimum(total, 30)


def fit(
    columns: Features, group: npt.NDArray[np.intp], share: Features, weight: Features
) -> Features:
    """The conditional logit: the exponents of greatest likelihood."""
    group = np.unique(group, return_inverse=True)[1]
    x, y, w = (torch.tensor(column) for column in (columns, share, weight))
    g, n_groups = torch.tensor(group), int(group.max()) + 1
    theta = torch.zeros(x.shape[1], dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([theta], max_iter=100, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        score = x @ theta
        total = torch.zeros(n_groups, dtype=torch.float64).scatter_add(0, g, score.exp())
        value = -((score - total.log()[g]) * y * w).sum() / w.sum() + 1e-3 * (theta**2).sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    return theta.detach().numpy()


def quality(score: Features, group: npt.NDArray[np.intp], share: Features) -> tuple[float, float]:
    """Correlation of guessed and true shares, and how often the top sense is right."""
    guess = np.exp(score)
    guess /= np.bincount(group, guess)[group]
    best = np.lexsort((-guess, group))
    first = best[np.unique(group[best], return_index=True)[1]]
    top = np.zeros(group.max() + 1)
    np.maximum.at(top, group, share)
    right = share[first] >= top[group[first]]
    return float(np.corrcoef(guess, share)[0, 1]), float(right.mean())


if __name__ == "__main__":
    main()
