"""From judged pairs to the tables of clusters.

tables      runs the algorithm and names what it finds
edge_table  the same for a user's own edge table
previous    an earlier result, to be continued
"""
