"""WN-LMF 1.4, the XML of the Global WordNet Association, as the library `wn` loads it.

A term is a lexical entry with a sense in its cluster; a cluster is a synset, and so is each term by
itself that is in no cluster. Where a dictionary's senses of the term lie in other clusters, too,
these are its further senses, and `n` numbers all by falling share of its use. Judged antonym pairs
are antonym relations of senses, links between opposite clusters those of synsets. `confidenceScore`
is, of a sense, the support of the term in its cluster; of a synset, its cohesion; of a relation,
the probability of antonymy. The part of speech is `u`, unknown: a cluster has none.
Reference: https://globalwordnet.github.io/schemas/ (WN-LMF 1.4).
"""

import re
from collections.abc import Iterator
from xml.sax.saxutils import quoteattr

import polars as pl

from nymgraph.pipeline.formats.folder import FormatFolder
from nymgraph.pipeline.formats.licences import licences, sources_in_words
from nymgraph.pipeline.formats.losses import Loss, links, other_columns, pairs, soft
from nymgraph.pipeline.lookup.export import Antonyms, Export, Opposites
from nymgraph.pipeline.schemas import EXPORTED_CLUSTERS, EXPORTED_TERMS
from nymgraph.pipeline.settings.params import ExportParams

__all__ = ["FILE", "write"]

FILE = "lexicon.xml"
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE LexicalResource SYSTEM "http://globalwordnet.github.io/schemas/WN-LMF-1.4.dtd">
<LexicalResource xmlns:dc="https://globalwordnet.github.io/schemas/dc/">
"""
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(export: Export, folder: FormatFolder, params: ExportParams) -> list[Loss]:
    """Write lexicon.xml: one lexicon, its entries first, then its synsets.

    The antonym pairs (24 bytes each) and the links between opposite clusters are held in memory.

    Args:
        export: The export.
        folder: Where to write.
        params: Contact and address of whoever publishes the lexicon.

    Returns:
        What the format cannot carry.
    """
    name = "nymgraph-" + re.sub(r"[^A-Za-z0-9-]", "-", export.language)
    antonyms, opposites = export.antonyms(), export.opposites()
    with folder.text(FILE) as stream:
        stream.write(_HEAD + _lexicon(export, params, name))
        stream.writelines(_entries(export, name, antonyms))
        stream.writelines(_synsets(export, name, opposites))
        stream.writelines(_single_synsets(export, name))
        stream.write("  </Lexicon>\n</LexicalResource>\n")
    folder.declare(FILE, "a lexical entry", export.rows(EXPORTED_TERMS))
    bad = export.count(EXPORTED_TERMS, pl.col("term").str.contains("[\ufffe\uffff]"))
    return [
        Loss("characters that XML forbids, written as U+FFFD: terms", bad, "XML 1.0, section 2.2"),
        soft(export, carried=export.further_senses()),
        links(export, "opposite")._replace(what="votes of links between opposite clusters"),
        links(export, "related"),
        pairs(export, carried=len(antonyms.term) // 2),
        *other_columns(export),
    ]


def _lexicon(export: Export, params: ExportParams, name: str) -> str:
    listed = licences(export.manifest)
    content = export.manifest["tables"][EXPORTED_CLUSTERS.name]["hash"]
    attributes = {
        "id": name,
        "label": f"nymgraph: synonyms and antonyms ({export.language})",
        "language": export.language,
        "email": params.contact,
        "license": "; ".join(dict.fromkeys(licence.licence for licence in listed)),
        "version": f"{export.manifest['nymgraph']}-{content[:8]}",
        **({"url": params.url} if params.url else {}),
        "dc:source": "; ".join(sources_in_words(export.manifest)),
    }
    return f"  <Lexicon {_attributes(attributes)}>\n"


def _entries(export: Export, name: str, antonyms: Antonyms) -> Iterator[str]:
    for batch in export.term_batches():
        for term_id, term, cluster_id, support, senses in batch.iter_rows():
            relations = "".join(
                f'        <SenseRelation relType="antonym" target="{name}-t{other}-s" '
                f"{_attributes(_confidence(p))}/>\n"
                for other, p in antonyms.of(term_id)
            )
            yield f'    <LexicalEntry id="{name}-t{term_id}">\n'
            yield f'      <Lemma writtenForm={_quote(term)} partOfSpeech="u"/>\n'
            own = {"id": f"{name}-t{term_id}-s", **_confidence(support)}
            for n, lies_in in enumerate(senses, 1):
                mine = lies_in == cluster_id
                synset = _single(name, term_id) if lies_in is None else _cluster(name, lies_in)
                sense = own if mine else {"id": f"{own['id']}-{synset.rpartition('-')[2]}"}
                number = {"n": str(n)} if len(senses) > 1 else {}
                attributes = _attributes({**sense, "synset": synset, **number})
                yield f"      <Sense {attributes}{_content(relations if mine else '', 'Sense')}"
            yield "    </LexicalEntry>\n"


def _synsets(export: Export, name: str, opposites: Opposites) -> Iterator[str]:
    for batch in export.batches(EXPORTED_CLUSTERS, ["cluster_id", "representative", "cohesion"]):
        for cluster_id, representative, cohesion in batch.iter_rows():
            attributes = {
                "id": _cluster(name, cluster_id),
                "ili": "",
                "partOfSpeech": "u",
                "dc:identifier": str(cluster_id),
                "dc:title": representative,
                **_confidence(cohesion),
            }
            relations = "".join(
                f'      <SynsetRelation relType="antonym" target="{_cluster(name, other)}" '
                f"{_attributes(_confidence(p))}/>\n"
                for other, p in opposites.of(cluster_id)
            )
            yield f"    <Synset {_attributes(attributes)}{_content(relations, 'Synset', 4)}"


def _single_synsets(export: Export, name: str) -> Iterator[str]:
    for batch in export.batches(EXPORTED_TERMS, ["term_id", "cluster_id"]):
        for term_id in batch.filter(pl.col("cluster_id").is_null())["term_id"]:
            yield f'    <Synset id="{_single(name, term_id)}" ili="" partOfSpeech="u"/>\n'


def _cluster(name: str, cluster_id: int) -> str:
    """Id of a cluster's synset: an XML name holds no minus sign as a number does."""
    return f"{name}-c{cluster_id & (2**64 - 1):016x}"


def _single(name: str, term_id: int) -> str:
    return f"{name}-t{term_id}-c"


def _confidence(value: float | None) -> dict[str, str]:
    return {} if value is None else {"confidenceScore": f"{value:.6f}"}


def _attributes(values: dict[str, str]) -> str:
    return " ".join(f"{name}={_quote(value)}" for name, value in values.items())


def _content(inner: str, tag: str, indent: int = 6) -> str:
    return f">\n{inner}{' ' * indent}</{tag}>\n" if inner else "/>\n"


def _quote(value: str) -> str:
    return quoteattr(_NO_XML.sub("\ufffd", value))
