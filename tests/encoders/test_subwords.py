import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch

from nymgraph.pipeline.encoders import subwords
from nymgraph.pipeline.encoders.encoders import EncodeSettings, load_encoder, locate_model
from nymgraph.pipeline.encoders.subwords import common_units, new_subword_model, text_units

TEXTS = ["İyi gün", "kitap, kitabı!", "ev", "", "日本 ev-2"]


def fnv(unit: str) -> int:
    value = 14_695_981_039_346_656_037
    for letter in unit:
        value = (value ^ ord(letter)) * 1_099_511_628_211 % 2**64
    return value


def oracle(text: str) -> list[int]:
    """The units of a text, word by word."""
    found = []
    for word in re.findall(r"[^\W_]+", text.replace("İ", "i").replace("I", "ı").lower()):
        marked = f"<{word}>"
        grams = {
            marked[i : i + n]
            for n in (3, 4, 5)
            for i in range(len(marked) - n + 1)
            if n < len(marked)
        }
        assert len(grams) > 0 or len(marked) <= 3
        found += [
            fnv(marked[i : i + n])
            for n in (3, 4, 5)
            for i in range(len(marked) - n + 1)
            if n < len(marked)
        ]
        found.append(fnv(marked))
    return sorted(found)


def test_units_are_those_of_the_oracle() -> None:
    units, starts = text_units(TEXTS, "tr")
    assert [sorted(units[a:b].tolist()) for a, b in pairwise(starts)] == [
        oracle(text) for text in TEXTS
    ]


def test_case_follows_the_language() -> None:
    one, other = (text_units([word], "tr")[0].tolist() for word in ("IŞIK", "ışık"))
    assert one == other
    assert text_units(["IŞIK"], "und")[0].tolist() != other


def test_the_vocabulary_is_of_frequent_units() -> None:
    units = common_units(["ev ev ev", "kum kum", "tek"], "tr", 3)
    # ev thrice: <ev>, <ev and ev>; kum twice: four units
    assert set(units.tolist()) == {fnv(unit) for unit in ("<ev>", "<ev", "ev>")}
    assert (np.diff(units.astype(object)) > 0).all()
    assert len(common_units(["tek"], "tr", 9)) == 0


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 100])
def test_the_vocabulary_does_not_depend_on_the_chunks(
    chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(0)
    texts = ["".join("abc "[i] for i in random.integers(0, 4, 9)) for _ in range(40)]
    times = Counter(unit for text in texts for unit in oracle(text))
    wanted = sorted(sorted(times, key=lambda unit: (-times[unit], unit))[:30])
    monkeypatch.setattr(subwords, "CHUNK", chunk)
    assert common_units(texts, "tr", 30).tolist() == wanted


def test_saved_and_loaded_it_is_the_same(tmp_path: Path) -> None:
    model = new_subword_model(common_units(TEXTS, "tr", 50, 1), 8, "tr", 0, "cpu")
    model.save(str(tmp_path / "encoder"), create_model_card=False)
    location = locate_model(str(tmp_path / "encoder"), None)
    encoder = load_encoder(location, EncodeSettings("cpu", "float32", "tr"))
    vectors = encoder.encode(TEXTS)
    np.testing.assert_array_equal(vectors, model.encode(TEXTS, normalize_embeddings=True))
    assert not vectors[3].any()
    np.testing.assert_allclose(np.linalg.norm(vectors[[0, 1, 2, 4]], axis=1), 1, rtol=1e-5)


def test_a_text_is_the_mean_of_its_units() -> None:
    model = new_subword_model(common_units(TEXTS, "tr", 50, 1), 8, "tr", 0, "cpu")
    ids = model[0].preprocess(["ev"])["input_ids"]
    assert len(ids) == 3
    mean = model[0].embedding.weight[ids].mean(dim=0)
    torch.testing.assert_close(torch.from_numpy(model.encode(["EV"])[0]), mean.detach())
