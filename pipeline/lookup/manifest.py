"""Reading what an export says about itself."""

import json
from pathlib import Path
from typing import Any

from nymgraph.pipeline.errors import ArtefactError
from nymgraph.pipeline.schemas import EXPORT_VERSION
from nymgraph.pipeline.storage.artefacts import damaged

__all__ = ["read_manifest"]


def read_manifest(path: Path) -> dict[str, Any]:
    """Read the manifest of an export.

    Args:
        path: The file.

    Returns:
        Its content.

    Raises:
        ArtefactError: It is damaged, or another version of nymgraph wrote it.
    """
    try:
        manifest: dict[str, Any] = json.loads(path.read_text("utf-8"))
        version = manifest["schema_version"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise damaged(path, "export", error) from error
    if version != EXPORT_VERSION:
        raise ArtefactError(
            f"{path} was written by another version of nymgraph",
            got=f"schema_version {version}",
            expected=f"schema_version {EXPORT_VERSION}",
            cure="run `nymgraph export` again, or install the version that wrote it",
        )
    return manifest
