"""The data folder of the run that made an export: its vectors and its model.

An export holds neither. They lie in `embed` (vectors), `adapt` (encoder) and `train` (classifier).
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from nymgraph.pipeline.errors import ArtefactError
from nymgraph.pipeline.storage.artefacts import Workspace, blamed
from nymgraph.pipeline.store.export_folder import ExportFolder

if TYPE_CHECKING:  # torch is loaded when the first word is asked for
    from nymgraph.pipeline.classifier.model import Model

__all__ = ["RunData"]


class RunData:
    """What was computed for the terms of an export.

    Args:
        export: The export.
        data: The data folder of its run.
    """

    def __init__(self, export: ExportFolder, data: Path) -> None:
        self._export, self._workspace = export, Workspace(data)
        self._lock = threading.Lock()

    @contextmanager
    def asked(self) -> Iterator[None]:
        """Load and ask once at a time: a model is not for two threads at once.

        Raises:
            ArtefactError: Something is damaged, of another run, or was written anew meanwhile.
        """
        with self._lock, blamed(self._workspace):
            yield
            self._workspace.refuse_rewritten()

    @cached_property
    def vectors(self) -> npt.NDArray[np.float16]:
        """The vectors of the terms, (n_terms, dim), as a memory map; a row is a term_id.

        ArtefactError if the data folder does not hold the run that made the export.
        """
        manifest = self._workspace.read_json("embed", "manifest.json")
        self._same_run("embed", manifest["content"], self._export.vectors)
        self._same_run("embed", manifest["revision"], self._export.encoder_revision)
        vectors = self._workspace.read_array("embed", "vectors.npy")[: manifest.get("rows")]
        self._same_run("embed", f"{len(vectors)} rows", f"{len(self._export.terms)} rows")
        return vectors

    @cached_property
    def model(self) -> "Model":
        """The model of the run, which sees the lexicon as `classify` saw it."""
        from nymgraph.pipeline.classifier.model import load_model

        model = load_model(self._workspace.root, device="cpu")
        if model.notes is not None:
            self._same_run("train", model.notes.encoder.revision, self._export.encoder_revision)
        return model

    def _same_run(self, stage: str, got: str, expected: str | None) -> None:
        """ArtefactError unless what a stage left is of the run that made the export."""
        if expected is not None and got != expected:
            raise ArtefactError(
                f"{self._workspace.root / stage} is not of the run that made this export",
                got=got,
                expected=expected,
                cure="give the data folder of its run: ClusterStore(export, data=...)",
            )
