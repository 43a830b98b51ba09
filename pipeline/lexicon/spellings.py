"""The two Englishes: *tire* and *tyre*, *license* and *licence*, *color* and *colour*.

Most words differ by rule (`_RULES`), some in a stem (`_STEMS`), and some in two places
(*colourise*, *colorize*). A guess counts only if simplemma, which knows both Englishes, has it. Of
those that WordNet 3.1 has too, it calls 98 % synonyms (1,341 of 1,373; `python -m
benchmarks.spellings`).
"""

import re
from collections.abc import Iterator
from functools import lru_cache

import simplemma

from nymgraph.pipeline.lexicon.normalise import primary_language

__all__ = ["differ_by_rule", "other_spellings", "respelled"]

_MOST = 8  # spellings of a phrase
_ANYWHERE = 5  # letters of a stem from which it may stand inside a word: snowplough
# what is sought and what takes its place, both ways
_RULES = [
    (re.compile(sought), instead)
    for sought, instead in (
        (r"(?<=[a-z]{2})our", "or"),  # colour
        (r"(?<=[a-z]{2})or", "our"),
        (r"(?<=[a-z][bcdghptv])re(?![aeiou])", "er"),  # fibre
        (r"(?<=[a-z][bcdghptv])er(?![aeiou])", "re"),
        (r"(?<=[a-z][bcdghptv])r(?=ed|ing)", "er"),  # centred
        (r"(?<=[a-z][bcdghptv])er(?=ed|ing)", "r"),
        (r"((?<=[a-z]{3}i)|(?<=[a-z]{2}y))s(?=[aei])", "z"),  # organise, analyse; not prise
        (r"((?<=[a-z]{3}i)|(?<=[a-z]{2}y))z(?=[aei])", "s"),
        (r"(?<=[a-z]en)c(?=e)", "s"),  # licence
        (r"(?<=[a-z]en)s(?=e)", "c"),
        (r"(?<=[a-z]{2}og)ue(?=s?$)", ""),  # catalogue
        (r"(?<=[a-z]{2}og)(?=s?$)", "ue"),
        (r"([aeiou][a-z]*[aeiou])ll", r"\1l"),  # travelled; the other way round: fulfil
        (r"([aeiou][a-z]*[aeiou])l(?!l)", r"\1ll"),
        (r"[ao]e(?=..)", "e"),  # paediatric
    )
]
_E = re.compile(r"(?<![aeo])e(?=..)")  # what may be ae or oe, in a word of six letters or more
_PAIRS = (
    "adaptor adapter|adviser advisor|aeroplane airplane|ageing aging|aluminium aluminum|"
    "analys analyz|artefact artifact|axe ax|barbecue barbeque|calliper caliper|"
    "camomile chamomile|carburett carburet|cheque check|chilli chili|connexion connection|"
    "convertor converter|cosi cozi|cosy cozy|disc disk|doughnut donut|draught draft|dyke dike|"
    "enquir inquir|fulfil fulfill|furore furor|gaol jail|gauge gage|gauging gaging|gramme gram|"
    "grey gray|instalment installment|jewellery jewelry|judgement judgment|kerb curb|"
    "licensing licencing|liquorice licorice|manoeuvr maneuver|mollusc mollusk|mould mold|"
    "moult molt|moustache mustache|mum mom|omelette omelet|pedlar peddler|phoney phony|"
    "plough plow|practise practice|practising practicing|programme program|pyjama pajama|"
    "sceptic skeptic|skilful skillful|sledge sled|smoulder smolder|speciality specialty|"
    "storey story|sulph sulf|titbit tidbit|tsar czar|tyre tire|verandah veranda|vice vise|"
    "waggon wagon|whisky whiskey|wilful willful|woollen woolen|woolly wooly|yoghurt yogurt"
)
_STEMS = [tuple(pair.split(" ")) for pair in _PAIRS.split("|")]


def respelled(phrase: str, language: str) -> list[str]:
    """A phrase in other spellings: of all its words, then of one word alone.

    Args:
        phrase: A key.
        language: Language code; English alone has rules.

    Returns:
        At most eight other keys.
    """
    if primary_language(language) != "en":
        return []
    parts = re.split("([a-z]+)", phrase)  # what is no word stands between
    ways = {place: other_spellings(x) for place, x in enumerate(parts) if x.isalpha()}
    first = {place: others[0] for place, others in ways.items() if others}
    changes = [first, *({place: x} for place, others in ways.items() for x in others)]
    found = ("".join(change.get(i, x) for i, x in enumerate(parts)) for change in changes)
    return [x for x in dict.fromkeys(found) if x != phrase][:_MOST]


@lru_cache(maxsize=10_000)
def other_spellings(word: str) -> tuple[str, ...]:
    """How the other English spells a word.

    Args:
        word: A word of small letters a to z.

    Returns:
        Its other spellings, those with fewer changes first; mostly one or none.
    """
    once = dict.fromkeys(_changed(word))
    twice = dict.fromkeys(again for other in once for again in _changed(other))
    return tuple(x for x in once | twice if x != word and simplemma.is_known(x, lang="en"))


def differ_by_rule(one: str, other: str) -> bool:
    """Whether one change turns a word into another, known to simplemma or not."""
    return other in _changed(one) or one in _changed(other)


def _changed(word: str) -> Iterator[str]:
    """A word with one change, most of them no words."""
    for sought, instead in _RULES:
        yield sought.sub(instead, word)
    if len(word) > 5:
        for found in _E.finditer(word):
            yield from (word[: found.start()] + vowel + word[found.start() :] for vowel in "ao")
    for pair in _STEMS:
        for one, other in (pair, pair[::-1]):
            if word.startswith(one) or (len(one) >= _ANYWHERE and one in word):
                yield word.replace(one, other)
