"""Nearest neighbours among vectors; it knows no terms and no tables.

neighbours  which vectors are near each other: the contract, and exact search
plans       which index, by rule; its limits
indexes     every index behind one interface (FAISS; inverted: our own; blockwise: torch)
inverted    search in two steps, in lists or not, for the case that every term is a query
blockwise   exact search on a GPU, block by block
codes       vectors as few small integers, whose products are exact
rerank      cosines of chosen pairs, summed in a fixed order
"""
