"""The cost of each stage: one function for each stage, one for each kind of index.

Seconds follow from the sizes of the run and the rates of the machine. Work that a single core does
row by row (reading, joining, writing) is counted in seconds a row on a core of the reference
machine (docs/experiments.md, "The planner"), and divided by `Rates.host`. Memory is what a process
holds; pages of memory-mapped files, which the system can take back, are not counted.

To add a kind of index, write a function like `exact` and enter it in INDEX_COSTS.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from nymgraph.discriminator import N_NEIGHBOURS
from nymgraph.pipeline.indexes.plans import LOOKED_AT
from nymgraph.pipeline.limits import index_gb
from nymgraph.pipeline.planner.choices import Choices
from nymgraph.pipeline.planner.machine import Machine
from nymgraph.pipeline.planner.rates import Rates
from nymgraph.pipeline.planner.workload import Workload
from nymgraph.pipeline.settings.params import Params

__all__ = ["INDEX_COSTS", "STAGE_COSTS", "Cost", "IndexCost", "Run", "cluster_cost"]

_GB = 1e9
_TORCH_GB = 0.6  # a process that has imported torch, sentence-transformers and polars
_START = 4.0  # seconds to import them and to load an encoder
_DISK = 0.8e9  # bytes/s written and flushed, or hashed


class Run(NamedTuple):
    """All that a cost depends on."""

    params: Params
    workload: Workload
    machine: Machine
    rates: Rates
    choices: Choices


class Cost(NamedTuple):
    """Time, memory and disk of one stage, and its rows.

    Attributes:
        seconds: By the clock, on a machine that does nothing else.
        ram_gb: Memory of the process, 10^9 bytes.
        gpu_gb: Memory on the GPU.
        disk_gb: What stays on disk.
        work_gb: What it needs on disk besides, while it runs.
        files: Files that stay.
        rows: Rows of its main table.
    """

    seconds: float
    ram_gb: float
    gpu_gb: float = 0.0
    disk_gb: float = 0.0
    work_gb: float = 0.0
    files: int = 1
    rows: int = 0


class IndexCost(NamedTuple):
    """The cost of an index over the vectors: seconds to build and search it, and memory."""

    seconds: float
    ram_gb: float
    gpu_gb: float = 0.0


def exact(run: Run) -> IndexCost:
    """Every vector against every other: n_terms^2 dim multiply-adds.

    On the processor over a flat float32 index; on a GPU block by block, in float16, the vectors in
    its memory where they take less than two fifths of it, else sent again for every 16,384 terms.
    """
    n_terms, dim = run.workload.n_terms, run.workload.encoder.dim
    seconds = n_terms**2 * dim / run.rates.search
    if not run.choices.searches_on_gpu:
        return IndexCost(seconds, n_terms * dim * 4 / _GB + _queries_gb(run))
    memory, half = run.machine.device.memory_gb, n_terms * dim * 2 / _GB
    if half > 0.4 * memory:
        seconds += -(-n_terms // 16_384) * half * _GB / _BUS
    return IndexCost(seconds + _ranked_again(run), _queries_gb(run), min(0.8 * memory, half + 20))


def two_step(run: Run) -> IndexCost:
    """Short codes of every vector against those of every other; the shortlists ranked again."""
    n_terms, dim = run.workload.n_terms, run.workload.encoder.dim
    index = run.choices.vector_index
    seconds = n_terms * index.work(n_terms, dim) / run.rates.scan
    tuned = _TRIALS * run.params.retrieve.audit_queries / n_terms if run.choices.is_tuned else 0.0
    stored = index_gb(n_terms, dim, index.kind, index.storage, index.device) + 16 * n_terms / _GB
    return IndexCost(seconds * (1 + tuned) + _coded(run), 2 * stored + _queries_gb(run))


def ivf(run: Run) -> IndexCost:
    """An inverted file: rounds of k-means on a sample, then nprobe of nlist lists for each term.

    Ours compares codes list by list; FAISS goes query by query.
    """
    n_terms, dim = run.workload.n_terms, run.workload.encoder.dim
    index = run.choices.vector_index
    sample = min(n_terms, index.nlist * run.params.retrieve.train_sample_per_list)
    if index.is_coded:
        searched = two_step(run)
        assigned = float((6 * sample + n_terms) * index.nlist) * (index.directions + LOOKED_AT)
        seconds = searched.seconds + assigned / run.rates.scan
        return searched._replace(seconds=seconds, ram_gb=searched.ram_gb + sample * 256 / _GB)
    assigned = float((10 * sample + 2 * n_terms) * index.nlist * dim) / run.rates.host_search
    scanned = n_terms * (n_terms * index.nprobe / index.nlist) * dim
    scanned /= _QUERY_BY_QUERY * run.rates.search
    stored = index_gb(n_terms, dim, index.kind, index.storage, index.device)
    stored += (8 * n_terms + sample * dim * 4) / _GB
    on_gpu = stored + 2 if run.choices.searches_on_gpu else 0.0
    again = 0.0 if index.storage == "fp32" else _ranked_again(run)
    return IndexCost(assigned + scanned + again, stored + _queries_gb(run), on_gpu)


def hnsw(run: Run) -> IndexCost:
    """A graph: built by one thread, searched by all; its distances wait for memory."""
    n_terms, dim = run.workload.n_terms, run.workload.encoder.dim
    breadth = max(run.choices.vector_index.ef, run.params.retrieve.k)
    built = n_terms * 16 * 80 * dim / (_GRAPH * run.rates.host)
    searched = n_terms * 16 * breadth * dim / (_GRAPH * run.rates.host * run.machine.cores)
    stored = n_terms * (4 * dim + 140) / _GB
    return IndexCost(built + searched + _ranked_again(run), stored + _queries_gb(run))


def cagra(run: Run) -> IndexCost:
    """A graph on a GPU: no figure of ours; exact search bounds its time."""
    n_terms, dim = run.workload.n_terms, run.workload.encoder.dim
    stored = n_terms * (4 * dim + 4 * 64) / _GB
    return IndexCost(n_terms**2 * dim / run.rates.search, stored + _queries_gb(run), stored + 2)


INDEX_COSTS: dict[str, Callable[[Run], IndexCost]] = {
    "exact": exact,
    "two_step": two_step,
    "ivf": ivf,
    "hnsw": hnsw,
    "cagra": cagra,
}


def ingest(run: Run) -> Cost:
    """Reading, normalising and sorting the items."""
    work = run.workload
    seconds = 0.2 + 2.2 * work.n_dictionaries + 7e-6 * work.n_terms
    return Cost(
        seconds / run.rates.host,
        0.1 + 0.5e-6 * work.n_terms,
        disk_gb=work.n_terms * work.letters * 1.2 / _GB,
        files=4,
        rows=work.n_terms,
    )


def augment(run: Run) -> Cost:
    """Off: three empty tables. On, `nymgraph augment --dry-run` says what it costs."""
    return Cost(0.0, 0.1, files=4)


def label(run: Run) -> Cost:
    """Reading dictionaries and tables, settling conflicts, splitting the terms."""
    work = run.workload
    seconds = 6.3 * len(run.params.label.dictionaries) + 3.5e-6 * work.n_terms
    return Cost(
        seconds / run.rates.host,
        0.4 + 0.15e-6 * work.n_terms,
        disk_gb=work.n_pairs * 16 / _GB,
        files=3,
        rows=work.n_pairs,
    )


def adapt(run: Run) -> Cost:
    """Training the encoder: three texts a row, forward, and backward through what is trained."""
    settings, encoder = run.params.adapt, run.workload.encoder
    rows = settings.steps * settings.batch_size
    weights = encoder.bytes / _GB
    if settings.method == "none":
        return Cost(_START / 2, _TORCH_GB, files=2)
    if settings.method == "static":  # gradients and moments of the whole table of units
        seconds = rows * (1.2e-4 + 3.9e-9 * settings.static.units) / run.machine.cores
        return Cost(seconds / run.rates.host, 1 + 4 * weights, disk_gb=weights, files=10)
    trained = min(1.0, settings.layers / max(encoder.layers, 1))
    seconds = _START + 3 * rows * 4.0 / run.rates.encode  # full: forward twice
    if settings.method == "light":  # the layers below read each text once
        texts = min(1.5 * rows, run.workload.n_terms)
        seconds = _START + (texts * (1 - trained) + 9 * rows * trained) / run.rates.encode
    held = weights * (1 + 3 * (trained if settings.method == "light" else 1))
    on_gpu = run.machine.device.is_gpu
    return Cost(
        seconds,
        _TORCH_GB + (weights if on_gpu else held + 0.4),
        gpu_gb=held + 2 if on_gpu else 0.0,
        disk_gb=weights,
        files=12,
        rows=rows,
    )


def embed(run: Run) -> Cost:
    """Every term through the encoder, in shards; then the shards into one file."""
    work, settings = run.workload, run.params.embed
    encoder, on_gpu = work.encoder, run.machine.device.is_gpu
    vectors = work.n_terms * encoder.dim * 2 / _GB
    seconds = _START + work.n_terms / run.rates.encode + 3 * vectors * _GB / _DISK
    shard = min(settings.shard_terms, work.n_terms) * encoder.dim * 8 / _GB
    tokens = settings.batch_size * (2 + run.params.ingest.max_length / 4)  # the longest terms
    active = tokens * 4 * (2 * encoder.inner + 8 * encoder.dim) / _GB
    texts = work.n_terms * (60 + 2 * work.letters) / _GB
    return Cost(
        seconds,
        _TORCH_GB + texts + shard + encoder.bytes / _GB + (0 if on_gpu else active),
        gpu_gb=encoder.bytes * 1.5 / _GB + active + 0.5 if on_gpu else 0.0,
        disk_gb=vectors,
        work_gb=vectors,
        files=2,
        rows=work.n_terms,
    )


def retrieve(run: Run) -> Cost:
    """The two searches, the pairs made of what they find, and the audit."""
    work, settings, rates = run.workload, run.params.retrieve, run.rates
    index = INDEX_COSTS[run.choices.vector_index.kind](run)
    audits = 2 if run.choices.is_tuned else 1
    pairs = settings.audit_queries * work.n_terms
    audit = audits * pairs * work.encoder.dim / rates.host_search
    pairing = (1e-6 * work.n_near + 6e-6 * work.n_spelled + 8e-6 * work.n_terms) / rates.host
    spelling, spelling_gb = _spelling(run)
    lists = work.n_terms * 8 * (settings.k + settings.spelling_k) / _GB
    near = work.n_terms * _kept(run)
    texts = work.n_terms * (60 + 6 * work.letters) / _GB
    return Cost(
        _START + index.seconds + audit + spelling + pairing + 3 * lists * _GB / _DISK,
        _TORCH_GB + texts + max(index.ram_gb, spelling_gb),
        gpu_gb=index.gpu_gb,
        disk_gb=(work.n_candidates * 6.5 + near) / _GB,
        work_gb=2 * lists,
        files=2 * -(-work.n_terms // settings.shard_terms) + 3,
        rows=work.n_candidates,
    )


def _kept(run: Run) -> int:
    """Bytes of the neighbours that retrieve keeps of a term, for their votes."""
    return 8 * min(run.params.retrieve.k, N_NEIGHBOURS)


def train(run: Run) -> Cost:
    """Drawing unlabelled pairs among the candidates, training, measuring."""
    work, settings, rates = run.workload, run.params.train, run.rates
    free = 1 - run.params.label.validation_fraction - run.params.label.test_fraction
    n_training = work.n_pairs * free**2 * (1 + settings.unlabelled_per_labelled)
    trainings = 2 if settings.contradicted else 1  # the two halves are one more
    seconds = _START + n_training * settings.epochs * trainings / (rates.judge * _TRAINED)
    seconds += (1.8e-6 * work.n_candidates + 4e-6 * work.n_terms) / rates.host
    seconds += 6 * settings.consistency_pairs / rates.encode
    if settings.classifier != "head":
        cross = settings.cross_encoder
        seconds += 3 * cross.pairs * cross.epochs / rates.cross_encode
    texts = work.n_terms * (60 + 4 * work.letters) / _GB
    return Cost(
        seconds,
        _TORCH_GB + 0.4 + texts + n_training * 200 / _GB,
        gpu_gb=1.0 if run.machine.device.is_gpu else 0.0,
        disk_gb=0.01,
        files=7,
        rows=round(n_training),
    )


def classify(run: Run) -> Cost:
    """The projection of every term, then every candidate through the classifier."""
    work, settings, rates = run.workload, run.params.train, run.rates
    share = {"head": 0.0, "cascade": settings.cross_encoder.share, "cross_encoder": 1.0}
    project = 5e-6 * work.n_terms * work.encoder.dim / 384 / run.machine.cores
    seconds = _START + (project + 0.7e-6 * work.n_candidates + 2e-6 * work.n_terms) / rates.host
    seconds += work.n_candidates / rates.judge
    seconds += work.n_candidates * share[settings.classifier] / rates.cross_encode
    shards = 2 * -(-work.n_terms // run.params.retrieve.shard_terms) + 1
    near = _kept(run) if settings.neighbours else 0
    held = work.n_terms * (settings.hidden * 2 + 60 + 4 * work.letters + near)
    return Cost(
        seconds,
        _TORCH_GB + (held + 2 * work.n_candidates / shards * 60) / _GB,
        gpu_gb=1.0 if run.machine.device.is_gpu else 0.0,
        disk_gb=work.n_candidates * 17 / _GB,
        work_gb=0.0,
        files=shards,
        rows=work.n_candidates,
    )


def cluster(run: Run) -> Cost:
    """Reading every judged pair twice, clustering the gated edges, linking the clusters."""
    work, rates = run.workload, run.rates
    seconds, memory = cluster_cost(run.params.cluster.algorithm, work.n_terms, work.n_edges)
    around = 0.5 + 0.2e-6 * work.n_candidates + 6e-6 * work.n_terms
    links = 0.2 * work.n_candidates
    return Cost(
        (seconds + around) / rates.host,
        0.4 + memory + (work.n_terms * 120 + links * 60) / _GB,
        disk_gb=(work.n_terms * 35 + links * 7) / _GB,
        files=7,
        rows=work.n_terms,
    )


def release(run: Run) -> Cost:
    """Writing the judged pairs again with all that is known, and clustering them."""
    work, again = run.workload, cluster(run)
    return Cost(
        again.seconds + 0.5e-6 * work.n_candidates / run.rates.host,
        again.ram_gb + work.n_terms * 60 / _GB,
        disk_gb=again.disk_gb + work.n_candidates * 19 / _GB,
        files=again.files + classify(run).files + 1,
        rows=work.n_terms,
    )


def evaluate(run: Run) -> Cost:
    """One pass over the judged pairs."""
    work = run.workload
    return Cost(
        (0.4 + 0.05e-6 * work.n_candidates + 1e-6 * work.n_terms) / run.rates.host,
        0.3 + (work.n_terms * 60 + work.n_edges * 60) / _GB,
        disk_gb=0.001,
        files=4,
    )


def export(run: Run) -> Cost:
    """Joining, sorting and copying; further formats are written from the stream."""
    work = run.workload
    strong = 0.3 * work.n_candidates  # WordNet .06, KeNet .31
    return Cost(
        (0.25 + 0.06e-6 * work.n_candidates + 1e-6 * work.n_terms) / run.rates.host,
        0.3 + (work.n_terms * 150 + strong * 60) / _GB,
        disk_gb=(work.n_terms * (40 + work.letters) + strong * 14) / _GB,
        files=10,
        rows=work.n_terms,
    )


def report(run: Run) -> Cost:
    """The page; some pairs are encoded again."""
    work = run.workload
    again = 6 * run.params.report.base_pairs / run.rates.encode
    over = (0.3e-6 * work.n_candidates + 3e-6 * work.n_terms) / run.rates.host
    return Cost(
        3.0 + _START + again + over,
        _TORCH_GB + (work.n_terms * 100 + work.n_edges * 40) / _GB,
        disk_gb=0.001,
    )


STAGE_COSTS: dict[str, Callable[[Run], Cost]] = {
    stage.__name__: stage
    for stage in (
        ingest,
        augment,
        label,
        adapt,
        embed,
        retrieve,
        train,
        classify,
        cluster,
        release,
        evaluate,
        export,
        report,
    )
}

_TRIALS = 5  # numbers of directions that tuning tries, each with the audit's number of queries
_CODED = 1.7e-6  # seconds of one core to project a vector of 384 dimensions and round it
# Terms of the probe of spellings. A larger table of sums leaves the caches (benchmarks.plan: 6 ns
# an entry at 30 thousand terms, 9 to 11 at 300 thousand); never more than five times as slow.
_SPELLED_AT = 30_000
_SPELLED_SLOWER = 0.2
# FAISS multiplies a query with one list after the other: so much of its rate for whole matrices.
_QUERY_BY_QUERY = 0.11
_GRAPH = 1e9  # multiply-adds a second of one core that walks through a graph: a guess
_GATHERED = 2e9  # bytes a second that a core gathers row by row
_BUS = 10e9  # bytes a second from a memory map to a GPU
_TRAINED = 0.135  # pairs trained on in the time of one judged: forward, backward and the optimiser

# `python -m benchmarks.scale`, reference machine, one core: terms, edges, seconds, GB, and the
# exponent with which the seconds grow with the edges (docs/clustering-experiments.md, "Speed").
_CLUSTERED = {
    "reference": (15e6, 43.1e6, 73.0, 3.04, 1.15),
    "signed": (15e6, 43.1e6, 128.0, 5.61, 1.22),
}


def cluster_cost(algorithm: str, n_terms: float, n_edges: float) -> tuple[float, float]:
    """The cost of clustering on one core of the reference machine.

    Args:
        algorithm: reference or signed.
        n_terms: Terms.
        n_edges: Edges above the gate.

    Returns:
        Seconds, by the measured exponent in the number of edges; GB, linear in terms and edges (an
        edge counts as much as three terms).
    """
    terms, edges, seconds, gigabytes, exponent = _CLUSTERED[algorithm]
    share = (n_terms + 3 * n_edges) / (terms + 3 * edges)
    return seconds * (n_edges / edges) ** exponent, gigabytes * share


def _spelling(run: Run) -> tuple[float, float]:
    """Seconds and GB of the index of spellings and the search in it."""
    work, cores = run.workload, run.machine.cores
    letters = work.n_terms * work.letters
    build = 1.6e-6 * letters / run.rates.host
    slower = np.clip((work.n_terms / _SPELLED_AT) ** _SPELLED_SLOWER, 1, 5)
    search = work.n_terms * work.postings * float(slower) / run.rates.postings
    tables = cores * work.n_terms * 8
    return build + search, (60 * letters + tables) / _GB


def _coded(run: Run) -> float:
    """Seconds to code all vectors: for members, for queries, and once more for each trial."""
    times = 2 + (_TRIALS if run.choices.is_tuned else 0)
    each = _CODED * run.workload.encoder.dim / 384
    return times * run.workload.n_terms * each / (run.rates.host * run.machine.cores)


def _ranked_again(run: Run) -> float:
    """Seconds to read the vectors of what a coarse search found and rank it by exact cosines."""
    found = run.workload.n_terms * run.params.retrieve.k * 1.25
    return found * run.workload.encoder.dim * 2 / (_GATHERED * run.machine.cores)


def _queries_gb(run: Run) -> float:
    """The bytes of one shard of queries and its answers."""
    settings = run.params.retrieve
    rows = min(settings.shard_terms, run.workload.n_terms)
    return rows * (4 * run.workload.encoder.dim + 60 * (settings.k + 1)) / _GB
