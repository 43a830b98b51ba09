"""A third language from a profile alone: a WN-LMF file, a static encoder, `dvc repro`."""

from pathlib import Path

import pytest
import yaml

from nymgraph.pipeline.store import ClusterStore
from tests.lexicon.small_lmf import families, write_lmf
from tests.stages.small_run import make_project

pytestmark = pytest.mark.slow
FAMILIES = 150


def test_a_wordnet_in_a_third_language_runs_through_its_profile(tmp_path: Path) -> None:
    project = make_project(tmp_path / "project")
    write_lmf(project.root / "basque.xml", families(FAMILIES))
    source = {"kind": "wn_lmf", "path": "basque.xml"}
    static = {"glosses": [source], "units": 2_000, "dim": 32}
    content = {
        "ingest": {"language": "eu", "sources": [source]},
        "label": {"dictionaries": [source]},
        "adapt": {"method": "static", "static": static, "steps": 20, "batch_size": 64},
        "train": {"contradicted": 0, "epochs": 1},
    }
    whole = yaml.safe_load(project.params.read_text("utf-8"))  # DVC wants every section
    for section, values in content.items():
        whole[section] |= values
    folder = project.root / "profiles" / "basque"
    folder.mkdir(parents=True)
    (folder / "params.yaml").write_text(yaml.safe_dump(whole), "utf-8")
    made = project.command("nymgraph", "profile", "basque")
    assert made.returncode == 0, made.stderr
    done = project.command("dvc", "repro", "profiles/basque/dvc.yaml")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (folder / "dvc.lock").is_file()
    assert not (project.root / "dvc.lock").exists()
    assert not (project.data / "ingest").exists()
    store = ClusterStore(folder / "data" / "export")
    assert store.entry("GORA 1").term == "gora 1"
    asked = project.command("nymgraph", "query", "bat 1", NYMGRAPH_PROFILE="basque")
    assert asked.returncode == 0, asked.stderr
    assert asked.stdout.startswith("bat 1")
    again = project.command("dvc", "repro", "profiles/basque/dvc.yaml")
    assert "Running stage" not in again.stdout
