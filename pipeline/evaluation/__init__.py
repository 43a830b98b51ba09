"""Figures on held-out terms, as plain data for metrics files and plots.

judgements   the discriminator beside its baselines
everyday     common words in their common senses
agreement    judge and cosine: how far they agree, without labels
gates        judged candidates at every gate
clustering   pairs inside clusters, intruding antonyms, drift, sizes
"""
