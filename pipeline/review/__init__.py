"""Pairs for a human to label.

pairs   those that are most informative
widget  labelling them in a notebook
"""
