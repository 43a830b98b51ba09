"""Short definitions of terms, and how they meet the terms of a list."""

import polars as pl

from nymgraph.pipeline.lexicon.meeting import aliases
from nymgraph.pipeline.schemas import SENSES, TERMS
from nymgraph.pipeline.storage.artefacts import Workspace

__all__ = [
    "COMMON_USE",
    "MOST",
    "common_senses",
    "glosses_of_run",
    "met_glosses",
    "short_glosses",
]

MOST = 6
COMMON_USE = 2.0  # as `use.use_of` counts it
_COMMON_SHARE = 0.15
_SCHEMA = {"term": pl.String, "gloss": pl.String}


def glosses_of_run(workspace: Workspace) -> pl.DataFrame:
    """The short glosses of the lexicon of a run; none where no dictionary has given any."""
    return short_glosses(workspace.read(SENSES), workspace.read(TERMS, ["term"])["term"])


def short_glosses(senses: pl.DataFrame, terms: pl.Series) -> pl.DataFrame:
    """What a dictionary says of the commonest senses of terms, `MOST` of each at most.

    Args:
        senses: The table SENSES.
        terms: The lexicon; the row is the term_id.

    Returns:
        Columns term and gloss, up to its first semicolon: what follows says more or gives examples.
    """
    first = senses.filter(pl.col("sense") <= MOST).sort("term_id", "sense")
    columns = {"term": terms.gather(first["term_id"]), "gloss": _short(first["gloss"])}
    return pl.DataFrame(columns, _SCHEMA).filter(pl.col("gloss") != "")


def common_senses(senses: pl.DataFrame, uses: pl.Series) -> pl.DataFrame:
    """The senses that are often meant, of words in common use.

    Args:
        senses: The table SENSES.
        uses: How much each term is used, from `use.term_uses`.

    Returns:
        Columns term_id, share, pos and gloss, as short as in `short_glosses`; by term and sense.
    """
    often = (pl.col("share") >= _COMMON_SHARE) | (pl.col("sense") == 1)
    used = pl.Series(uses.gather(senses["term_id"]) >= COMMON_USE)
    found = senses.filter(used & often).sort("term_id", "sense")
    found = found.with_columns(_short(found["gloss"])).filter(pl.col("gloss") != "")
    return found.select("term_id", "share", "pos", "gloss")


def met_glosses(glosses: pl.DataFrame, terms: pl.Series, language: str) -> pl.DataFrame:
    """The glosses of the terms of a list, which need not be written as the dictionary writes them.

    Args:
        glosses: From `short_glosses`.
        terms: The list; the row is the term_id.
        language: Its language code.

    Returns:
        Columns term_id and gloss: of a term without glosses those of its look-up key, else of what
        it is an inflected form of.
    """
    claimed = glosses["term"].unique().sort()
    numbered = pl.DataFrame({"term": terms}, {"term": pl.String}).with_row_index("term_id")
    unlisted = numbered.filter(~pl.col("term").is_in(claimed.implode()))
    met = aliases(claimed, unlisted["term"].to_list(), language)
    same = pl.DataFrame({"claimed": claimed, "term": claimed})
    names = pl.concat([same, met.select("claimed", "term")]).join(numbered, on="term")
    found = glosses.join(names, left_on="term", right_on="claimed", maintain_order="left_right")
    return found.select("term_id", "gloss").unique(maintain_order=True)


def _short(gloss: pl.Series) -> pl.Series:
    return gloss.str.split(";").list.first().str.strip_chars()
