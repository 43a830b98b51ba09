"""Tokens and money: no request is sent that could exceed the budget.

The most that a request can cost is written down before it is sent, and what it did cost afterwards.
A request that was killed or timed out keeps the full amount, so the sum of the file is never less
than the bill.
"""

import json
import math
import os
from pathlib import Path
from typing import Any

from nymgraph.pipeline.errors import LanguageModelError

__all__ = ["Account"]

_MILLION = 1_000_000
_ROUNDING = 1e-9


class Account:
    """The account of a data folder, over all its runs.

    Args:
        path: The file (JSON lines); made when the first request comes.
        price_input: Price of a million tokens sent.
        price_output: Price of a million tokens received.
        budget: The most that all requests may cost together.
    """

    def __init__(self, path: Path, price_input: float, price_output: float, budget: float) -> None:
        self._path = path
        self._prices = (price_input, price_output)
        self._budget = budget
        self._cost: dict[int, float] = {}
        for line in _lines(path):
            try:
                self._cost[int(line["request"])] = float(line["cost"])
            except (KeyError, TypeError, ValueError) as error:
                raise LanguageModelError(
                    f"{path} is damaged: what was spent is not known",
                    got=str(line),
                    expected="a line with `request` and `cost`",
                    cure="mend the line by the bill of the provider, or take it out",
                ) from error
        self._spent = math.fsum(self._cost.values())
        self._last = max(self._cost, default=0)

    @property
    def spent(self) -> float:
        """The cost of all requests so far, those under way at their most."""
        return self._spent

    def cost(self, input_tokens: int, output_tokens: int) -> float:
        """The price of so many tokens."""
        return (input_tokens * self._prices[0] + output_tokens * self._prices[1]) / _MILLION

    def reserve(self, input_tokens: int, output_tokens: int) -> int:
        """Set aside the most that a request can cost.

        Args:
            input_tokens: Most tokens sent.
            output_tokens: Most tokens received.

        Returns:
            The number of the request in the account.

        Raises:
            LanguageModelError: The request could exceed the budget.
        """
        cost = self.cost(input_tokens, output_tokens)
        if self._spent + cost > self._budget + _ROUNDING:
            raise LanguageModelError(
                "the next request could exceed the budget (augment.budget)",
                got=f"{self._spent:.4f} spent, and up to {cost:.4f} more",
                expected=f"at most {self._budget:g}",
                cure="raise augment.budget and run again; the answers so far are kept",
            )
        self._last += 1
        self._write(self._last, input_tokens, output_tokens, "reserved")
        return self._last

    def settle(self, number: int, input_tokens: int, output_tokens: int) -> None:
        """Replace what was set aside by what a request did cost.

        Args:
            number: As `reserve` gave it.
            input_tokens: Tokens sent; 0 where nothing is billed.
            output_tokens: Tokens received.
        """
        self._write(number, input_tokens, output_tokens, "settled")

    def _write(self, number: int, input_tokens: int, output_tokens: int, state: str) -> None:
        cost = self.cost(input_tokens, output_tokens)
        line = {
            "request": number,
            "state": state,
            "input_tokens": input_tokens,
            "output_tokens": output_tokens,
            "cost": cost,
        }
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as stream:
            stream.write("\n" + json.dumps(line))  # a line torn by a kill spoils no other
            stream.flush()
            os.fsync(stream.fileno())
        self._spent += cost - self._cost.get(number, 0.0)
        self._cost[number] = cost


def _lines(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    lines = []
    for text in path.read_text("utf-8", errors="replace").splitlines():
        try:
            lines.append(json.loads(text))
        except ValueError:  # empty, or torn by a kill: before a request, or with its most in force
            continue
    return lines
