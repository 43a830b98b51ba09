"""The read side of a finished export folder, for notebooks and terminals.

cluster_store   ClusterStore: ask for a term, its synonyms, antonyms, senses, or why
views           what it answers, readable in a terminal and in a notebook
marks           which terms are vulgar, offensive or slurs
senses          the senses of a term as its dictionary has them
relatives       the synonyms and antonyms of a term, ranked
related         the terms near it in meaning that are neither
expansion       queries widened by synonyms
phrases         a query, cut into the phrases that are widened
grammar         which parts of speech a phrase can be where it stands
likeness        how alike two words are in meaning, as a number
nearest         where a word that the lexicon does not hold would belong
ego_graph       the neighbourhood of a term, for networkx
plots           the neighbourhood of a term, and a map of clusters, as charts
batch           many terms at once
paths           the shortest path over judged synonyms
slips           which spellings a hasty hand may have meant
explain         why two terms are together or apart
run_data        the vectors and the model of the run that made an export
compared        what a run says of pairs that its export leaves out
export_folder   the index, the tables and the manifest, opened and checked together
terms           from a spelling to a term; what to say when there is none
pairs           the judged pairs as a graph
numbers         numbers as they are shown
"""

from nymgraph.pipeline.store.cluster_store import ClusterStore
from nymgraph.pipeline.store.expansion import Expansion
from nymgraph.pipeline.store.export_folder import UnknownClusterError
from nymgraph.pipeline.store.nearest import Nearest, Neighbour
from nymgraph.pipeline.store.phrases import Phrase
from nymgraph.pipeline.store.terms import UnknownTermError
from nymgraph.pipeline.store.views import (
    Antonym,
    CannotLink,
    Cluster,
    ClusterLink,
    Edge,
    Entry,
    Explanation,
    Related,
    Sense,
    Vote,
    plain,
)

__all__ = [
    "Antonym",
    "CannotLink",
    "Cluster",
    "ClusterLink",
    "ClusterStore",
    "Edge",
    "Entry",
    "Expansion",
    "Explanation",
    "Nearest",
    "Neighbour",
    "Phrase",
    "Related",
    "Sense",
    "UnknownClusterError",
    "UnknownTermError",
    "Vote",
    "plain",
]
