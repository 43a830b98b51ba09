"""A finished export in the formats of others, written as a stream, with what each could not carry.

write           one format or several: whole or not at all
folder          the files of one format and their manifest
licences        whose data it is, and under which licence
tables          the exported tables with spellings instead of numbers
losses          what of an export a format does not hold
ambiguity       terms that a search engine would take for something else
slips           which of them are another one with a letter wrong
together        which members of a cluster may stand in one rule
unmarked        an export without its vulgar and offensive terms
rules           synonym rules for search engines: which, in which order, how escaped
manifest        what an export says about itself: manifest.json

One module per format:

jsonl           JSONL
csv_files       CSV
solr            rules of Solr and Lucene
elasticsearch   synonym sets of Elasticsearch
wn_lmf          WN-LMF
skos            SKOS
"""
