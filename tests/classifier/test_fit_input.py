"""What `fit` says of tables that hold no pair."""

from pathlib import Path

import pytest

from nymgraph.pipeline.classifier.fit import fit
from nymgraph.pipeline.errors import InputError
from nymgraph.pipeline.lexicon.pair_table import FitRequest
from nymgraph.pipeline.progress import SilentProgress
from nymgraph.pipeline.settings.params import Params


@pytest.mark.parametrize(
    ("rows", "got"),
    [
        ("hot,hot,synonym\ncold,cold,antonym\n", "same_term 2"),
        ("hot,cold,\n", "no rows with a relation"),
        ("hot,cold,synonym\nhot,cold,antonym\n", "synonym_and_antonym 1"),
    ],
)
def test_a_table_without_a_pair(tmp_path: Path, rows: str, got: str) -> None:
    table = tmp_path / "pairs.csv"
    table.write_text(f"term_a,term_b,relation\n{rows}", "utf-8")
    with pytest.raises(InputError, match="has no pair to learn from") as caught:
        fit(FitRequest(table, tmp_path / "model"), Params(), SilentProgress())
    assert caught.value.got == got
    assert not (tmp_path / "model").exists()
