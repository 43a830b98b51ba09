"""ingest: lexicon sources to terms; every item refused is listed with its reason."""

from pathlib import Path

import polars as pl

from nymgraph.pipeline.classifier.model_notes import known_pairs, model_for_run
from nymgraph.pipeline.errors import InputError, ParameterError
from nymgraph.pipeline.lexicon.build import build_lexicon, set_aside
from nymgraph.pipeline.lexicon.dictionaries import clean_synsets, listed_forms
from nymgraph.pipeline.lexicon.inflection import LANGUAGES, find_variants
from nymgraph.pipeline.lexicon.normalise import clean, primary_language
from nymgraph.pipeline.lexicon.sources import read_source
from nymgraph.pipeline.schemas import REJECTS, REPAIRED, TERMS, VARIANTS
from nymgraph.pipeline.settings.params import IngestParams, TableSource, TextSource
from nymgraph.pipeline.storage.artefacts import Workspace

__all__ = ["run"]


def run(params: IngestParams, workspace: Workspace, model: Path | None = None) -> None:
    """Read the sources and write `terms`, `rejects`, `repaired` and `variants`.

    Args:
        params: The section of the stage.
        workspace: The data folder.
        model: A model to be used: the terms that it knows are those of one more dictionary.

    Raises:
        InputError: A source cannot be read, or fewer than two terms are left.
        ParameterError: Variants are to be grouped in a language without rules.
    """
    items = [read_source(source) for source in params.sources]
    terms, rejects, repaired = build_lexicon(items, params.language, params.max_length)
    known: list[str] = []
    if model is not None:
        known = known_pairs(model_for_run(model, params.language, workspace.root)[0]).terms
    terms, variants = set_aside(terms, _lemmas(params, terms, known))
    if terms.height < 2:
        raise InputError(
            "the lexicon has too few terms to compare",
            got=f"{terms.height} distinct terms out of {sum(map(len, items))} items",
            expected="at least 2",
            cure="check ingest.sources in params.yaml; refused items are counted by reason: "
            + (_counts(rejects["reason"].to_list()) or "none"),
        )
    workspace.write(TERMS, terms)
    workspace.write(REJECTS, rejects)
    workspace.write(REPAIRED, repaired)
    workspace.write(VARIANTS, variants)


def _lemmas(params: IngestParams, terms: pl.DataFrame, known: list[str]) -> dict[str, str]:
    """The lemma of each variant; none where variants are kept as terms."""
    own = [x for x in params.sources if not isinstance(x, TextSource | TableSource)]
    dictionaries = dict.fromkeys((*params.variants.dictionaries, *own))
    method, has_rules = params.variants.method, primary_language(params.language) in LANGUAGES
    if method == "keep" or (method == "auto" and not (dictionaries or known)):
        return {}
    language = params.language
    forms = {
        clean(form, language): clean(lemma, language)
        for source in dictionaries
        for form, lemma in listed_forms(source).items()
    }
    if method == "auto" and not (has_rules or forms):
        return {}
    if not (has_rules or forms):
        raise ParameterError(
            "ingest.variants.method: there are no rules of inflection for this language",
            got=params.language,
            expected=", ".join(LANGUAGES),
            cure="set it to keep or auto",
        )
    synsets = (synset for source in dictionaries for synset in clean_synsets(source, language))
    listed = {*known, *(term for synset in synsets for term in synset.terms)}
    return find_variants(terms["term"].to_list(), language, listed, forms)


def _counts(reasons: list[str]) -> str:
    return ", ".join(f"{reason} {reasons.count(reason)}" for reason in sorted(set(reasons)))
