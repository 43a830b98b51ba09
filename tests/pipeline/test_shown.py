import json

from nymgraph.pipeline.shown import visible
from nymgraph.pipeline.store.views import View


def test_overrides_of_direction_stand_as_their_code() -> None:
    assert visible("a\u202eb\u2066\x1b[2J\x9b") == "a\\u202eb\\u2066\\u001b[2J\\u009b"
    assert visible("žena, 山\n\t\u200c") == "žena, 山\n\t\u200c"


def test_what_is_shown_of_json_is_read_as_it_was() -> None:
    value = {"term": "a\u202eb\u2028"}
    shown = visible(json.dumps(value, ensure_ascii=False))
    assert shown.isascii()
    assert json.loads(shown) == value


class Term(View):
    def title(self) -> str:
        return "x\u202ey"

    def rows(self) -> list[tuple[str, str]]:
        return [("members", "\u2066z")]


def test_a_view_shows_no_raw_override() -> None:
    assert repr(Term()) == "x\\u202ey\n  members: \\u2066z"
