"""The pair classifier of `nymgraph.discriminator`, trained, kept and put to work.

features       what a classifier sees of terms: the one builder
drawn_lists    lists of held-out terms, on which its worth among other terms is checked
training       what a classifier is trained on; the head, the cross-encoder, how the two are mixed
trained        what a training leaves: read, and put to work on a lexicon
model_notes    what the folder of a model says of itself, and what it knows
model_folder   the model as an artefact: one folder, written by a run and by fit
model          such a model, opened: it judges any two terms
taken          a model that is used instead of adapting and training
definitions    the definitions of the terms of a list, from its dictionary or from a model
candidates     the candidates of a run to judged pairs, as a recipe
corrections    from what a classifier says to judged pairs: one path for classify and judge
kinds          what is alike in letters alone: a correction for each kind of pair
phrase_kinds   how two phrases differ: a correction for each way
nearest_senses  how near two terms of a list lie in a sense of each, and what that is worth
judges         a classifier on term ids and on spellings, as all that measures it takes it
fit            a model, made from such a table
in_python      the same two steps as functions: fit and judge
"""
