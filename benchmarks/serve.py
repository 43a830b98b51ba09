"""Latency of `nymgraph serve` under an open load (`python -m benchmarks.serve`).

The server runs as its users run it, in a process of its own. Requests arrive at random (a Poisson
process, seeded) whether or not earlier ones are answered, and a latency counts from the moment at
which the request was due, so that a slow answer is not hidden by the requests it holds up. They ask
about terms drawn at random: cards, suggestions for the first letters, graphs, explanations.
"""

import asyncio
import json
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated, NamedTuple
from urllib.parse import urlencode

import numpy as np
import polars as pl
import psutil
import typer

from benchmarks.machine import describe

SHARES = {"term": 0.6, "suggest": 0.25, "graph": 0.1, "explain": 0.05}

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Request(NamedTuple):
    """When a request is due (seconds from the start), its kind and its address."""

    due: float
    kind: str
    target: str


class Outcome(NamedTuple):
    """What became of a request: milliseconds from when it was due, and the status."""

    kind: str
    latency: float
    status: int


def main(
    export: Annotated[Path, typer.Option(help="A finished export.")] = Path("data/export"),
    rate: Annotated[float, typer.Option(help="Requests a second.")] = 100,
    seconds: Annotated[float, typer.Option(help="How long.")] = 30,
    seed: Annotated[int, typer.Option(help="Of arrivals and terms.")] = 0,
) -> None:
    """Start a server, put the load on it, print latencies and what it cost."""
    plan = make_plan(export, rate, seconds, seed)
    command = [
        sys.executable,
        "-m",
        "nymgraph",
        "serve",
        "--export",
        str(export),
        "--port",
        "0",
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            port = wait_for_port(process)
            server = psutil.Process(process.pid)
            before = server.cpu_times()
            outcomes = asyncio.run(put_load(port, plan))
            after = server.cpu_times()
            memory = server.memory_info().rss / 1e6
        finally:
            process.terminate()
    print(describe())
    print(f"{len(outcomes):,} requests in {seconds:.0f} s, {rate:.0f} a second, open loop")
    for kind in (*SHARES, "all"):
        print(row(kind, [one for one in outcomes if kind in (one.kind, "all")]))
    cost = (after.user - before.user + after.system - before.system) / len(outcomes)
    print(f"processor time {1000 * cost:.2f} ms a request; resident memory {memory:,.0f} MB")


def make_plan(export: Path, rate: float, seconds: float, seed: int) -> list[Request]:
    """All requests of a run, by the time at which they are due."""
    terms = pl.read_parquet(export / "terms.parquet", columns=["term"])["term"]
    random = np.random.default_rng(seed)
    due = np.cumsum(random.exponential(1 / rate, int(2 * rate * seconds)))
    due = due[due < seconds]
    kinds = random.choice(list(SHARES), len(due), p=list(SHARES.values()))
    first, second = (terms[random.integers(0, len(terms), len(due))] for _ in range(2))
    rows = zip(due.tolist(), kinds.tolist(), first, second, strict=True)
    return [Request(when, kind, target(kind, a, b)) for when, kind, a, b in rows]


def target(kind: str, a: str, b: str) -> str:
    """The address of a request about one term, or two."""
    parameters = {
        "term": {"term": a},
        "suggest": {"prefix": a[:3]},
        "graph": {"term": a, "n": "26"},
        "explain": {"a": a, "b": b},
    }
    return f"/api/{kind}?{urlencode(parameters[kind])}"


def wait_for_port(process: "subprocess.Popen[str]") -> int:
    """The port that the server says it listens on."""
    if process.stderr is not None:
        for line in process.stderr:
            if found := re.search(r"http://127\.0\.0\.1:(\d+)/", line):
                return int(found[1])
    raise SystemExit("the server did not start")


async def put_load(port: int, plan: list[Request]) -> list[Outcome]:
    """Send every request when it is due, over connections that are kept and used again."""
    await ask(port, [], "/api/about")
    free: list[Connection] = []
    start = time.perf_counter() + 0.5

    async def one(request: Request) -> Outcome:
        status = await ask(port, free, request.target)
        return Outcome(request.kind, 1000 * (time.perf_counter() - start - request.due), status)

    tasks = []
    for request in plan:
        await asyncio.sleep(max(0.0, start + request.due - time.perf_counter()))
        tasks.append(asyncio.create_task(one(request)))
    return list(await asyncio.gather(*tasks))


async def ask(port: int, free: list[Connection], address: str) -> int:
    """One request; its status, once the whole answer is read and is JSON."""
    while free:
        connection = free.pop()
        try:
            return await exchange(port, connection, free, address)
        except (asyncio.IncompleteReadError, ConnectionError):
            continue  # the server has closed a connection that was idle for long
    return await exchange(port, await asyncio.open_connection("127.0.0.1", port), free, address)


async def exchange(port: int, connection: Connection, free: list[Connection], address: str) -> int:
    """One request over one connection, which is free again afterwards."""
    reader, writer = connection
    writer.write(f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
    length = re.search(r"content-length: (\d+)", head)
    json.loads(await reader.readexactly(int(length[1]) if length else 0))
    free.append(connection)
    return int(head.split()[1])


def row(kind: str, outcomes: list[Outcome]) -> str:
    """One line: number, faults, and the latencies in milliseconds."""
    latencies = np.array([one.latency for one in outcomes])
    faults = sum(one.status != 200 for one in outcomes)
    p50, p95, p99 = np.quantile(latencies, [0.5, 0.95, 0.99])
    return (
        f"{kind:<8} {len(outcomes):>6,} requests, {faults} refused: p50 {p50:.1f}, p95 {p95:.1f}, "
        f"p99 {p99:.1f}, highest {latencies.max():.1f} ms"
    )


if __name__ == "__main__":
    typer.run(main)
