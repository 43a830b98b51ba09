"""The judged pairs with every known pair, and the silence of dictionaries, as evidence."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph.pipeline.candidates.candidates import cosines
from nymgraph.pipeline.classifier.kinds import kept_apart, listed_terms, spelled_terms
from nymgraph.pipeline.classifier.nearest_senses import TermSenses
from nymgraph.pipeline.classifier.phrase_kinds import opposed_phrases
from nymgraph.pipeline.lexicon.evidence import (
    Terms,
    evidence_in_list,
    evidence_of,
    overridden,
    similar_evidence,
)
from nymgraph.pipeline.lexicon.glosses import common_senses
from nymgraph.pipeline.lexicon.normalise import primary_language
from nymgraph.pipeline.lexicon.phrases import KnownWords, Phrases
from nymgraph.pipeline.lexicon.rivals import weighed_by_rivals
from nymgraph.pipeline.lexicon.silence import Silence
from nymgraph.pipeline.lexicon.spellings import differ_by_rule
from nymgraph.pipeline.lexicon.vocabulary import is_elsewhere, read_terms
from nymgraph.pipeline.lookup.stop_words import stop_words
from nymgraph.pipeline.schemas import EXTRA_PAIRS, PAIRS, RELATIONS, SIMILAR
from nymgraph.pipeline.storage.artefacts import Workspace

__all__ = ["near_in_sense", "released_relations", "with_near", "with_spellings"]

SPELLED = 0.95  # p_synonym of one word in two spellings
MEANT = 0.2  # least dominance of the rarer one


def released_relations(
    workspace: Workspace,
    vectors: npt.NDArray[np.float16],
    lexicon: Terms,
    senses: pl.DataFrame,
    gate: float,
) -> Iterator[pl.DataFrame]:
    """The judged pairs, part by part, then the known ones that were no candidates.

    Args:
        workspace: The data folder.
        vectors: float16 (n_terms, dim).
        lexicon: The terms.
        senses: The table SENSES.
        gate: Least p_synonym of an edge.

    Yields:
        Rows of RELATIONS.
    """
    similar = workspace.read(SIMILAR)
    known = weighed_by_rivals(evidence_of(workspace.read(PAIRS)), senses, lexicon, gate)
    known = with_spellings(known, lexicon)
    own_list = is_elsewhere(len(read_terms(workspace)[0]), lexicon.names.len())
    if own_list:
        known = evidence_in_list(known, vectors)
    evidence = _with_similar(known, similar, vectors, lexicon, gate)
    silence = Silence.of(lexicon, senses, similar, stop_words(lexicon.language))
    spelled = spelled_terms(workspace)
    listed = listed_terms(evidence, len(spelled.key))
    pair, known = ["a", "b"], evidence.filter(pl.col("known") != "co_hyponym")
    unknown = (part.join(evidence, on=pair, how="anti") for part in workspace.parts(RELATIONS))
    near = None if own_list else near_in_sense(workspace, lexicon, senses)
    gaps = silence.gaps(with_near(part, near) for part in unknown)
    words = KnownWords(workspace.read(PAIRS), workspace.read(EXTRA_PAIRS))
    phrases = Phrases(lexicon.names, words, lexicon.language)
    for judged in workspace.parts(RELATIONS):
        part = opposed_phrases(judged, phrases) if own_list else judged
        yield kept_apart(silence.heard(overridden(part, evidence), gaps), spelled, listed)
        known = known.join(part.select(pair), on=pair, how="anti", maintain_order="left")
    a, b = (known[end].to_numpy().astype(np.int64) for end in pair)
    new = known.select(pair).with_columns(
        cosine=pl.Series(cosines(vectors, a, b), dtype=pl.Float32),
        route=pl.lit("dictionary"),
        p_synonym=pl.lit(0.0),
        p_antonym=pl.lit(0.0),
        p_co_hyponym=pl.lit(1.0),  # what nobody judged and a source is not sure of
    )
    yield overridden(new, evidence)


def with_spellings(known: pl.DataFrame, lexicon: Terms) -> pl.DataFrame:
    """Known synonyms that are one word in two spellings are sure: *colour, color*.

    A dictionary counts each spelling by itself, so that a common sense of the one may be rare in
    the other; but hardly ever meant it must not be (*timber, timbre*).

    Args:
        known: From `lexicon.evidence.evidence_of`.
        lexicon: The terms.

    Returns:
        The same rows, some of them surer.
    """
    if primary_language(lexicon.language) != "en":
        return known
    meant = pl.min_horizontal("dominance_a", "dominance_b") >= MEANT
    asked = (pl.col("known") == "synonym") & (pl.col("certainty") < SPELLED) & meant
    rows = known.with_row_index("row").filter(asked)
    one, other = (lexicon.names.gather(rows[end]) for end in ("a", "b"))
    pairs = zip(rows["row"], one, other, strict=True)
    alike = {row for row, x, y in pairs if x[:1] == y[:1] and differ_by_rule(x, y)}
    sure = pl.Series([row in alike for row in range(known.height)], dtype=pl.Boolean)
    certainty = pl.when(sure).then(pl.lit(SPELLED, pl.Float32)).otherwise("certainty")
    return known.with_columns(certainty=certainty)


def near_in_sense(workspace: Workspace, lexicon: Terms, senses: pl.DataFrame) -> TermSenses:
    """The common senses of a dictionary, as `embed` has encoded them.

    Args:
        workspace: The data folder.
        lexicon: The terms.
        senses: The table SENSES.

    Returns:
        The senses, with share and part of speech.
    """
    common = common_senses(senses, lexicon.use)
    share = common["share"].to_numpy()
    speech = common["pos"].rank("dense").to_numpy()
    return TermSenses.read(workspace)._replace(share=share, speech=speech)


def with_near(pairs: pl.DataFrame, senses: TermSenses | None) -> pl.DataFrame:
    """Add the cosine of the nearest senses of pairs.

    Args:
        pairs: Columns a, b; others too.
        senses: From `near_in_sense`; None for none.

    Returns:
        The same rows with near, null where one has no such sense.
    """
    if senses is None:
        return pairs.with_columns(near=pl.lit(None, pl.Float32))
    a, b = (pairs[end].to_numpy().astype(np.int64) for end in ("a", "b"))
    return pairs.with_columns(near=pl.Series(senses.nearest(a, b)).fill_nan(None))


def _with_similar(
    known: pl.DataFrame,
    similar: pl.DataFrame,
    vectors: npt.NDArray[np.float16],
    lexicon: Terms,
    gate: float,
) -> pl.DataFrame:
    """The known pairs, and the near ones among the similar senses."""
    a, b = (similar[end].to_numpy().astype(np.int64) for end in ("a", "b"))
    near = similar.with_columns(cosine=pl.Series(cosines(vectors, a, b), dtype=pl.Float32))
    further = similar_evidence(near, known, lexicon, gate)
    # a pair may be known in a rare sense and similar in a common one (happy, glad): the surer
    # counts; what is known to be no synonym is certain
    every = pl.concat([known, further]).sort("certainty", descending=True, maintain_order=True)
    return every.unique(["a", "b"], keep="first").sort("a", "b")
