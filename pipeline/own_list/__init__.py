"""A list of one's own: from a file of terms to a finished run, without editing anything.

beginning     `nymgraph init`: the files of a folder, from the options of the user
columns       which column of a table holds the terms
params_file   the text of its params.yaml: the keys that matter on top, the others as comments
stage_graph   the graph of stages that comes with the package, and the dvc.yaml of a folder
stages        one stage, run with its record
whole_run     `nymgraph run`: all stages, those that are up to date passed over
whole_line    one line of progress for all stages
fingerprints  what a stage was made from, to see whether it is up to date
in_python     `nymgraph.cluster`: a list, a column or a file to a ClusterStore

The folder `template` links to the params.yaml and the dvc.yaml of the repository, so that a package
carries them and there is no second copy.
"""
