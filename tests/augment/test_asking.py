"""An endpoint that misbehaves: what is tried again, what is given up, what stops, what is paid."""

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nymgraph.pipeline.augment import asking, pace
from nymgraph.pipeline.augment.account import Account
from nymgraph.pipeline.augment.asking import Asker, stored_answer
from nymgraph.pipeline.augment.cache import AnswerCache
from nymgraph.pipeline.augment.prompts import Request, Wording, group_request
from nymgraph.pipeline.errors import LanguageModelError, NymgraphError
from nymgraph.pipeline.settings.params import AugmentParams
from tests.augment.endpoint import KEY, Reply, Seen, completion, serve, truth

WORDING = Wording("m", "en", "en", near_misses=False, temperature=0.0, max_tokens=100)
GROUPS = [group_request(WORDING, ("cold", "hot", f"x{i}")) for i in range(6)]
ONE = GROUPS[:1]
Behave = Callable[[int, Seen], Reply | None]


class Run:
    """One run of the asker against a server, in its folder."""

    def __init__(
        self,
        folder: Path,
        behave: Behave,
        requests: list[Request],
        **params: Any,  # noqa: ANN401
    ) -> None:
        self.cache = AnswerCache(folder / "cache")
        self.requests = requests
        self.error: NymgraphError | None = None
        settings = {"timeout_s": 20, "requests_per_minute": None, "max_failed_share": 1} | params
        budget = settings.pop("budget", 100.0)
        with serve(behave) as server:
            self.params = AugmentParams(base_url=server.url, model="m", **settings)
            # a token sent or received costs 1
            self.account = Account(folder / "account.jsonl", 1e6, 1e6, budget * 1e6)
            self.asker = Asker(self.params, KEY, self.cache, self.account, len(requests))
            try:
                self.asker.ask(requests, lambda _n: None)
            except NymgraphError as error:
                self.error = error
            self.seen = server.seen

    @property
    def answered(self) -> int:
        return sum(stored_answer(request, self.cache) is not None for request in self.requests)


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "FIRST_PAUSE_S", 0.01)


def first(n: int, reply: Reply) -> Behave:
    return lambda number, _seen: reply if number < n else None


BAD_AT_FIRST = {
    "broken JSON": Reply(completion('{"pairs": [')),
    "another shape": Reply(completion('{"answer": 42}')),
    "no choice": Reply({**completion(""), "choices": []}),
    "no chat completion at all": Reply({"hello": "world"}),
    "a body that is no JSON": Reply("<html>gateway</html>"),
    "a 500": Reply({"error": {"message": "oops"}}, 500),
    "a 503 without JSON": Reply("down", 503),
    "a 429": Reply({"error": {"message": "slow down"}}, 429),
    "a hang": Reply(completion(truth({"terms": []})), hang=4.0),
}


@pytest.mark.parametrize("name", BAD_AT_FIRST)
def test_what_goes_wrong_at_first_is_tried_again(tmp_path: Path, name: str) -> None:
    n_bad, timeout_s = (1, 2) if name == "a hang" else (2, 20)
    run = Run(tmp_path, first(n_bad, BAD_AT_FIRST[name]), ONE, timeout_s=timeout_s)
    assert run.error is None
    assert (len(run.seen), run.answered, run.asker.failed) == (n_bad + 1, 1, {})


@pytest.mark.parametrize("name", ["broken JSON", "a 500"])
def test_what_keeps_going_wrong_is_given_up_and_the_rest_goes_on(tmp_path: Path, name: str) -> None:
    def behave(_number: int, seen: Seen) -> Reply | None:
        return BAD_AT_FIRST[name] if "x2" in seen.data["terms"] else None

    run = Run(tmp_path, behave, GROUPS, attempts=3)
    assert run.error is None
    assert run.answered == 5
    reason = {"broken JSON": "not_json", "a 500": "status_500"}[name]
    assert run.asker.failed == {GROUPS[2].key: reason}
    assert len(run.seen) == 5 + 3


