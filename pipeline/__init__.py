"""nymgraph: synonym/antonym graphs and clean synonym clusters from millions of terms.

stages       one thin module per stage of the flow
lexicon      terms and labelled pairs
augment      labels from a language model
encoders     what turns terms into vectors, and how it learns
indexes      nearest neighbours among vectors
candidates   which pairs are worth judging
classifier   the pair classifier, trained, kept and put to work
clusters     from judged pairs to the tables of clusters
evaluation   figures on held-out terms
lookup       a finished export: its tables in batches, its index
formats      an export in the formats of others
report       one page about a run
comparison   two runs side by side
review       pairs for a human to label
store        the read side: ClusterStore
serve        a local web page over ClusterStore
engine       who makes the shards of long work
planner      what a run takes, before it starts
limits       what cannot work, said before any work
own_list     a folder for one's own list, begun and run
storage      tables and files: written whole, locked, listed, resumed, verified
settings     every parameter, checked before work starts
schemas      every table, declared once
errors, progress, devices, cli: the plumbing
"""
