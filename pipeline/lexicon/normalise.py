"""What a lexical item looks like once it is a term, and why an item is refused.

Contract: any string is accepted. `clean` changes Unicode composition (NFC) and white space only; it
never changes a letter or its case. It is idempotent. What it cannot turn into a term is refused
with one of `REASONS`, in that order.
"""

import re
import unicodedata

__all__ = ["REASONS", "clean", "look_up_key", "reject_reason"]

REASONS = ("empty", "control_character", "too_long", "duplicate")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def clean(item: str) -> str:
    """Compose (NFC), turn every run of white space into one space, strip the ends."""
    return " ".join(unicodedata.normalize("NFC", item).split())


def look_up_key(term: str) -> str:
    """The case-folded form under which a term is looked up; several terms may share it."""
    return unicodedata.normalize("NFC", term.casefold())


def reject_reason(term: str, max_length: int) -> str | None:
    """Why a cleaned item cannot be a term, or None if it can.

    Args:
        term: The item after `clean`.
        max_length: The longest term accepted, in characters (Unicode code points).

    Returns:
        One of `REASONS`, or None.
    """
    if not term:
        return "empty"
    if _CONTROL.search(term):
        return "control_character"
    if len(term) > max_length:
        return "too_long"
    return None
