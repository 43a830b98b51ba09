"""Many terms looked up at once."""

from collections.abc import Sequence

import polars as pl

from nymgraph.pipeline.store.export_folder import ExportFolder

__all__ = ["cluster_ids"]


def cluster_ids(export: ExportFolder, asked: Sequence[str]) -> pl.DataFrame:
    """Look up many spellings, each as a single one is: a form means its lemma.

    Args:
        export: The export.
        asked: Spellings.

    Returns:
        One row a spelling, in the order given: `asked`, `term` and `cluster_id`, both null where no
        term is meant.
    """
    terms = export.terms
    found = ((spelling, terms.find(spelling)) for spelling in asked)
    rows = [terms.derived(spelling) if row is None else row for spelling, row in found]
    names = [None if row is None else terms.name(row) for row in rows]
    ids = [None if row is None else export.cluster_id(row) for row in rows]
    schema = {"asked": pl.String, "term": pl.String, "cluster_id": pl.Int64}
    return pl.DataFrame({"asked": list(asked), "term": names, "cluster_id": ids}, schema=schema)
