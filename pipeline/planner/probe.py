"""The rates of this machine, measured in half a minute on pieces of the real work.

Vectors, terms and encoder are those of the run where they are there already; vectors are drawn at
random otherwise. The processor may be shared with other work, so that the clock alone would blame
the machine for it: a piece counts with its processor time over the cores (at nine tenths, since no
work is parallel throughout), or with the clock where that is less. On a GPU the clock counts.
"""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from nymgraph.clustering import canonical_edges, cluster_reference
from nymgraph.discriminator import (
    N_NEIGHBOURS,
    Features,
    HeadClassifier,
    Neighbourhoods,
    PairHead,
    Spellings,
)
from nymgraph.discriminator.calibration import Calibration
from nymgraph.pipeline.candidates.spelling import build_spelling_index, search_spellings
from nymgraph.pipeline.devices import resolve_device, resolve_precision
from nymgraph.pipeline.encoders.encoders import (
    Encoder,
    EncodeSettings,
    load_encoder,
    locate_adapted,
    locate_model,
)
from nymgraph.pipeline.errors import NymgraphError
from nymgraph.pipeline.indexes.blockwise import build_blockwise
from nymgraph.pipeline.indexes.inverted import build_inverted
from nymgraph.pipeline.indexes.plans import IndexPlan
from nymgraph.pipeline.lexicon.spelled import spell_bare
from nymgraph.pipeline.planner.machine import usable_cores
from nymgraph.pipeline.planner.rates import Rates
from nymgraph.pipeline.planner.workload import postings_per_term
from nymgraph.pipeline.schemas import TERMS
from nymgraph.pipeline.settings.params import Params
from nymgraph.pipeline.storage.artefacts import Workspace, digest
from nymgraph.pipeline.storage.runlog import library_versions

__all__ = ["probed_rates"]

_EFFICIENCY = 0.9
ROWS, QUERIES = 32_768, 4_096
_BATCHES = 12
PAIRS = 400_000
GRAPH_SECONDS = 0.078  # the graph below on one core of the reference machine
_MINILM_WEIGHTS = 10.6e6
_READ_SHARE = (
    0.3  # pairs that a cross-encoder reads, of the terms that an encoder of its size encodes
)
_FILE = "rates.json"


def probed_rates(
    params: Params, workspace: Workspace, dim: int, weights: int, table: Rates
) -> Rates:
    """The rates of this machine: remembered from an earlier probe of the same kind, or measured.

    Args:
        params: All parameters.
        workspace: The data folder; the figures are kept in `.runs/rates.json`.
        dim: Length of a vector.
        weights: Weights of the encoder that every token passes through.
        table: For what cannot be measured here, such as an encoder that is not on this machine.

    Returns:
        The rates.
    """
    key = _key(params, workspace, dim)
    kept = workspace.path(".runs", _FILE)
    if kept.is_file():
        with suppress(NymgraphError, KeyError, TypeError, ValueError):  # damaged: measured again
            record = workspace.read_json(".runs", _FILE)
            if record["key"] == key:
                return Rates.model_validate(record["rates"])
    start = time.monotonic()
    found = measured_rates(params, workspace, dim, weights, table)
    record = {
        "key": key,
        "measured": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(time.monotonic() - start, 1),
        "load_average": round(os.getloadavg()[0], 1),
        "rates": found.model_dump(),
        "versions": library_versions(),
    }
    workspace.write_json(".runs", _FILE, record)
    return found


def _key(params: Params, workspace: Workspace, dim: int) -> str:
    """All that the rates depend on."""
    files = ("adapt/manifest.json", "embed/manifest.json")
    return digest(
        {
            "versions": library_versions(),
            "cores": usable_cores(),
            "device": resolve_device(params.embed.device),
            "dim": dim,
            "k": params.retrieve.k,
            "hidden": params.train.hidden,
            "encoder": [params.adapt.encoder, params.adapt.revision, params.adapt.method],
            "batch_size": params.embed.batch_size,
            "data": [(workspace.root / file).is_file() for file in files],
        }
    )


