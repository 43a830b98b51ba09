"""The same bytes for 3 row orders, 3 hash seeds, 1 and 2 threads, each in a process of its own.

Six processes: each order and each seed is met with each number of threads.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_nothing_but_the_judgements_matters() -> None:
    seeds = {"1": ("0", "1", "77"), "2": ("1", "77", "0")}  # by threads, one for each order
    lines = {
        printed(order, seed, threads)
        for threads, by_order in seeds.items()
        for order, seed in enumerate(by_order)
    }
    assert len(lines) == 1
    n_signed, n_reference, _ = lines.pop().split()
    assert int(n_signed) > 100
    assert int(n_reference) > 100


def printed(order: int, hash_seed: str, threads: str) -> str:
    """What the print-out says; OMP_NUM_THREADS would else cap Numba's threads."""
    own = {"PYTHONHASHSEED": hash_seed, "NUMBA_NUM_THREADS": threads, "OMP_NUM_THREADS": threads}
    command = [sys.executable, "-m", "tests.oracles.print_clusters", str(order)]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | own, capture_output=True, text=True, check=True
    )
    return done.stdout
