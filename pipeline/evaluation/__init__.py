"""Figures on held-out terms, as plain data for metrics files and plots.

judgements   the discriminator beside its baselines
everyday     common words in their common senses
gates        judged candidates at every gate
clustering   pairs inside clusters, intruding antonyms, drift, sizes
"""
