import pytest

from nymgraph.pipeline.report.numbers import count, decimal, duration, listed, share


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (count(148_897), "148,897"),
        (count(None), "–"),
        (decimal(0.7311), "0.731"),
        (decimal(float("nan")), "–"),
        (share(0.0035), "0.4 %"),
        (share(0.0), "0.0 %"),
        (share(0.00002), "0.002 %"),
        (duration(4.21), "4.2 s"),
        (duration(292.1), "4 min 52 s"),
        (duration(59.99), "60.0 s"),
        (duration(11_100), "3 h 05 min"),
    ],
)
def test_numbers_as_people_read_them(text: str, expected: str) -> None:
    assert text == expected


def test_a_long_list_says_how_many_more() -> None:
    assert listed([str(i) for i in range(13)])[-1] == "and 1 more"
    assert listed(["a", "b"]) == ["a", "b"]
