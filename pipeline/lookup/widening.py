"""How sure a term must be that widens a query: by `expand`, and by the rules of an engine."""

__all__ = ["FAR", "MOST", "SURE"]

MOST = 0.7  # least share of the use of a term in the senses in which it widens or is widened
SURE = 0.79  # least p_synonym of what a dictionary calls similar
FAR = 0.3  # share of a dictionary's pairs of synonyms that lie far from each other