def measured_rates(
    params: Params, workspace: Workspace, dim: int, weights: int, table: Rates
) -> Rates:
    terms, cores = _terms(workspace), usable_cores()
    busy = os.getloadavg()[0] > cores
    encode = _encode(params, workspace, terms)
    vectors = _vectors(workspace, dim)
    rates: dict[str, Any] = {
        "host_search": _search(vectors, params.retrieve.k),
        "scan": _scan(vectors, params.retrieve.k),
        "postings": _postings(terms, params),
        "judge": _judge(vectors, terms, params),
        "host": GRAPH_SECONDS / clustering_seconds(),
        "origin": f"probe of this machine, {cores} cores",
    }
    device = resolve_device(params.retrieve.device)
    rates["search"] = rates["host_search"]
    if device != "cpu":
        rates["search"] = _search_on(vectors, params.retrieve.k, device)
    if busy:
        rates["origin"] += (
            " (busy then: the rates are too low; make it idle, delete .runs/rates.json)"
        )
    if encode is None:
        rates["origin"] += "; encode from the " + table.origin
    else:
        rates["encode"] = encode
        if weights:
            rates["cross_encode"] = _READ_SHARE * encode * weights / _MINILM_WEIGHTS
    return table.model_copy(update=rates)


def _busy(work: Callable[[], object], *, cores: int | None = None, device: str = "cpu") -> float:
    """Seconds of some work on an otherwise idle machine: the better of two runs after a first."""
    cores = cores or usable_cores()
    work()
    best = np.inf
    for _ in range(2):
        clock, processor = time.perf_counter(), time.process_time()
        work()
        clock, processor = time.perf_counter() - clock, time.process_time() - processor
        alone = processor / (cores * (_EFFICIENCY if cores > 1 else 1))
        best = min(best, clock if device.startswith("cuda") else min(clock, alone))
    return float(best)


def _terms(workspace: Workspace) -> list[str]:
    """Terms of the lexicon, or made ones of like length."""
    if workspace.exists(TERMS):
        terms = workspace.read(TERMS, ["term"])["term"]
        return terms.sample(min(30_000, len(terms)), seed=0).to_list()
    random = np.random.default_rng(0)
    syllables = np.array([a + b for a in "bdfgklmnprstvz" for b in "aeiou"])
    return ["".join(random.choice(syllables, 2 + i % 7)) for i in range(30_000)]


def _vectors(workspace: Workspace, dim: int) -> npt.NDArray[np.float32]:
    """float32 (_ROWS, dim), unit rows: some of the run's, or random ones."""
    path = workspace.path("embed", "vectors.npy")
    random = np.random.default_rng(0)
    vectors = random.standard_normal((ROWS, dim), dtype=np.float32)
    if path.is_file():
        whole = workspace.read_array("embed", "vectors.npy")
        if whole.shape[1] == dim and len(whole) >= ROWS:
            rows = np.sort(random.choice(len(whole), ROWS, replace=False))
            vectors = whole[rows].astype(np.float32)
    faiss.normalize_L2(vectors)
    return vectors


def _encode(params: Params, workspace: Workspace, terms: list[str]) -> float | None:
    """Terms a second, in batches from the longest to the shortest; None without the encoder."""
    encoder = _encoder(params, workspace)
    if encoder is None:
        return None
    size = params.embed.batch_size
    by_length = sorted(terms, key=len, reverse=True)
    places = np.linspace(0, max(len(by_length) - size, 0), _BATCHES).astype(int)
    batches = [by_length[place : place + size] for place in places]
    device = resolve_device(params.embed.device)
    seconds = _busy(lambda: [encoder.encode(batch) for batch in batches], device=device)
    return sum(map(len, batches)) / seconds


def _encoder(params: Params, workspace: Workspace) -> Encoder | None:
    """The encoder that the run has, or will start from; None where that is not on this machine."""
    precision = resolve_precision(params.embed.precision, params.embed.device)
    try:
        if workspace.path("adapt", "manifest.json").is_file():
            manifest = workspace.read_json("adapt", "manifest.json")
            location = locate_adapted(workspace.root / "adapt", manifest)
        elif params.adapt.method == "static" or params.adapt.beside.encoder is not None:
            return None
        else:
            location = locate_model(params.adapt.encoder, params.adapt.revision)
        if location.on_hub:  # a probe downloads nothing
            return None
        settings = (params.embed.device, precision, params.ingest.language, params.adapt.prompt)
        how = EncodeSettings(*settings, batch_size=params.embed.batch_size)
        return load_encoder(location, how)
    except NymgraphError:
        return None


