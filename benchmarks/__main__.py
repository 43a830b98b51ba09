"""`make bench`: every measurement, one line each."""

from benchmarks import speed
from benchmarks.machine import describe

if __name__ == "__main__":
    print(describe())
    for measure in (speed.embedding, speed.judging, speed.clustering):
        print(measure(), flush=True)
