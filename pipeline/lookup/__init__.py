"""A finished export: its tables in batches, and its index, flat arrays that are mapped, not read.

layout      which arrays there are, and what they hold
arrays      writing them, block by block
writing     from those tables to the arrays
manifest    what the export says about itself
export      its tables in batches: terms, clusters, antonym pairs, links
reading     the arrays, opened and checked against the manifest
strings     sorted strings, found by bisection
stop_words  the words of a language's grammar
examples    words that everybody knows, to begin with
widening    how sure a term must be that widens a query
"""

from nymgraph.pipeline.lookup.layout import ARRAYS, FOLDER, NONE, strings_of
from nymgraph.pipeline.lookup.reading import LookupIndex
from nymgraph.pipeline.lookup.strings import SortedStrings

__all__ = ["ARRAYS", "FOLDER", "NONE", "LookupIndex", "SortedStrings", "strings_of"]
