"""From judged pairs to the tables of clusters.

graph       a judged graph to its tables of clusters: the measured and the released one
released    the judged pairs with every known pair as evidence
tables      runs the algorithm and names what it finds
calling     what a cluster is called
senses      which cluster each sense of a term belongs to
edge_table  the same for a user's own edge table
previous    an earlier result, to be continued
"""
