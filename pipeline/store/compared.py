"""What a run says of a pair that its export leaves out: judged unlikely, or never compared."""

from contextlib import suppress
from functools import cached_property
from pathlib import Path

import polars as pl

from nymgraph.pipeline.errors import ArtefactError
from nymgraph.pipeline.schemas import RELEASED_RELATIONS
from nymgraph.pipeline.storage.artefacts import Workspace
from nymgraph.pipeline.storage.manifests import read_list
from nymgraph.pipeline.store.numbers import shortest
from nymgraph.pipeline.store.views import Edge

__all__ = ["RunPairs"]

_READ = f"{RELEASED_RELATIONS.stage}/{RELEASED_RELATIONS.path.name}"


class RunPairs:
    """The judged pairs of the run that made an export, where they still lie in its data folder.

    Args:
        export: The export folder.
        data: The data folder.
    """

    def __init__(self, export: Path, data: Path) -> None:
        self._export, self._workspace = export, Workspace(data)

    def judgement(self, x: int, y: int) -> list[Edge] | None:
        """The judgement of a pair.

        Args:
            x: term_id of a term.
            y: term_id of another.

        Returns:
            It alone; nothing if the two were never compared; None if the run is not at hand.
        """
        with suppress(ArtefactError, pl.exceptions.PolarsError, OSError):
            pair = pl.col("a").eq(min(x, y)) & pl.col("b").eq(max(x, y))
            rows = self._pairs.filter(pair).select(*Edge._fields).collect().rows()
            self._workspace.refuse_rewritten()
            return [Edge._make((*map(shortest, x[:-1]), x[-1])) for x in rows]
        return None

    @cached_property
    def _pairs(self) -> pl.LazyFrame:
        """ArtefactError if they are not those that the export was made from."""
        made_from = read_list("export", self._export).inputs.get(_READ)
        if made_from != self._workspace.hash_of(*_READ.split("/")):
            raise ArtefactError(f"{self._workspace.root} holds another run", cure="give its folder")
        return self._workspace.scan(RELEASED_RELATIONS)
