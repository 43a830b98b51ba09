"""One request to an endpoint that speaks OpenAI's chat completions.

Contract: the key comes from an environment variable, goes into the header of requests, and is
removed from every text that comes back. The answer is asked for by JSON schema; an endpoint that
refuses the schema gets the request in plain JSON mode, then without a mode (the instructions alone
ask for JSON). `RetryError` means that a later try may succeed, `RefusedError` that it will not, and
LanguageModelError that no request can.
"""

import asyncio
import os
from typing import Any

from nymgraph.pipeline.augment.cache import Answer
from nymgraph.pipeline.augment.pace import retry_after
from nymgraph.pipeline.augment.prompts import Request
from nymgraph.pipeline.errors import DependencyError, LanguageModelError
from nymgraph.pipeline.settings.params import AugmentParams

__all__ = ["Endpoint", "RefusedError", "RetryError", "read_key"]

_DETAIL_LENGTH = 300
_HOPELESS = (401, 403, 404, 405)


class RetryError(Exception):
    """A request that may succeed later.

    Args:
        reason: A word for the table of rejects.
        wait: Seconds that the endpoint asks to wait, or None.
        billed: Whether it may have been billed.
    """

    def __init__(self, reason: str, wait: float | None = None, *, billed: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.wait, self.billed = reason, wait, billed


class RefusedError(Exception):
    """A request that the endpoint will not answer; the text says why."""


class Endpoint:
    """An open connection to an endpoint.

    Args:
        params: The section of the stage.
        key: The key, or None.

    Raises:
        DependencyError: The client is not installed.
    """

    def __init__(self, params: AugmentParams, key: str | None) -> None:
        try:
            import openai
        except ImportError as error:
            raise DependencyError(
                "labels from a language model need the package openai",
                cure="pip install 'nymgraph[llm]'",
            ) from error
        self._openai = openai
        self._key = key
        self._params = params
        self._client = openai.AsyncOpenAI(
            api_key=key or "none",  # else the client would look for one by itself
            base_url=params.base_url,
            max_retries=0,
            timeout=params.timeout_s,
        )
        self._form = 0  # of the answer: JSON schema, JSON, none
        self._answered = False

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def ask(self, request: Request) -> Answer:
        """Send one request.

        Args:
            request: What to ask.

        Returns:
            The answer, not yet checked; tokens that the endpoint does not count are set to a bound.

        Raises:
            RetryError: It may succeed later.
            RefusedError: It will not.
            LanguageModelError: No request will.
        """
        while True:
            form = self._form
            try:
                async with asyncio.timeout(self._params.timeout_s):
                    completion = await self._create(request, form)
            except TimeoutError as error:
                raise RetryError("timeout", billed=True) from error
            except self._openai.APITimeoutError as error:
                raise RetryError("timeout", billed=True) from error
            except self._openai.APIStatusError as error:
                if not self._takes_less(error.status_code, form):
                    raise self._judge(error) from error
            except (self._openai.OpenAIError, ValueError) as error:
                raise RetryError("connection", billed=True) from error
            else:
                self._answered = True
                return self._answer(request, completion)

    async def _create(self, request: Request, form: int) -> Any:  # noqa: ANN401 - foreign object
        schema = {"name": request.task, "schema": request.schema, "strict": True}
        formats: list[dict[str, Any]] = [
            {"response_format": {"type": "json_schema", "json_schema": schema}},
            {"response_format": {"type": "json_object"}},
            {},
        ]
        settings: dict[str, Any] = {self._params.max_tokens_key: request.wording.max_tokens}
        if request.wording.temperature is not None:
            settings["temperature"] = request.wording.temperature
        return await self._client.chat.completions.create(
            model=request.wording.model,
            messages=[
                {"role": "system", "content": request.system},
                {"role": "user", "content": request.user},
            ],
            **settings,
            **formats[form],
        )

    def _takes_less(self, status: int, form: int) -> bool:
        """Whether to ask again for a plainer form: nothing was answered yet in this one."""
        if status not in (400, 422) or self._answered or form == 2:
            return False
        self._form = max(self._form, form + 1)
        return True

    def _judge(self, error: Any) -> Exception:  # noqa: ANN401 - openai.APIStatusError
        """The error for a status of the endpoint."""
        status = int(error.status_code)
        detail = f"{status}: {self._clean(str(error.message))}"
        if status in _HOPELESS or error.code == "insufficient_quota":
            return LanguageModelError(
                f"{self._params.base_url} does not serve us",
                got=detail,
                cure="check augment.base_url, model and api_key_env, and your quota there; "
                "the answers so far are kept",
            )
        if status in (408, 409, 429) or status >= 500:
            return RetryError(
                f"status_{status}", retry_after(error.response.headers.get("retry-after"))
            )
        return RefusedError(detail)

    def _answer(self, request: Request, completion: Any) -> Answer:  # noqa: ANN401 - foreign object
        try:
            choice = completion.choices[0]
            text = self._clean(choice.message.content or "", None)
            reason = str(choice.finish_reason)
            usage = getattr(completion, "usage", None)
        except (AttributeError, TypeError, IndexError) as error:
            raise RetryError("no_answer", billed=True) from error
        sent, received = (
            getattr(usage, name, None) for name in ("prompt_tokens", "completion_tokens")
        )
        if not isinstance(sent, int) or not isinstance(received, int):
            sent, received = request.most_input_tokens, len(text.encode("utf-8", "replace"))
        return Answer(text, reason, sent, received)

    def _clean(self, text: str, most: int | None = _DETAIL_LENGTH) -> str:
        """Foreign text without our key."""
        return (text.replace(self._key, "***") if self._key else text)[:most]


def read_key(params: AugmentParams) -> str | None:
    """The key from the environment.

    Args:
        params: The section of the stage.

    Returns:
        The key; None if the endpoint needs none.

    Raises:
        DependencyError: The variable is not set.
    """
    if params.api_key_env is None:
        return None
    key = os.environ.get(params.api_key_env, "").strip()
    if not key:
        raise DependencyError(
            f"the environment variable {params.api_key_env} holds no key",
            cure=f"export {params.api_key_env}=..., or set augment.api_key_env to null where the "
            "endpoint needs none",
        )
    return key
