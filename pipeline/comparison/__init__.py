"""Two runs side by side.

runs     what changed: terms, clusters, pairs of terms, antonyms, figures
lineage  what became of each cluster
"""
