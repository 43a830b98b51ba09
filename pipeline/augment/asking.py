"""Many requests at once: each is tried until it is answered or given up.

An answer is kept in the cache before it is used, so a kill loses at most the requests under way.
When the run must stop (budget, hopeless endpoint, too many failures), it begins no further request,
waits for those under way, keeps their answers, and only then raises the error.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable

from nymgraph.pipeline.augment.account import Account
from nymgraph.pipeline.augment.answers import BadAnswerError, parse_answer
from nymgraph.pipeline.augment.cache import Answer, AnswerCache
from nymgraph.pipeline.augment.endpoint import Endpoint, RefusedError, RetryError
from nymgraph.pipeline.augment.pace import Pace, back_off
from nymgraph.pipeline.augment.prompts import Request
from nymgraph.pipeline.errors import LanguageModelError, NymgraphError
from nymgraph.pipeline.settings.params import AugmentParams

__all__ = ["Asker", "final_fault", "stored_answer"]

# A pause longer than this is no rate limit but a quota: the user decides when to go on.
_LONGEST_WAIT_S = 600


class Asker:
    """Asks an endpoint, within the account, at a pace.

    Args:
        params: The section of the stage.
        key: The endpoint's key, or None.
        cache: Where answers are kept.
        account: What they cost.
        n_requests: Requests of the whole run, of which a share may fail.
    """

    def __init__(
        self,
        params: AugmentParams,
        key: str | None,
        cache: AnswerCache,
        account: Account,
        n_requests: int,
    ) -> None:
        self._params, self._key, self._cache, self._account = params, key, cache, account
        self._most_failed = params.max_failed_share * n_requests
        self._stop: NymgraphError | OSError | None = None
        self.failed: dict[str, str] = {}
        self.sent = 0

    def ask(self, requests: Iterable[Request], advance: Callable[[int], None]) -> None:
        """Ask all requests whose answer is not in the cache.

        Args:
            requests: What to ask.
            advance: Called with 1 when a request is settled.

        Raises:
            NymgraphError: The run has to stop; what was answered is kept.
            OSError: An answer could not be kept.
        """
        asyncio.run(self._ask(requests, advance))
        if self._stop is not None:
            raise self._stop

    async def _ask(self, requests: Iterable[Request], advance: Callable[[int], None]) -> None:
        endpoint = Endpoint(self._params, self._key)
        pace = Pace(self._params.requests_per_minute, self._params.tokens_per_minute)
        queue = iter(requests)

        async def work() -> None:
            for request in queue:  # one queue for all workers
                if self._stop is None and stored_answer(request, self._cache) is None:
                    await self._settle(request, endpoint, pace)
                advance(1)

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self._params.concurrency):
                    group.create_task(work())
        finally:
            await endpoint.close()

    async def _settle(self, request: Request, endpoint: Endpoint, pace: Pace) -> None:
        """Try one request until it is answered, given up, or the run stops."""
        reason = "stopped"
        for attempt in range(self._params.attempts):
            if self._stop is None:
                await pace.wait(request.likely_input_tokens + request.likely_output_tokens)
            if self._stop is not None:
                return
            try:
                answer = await self._attempt(request, endpoint)
                reason = _fault(request, answer)
                if reason == "" or final_fault(answer):
                    self._cache.put(request.key, answer)
                    return
            except RetryError as error:
                reason = error.reason
                self._slow_down(error, attempt, pace)
                if error.wait is None and attempt + 1 < self._params.attempts:
                    await asyncio.sleep(back_off(attempt))
            except RefusedError as error:
                self._fail(request, f"refused: {error}")
                return
            except (NymgraphError, OSError) as error:
                self._stop = self._stop or error
                return
        self._fail(request, reason)

    async def _attempt(self, request: Request, endpoint: Endpoint) -> Answer:
        """Send a request, its most set aside before and its cost written down after."""
        number = self._account.reserve(request.most_input_tokens, request.wording.max_tokens)
        self.sent += 1
        try:
            answer = await endpoint.ask(request)
        except RetryError as error:
            if not error.billed:
                self._account.settle(number, 0, 0)
            raise
        except (RefusedError, LanguageModelError):
            self._account.settle(number, 0, 0)
            raise
        self._account.settle(number, answer.input_tokens, answer.output_tokens)
        return answer

    def _slow_down(self, error: RetryError, attempt: int, pace: Pace) -> None:
        """All requests wait when the endpoint asks for it."""
        if error.wait is None:
            if error.reason == "status_429":
                pace.pause(back_off(attempt))
        elif error.wait <= _LONGEST_WAIT_S:
            pace.pause(error.wait)
        else:
            self._stop = self._stop or LanguageModelError(
                f"{self._params.base_url} asks to come back later",
                got=f"{error.reason}: retry after {error.wait:.0f} s",
                cure="run again then; the answers so far are kept",
            )

    def _fail(self, request: Request, reason: str) -> None:
        self.failed[request.key] = reason
        if len(self.failed) > self._most_failed:
            kinds = Counter(self.failed.values()).most_common(3)
            self._stop = self._stop or LanguageModelError(
                "too many requests have failed for good",
                got=f"{len(self.failed)} failed: " + ", ".join(f"{why} ({n})" for why, n in kinds),
                expected=f"at most {self._most_failed:g} (augment.max_failed_share)",
                cure="look at the endpoint, then run again: what failed is asked again, the "
                "answers so far are kept",
            )


def stored_answer(request: Request, cache: AnswerCache) -> Answer | None:
    """The answer to a request that is in the cache, if it can be used or need not be asked again.

    Args:
        request: What was asked.
        cache: Where answers are kept.

    Returns:
        The answer, or None.
    """
    answer = cache.get(request.key)
    usable = answer is not None and (not _fault(request, answer) or final_fault(answer))
    return answer if usable else None


def final_fault(answer: Answer) -> str:
    """Why an answer is unusable and would be so again, so that asking again is only paid again.

    Args:
        answer: As it came.

    Returns:
        "truncated" (raise augment.max_tokens), "filtered", or "" for none of them.
    """
    return {"length": "truncated", "content_filter": "filtered"}.get(answer.finish_reason, "")


def _fault(request: Request, answer: Answer) -> str:
    """Why an answer cannot be used, or an empty text."""
    if fault := final_fault(answer):
        return fault
    try:
        parse_answer(request, answer.text)
    except BadAnswerError as error:
        return str(error)
    return ""
