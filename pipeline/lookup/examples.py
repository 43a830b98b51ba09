"""Common words to begin with: of several senses, some with opposites."""

from nymgraph.pipeline.lexicon.normalise import primary_language

__all__ = ["example_words", "opposite_words"]

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
