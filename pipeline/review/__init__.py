"""Pairs for a human to label.

pairs   those whose answer would tell most
widget  labelling them in a notebook
"""
