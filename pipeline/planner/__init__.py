"""What a run will take, before it starts: seconds, memory, disk, and whether it fits at all.

machine     devices and hosts: the built-in table, and the machine that this runs on
encoder     how large the encoder is
rates       how fast a machine does each kind of work: given, probed, or derived from the table
probe       the rates of this machine, measured in half a minute
workload    how much there is of everything: terms, pairs, candidates, edges
choices     what the parameters leave open: index, lists, shards, batches
costs       one cost model for each stage, and one for each kind of index
plan        all of it together
show        the plan as text, as JSON and as comments
comparison  the plan beside the records of finished runs
command     `nymgraph plan`: from options to lines
doctor      whether this machine is ready
capacity    clustering up to a billion terms
"""
