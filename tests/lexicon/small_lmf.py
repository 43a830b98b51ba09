"""A small wordnet of an invented language in WN-LMF; `families` makes it as large as one likes."""

import gzip
import lzma
from pathlib import Path

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE LexicalResource SYSTEM "http://globalwordnet.github.io/schemas/WN-LMF-1.1.dtd">
<LexicalResource xmlns:dc="https://globalwordnet.github.io/schemas/dc/">
<Lexicon id="inv" label="Invented" language="eu" email="x@example.org" license="CC0" version="1">
"""
SMALL = f"""{HEAD}
<LexicalEntry id="e1"><Lemma writtenForm="bero" partOfSpeech="a"/><Form writtenForm="beroa"/>
  <Sense id="s1" synset="y1"><SenseRelation relType="antonym" target="s3"/>
    <SenseRelation relType="derivation" target="s2"/></Sense></LexicalEntry>
<LexicalEntry id="e2"><Lemma writtenForm="sargori" partOfSpeech="a"/>
  <Sense id="s2" synset="y1"><SenseRelation relType="antonym" target="gone"/></Sense></LexicalEntry>
<LexicalEntry id="e3"><Lemma writtenForm="hotz" partOfSpeech="a"/>
  <Sense id="s3" synset="y2"/></LexicalEntry>
<LexicalEntry id="e4"><Lemma writtenForm="tenperatura" partOfSpeech="n"/>
  <Sense id="s4" synset="y3"/></LexicalEntry>
<LexicalEntry id="e5"><Lemma writtenForm="epel" partOfSpeech="r"/>
  <Sense id="s5" synset="y4"/></LexicalEntry>
<Synset id="y1" ili="i1" partOfSpeech="a"><Definition>tenperatura altukoa</Definition>
  <SynsetRelation relType="hypernym" target="y3"/></Synset>
<Synset id="y2" ili="" partOfSpeech="s"/>
<Synset id="y3" ili="" partOfSpeech="n"><SynsetRelation relType="hyponym" target="y2"/>
  <SynsetRelation relType="hyponym" target="y1"/></Synset>
<Synset id="y4" ili="" partOfSpeech="r"><SynsetRelation relType="anto_gradable" target="y1"/>
</Synset>
<Synset id="y5" ili="" partOfSpeech="n"/>
</Lexicon></LexicalResource>
"""


def families(n: int) -> str:
    """A wordnet of n families: two synonyms and a third with an antonym, under one hypernym."""
    entries, synsets = [], []
    for i in range(n):
        top, pair, other = (f"{kind}{i}" for kind in ("top", "pair", "other"))
        for term, synset in (("gora", top), ("bat", pair), ("batu", pair), ("kontra", other)):
            relation = f'<SenseRelation relType="antonym" target="kontra{i}"/>'
            entries.append(
                f'<LexicalEntry id="e-{term}{i}"><Lemma writtenForm="{term} {i}" partOfSpeech="n"/>'
                f'<Sense id="{term}{i}" synset="{synset}">{relation if term == "bat" else ""}'
                "</Sense></LexicalEntry>"
            )
        above = f'<SynsetRelation relType="hypernym" target="{top}"/>'
        synsets += [
            f'<Synset id="{top}" ili="" partOfSpeech="n"><Definition>{top}</Definition></Synset>',
            f'<Synset id="{pair}" ili="" partOfSpeech="n">{above}</Synset>',
            f'<Synset id="{other}" ili="" partOfSpeech="n">{above}</Synset>',
        ]
    return f"{HEAD}{''.join(entries)}{''.join(synsets)}</Lexicon></LexicalResource>"


def write_lmf(path: Path, text: str = SMALL) -> Path:
    opener = {".gz": gzip.open, ".xz": lzma.open}.get(path.suffix, open)
    with opener(path, "wb") as stream:
        stream.write(text.encode())
    return path
