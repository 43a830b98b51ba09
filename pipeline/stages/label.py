"""label: dictionaries, users' tables and a language model's pairs, to pairs split by term."""

import numpy as np
import polars as pl

from nymgraph.pipeline.artefacts import Workspace
from nymgraph.pipeline.errors import InputError
from nymgraph.pipeline.lexicon.dictionaries import read_inventory
from nymgraph.pipeline.lexicon.provenance import without_language_model
from nymgraph.pipeline.lexicon.relations import (
    claims_of_inventory,
    claims_of_language_model,
    claims_of_table,
    resolve,
)
from nymgraph.pipeline.lexicon.senses import senses_table, similar_pairs
from nymgraph.pipeline.lexicon.splits import split_pairs, split_terms
from nymgraph.pipeline.params import LabelParams
from nymgraph.pipeline.schemas import (
    AUGMENTED,
    CONFLICTS,
    HELD_OUT,
    PAIRS,
    SENSES,
    SIMILAR,
    SPLIT_NAMES,
    TERMS,
)

__all__ = ["run"]


def run(params: LabelParams, workspace: Workspace) -> None:
    """Collect the claims, settle conflicts, split; write pairs, conflicts, senses, held_out.

    A language model is heard where nobody else speaks. Its pairs change neither the split nor which
    terms are held out, so that figures with and without it compare.

    Args:
        params: The section of the stage.
        workspace: The data folder.

    Raises:
        InputError: A table cannot be read, or no pair is left.
    """
    lexicon = workspace.read(TERMS, ["term_id", "term", "language"])
    terms, language = lexicon.drop("language"), lexicon["language"][0]
    inventories = [read_inventory(source, language) for source in params.dictionaries]
    claims = [
        claims_of_inventory(inventory, params.co_hyponyms_per_hypernym, params.seed)
        for inventory in inventories
    ] + [claims_of_table(table, language) for table in params.tables]
    if workspace.exists(AUGMENTED):  # `augment` may be left out
        claims.append(claims_of_language_model(workspace.read(AUGMENTED)))
    if not claims:
        raise InputError("label has no source", cure="set label.dictionaries or label.tables")
    pairs, conflicts = resolve(pl.concat(claims), terms["term"])
    if pairs.is_empty():
        raise InputError(
            "no labelled pair has both terms in the lexicon",
            got=f"{conflicts.height} pairs, none usable",
            cure="add a table of pairs (label.tables) for this lexicon, or a dictionary of its "
            "language (label.dictionaries)",
        )
    pairs, split = _split(_with_ids(pairs, terms), terms, params)
    workspace.write(PAIRS, pairs)
    workspace.write(CONFLICTS, conflicts)
    workspace.write(SENSES, senses_table(inventories, terms["term"].to_list(), language))
    workspace.write(SIMILAR, similar_pairs(inventories, terms["term"].to_list()))
    workspace.write(HELD_OUT, terms.with_columns(split=split).filter(split != "train"))


def _with_ids(pairs: pl.DataFrame, terms: pl.DataFrame) -> pl.DataFrame:
    for end in ("a", "b"):
        ids = terms.select(pl.col("term").alias(f"term_{end}"), pl.col("term_id").alias(end))
        pairs = pairs.join(ids, on=f"term_{end}", how="left", maintain_order="left")
    return pairs


def _split(
    pairs: pl.DataFrame, terms: pl.DataFrame, params: LabelParams
) -> tuple[pl.DataFrame, pl.Series]:
    """The pairs with their split, and the split of every term; terms of no known pair train."""
    known = without_language_model(pairs)
    antonyms = known.filter(pl.col("relation") == "antonym")
    split = split_terms(
        terms["term"].to_list(),
        antonyms["a"].to_numpy().astype(np.int64),
        antonyms["b"].to_numpy().astype(np.int64),
        params.validation_fraction,
        params.test_fraction,
        params.seed,
    )
    labelled = np.zeros(terms.height, dtype=bool)
    labelled[known["a"].to_numpy()] = labelled[known["b"].to_numpy()] = True
    split[~labelled] = SPLIT_NAMES.index("train")
    names = np.array(SPLIT_NAMES)
    of_pair = split_pairs(split[pairs["a"].to_numpy()], split[pairs["b"].to_numpy()])
    of_term = pl.Series("split", names[split])
    return pairs.with_columns(split=pl.Series(names[of_pair])), of_term
