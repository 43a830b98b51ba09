"""nymgraph: synonym/antonym graphs and clean synonym clusters from millions of terms.

stages       one thin module per stage of the flow
lexicon      terms and labelled pairs
vectors      encoders, nearest neighbours, candidate pairs
evaluation   figures on held-out terms
store        the read side: ClusterStore
clusters     from judged pairs to the tables of clusters
artefacts    tables and files, written whole or not at all
shards       long work that survives a kill
schemas      every table, declared once
params       every parameter, checked before work starts
errors, progress, runlog, devices, doctor, cli: the plumbing
"""