def _search(vectors: npt.NDArray[np.float32], k: int) -> float:
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    seconds = _busy(lambda: index.search(vectors[:QUERIES], k + 1))
    return ROWS * QUERIES * int(vectors.shape[1]) / seconds


def _search_on(vectors: npt.NDArray[np.float32], k: int, device: str) -> float:
    index = build_blockwise(vectors, device, (0, ROWS))
    rows = np.arange(ROWS)
    seconds = _busy(lambda: index.search(rows, k, -1.0), device=device)
    return ROWS * ROWS * int(vectors.shape[1]) / seconds


def _scan(vectors: npt.NDArray[np.float32], k: int) -> float:
    plan, dim = IndexPlan("two_step", directions=128, shortlist=128), int(vectors.shape[1])
    index, rows = build_inverted(vectors, plan, 64, 0, (0, ROWS)), np.arange(QUERIES)
    seconds = _busy(lambda: index.search(rows, k, -1.0))
    return QUERIES * plan.work(ROWS, dim) / seconds


def _postings(terms: list[str], params: Params) -> float:
    index = build_spelling_index(spell_bare(terms, params.ingest.language))
    rows = np.arange(min(8_192, len(terms)))
    retrieve = params.retrieve
    limits = (retrieve.spelling_k, retrieve.min_spelling, retrieve.max_postings)
    seconds = _busy(lambda: search_spellings(index, rows, *limits))
    counts = np.diff(index.posting_start)
    read = postings_per_term(counts, len(terms), len(terms), retrieve.max_postings)
    return max(len(rows) * read, 1.0) / seconds


def _judge(vectors: npt.NDArray[np.float32], terms: list[str], params: Params) -> float:
    """Pairs a second, by an untrained head."""
    train, n_terms = params.train, min(ROWS, len(terms))
    device = resolve_device(params.classify.device)
    head = PairHead(vectors.shape[1], train.hidden, train.width, surface=train.surface)
    spellings: Spellings | None = None
    if train.surface:
        spellings = spell_bare(terms[:n_terms], params.ingest.language)
    features = Features(vectors[:n_terms], spellings)
    random = np.random.default_rng(0)
    if train.neighbours:
        features = features._replace(neighbourhoods=_neighbourhoods(n_terms, random))
    classifier = HeadClassifier.over(head, Calibration(), features, device)
    a, b = random.integers(0, n_terms, (2, PAIRS))
    return PAIRS / _busy(lambda: classifier.judge(a, b), device=device)


def _neighbourhoods(n_terms: int, random: np.random.Generator) -> Neighbourhoods:
    """Made-up neighbours; each term stands in two known pairs, as in a dictionary."""
    near = random.integers(0, n_terms, (n_terms, N_NEIGHBOURS), dtype=np.int32)
    known = random.integers(0, n_terms, (2, n_terms))
    cosine = np.full(near.shape, 0.5, np.float32)
    pairs = (*known, np.zeros(n_terms, np.int8))
    return Neighbourhoods.of(np.arange(n_terms), near, cosine, n_terms, pairs)


def clustering_seconds() -> float:
    """Seconds of the reference clustering on a small planted graph, on one core."""
    random, n_terms = np.random.default_rng(0), 100_000
    cluster = np.repeat(np.arange(n_terms), random.integers(2, 13, n_terms))[:n_terms]
    place = random.integers(0, n_terms, 4 * n_terms)
    other = np.minimum(place + random.integers(1, 6, 4 * n_terms), n_terms - 1)
    inside = cluster[place] == cluster[other]
    weight = random.uniform(0.7, 1, int(inside.sum())).astype(np.float32)
    edges = canonical_edges(n_terms, place[inside], other[inside], weight, 0.7)
    return _busy(lambda: cluster_reference(n_terms, edges, 0.51), cores=1)
