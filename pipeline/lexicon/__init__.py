"""The lexicon: where terms and labelled pairs come from.

normalise   what a term looks like; why an item is refused
tables      users' files (text, CSV, JSONL, Parquet)
files       how they are opened: encodings, packed or not
wordnet     the XML of WordNet and KeNet
wn_lmf      wordnets of the Open Multilingual Wordnet
thesaurus   tables of term, synonym and relation
dictionaries  all of these, read in one way
sources     the items of each lexicon source
inflection  which terms are inflected forms of others
build       items to terms and rejects
dominance   how much of a word's use lies in each of its senses
use         how much a term is used
shared_use  how much of the use of two words lies in the senses that they share
senses      the senses of the terms as a table
marks       which terms are vulgar, offensive or slurs
evidence    known pairs in the place of the classifier, by dominance
rivals      of these the ones in a word's commonest sense first
affixes     whether an affix makes an opposite
silence     two terms that a dictionary lists and does not join: mostly no synonyms, rarely a gap
disagreements  where one source says synonym and another antonym
relations   claims of dictionaries and users; one label per pair, conflicts listed
likeness    how alike two spellings are
phrases     how two phrases differ, by what is known of their words
spelled     spellings in small letters, with and without accents
hashing     hashes that are the same everywhere
splits      which terms are held out
pair_table  a user's table of labelled pairs, read once into training pairs
labelled    labelled pairs as arrays: who trains, validates, tests
provenance  which labels are a language model's
edges       a user's edge table
lemmas      what a word may be an inflected form of, for look-up
spellings   how the other English spells a word, for look-up
mythes      thesauri of LibreOffice
synonym_rules  synonym files of search engines
variants    other spellings and forms of a term
labelling   labelled pairs numbered and split, with the extra terms
glosses     short definitions of terms, and how they meet a list
meeting     how claims about pairs meet the terms of a lexicon
vocabulary  the terms of training: the lexicon and further terms of pairs
known       what the dictionaries say about any given pair
"""
