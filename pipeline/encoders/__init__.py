"""What turns terms into vectors, and how it learns.

encoders      an encoder by its name: a folder, a package, the hub, a file of word vectors
encoding      terms to vectors, shard by shard: the recipe that embed and augment share
windows       the terms in shards of like length, read as they are needed
word_vectors  files of word vectors (fastText, word2vec) as an encoder
packed        encoders in one file of 4-bit weights, unpacked
lesson        what the encoders of a run learn from, and their training
joined        two encoders that stand as one: the folder, and its vectors
joining       putting them together
subwords      a static encoder: words and their character n-grams
beginnings    where training begins, by method, and the rows it learns
adaptation    fine-tuning, so that synonyms lie near and opposites do not
states        what the layers that do not learn give, computed once
static        training a static encoder from nothing
ranking_loss  the losses that also keep opposites apart
"""
