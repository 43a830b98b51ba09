import json
from typing import Any

import pytest

from nymgraph.pipeline.augment.answers import BadAnswerError, Label, Reject, read_answer
from nymgraph.pipeline.augment.prompts import Wording, group_request, judge_request

WORDING = Wording("m", "en", "en", near_misses=True, temperature=0.0, max_tokens=100)
GROUP = group_request(WORDING, ("Dr.", "cold", "hot", "warm"))
JUDGED = judge_request(WORDING, (("cold", "hot"), ("hot", "warm")))


def statement(a: Any, b: Any, relation: Any = "synonym", confidence: Any = 0.5) -> dict[str, Any]:  # noqa: ANN401
    return {"a": a, "b": b, "relation": relation, "confidence": confidence}


def read(*items: Any, near_misses: Any = None) -> tuple[list[Label], list[Reject]]:  # noqa: ANN401
    answer = {"pairs": list(items), "near_misses": near_misses}
    return read_answer(GROUP, json.dumps(answer))


def reasons(rejects: list[Reject]) -> list[tuple[int, str]]:
    return sorted((reject.item, reject.reason) for reject in rejects)


def test_a_good_answer() -> None:
    labels, rejects = read(statement("hot", "cold", "antonym"), statement("hot", "warm"))
    assert labels == [
        Label("cold", "hot", "antonym", 0.5, "llm:m", GROUP.key, 1),
        Label("hot", "warm", "synonym", 0.5, "llm:m", GROUP.key, 2),
    ]
    assert rejects == []


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (statement("hot", "hot"), "same_term"),
        (statement("hot", "boiling"), "unknown_term"),
        (statement("hot", "ho\ud800t"), "unknown_term"),
        (statement("hot", "warm", "opposite"), "not_as_schema"),
        (statement("hot", "warm", confidence=1.5), "not_as_schema"),
        (statement("hot", "warm", confidence=float("nan")), "not_as_schema"),
        (statement("hot", 3), "not_as_schema"),
        ({"a": "hot"}, "not_as_schema"),
        ("hot = warm", "not_as_schema"),
        (None, "not_as_schema"),
    ],
)
def test_a_bad_statement_is_listed_and_spoils_no_other(item: object, reason: str) -> None:
    labels, rejects = read(item, statement("cold", "hot", "antonym"))
    assert [label.item for label in labels] == [2]
    assert reasons(rejects) == [(1, reason)]
    "".join([*rejects[0].terms, rejects[0].detail or ""]).encode()  # can be stored


def test_contradictions_are_dropped_whole_and_repeats_count_once() -> None:
    labels, rejects = read(
        statement("hot", "warm", "synonym"),
        statement("warm", "hot", "antonym"),
        statement("cold", "hot", "antonym", 0.75),
        statement("hot", "cold", "antonym", 0.25),
    )
    assert [(label.term_a, label.term_b, label.confidence) for label in labels] == [
        ("cold", "hot", 0.75)
    ]
    assert reasons(rejects) == [(1, "contradiction"), (2, "contradiction"), (4, "duplicate")]


def test_near_misses_are_co_hyponyms_of_their_own_source() -> None:
    labels, rejects = read(
        statement("hot", "warm"),
        near_misses=[
            {"a": "cold", "b": "warm", "confidence": 0.5},
            {"a": "hot", "b": "warm", "confidence": 0.5},
        ],
    )
    assert labels == [Label("cold", "warm", "co_hyponym", 0.5, "llm:m:near_miss", GROUP.key, 2)]
    assert reasons(rejects) == [(1, "contradiction"), (3, "contradiction")]


def test_another_case_is_understood_where_it_is_clear() -> None:
    assert read(statement("dr.", "HOT"))[0][0][:2] == ("Dr.", "hot")
    both = group_request(WORDING, ("Polish", "polish", "shine"))
    labels, rejects = read_answer(both, json.dumps({"pairs": [statement("POLISH", "shine")]}))
    assert labels == []
    assert reasons(rejects) == [(1, "unknown_term")]


def test_a_fence_around_the_answer_is_taken_off() -> None:
    assert read_answer(GROUP, '```json\n{"pairs": []}\n```') == ([], [])


@pytest.mark.parametrize("text", ["", "no", '{"pairs": [', "[" * 100_000, "\ud800"])
def test_what_is_no_json(text: str) -> None:
    with pytest.raises(BadAnswerError, match="not_json"):
        read_answer(GROUP, text)


@pytest.mark.parametrize("text", ["[]", "{}", '{"pairs": {}}', '{"judgements": []}', "3"])
def test_what_is_of_another_shape(text: str) -> None:
    with pytest.raises(BadAnswerError, match="not_as_schema"):
        read_answer(GROUP, text)


def judge(*items: tuple[str, str, float, float, float]) -> tuple[list[Label], list[Reject]]:
    names = ("a", "b", "p_synonym", "p_antonym", "p_co_hyponym")
    rows = [dict(zip(names, item, strict=True)) for item in items]
    return read_answer(JUDGED, json.dumps({"judgements": rows}))


def test_judgements_become_shares_that_add_up_to_1() -> None:
    labels, rejects = judge(("hot", "cold", 0.19, 0.76, 0.0), ("hot", "warm", 0.5, 0.0, 0.5))
    assert rejects == []
    assert labels[0].shares == pytest.approx((0.2, 0.8, 0))
    assert labels[0][2:5] == ("antonym", pytest.approx(0.8), "llm:m:judge")
    assert labels[1].relation == "co_hyponym"  # of equals the least close


def test_judgements_that_were_not_asked_and_pairs_that_were_not_answered() -> None:
    labels, rejects = judge(("cold", "warm", 1, 0, 0), ("hot", "cold", 0.1, 0.1, 0.1))
    assert labels == []
    assert reasons(rejects) == [(1, "not_asked"), (2, "no_distribution"), (3, "unanswered")]
    assert rejects[-1].terms == ["hot", "warm"]
