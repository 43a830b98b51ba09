import pytest

from nymgraph.pipeline import errors
from nymgraph.pipeline.errors import InputError, NymgraphError


def test_message_says_what_was_got_what_was_expected_and_the_cure() -> None:
    error = InputError("row 3 is bad", got="'x'", expected="a number", cure="mend it")
    lines = ["row 3 is bad", "  got: 'x'", "  expected: a number", "  cure: mend it"]
    assert str(error).splitlines() == lines


def test_what_does_not_help_is_left_out() -> None:
    assert str(InputError("it is not there")) == "it is not there"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("InputError", 2),
        ("ParameterError", 2),
        ("CapacityError", 2),
        ("ArtefactError", 1),
        ("DependencyError", 1),
        ("LanguageModelError", 1),
    ],
)
def test_the_users_mistakes_exit_with_2_and_the_rest_with_1(name: str, code: int) -> None:
    kind = getattr(errors, name)
    assert issubclass(kind, NymgraphError)
    assert kind.exit_code == code
