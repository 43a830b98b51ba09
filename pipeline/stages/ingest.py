"""ingest: lexicon sources to terms; every item refused is listed with its reason."""

from pipeline.artefacts import Workspace
from pipeline.errors import InputError
from pipeline.lexicon.build import build_lexicon
from pipeline.lexicon.sources import read_source
from pipeline.params import IngestParams
from pipeline.schemas import REJECTS, REPAIRED, TERMS

__all__ = ["run"]


def run(params: IngestParams, workspace: Workspace) -> None:
    """Read the sources and write `terms`, `rejects` and `repaired`.

    Args:
        params: The section of the stage.
        workspace: The data folder.

    Raises:
        InputError: A source cannot be read, or fewer than two terms are left.
    """
    items = [read_source(source) for source in params.sources]
    terms, rejects, repaired = build_lexicon(items, params.language, params.max_length)
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


def _counts(reasons: list[str]) -> str:
    return ", ".join(f"{reason} {reasons.count(reason)}" for reason in sorted(set(reasons)))
