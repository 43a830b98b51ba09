"""label: dictionaries, users' tables and a language model's pairs, to pairs split by term."""

from pathlib import Path

import polars as pl

from nymgraph.pipeline.classifier.model_notes import known_pairs, model_for_run
from nymgraph.pipeline.errors import InputError
from nymgraph.pipeline.lexicon.dictionaries import Inventory, read_inventory
from nymgraph.pipeline.lexicon.disagreements import disagreements, tell_disagreements
from nymgraph.pipeline.lexicon.labelling import extra_terms, split_labelled
from nymgraph.pipeline.lexicon.marks import marks_table
from nymgraph.pipeline.lexicon.meeting import meet
from nymgraph.pipeline.lexicon.relations import (
    claims_of_inventory,
    claims_of_language_model,
    claims_of_model,
    claims_of_table,
    resolve,
)
from nymgraph.pipeline.lexicon.senses import senses_table, similar_pairs
from nymgraph.pipeline.schemas import (
    AUGMENTED,
    CONFLICTS,
    EXTRA_PAIRS,
    EXTRA_TERMS,
    HELD_OUT,
    MARKS,
    PAIRS,
    SENSES,
    SIMILAR,
    TERMS,
    VARIANTS,
)
from nymgraph.pipeline.settings.params import LabelParams
from nymgraph.pipeline.storage.artefacts import Workspace

__all__ = ["run"]


def run(params: LabelParams, workspace: Workspace, model: Path | None = None) -> None:
    """Collect the claims, settle conflicts, split; write pairs, conflicts, senses, marks.

    A language model is heard where nobody else speaks. Its pairs change neither the split nor which
    terms are held out, so that figures with and without it compare. Pairs of terms that the lexicon
    does not hold train all the same; they are written separately.

    Args:
        params: The section of the stage.
        workspace: The data folder.
        model: A model to be used: what it knows stands for the dictionaries, and nothing is held
            out, for nothing is trained.

    Raises:
        InputError: A table cannot be read, or no pair is left.
    """
    lexicon = workspace.read(TERMS, ["term_id", "term", "language"])
    terms, language = lexicon.drop("language"), lexicon["language"][0]
    inventories: list[Inventory] = []
    if model is None:
        inventories = [read_inventory(source, language) for source in params.dictionaries]
        draw = (params.co_hyponyms_per_hypernym, params.seed)
        claims = [claims_of_inventory(own, *draw, place) for place, own in enumerate(inventories)]
        listed = {term for own in inventories for synset in own.synsets for term in synset.terms}
    else:
        claims, listed = _known(model_for_run(model, language, workspace.root)[0])
    claims += [claims_of_table(table, language) for table in params.tables]
    if workspace.exists(AUGMENTED):  # `augment` may be left out
        claims.append(claims_of_language_model(workspace.read(AUGMENTED)))
    if not claims:
        raise InputError("label has no source", cure="set label.dictionaries or label.tables")
    variants = workspace.read(VARIANTS, ["variant", "lemma"])
    met = meet(pl.concat(claims), terms["term"], listed, language, variants)
    if model is not None:
        met = met.within([*terms["term"], *listed])
    extra = extra_terms(met.claims, terms["term"])
    pairs, conflicts = resolve(met.claims, pl.concat([terms["term"], extra]))
    if pairs.is_empty():
        raise InputError(
            "there is no labelled pair to learn from",
            got=f"{conflicts.height} pairs, none usable",
            cure="add a table of pairs (label.tables), or a dictionary of the language of this "
            "lexicon (label.dictionaries)",
        )
    fractions = (params.validation_fraction, params.test_fraction) if model is None else (0.0, 0.0)
    found = split_labelled(pairs, terms, extra, met.twins, fractions, params.seed)
    workspace.record.fact("labelled pairs met", met.pairs)
    met.tell()
    differing = disagreements(met.claims, pairs)
    tell_disagreements(differing)
    workspace.write_csv("label", "disagreements.csv", differing)
    workspace.write(PAIRS, found.pairs)
    workspace.write(CONFLICTS, conflicts)
    names = met.names(terms["term"])
    workspace.write(SENSES, senses_table(inventories, names, language))
    workspace.write(SIMILAR, similar_pairs(inventories, names))
    workspace.write(MARKS, marks_table(inventories, names, language))
    workspace.write(HELD_OUT, found.held_out)
    workspace.write(EXTRA_PAIRS, found.extra_pairs)
    workspace.write(EXTRA_TERMS, found.extra_terms)


def _known(folder: Path) -> tuple[list[pl.DataFrame], set[str]]:
    """The claims of a model, and the terms that it knows."""
    terms, _, rows = known_pairs(folder)
    names = pl.Series(terms, dtype=pl.String)
    ends = {f"term_{end}": names.gather(rows[end]) for end in ("a", "b")}
    return [claims_of_model(rows.drop("a", "b", "split").with_columns(**ends))], set(terms)
