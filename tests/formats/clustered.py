"""Exports made of nothing but clusters, and terms that are hard to write."""

from pathlib import Path
from typing import Any

import polars as pl
from hypothesis import strategies as st

from nymgraph.pipeline import schemas
from nymgraph.pipeline.formats.folder import FormatFolder
from nymgraph.pipeline.formats.losses import Loss
from nymgraph.pipeline.lexicon.normalise import clean, reject_reason
from nymgraph.pipeline.lookup.export import Export, open_export
from nymgraph.pipeline.settings.params import ExportParams
from tests.store.small_export import senses_frame, terms_frame, write_export

NASTY = [
    "a,b", "a, b", ",", "=>", "a=>b", "a => b", "=", "=>x", "x=", "\\", "a\\", "\\,b", "\\\\=>",
    "#", "#tag", "C#", '"quoted"', "it's", "<script>alert(1)</script>", "a&b", "]]>", "&amp;",
    "ışık", "İstanbul", "diyarbakırlı", "ice cream", "😀 face", "𝒳", "a|b", "=1+1", "{}", "%41",
    "x/y?z#t",
]  # fmt: skip
_PIECES = st.one_of(st.sampled_from(NASTY), st.text(max_size=4))
TERMS = (
    st.lists(_PIECES, min_size=1, max_size=4)
    .map("".join)
    .map(clean)
    .filter(lambda term: reject_reason(term, 120) is None)
)


def export_of(
    folder: Path,
    clusters: list[list[str]],
    frequencies: dict[str, float] | None = None,
    language: str = "en",
    senses: dict[str, tuple[str, ...]] | None = None,
    judged: dict[tuple[str, str], tuple[float, float, str]] | None = None,
    forms: dict[str, str] | None = None,
) -> Export:
    """An export of these clusters, ids 1, 2, 3; cohesion falls with the id. `senses`: how the only
    sense of a term is known, its part of speech, and who shares it; `judged`: cosine, p_synonym and
    evidence of pairs; `forms`: the lemma of each form that was set aside."""
    own = {term: number for number, terms in enumerate(clusters, 1) for term in terms}
    terms = terms_frame(sorted(own), [own[term] for term in sorted(own)], language)
    if frequencies:
        found = [frequencies.get(term) for term in sorted(own)]
        terms = terms.with_columns(frequency=pl.Series(found, dtype=pl.Float64))
    rows = [
        (number, members[0], len(members), sorted(members), 1 - number / 100)
        for number, members in enumerate(clusters, 1)
    ]
    frames = {
        table: table.empty()
        for table in (
            schemas.EXPORTED_LINKS,
            schemas.EXPORTED_MEMBERSHIPS,
            schemas.EXPORTED_EDGES,
        )
    }
    frames[schemas.EXPORTED_TERMS] = terms
    known = [
        (term, 1, 1.0, 1.0, how, pos, "", same, [], [], None)
        for term, (how, pos, *same) in (senses or {}).items()
    ]
    ids = {term: row for row, term in enumerate(sorted(own))}
    frames[schemas.EXPORTED_SENSES] = senses_frame(ids, known)
    edges = sorted(
        (*sorted((ids[a], ids[b])), cosine, "vector", p, 0.0, 1 - p, evidence, None, None)
        for (a, b), (cosine, p, evidence) in (judged or {}).items()
    )
    frames[schemas.EXPORTED_EDGES] = pl.DataFrame(
        edges, schema=schemas.EXPORTED_EDGES.schema, orient="row"
    )
    frames[schemas.EXPORTED_VARIANTS] = pl.DataFrame(
        [(form, form, ids[lemma], lemma, own[lemma]) for form, lemma in (forms or {}).items()],
        schema=schemas.EXPORTED_VARIANTS.schema,
        orient="row",
    )
    frames[schemas.EXPORTED_CLUSTERS] = pl.DataFrame(
        rows, schema=schemas.EXPORTED_CLUSTERS.schema, orient="row"
    )
    return open_export(write_export(folder, frames, 3, sources=["test"], language=language))


def written(module: Any, export: Export, folder: Path, **params: Any) -> list[Loss]:  # noqa: ANN401
    """Write one format without its manifest."""
    losses: list[Loss] = module.write(export, FormatFolder(folder, "test"), ExportParams(**params))
    return losses
