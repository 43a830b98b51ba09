"""The parameters of a run.

params       every parameter, checked before work starts
plain_yaml   parameter files, read strictly
profiles     complete sets of parameters, and where each keeps its files
"""
