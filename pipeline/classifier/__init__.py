"""The pair classifier of `nymgraph.discriminator`, trained, kept and put to work.

training_set   what a classifier is trained on
head           training the head
cross_encoder  training the cross-encoder behind a head, and how the two are mixed
trained        what a training leaves: read, and put to work on a lexicon
features       the terms of a run with all that a classifier sees of them
candidates     the candidates of a run to judged pairs, as a recipe
judges         a classifier on term ids and on spellings, as all that measures it takes it
known_terms    what a classifier that stands by itself remembers of its training pairs
model          a classifier that stands by itself: its folder
fit            such a classifier, made from a table of pairs
"""
