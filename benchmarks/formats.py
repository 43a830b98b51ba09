"""Export formats: `python -m benchmarks.formats --export data/export`.

Each format of a finished export, and its index, written in a fresh process into a temporary folder:
seconds, seconds of processor, bytes on disk and peak memory of the process.
"""

import resource
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from benchmarks.machine import describe, options
from nymgraph.pipeline.formats.write import FORMATS, write_format
from nymgraph.pipeline.lookup.export import open_export
from nymgraph.pipeline.lookup.writing import write_index
from nymgraph.pipeline.progress import SilentProgress
from nymgraph.pipeline.settings.params import ExportParams


def main() -> None:
    """Write each, print."""
    parser = options(__doc__)
    parser.add_argument("--export", type=Path, default=Path("data/export"))
    parser.add_argument("--formats", nargs="*", default=["index", *FORMATS])
    given = parser.parse_args()
    print(describe())
    for name in given.formats:
        write = index if name == "index" else partial(format_, name)
        with (
            tempfile.TemporaryDirectory() as folder,
            ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool,
        ):
            print(pool.submit(measure, name, write, given.export, Path(folder)).result())


def measure(name: str, write: Callable[[Path, Path], object], export: Path, folder: Path) -> str:
    """What writing took."""
    wall, used = time.perf_counter(), time.process_time()
    write(export, folder / name)
    wall, used = time.perf_counter() - wall, time.process_time() - used
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return (
        f"{name}: {wall:.1f} s, {used:.1f} s of processor, {size / 1e6:.1f} MB, "
        f"{peak / 1e6:,.0f} MB at its peak"
    )


def index(export: Path, folder: Path) -> None:
    """The index."""
    folder.mkdir()
    write_index(open_export(export), folder)


def format_(name: str, export: Path, folder: Path) -> None:
    """One of the formats."""
    write_format(open_export(export), name, ExportParams(), folder, SilentProgress())


if __name__ == "__main__":
    main()