def test_too_many_failures_stop_the_run_and_keep_the_answers(tmp_path: Path) -> None:
    def behave(_number: int, seen: Seen) -> Reply | None:
        return None if "x0" in seen.data["terms"] else BAD_AT_FIRST["a 500"]

    settings = {"attempts": 2, "concurrency": 1, "max_failed_share": 0.3}
    run = Run(tmp_path, behave, GROUPS, **settings)
    assert isinstance(run.error, LanguageModelError)
    assert run.error.got == "2 failed: status_500 (2)"  # of 6; 1.8 may fail
    assert len(run.seen) == 1 + 2 * 2
    assert run.answered == 1
    again = Run(tmp_path, first(0, Reply("")), GROUPS, **settings)
    assert (len(again.seen), again.answered) == (5, 6)


def test_retry_after_is_obeyed_by_all_requests(tmp_path: Path) -> None:
    slow = Reply({"error": {"message": "slow down"}}, 429, {"retry-after": "1"})
    run = Run(tmp_path, first(1, slow), GROUPS[:3], concurrency=1)
    times = [seen.at for seen in run.seen]
    assert times[1] - times[0] >= 1
    assert run.answered == 3


def test_an_endpoint_that_asks_to_come_back_much_later_stops_the_run(tmp_path: Path) -> None:
    later = Reply({"error": {"message": "quota"}}, 429, {"retry-after": "86400"})
    run = Run(tmp_path, first(9, later), GROUPS, concurrency=1)
    assert run.error is not None
    assert "86400 s" in run.error.got
    assert len(run.seen) == 1


@pytest.mark.parametrize(
    "reply",
    [
        Reply({"error": {"message": f"wrong key {KEY}"}}, 401),
        Reply({"error": {"message": "no such model"}}, 404),
        Reply({"error": {"message": "pay first", "code": "insufficient_quota"}}, 429),
    ],
)
def test_a_hopeless_endpoint_stops_the_run_at_once(tmp_path: Path, reply: Reply) -> None:
    run = Run(tmp_path, first(9, reply), GROUPS, concurrency=1)
    assert run.error is not None
    assert "does not serve us" in run.error.problem
    assert KEY not in str(run.error)
    assert len(run.seen) == 1
    assert run.account.spent == 0


def test_a_truncated_answer_is_paid_once_and_not_asked_again(tmp_path: Path) -> None:
    cut = Reply(completion('{"pairs": [{"a": "co', "length"))
    for n_seen in (1, 0):
        run = Run(tmp_path, first(9, cut), ONE)
        assert len(run.seen) == n_seen
        assert asking.final_fault(run.cache.get(ONE[0].key)) == "truncated"  # type: ignore[arg-type]


def test_a_second_run_pays_nothing(tmp_path: Path) -> None:
    paid = Run(tmp_path, first(0, Reply("")), GROUPS)
    again = Run(tmp_path, first(0, Reply("")), GROUPS)
    assert (len(paid.seen), len(again.seen), again.answered) == (6, 0, 6)
    assert again.account.spent == paid.account.spent == 6 * (100 + 10)


def test_a_damaged_answer_is_asked_again(tmp_path: Path) -> None:
    Run(tmp_path, first(0, Reply("")), ONE)
    (file,) = (tmp_path / "cache").rglob("*.json")
    for damage in ("", "{}", json.dumps({**json.loads(file.read_text()), "text": "no"})):
        file.write_text(damage)
        assert len(Run(tmp_path, first(0, Reply("")), ONE).seen) == 1


def test_other_wording_is_another_request() -> None:
    others = [
        Wording("n", "en", "en", False, 0.0, 100),
        Wording("m", "tr", "en", False, 0.0, 100),
        Wording("m", "en", "de", False, 0.0, 100),
        Wording("m", "en", "en", True, 0.0, 100),
        Wording("m", "en", "en", False, 0.5, 100),
        Wording("m", "en", "en", False, 0.0, 101),
        WORDING,
    ]
    keys = {group_request(wording, ("a", "b")).key for wording in others}
    assert len(keys) == len(others)


def test_the_budget_stops_before_the_request_that_could_exceed_it(tmp_path: Path) -> None:
    most = ONE[0].most_input_tokens + WORDING.max_tokens
    # three requests cost 110 each; the fourth could cost `most`
    run = Run(
        tmp_path, first(0, Reply("")), GROUPS, concurrency=1, budget=(3 * 110 + most - 1) / 1e6
    )
    assert run.error is not None
    assert "could exceed the budget" in run.error.problem
    assert (len(run.seen), run.answered, run.account.spent) == (3, 3, 330)
    more = Run(tmp_path, first(0, Reply("")), GROUPS, concurrency=1, budget=1)
    assert (len(more.seen), more.answered) == (3, 6)


