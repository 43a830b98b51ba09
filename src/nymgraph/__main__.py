"""The command line: `python -m nymgraph` is `nymgraph`."""

from nymgraph.pipeline.cli import main

if __name__ == "__main__":
    main()
