"""The text of requests: written instructions, and the terms as data.

The instructions (texts/<language>/) never contain a term. The terms are the strings of one JSON
object, which the instructions declare to be data; what comes back is checked in `answers`, so that
a term that reads like an instruction can at worst spoil the answer about its own group.
"""

import json
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Any, Literal

from nymgraph.pipeline.schemas import RELATION_NAMES
from nymgraph.pipeline.storage.artefacts import digest

__all__ = ["LANGUAGES", "Request", "Wording", "group_request", "judge_request"]

LANGUAGES = ("en", "tr")
_OUTPUT_PER_TERM, _OUTPUT_PER_NEAR_MISS, _OUTPUT_PER_JUDGEMENT = 30, 10, 45  # tokens, roughly
_FRAME_TOKENS = 64  # what the endpoint adds around messages
_BYTES_PER_TOKEN = 4


@dataclass(frozen=True)
class Wording:
    """The text that all requests of a run share.

    Attributes:
        model: Name of the model.
        prompt_language: A name of LANGUAGES: that of the instructions.
        term_language: Language code of the terms.
        near_misses: Whether near-misses are asked for.
        temperature: Sampling temperature, or None for the endpoint's own.
        max_tokens: Longest answer, in tokens.
    """

    model: str
    prompt_language: str
    term_language: str
    near_misses: bool
    temperature: float | None
    max_tokens: int


@dataclass(frozen=True)
class Request:
    """One request: a group of terms to label, or pairs to judge.

    Attributes:
        task: What is asked.
        wording: What all requests of the run share.
        terms: The terms of the group; for `judge` all terms of the pairs.
        pairs: The pairs to judge, each with its first term byte-wise before the second.
    """

    task: Literal["label", "judge"]
    wording: Wording
    terms: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...] = ()

    @cached_property
    def system(self) -> str:
        """The instructions."""
        names = ["judge"] if self.task == "judge" else ["label"]
        if self.task == "label" and self.wording.near_misses:
            names.append("near_miss")
        return "\n".join(_text(self.wording.prompt_language, name) for name in names)

    @cached_property
    def user(self) -> str:
        """The data: one JSON object."""
        data: dict[str, Any] = {"language": self.wording.term_language}
        if self.task == "judge":
            data["pairs"] = [{"a": a, "b": b} for a, b in self.pairs]
        else:
            data["terms"] = list(self.terms)
        return json.dumps(data, ensure_ascii=False)

    @cached_property
    def schema(self) -> dict[str, Any]:
        """The JSON schema of the answer, in the strict form that endpoints take."""
        text, number = {"type": "string"}, {"type": "number"}
        ends = {"a": text, "b": text}
        if self.task == "judge":
            shares = {f"p_{name}": number for name in RELATION_NAMES}
            return _object({"judgements": _list(ends | shares)})
        relation = {"type": "string", "enum": list(RELATION_NAMES)}
        lists = {"pairs": _list(ends | {"relation": relation, "confidence": number})}
        if self.wording.near_misses:
            lists["near_misses"] = _list(ends | {"confidence": number})
        return _object(lists)

    @cached_property
    def key(self) -> str:
        """Hash of all that determines the answer: the name of the answer in the cache."""
        return digest(
            {
                "model": self.wording.model,
                "system": self.system,
                "user": self.user,
                "schema": self.schema,
                "temperature": self.wording.temperature,
                "max_tokens": self.wording.max_tokens,
            }
        )

    @property
    def most_input_tokens(self) -> int:
        """More tokens than any tokenizer over bytes can make of what is sent."""
        schema = json.dumps(self.schema)
        return sum(len(text.encode()) for text in (self.system, self.user, schema)) + _FRAME_TOKENS

    @property
    def likely_input_tokens(self) -> int:
        """A rough guess: four bytes a token."""
        return self.most_input_tokens // _BYTES_PER_TOKEN

    @property
    def likely_output_tokens(self) -> int:
        """A rough guess: one statement per term, or one judgement per pair."""
        if self.task == "judge":
            tokens = _OUTPUT_PER_JUDGEMENT * len(self.pairs)
        else:
            near_miss = _OUTPUT_PER_NEAR_MISS if self.wording.near_misses else 0
            tokens = (_OUTPUT_PER_TERM + near_miss) * len(self.terms)
        return min(tokens, self.wording.max_tokens)


def group_request(wording: Wording, terms: tuple[str, ...]) -> Request:
    """Ask for the related pairs of a group of terms."""
    return Request("label", wording, terms)


def judge_request(wording: Wording, pairs: tuple[tuple[str, str], ...]) -> Request:
    """Ask for shares of belief in each relation of some pairs."""
    return Request(
        "judge", wording, tuple(sorted({term for pair in pairs for term in pair})), pairs
    )


def _text(language: str, name: str) -> str:
    return (files("nymgraph.pipeline.augment") / "texts" / language / f"{name}.txt").read_text(
        "utf-8"
    )


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _list(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": _object(properties)}
