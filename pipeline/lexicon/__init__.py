"""The lexicon: where terms and labelled pairs come from.

normalise   what a term looks like; why an item is refused
tables      users' files (text, CSV, JSONL, Parquet)
wordnet     the WordNet XML
sources     the items of each lexicon source
build       items to terms and rejects
relations   claims of dictionaries and users; one label per pair, conflicts listed
hashing     hashes that are the same everywhere
splits      which terms are held out
labelled    labelled pairs as arrays: who trains, validates, tests
provenance  which labels are a language model's
known       what the dictionaries say about any given pair
"""
