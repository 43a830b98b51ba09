"""Labelling a review in a notebook: a pair, four buttons, saved after each click.

    from pathlib import Path
    from nymgraph.pipeline.review.widget import review
    review(Path("review.csv"))

`ReviewSession` is the whole behaviour and needs no notebook; `review` draws it (extra `notebook`).
"""

from pathlib import Path
from typing import Any

import polars as pl

from nymgraph.pipeline.errors import DependencyError, InputError
from nymgraph.pipeline.lexicon.tables import read_table, require_columns
from nymgraph.pipeline.review.pairs import save_review
from nymgraph.pipeline.schemas import RELATION_NAMES

__all__ = ["SKIPPED", "ReviewSession", "review"]

SKIPPED = "skipped"
"""The comment of a pair that was passed over; its relation stays empty."""


class ReviewSession:
    """Goes through the open pairs of a review file and writes each answer down at once.

    A pair is open when it has no relation and was not skipped, so a new session goes on where the
    last one stopped.

    Args:
        path: A file that `nymgraph review` wrote.

    Raises:
        InputError: It cannot be read or lacks a column.
    """

    def __init__(self, path: Path) -> None:
        rows = read_table(path)
        require_columns(rows, ["term_a", "term_b", "relation", "comment"], path)
        text = pl.col("relation", "comment").cast(pl.String).fill_null("").str.strip_chars()
        self.path = path
        self._rows = rows.with_columns(text)

    @property
    def answered(self) -> int:
        """Number of pairs that are labelled or skipped."""
        return self._rows.height - self._open().len()

    @property
    def total(self) -> int:
        """Number of pairs."""
        return self._rows.height

    def current(self) -> dict[str, Any] | None:
        """The first open pair as a row of the file; None when all are done."""
        rows = self._open()
        return self._rows.row(int(rows[0]), named=True) if rows.len() else None

    def answer(self, word: str) -> None:
        """Label the current pair, or skip it, and save.

        Args:
            word: A relation, or SKIPPED. When all are done it does nothing.

        Raises:
            InputError: It is neither.
        """
        if word not in (*RELATION_NAMES, SKIPPED):
            expected = ", ".join((*RELATION_NAMES, SKIPPED))
            raise InputError("this is no answer", got=repr(word), expected=expected)
        rows = self._open()
        if not rows.len():
            return
        column = "comment" if word == SKIPPED else "relation"
        this = pl.int_range(pl.len()) == int(rows[0])
        filled = pl.when(this).then(pl.lit(word)).otherwise(pl.col(column)).alias(column)
        self._rows = self._rows.with_columns(filled)
        empty = pl.col("relation", "comment").replace("", None)
        save_review(self._rows.with_columns(empty), self.path)

    def _open(self) -> pl.Series:
        """Rows that are neither labelled nor skipped."""
        undone = (pl.col("relation") == "") & (pl.col("comment") != SKIPPED)
        return self._rows.select(undone.arg_true()).to_series()


def review(path: Path) -> Any:  # noqa: ANN401 - ipywidgets is untyped and optional
    """Show a review file, pair by pair, with a button for each answer.

    Args:
        path: A file that `nymgraph review` wrote; answers go into it.

    Returns:
        An `ipywidgets.VBox`: the progress, the pair, the buttons.

    Raises:
        DependencyError: ipywidgets is not installed.
        InputError: The file cannot be used.
    """
    try:
        import ipywidgets
    except ImportError as error:
        cure = "pip install 'nymgraph[notebook]'"
        raise DependencyError("the review widget needs ipywidgets", cure=cure) from error
    session = ReviewSession(path)
    progress, pair = ipywidgets.Label(), ipywidgets.Label()
    words = (*RELATION_NAMES, SKIPPED)
    labels = ("synonym", "antonym", "co-hyponym", "skip")
    buttons = [ipywidgets.Button(description=label) for label in labels]

    def show() -> None:
        row = session.current()
        progress.value = f"{session.answered} of {session.total}"
        pair.value = f"{row['term_a']}  |  {row['term_b']}" if row else "all done"
        for button in buttons:
            button.disabled = row is None

    def clicked(word: str) -> None:
        session.answer(word)
        show()

    for button, word in zip(buttons, words, strict=True):
        button.on_click(lambda _button, word=word: clicked(word))
    show()
    return ipywidgets.VBox([progress, pair, ipywidgets.HBox(buttons)])
