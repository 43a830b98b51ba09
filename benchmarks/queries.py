"""What everyday queries are widened by: `python -m benchmarks.queries --export data/export`.

The rules and numbers of `store/expansion.py` were chosen on two lists of our own: `own`, 500
queries of common words, and `domains`, 200 with many a word of several meanings (shopping, travel,
health, recipes, software, jobs, sport, finance). Nothing may be chosen on `unseen` (130) and
`domains_unseen` (128), which were written afterwards. Printed are those that `ClusterStore.expand`
widens, with what it adds to each phrase, to be read; whether a query is made worse, nobody but a
reader can tell.
"""

import argparse
from pathlib import Path

from nymgraph import ClusterStore

LISTS = {
    "own": "everyday_queries.txt",
    "unseen": "everyday_queries_unseen.txt",
    "domains": "everyday_queries_domains.txt",
    "domains_unseen": "everyday_queries_domains_unseen.txt",
}


def main() -> None:
    """Widen the list and print what is added."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--export", type=Path, default=Path("data/export"))
    parser.add_argument("--list", choices=LISTS, default="own")
    arguments = parser.parse_args()
    store = ClusterStore(arguments.export)
    queries = Path(__file__).with_name(LISTS[arguments.list]).read_text("utf-8").splitlines()
    found = [store.expand(query) for query in queries]
    for widened in found:
        parts = [f"{x.text} + {', '.join(x.added)}" for x in widened.phrases if x.added]
        if parts:
            print(f"{widened.query}: {'; '.join(parts)}")
    print(f"{sum(bool(x.added) for x in found)} of {len(queries)} queries widened")


if __name__ == "__main__":
    main()
