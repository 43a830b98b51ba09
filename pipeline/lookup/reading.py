"""The arrays of an index, mapped into memory and checked against the manifest of the export."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from nymgraph.pipeline.errors import ArtefactError
from nymgraph.pipeline.lookup.layout import ARRAYS, FOLDER, strings_of
from nymgraph.pipeline.lookup.strings import SortedStrings
from nymgraph.pipeline.storage.artefacts import map_array, missing, reading

__all__ = ["LookupIndex"]


class LookupIndex:
    """The index of an export. Nothing is read until it is asked for; nothing is ever written.

    ArtefactError if an array is missing, damaged, or not the one that the manifest describes.

    Args:
        export: The export folder.
        sizes: Bytes of every file, from the manifest.
    """

    def __init__(self, export: Path, sizes: dict[str, int]) -> None:
        self._folder = export / FOLDER
        self._arrays = {name: self._map(name, sizes.get(name)) for name in ARRAYS}

    def array(self, name: str) -> npt.NDArray[Any]:
        """An array of the layout, as a read-only map."""
        return self._arrays[name]

    def view(self, name: str) -> memoryview:
        """An array of the layout whose items come as Python numbers."""
        return self._arrays[name].data

    def strings(self, name: str) -> SortedStrings:
        """A list of strings of the layout."""
        return SortedStrings(*(self.view(array) for array in strings_of(name)))

    def _map(self, name: str, size: int | None) -> npt.NDArray[Any]:
        path = self._folder / f"{name}.npy"
        if not path.is_file():
            raise missing(path, "export")
        if path.stat().st_size != size:
            raise ArtefactError(
                f"{path} is not the file that the manifest describes",
                got=f"{path.stat().st_size} bytes",
                expected=f"{size} bytes",
                cure="run `nymgraph export` again",
            )
        with reading(path, "export"):
            array = map_array(path, "export")
            if array.dtype.str != ARRAYS[name].dtype or array.ndim != 1:
                raise ValueError(f"{array.dtype.str}, {array.ndim} dimensions")
            return np.asarray(array)
