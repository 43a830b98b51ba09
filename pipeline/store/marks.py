"""Which terms and senses of an export are vulgar, offensive or slurs. There are few: held whole."""

from pathlib import Path

from nymgraph.pipeline.schemas import EXPORTED_MARKS
from nymgraph.pipeline.storage.artefacts import read_rows

__all__ = ["Marks"]


class Marks:
    """The marks of an export.

    Args:
        folder: The export folder; one written without marks has none.

    Raises:
        ArtefactError: Their file is damaged or not as declared.
    """

    def __init__(self, folder: Path) -> None:
        path = folder / EXPORTED_MARKS.path.name
        there = path.is_file()
        rows = read_rows(path, EXPORTED_MARKS, "export") if there else EXPORTED_MARKS.empty()
        self._marks: dict[tuple[int, int], str] = {(x, n): mark for x, n, mark in rows.iter_rows()}

    def of(self, term_id: int) -> str:
        """slur, vulgar or offensive; empty for a term that is none of these."""
        return self._marks.get((term_id, 0), "")

    def of_sense(self, term_id: int, place: int) -> str:
        """The same of one sense, by its place from 1."""
        return self._marks.get((term_id, place), "")

    def last(self, term_ids: list[int]) -> list[int]:
        """The terms in their order, but marked ones last."""
        return sorted(term_ids, key=lambda term_id: bool(self.of(term_id)))