def test_with_many_at_once_the_budget_holds_too(tmp_path: Path) -> None:
    most = ONE[0].most_input_tokens + WORDING.max_tokens
    run = Run(tmp_path, lambda _n, _s: None, GROUPS, concurrency=6, budget=2.5 * most / 1e6)
    assert run.error is not None
    assert run.answered == len(run.seen) >= 2
    assert run.account.spent <= 2.5 * most


def test_a_request_of_unknown_end_is_counted_in_full(tmp_path: Path) -> None:
    run = Run(tmp_path, first(1, BAD_AT_FIRST["a hang"]), ONE, timeout_s=2)
    assert run.account.spent == ONE[0].most_input_tokens + WORDING.max_tokens + 110
    run = Run(tmp_path / "2", first(1, BAD_AT_FIRST["a 500"]), ONE)
    assert run.account.spent == 110


@pytest.mark.parametrize("line", ["[]", '{"request": 1}', '{"request": 1, "cost": "?"}'])
def test_an_account_that_does_not_say_what_was_spent_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "account.jsonl").write_text(line, "utf-8")
    with pytest.raises(LanguageModelError, match="is damaged"):
        Account(tmp_path / "account.jsonl", 1.0, 1.0, 1.0)


def test_without_usage_a_bound_is_counted(tmp_path: Path) -> None:
    content = truth(json.loads(ONE[0].user))
    run = Run(tmp_path, first(9, Reply(completion(content, usage=False))), ONE)
    assert run.account.spent == ONE[0].most_input_tokens + len(content)


@pytest.mark.parametrize("limits", [(600, None), (None, 6_000), (600, 10_000), (6_000, 6_000)])
def test_requests_start_no_faster_than_allowed(limits: tuple[float | None, float | None]) -> None:
    async def start_six() -> list[float]:
        pace_, starts = pace.Pace(*limits), [time.monotonic()]

        async def one() -> None:
            await pace_.wait(10)
            starts.append(time.monotonic())

        await asyncio.gather(*(one() for _ in range(6)))
        return starts

    begun, *starts = asyncio.run(start_six())
    # the stricter limit leaves 0.1 s between two requests of 10 tokens
    assert all(at - begun >= 0.1 * place - 1e-3 for place, at in enumerate(sorted(starts)))


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("3", 3), (None, None), ("", None), ("soon", None), ("Wed, 21 Oct 2015 07:28:00 GMT", 0)],
)
def test_what_retry_after_asks_for(header: str | None, seconds: float | None) -> None:
    assert pace.retry_after(header) == seconds


@pytest.mark.parametrize("refused", [1, 2])
def test_an_endpoint_without_schemas_gets_a_plainer_form(tmp_path: Path, refused: int) -> None:
    forms = ["json_schema", "json_object", None][:refused]

    def behave(_number: int, seen: Seen) -> Reply | None:
        form = seen.payload.get("response_format", {}).get("type")
        return Reply({"error": {"message": "unsupported"}}, 400) if form in forms else None

    run = Run(tmp_path, behave, GROUPS, concurrency=1)
    assert (len(run.seen), run.answered) == (6 + refused, 6)


def test_a_request_that_alone_is_refused_fails_alone(tmp_path: Path) -> None:
    def behave(_number: int, seen: Seen) -> Reply | None:
        policy = Reply({"error": {"message": f"policy {KEY}"}}, 400)
        return policy if "x3" in seen.data["terms"] else None

    run = Run(tmp_path, behave, GROUPS, concurrency=1)
    assert run.answered == 5
    (reason,) = run.asker.failed.values()
    assert reason.startswith("refused: 400")
    assert KEY not in reason


def test_what_is_sent(tmp_path: Path) -> None:
    run = Run(tmp_path, first(0, Reply("")), ONE, max_tokens_key="max_completion_tokens")
    (seen,) = run.seen
    assert seen.headers["authorization"] == f"Bearer {KEY}"
    assert seen.payload["model"] == "m"
    assert seen.payload["temperature"] == 0
    assert seen.payload["max_completion_tokens"] == 100
    assert seen.payload["response_format"]["json_schema"]["schema"] == ONE[0].schema
    assert seen.data == {"language": "en", "terms": ["cold", "hot", "x0"]}
