"""The error family: every message says what was got, what was expected, and the cure."""

from typing import ClassVar

__all__ = [
    "ArtefactError",
    "CapacityError",
    "DependencyError",
    "InputError",
    "LanguageModelError",
    "NymgraphError",
    "ParameterError",
    "StorageError",
]


class NymgraphError(Exception):
    """Base of all errors that nymgraph raises on purpose.

    Args:
        problem: One sentence: what is wrong and where.
        got: What was found, if it helps.
        expected: What would have been right, if it helps.
        cure: What the user can do about it.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, problem: str, *, got: str = "", expected: str = "", cure: str = "") -> None:
        self.problem, self.got, self.expected, self.cure = problem, got, expected, cure
        details = [("got", got), ("expected", expected), ("cure", cure)]
        lines = [problem, *(f"  {name}: {text}" for name, text in details if text)]
        super().__init__("\n".join(lines))


class InputError(NymgraphError):
    """The user's data cannot be used as it is."""

    exit_code = 2


class ParameterError(NymgraphError):
    """A parameter is unknown, of the wrong type or out of range."""

    exit_code = 2


class CapacityError(NymgraphError):
    """The run does not fit: this machine, its disk, or a limit of a library."""

    exit_code = 2


class ArtefactError(NymgraphError):
    """What an earlier stage should have left is missing, damaged or of another version."""


class DependencyError(NymgraphError):
    """A package, a model or a device that this run needs is not there."""


class LanguageModelError(NymgraphError):
    """A language model's endpoint, its answers or their price are not as the parameters ask."""


class StorageError(NymgraphError):
    """A file cannot be written: no space is left, or the folder does not let it."""
