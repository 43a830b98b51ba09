"""Answers by the hash of their request, one small file each: nothing is paid twice."""

import json
from pathlib import Path
from typing import NamedTuple

from nymgraph.pipeline.storage.artefacts import write_atomic

__all__ = ["Answer", "AnswerCache"]


class Answer(NamedTuple):
    """An answer of an endpoint: the text, why it ended, and its cost in tokens."""

    text: str
    finish_reason: str
    input_tokens: int
    output_tokens: int


class AnswerCache:
    """The answers in a folder.

    Args:
        folder: Where they are; made when the first one comes.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, key: str) -> Answer | None:
        """The answer to a request, or None; a damaged file counts as none."""
        try:
            return Answer(**json.loads(self._file(key).read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def put(self, key: str, answer: Answer) -> None:
        """Keep an answer, whole or not at all."""
        text = json.dumps(answer._asdict(), ensure_ascii=True) + "\n"
        write_atomic(self._file(key), lambda path: path.write_text(text, "utf-8"))

    def _file(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}.json"
