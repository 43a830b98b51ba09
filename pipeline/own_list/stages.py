"""One stage, run with its record."""

import importlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any

from nymgraph.pipeline.engine.choose import open_engine
from nymgraph.pipeline.errors import StorageError
from nymgraph.pipeline.progress import Progress
from nymgraph.pipeline.settings.params import Params
from nymgraph.pipeline.storage.artefacts import Workspace, blamed
from nymgraph.pipeline.storage.runlog import RunRecord

__all__ = ["USING_MODEL", "idle", "perform"]

USING_MODEL = ("ingest", "label", "adapt", "embed", "retrieve", "train")
"""Stages that `model` in the parameters may spare their work."""

_TRAINING = ("adapt", "train")
_SHARDED = ("embed", "retrieve", "classify")  # whose shards an engine makes
_NO_OPTIONS: Mapping[str, Any] = MappingProxyType({})


def idle(stage: str, settings: Params) -> bool:
    """Whether a stage has nothing to do but to leave what later stages read."""
    trained = settings.model is not None and stage in _TRAINING
    return trained or (stage == "augment" and not settings.augment.enabled)


def perform(
    stage: str,
    settings: Params,
    data: Path,
    progress: Progress,
    options: Mapping[str, Any] = _NO_OPTIONS,
) -> dict[str, Any]:
    """Run one stage and leave its run record.

    Args:
        stage: Name of the stage.
        settings: All parameters.
        data: The data folder.
        progress: Where it shows how far it is.
        options: What the stage takes besides.

    Returns:
        The record.

    Raises:
        NymgraphError: The input or an artefact is not as it should be.
    """
    section = getattr(settings, stage)
    record = RunRecord(stage, section.model_dump(mode="json"))
    workspace = Workspace(data, progress, record)
    module = importlib.import_module(f"nymgraph.pipeline.stages.{stage}")
    given = {**options, "model": settings.model} if stage in USING_MODEL else dict(options)
    with workspace.stage():
        try:
            with blamed(workspace):
                if stage in _SHARDED:
                    with open_engine(settings.engine) as engine:
                        module.run(section, workspace, engine, **given)
                else:
                    module.run(section, workspace, **given)
        except BaseException:
            with suppress(StorageError, OSError):  # the error that counts is the first one
                workspace.write_json(".runs", f"{stage}.json", record.summary("failed"))
            raise
    summary = record.summary("done")
    workspace.write_json(".runs", f"{stage}.json", summary)
    return summary
