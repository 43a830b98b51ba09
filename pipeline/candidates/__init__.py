"""Which pairs are worth judging.

searches    the searches by vector and by spelling, and the pairing, as recipes
candidates  neighbour lists to pairs, every unordered pair once
initials    acronyms and what they may stand for
glossed     a term and its definition in plain words
spelling    neighbours by spelling: terms that share rare sequences of letters
pairing     the searches and the pairing of some terms, whole
tuning      the least effort of an index that reaches the recall wanted
audit       what retrieval misses
"""
