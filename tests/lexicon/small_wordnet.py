"""A WordNet of five synsets, written as the wheel has them."""

from pathlib import Path

SMALL = """<?xml version="1.0" encoding="UTF-8"?>
<SYNSETS>
<SYNSET><ID>temperature</ID><SYNONYM><LITERAL>temperature<SENSE>1</SENSE></LITERAL></SYNONYM>
  <POS>n</POS></SYNSET>
<SYNSET><ID>hot</ID>
  <SYNONYM>
    <LITERAL>hot<SENSE>1</SENSE><SR>cold<TYPE>ANTONYM</TYPE><TO>2</TO></SR></LITERAL>
    <LITERAL>warm<SENSE>2</SENSE><SR>cold<TYPE>ANTONYM</TYPE></SR>
      <SR>nowhere<TYPE>ANTONYM</TYPE><TO>1</TO></SR></LITERAL>
  </SYNONYM>
  <SR>temperature<TYPE>HYPERNYM</TYPE></SR><SR>temperature<TYPE>INSTANCE_HYPERNYM</TYPE></SR>
  <SR>lukewarm<TYPE>ANTONYM</TYPE></SR><POS>a</POS>
</SYNSET>
<SYNSET><ID>cold</ID>
  <SYNONYM>
    <LITERAL>chilly<SENSE>1</SENSE><SR>hot<TYPE>ANTONYM</TYPE><TO>9</TO></SR></LITERAL>
    <LITERAL>cold<SENSE>1</SENSE><SR>hot<TYPE>ANTONYM</TYPE><TO>1</TO></SR></LITERAL>
  </SYNONYM>
  <SR>temperature<TYPE>HYPERNYM</TYPE></SR><SR>hot<TYPE>SIMILAR_TO</TYPE></SR>
  <POS>s</POS></SYNSET>
<SYNSET><ID>lukewarm</ID><SYNONYM><LITERAL>lukewarm<SENSE>1</SENSE></LITERAL></SYNONYM>
  <SR>temperature<TYPE>HYPERNYM</TYPE></SR></SYNSET>
<SYNSET><ID>twice</ID><SYNONYM><LITERAL>bi\u00a0 annual<SENSE>1</SENSE></LITERAL>
  <LITERAL>bi annual<SENSE>2</SENSE></LITERAL></SYNONYM></SYNSET>
</SYNSETS>
"""


def write_wordnet(path: Path, text: str = SMALL) -> Path:
    path.write_text(text, "utf-8")
    return path
