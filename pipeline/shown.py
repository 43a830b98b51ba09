"""Text for a terminal: what would move the cursor or turn the writing about stands as its code."""

import re

__all__ = ["visible"]

# controls but tab and line feed; marks and overrides of direction; line and paragraph separators
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)


def visible(text: str) -> str:
    r"""A text in which hidden characters stand as `\u202e`, which JSON reads as the character."""
    return _HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
