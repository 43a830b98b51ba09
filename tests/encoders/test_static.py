from pathlib import Path

import numpy as np
import polars as pl

from nymgraph.discriminator import SYNONYM, LabelledPairs
from nymgraph.pipeline.encoders.adaptation import adapt_encoder, settings_of
from nymgraph.pipeline.encoders.static import draw_rows, free_glosses, static_texts
from nymgraph.pipeline.encoders.subwords import common_units, new_subword_model
from nymgraph.pipeline.settings.params import AdaptParams

TERMS = ["araba", "ev", "konut", "otomobil", "yeni-gün"]
GLOSSES = pl.DataFrame(
    [
        ("araba", "motorlu taşıt"),
        ("ev", "oturulan yer"),
        ("konut", "oturulan yer"),
        ("konut", "mesken"),
        ("yok", "lexicon dışı"),
    ],
    {"term": pl.String, "gloss": pl.String},
    orient="row",
)
KNOWN = LabelledPairs.of(np.array([0, 1]), np.array([3, 2]), SYNONYM)
PARAMS = AdaptParams(method="static", steps=30, batch_size=8, learning_rate=0.05, device="cpu")


def test_a_gloss_shared_with_a_held_out_term_is_left_out() -> None:
    split = np.array([0, 2, 0, 0, 0], np.int8)  # ev is held out, konut is not
    free = free_glosses(GLOSSES, TERMS, split)
    assert free.rows() == [(0, "motorlu taşıt"), (2, "mesken")]


def test_texts_and_what_belongs_together() -> None:
    free = free_glosses(GLOSSES, TERMS, np.zeros(5, np.int8))
    texts = static_texts(TERMS, free, ["bir iki üç dört", "iki kelime"], 0)
    assert texts.texts[:5] == ["araba", "ev", "konut", "otomobil", "yeni-gün"]
    matches = [
        (texts.texts[a], texts.texts[b]) for a, b in zip(texts.left, texts.right, strict=True)
    ]
    assert ("ev", "oturulan yer") in matches
    assert len(matches) == free.height + 1
    assert sorted(" ".join(matches[-1]).split()) == ["bir", "dört", "iki", "üç"]


def trained(folder: Path) -> np.ndarray:
    texts = static_texts(TERMS, free_glosses(GLOSSES, TERMS, np.zeros(5, np.int8)), [], 0)
    model = new_subword_model(common_units(texts.texts, "tr", 500, 1), 16, "tr", 0, "cpu")
    rows = draw_rows(KNOWN, texts, PARAMS)
    assert len(rows.anchor) == 240
    adapt_encoder(model, texts.texts, rows, settings_of(PARAMS), folder, lambda _: None)
    return np.asarray(model.encode(TERMS, normalize_embeddings=True))


def test_synonyms_come_together_and_the_seed_decides(tmp_path: Path) -> None:
    one, again = trained(tmp_path / "one"), trained(tmp_path / "again")
    np.testing.assert_array_equal(one, again)
    assert one[0] @ one[3] > 0.5 > one[0] @ one[1]
