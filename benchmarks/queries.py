"""What everyday queries are widened by: `python -m benchmarks.queries --export data/export`.

`everyday_queries.txt` holds 500 queries of our own, of common words; on these the rules and numbers
of `store/expansion.py` were chosen. `everyday_queries_unseen.txt` (`--unseen`) holds 130 that were
written afterwards: nothing may be chosen on them. Printed are those that `ClusterStore.expand`
widens, with what it adds to each phrase, to be read; whether a query is made worse, nobody but a
reader can tell.
"""

import argparse
from pathlib import Path

from nymgraph import ClusterStore

LISTS = {True: "everyday_queries_unseen.txt", False: "everyday_queries.txt"}


def main() -> None:
    """Widen the list and print what is added."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--export", type=Path, default=Path("data/export"))
    parser.add_argument("--unseen", action="store_true")
    arguments = parser.parse_args()
    store = ClusterStore(arguments.export)
    queries = Path(__file__).with_name(LISTS[arguments.unseen]).read_text("utf-8").splitlines()
    found = [store.expand(query) for query in queries]
    for widened in found:
        parts = [f"{x.text} + {', '.join(x.added)}" for x in widened.phrases if x.added]
        if parts:
            print(f"{widened.query}: {'; '.join(parts)}")
    print(f"{sum(bool(x.added) for x in found)} of {len(queries)} queries widened")


if __name__ == "__main__":
    main()
