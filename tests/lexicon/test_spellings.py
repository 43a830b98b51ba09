"""The two Englishes: pairs that people type, and words that only look like one."""

import pytest

from nymgraph.pipeline.lexicon.spellings import other_spellings, respelled

PAIRS = """adviser advisor|aluminium aluminum|anaesthetic anesthetic|analyse analyze|armour armor
caliper calliper|cancelled canceled|carburettors carburetors|catalogues catalogs|centred centered
cheques checks|colour color|colouring coloring|cosiest coziest|defence defense|doughnuts donuts
draught draft|enrol enroll|fibre fiber|fibreglass fiberglass|fulfil fulfill|grey gray
jewellery jewelry|kerb curb|labelled labeled|licence license|manoeuvre maneuver|metres meters
moulded molded|moustache mustache|neighbourhood neighborhood|oestrogen estrogen
organisers organizers|paediatric pediatric|plough plow|programmes programs|pyjamas pajamas
sanitiser sanitizer|sceptical skeptical|ploughs plows|stabilising stabilizing|storey story
sulphur sulfur|theatre theater|travelled traveled|tyre tire|tyres tires|vice vise|woollen woolen
yoghurt yogurt|colourise colorize"""
ONE_WORD = (
    "advice device four hour pour prize prise rise size filling filing tiling later pet poet after "
    "sense fence rogue cat shoe does tour pallet"
)


@pytest.mark.parametrize("pair", PAIRS.replace("\n", "|").split("|"))
def test_both_ways(pair: str) -> None:
    one, other = pair.split(" ")
    assert other in other_spellings(one)
    assert one in other_spellings(other)


@pytest.mark.parametrize("word", ONE_WORD.split(" "))
def test_a_word_that_both_spell_alike(word: str) -> None:
    assert other_spellings(word) == ()


def test_a_phrase_is_spelled_otherwise_as_a_whole_first() -> None:
    assert respelled("grey tyre-centre", "en-GB") == [
        "gray tire-center",
        "gray tyre-centre",
        "grey tire-centre",
        "grey tyre-center",
    ]
    assert respelled("grey tyre", "de") == []
    assert len(respelled("grey tyre colour centre licence fibre plough metre litre", "en")) == 8
