"""The read side of a finished export folder, for notebooks and terminals.

cluster_store   ClusterStore: ask for a term, its synonyms, antonyms, senses, or why
views           what it answers, readable in a terminal and in a notebook
explain         why two terms are together or apart
export_folder   the five tables and the manifest, opened and checked together
terms           from a spelling to a term; what to say when there is none
ego_graph       the neighbourhood of a term as a networkx graph
pairs           the judged pairs as a graph
stored_table    one Parquet file, decoded row group by row group as look-ups need it
"""

from pipeline.store.cluster_store import ClusterStore
from pipeline.store.export_folder import UnknownClusterError
from pipeline.store.terms import UnknownTermError
from pipeline.store.views import (
    Antonym,
    Cluster,
    ClusterLink,
    Edge,
    Entry,
    Explanation,
    Sense,
    Vote,
)

__all__ = [
    "Antonym",
    "Cluster",
    "ClusterLink",
    "ClusterStore",
    "Edge",
    "Entry",
    "Explanation",
    "Sense",
    "UnknownClusterError",
    "UnknownTermError",
    "Vote",
]
