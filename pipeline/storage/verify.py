"""Every byte of a run or of an export against the lists that its stages left."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from nymgraph.pipeline.errors import ArtefactError, InputError, NymgraphError
from nymgraph.pipeline.storage.artefacts import THROWN, Workspace, rewritten
from nymgraph.pipeline.storage.manifests import LIST, StageFiles, identity, read_list

__all__ = ["RECORD", "Verified", "blamed_export", "one_export", "verify_export", "verify_run"]

RECORD = "verify.json"
MANIFEST = "manifest.json"


class Verified(NamedTuple):
    """The result of checking one stage.

    Attributes:
        stage: Its name.
        files: How many files it left.
        bytes: Their size.
        faults: What does not fit; none if all is as it was left.
    """

    stage: str
    files: int
    bytes: int
    faults: tuple[ArtefactError, ...]


def verify_run(root: Path, stages: Iterable[str]) -> list[Verified]:
    """Hash every file of a run, and compare what the stages read with what is there.

    Args:
        root: The data folder; when this was done last is noted in it.
        stages: The stages, in order; those that have not run are left out.

    Returns:
        What was found of each stage.

    Raises:
        InputError: No stage has run there.
    """
    names = [stage for stage in stages if (root / stage).is_dir() and any((root / stage).iterdir())]
    if not names:
        raise InputError(
            f"{root} holds no run", cure="give the data folder of a run with --data DIR"
        )
    lists: dict[str, StageFiles] = {}
    found = [_verified(stage, root / stage, lists) for stage in names]
    record = {
        "at": time.strftime("%F %T"),
        "faults": sum(len(stage.faults) for stage in found),
        "bytes": sum(stage.bytes for stage in found),
    }
    Workspace(root).write_json(".runs", RECORD, record)
    return found


def verify_export(folder: Path) -> Verified:
    """Hash every file of an export; nothing is written.

    Args:
        folder: The export folder.

    Returns:
        What was found.

    Raises:
        InputError: There is no such folder.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is not there", cure="give the folder of a finished export")
    return _verified("export", folder, {})


@contextmanager
def blamed_export(folder: Path) -> Iterator[None]:
    """Let whatever a damaged export makes the block throw be an error that names the file.

    Args:
        folder: The export folder.

    Raises:
        ArtefactError: A file of the export is damaged.
    """
    try:
        yield
    except NymgraphError:
        raise
    except THROWN as error:
        if (folder / LIST).is_file():
            for fault in verify_export(folder).faults:
                raise fault from error
        raise


@contextmanager
def one_export(folder: Path) -> Iterator[None]:
    """Let the block read one export: not the beginning of one and the end of the next.

    Args:
        folder: The export folder. Its manifest is removed before, and written after, all others.

    Raises:
        ArtefactError: A file is damaged, or the export was written meanwhile.
    """
    before = identity(folder / MANIFEST)
    try:
        with blamed_export(folder):
            yield
    except NymgraphError:
        raise
    except THROWN as error:
        if identity(folder / MANIFEST) != before:
            raise rewritten(folder) from error
        raise
    if before is None or identity(folder / MANIFEST) != before:
        raise rewritten(folder)


def _verified(stage: str, folder: Path, lists: dict[str, StageFiles]) -> Verified:
    """Check one stage; its list joins those of the earlier ones."""
    try:
        listed = read_list(stage, folder)
    except ArtefactError as error:
        return Verified(stage, 0, 0, (error,))
    lists[stage] = listed
    faults = (*listed.faults(whole=True),) or (*_mixed(listed, lists),)
    return Verified(stage, len(listed.files), sum(x.bytes for x in listed.files.values()), faults)


def _mixed(listed: StageFiles, lists: dict[str, StageFiles]) -> Iterator[ArtefactError]:
    """The inputs of the stage that have changed since."""
    for name, expected in listed.inputs.items():
        stage, below = name.split("/", 1)
        if stage in lists and lists[stage].hash_of(below) != expected:
            yield ArtefactError(
                f"{listed.folder / LIST}: it was made from another {name}",
                cure=f"run `nymgraph {listed.stage}` again",
            )
