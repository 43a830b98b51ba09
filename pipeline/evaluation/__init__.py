"""Figures on held-out terms, as plain data for metrics files and plots.

judgements   the discriminator beside its baselines
everyday     common words in their common senses
agreement    judge and cosine: how far they agree, without labels
gates        judged candidates at every gate
measure          all figures of a classifier on pairs of held-out terms
groups           figures by part of speech and by frequency
consistency      whether a judgement survives what should not matter
contradictions   training pairs that the classifier contradicts most
clustering   pairs inside clusters, intruding antonyms, drift, sizes
"""
