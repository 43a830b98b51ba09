"""Random judged graphs in two states, for an update to be held to a build from nothing."""

import numpy as np
import polars as pl


def random_rows(rng: np.random.Generator, n_terms: int, n_groups: int) -> pl.DataFrame:
    """Judged rows, each pair once, mostly within groups, so that there are many components."""
    group = rng.integers(0, n_groups, n_terms)
    a, b = rng.integers(0, n_terms, (2, 100 * n_terms))
    kept = (a < b) & ((group[a] == group[b]) | (rng.random(len(a)) < 0.002))
    pairs = np.unique(np.stack([a[kept], b[kept]], 1), axis=0)
    p_synonym = rng.choice([0.3, 0.6, 0.75, 0.875, 0.9375, 1.0], len(pairs))
    opposite = rng.random(len(pairs)) < 0.2
    p_antonym = np.where(opposite, 0.8, 0.0)
    names = np.array([f"t{x:04}" for x in rng.permutation(n_terms)])[pairs]
    return pl.DataFrame(
        {
            "term_a": names[:, 0],
            "term_b": names[:, 1],
            "p_synonym": np.where(opposite & (rng.random(len(pairs)) < 0.5), 0.1, p_synonym),
            "p_antonym": p_antonym,
        }
    )


def changed(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Another state: some rows gone, some judged anew, some about new terms."""
    kept = rows.filter(pl.Series(rng.random(rows.height) > 0.01))
    anew = pl.Series(rng.random(kept.height) < 0.002)
    again = pl.Series(rng.choice([0.5, 0.8125, 1.0], kept.height))
    kept = kept.with_columns(p_synonym=pl.when(anew).then(again).otherwise("p_synonym"))
    new = rows.sample(3, seed=int(rng.integers(1000))).with_columns(
        term_b=pl.format("{}new", "term_b"), p_synonym=pl.lit(0.9)
    )
    return pl.concat([new, kept.sample(fraction=1.0, shuffle=True, seed=1)])
