"""How alike two spellings are; what is alike in letters is not alike in meaning."""

__all__ = ["ALIKE", "likeness"]

ALIKE = 0.4
"""From which likeness on the judge alone is not believed."""


def likeness(a: str, b: str) -> float:
    """Likeness of two spellings by their letter trigrams (Dice), ends included.

    Args:
        a: A spelling.
        b: Another.

    Returns:
        0 to 1.
    """
    one, other = (_trigrams(text.casefold()) for text in (a, b))
    return 2 * len(one & other) / (len(one) + len(other))


def _trigrams(text: str) -> set[str]:
    padded = f" {text} "
    return {padded[i : i + 3] for i in range(len(padded) - 2)}
