"""Words to begin with: common ones of several senses and with opposites, else good clusters."""

import polars as pl

from nymgraph.pipeline.lexicon.normalise import primary_language

__all__ = ["best_clusters", "example_words", "opposite_words"]

_WORDS = {
    "de": "heiß glücklich groß gut schnell",
    "en": "hot happy break bank oversight fast",
    "tr": "sıcak mutlu büyük iyi hızlı",
}
_OPPOSITES = {"de": ("heiß", "kalt"), "en": ("hot", "cold"), "tr": ("sıcak", "soğuk")}


def example_words(language: str) -> list[str]:
    """Words worth a try.

    Args:
        language: Language code; its first part counts.

    Returns:
        The words; none for a language without a list.
    """
    return _WORDS.get(primary_language(language), "").split()


def opposite_words(language: str) -> tuple[str, ...]:
    """Two words of opposite meaning; none for a language without a list."""
    return _OPPOSITES.get(primary_language(language), ())


def best_clusters(clusters: pl.LazyFrame, n: int) -> pl.DataFrame:
    """The most cohesive of the larger clusters, those named in letters first.

    Args:
        clusters: The clusters of an export.
        n: How many.

    Returns:
        Their rows, the best first.
    """
    in_letters = pl.col("representative").str.contains(r"^\p{L}[\p{L} -]+$")
    order = [in_letters, pl.col("size").clip(upper_bound=4), pl.col("cohesion"), pl.col("size")]
    return clusters.sort(order, descending=True, maintain_order=True).head(n).collect()
