"""`nymgraph.cluster`: a list, a column or a file to a ClusterStore, in one call."""

import shutil
import tempfile
import weakref
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from nymgraph.pipeline.errors import InputError, ParameterError
from nymgraph.pipeline.lexicon.normalise import primary_language
from nymgraph.pipeline.own_list.beginning import Beginning, begin, parameters_of
from nymgraph.pipeline.own_list.stage_graph import anchored
from nymgraph.pipeline.own_list.whole_run import run_all
from nymgraph.pipeline.settings.params import check_params, load_params
from nymgraph.pipeline.storage.artefacts import locked, write_atomic
from nymgraph.pipeline.store import ClusterStore

__all__ = ["cluster"]

_TERMS = "terms.txt"
_ENGLISH = ("en", "und")


def cluster(
    terms: Any,  # noqa: ANN401 - a path, or a column of any library
    *,
    language: str = "en",
    model: str | Path | None = None,
    dictionary: str | None = "english",
    out: str | Path | None = None,
    column: str | None = None,
    params: Mapping[str, Any] | None = None,
) -> ClusterStore:
    """Cluster a list of terms.

    It is `nymgraph init` and `nymgraph run` in one call, and leaves the same bytes. Called again
    with the same list and folder it runs only what is not up to date.

    Args:
        terms: Terms as a list, a column of polars or pandas, or any iterable of text; or the path
            of a file: one term a line, or a table.
        language: Language code of the terms.
        model: A trained model, of `fit` or of another run; nothing is trained then. None: a judge
            is trained on the dictionary, which takes minutes.
        dictionary: english, turkish, or a file (WN-LMF, thesaurus, synonym rules); not read where
            there is a model.
        out: Folder for all that is made; None: a temporary one, deleted with the store.
        column: In a table: the column of terms; None: found out.
        params: Keys of params.yaml to be set besides, by section.

    Returns:
        The clusters, to be asked.

    Raises:
        InputError: The terms cannot be used, or the folder holds the parameters of another list.
        ArtefactError: Another process works on the folder.
        ParameterError: A parameter is not as it should be.

    Example:
        >>> import nymgraph
        >>> nymgraph.cluster({"sofa": 3})
        Traceback (most recent call last):
        nymgraph.pipeline.errors.InputError: the terms are no list and no file
          got: dict
          expected: a list of text, a column of polars or pandas, or a path
          cure: give one column: frame["name"]
        >>> store = nymgraph.cluster(["sofa", "couch"], out="goods")  # doctest: +SKIP
    """
    dictionary = None if model is not None else _of_language(dictionary, language)
    known = None if model is None else Path(model)
    asked = Beginning(Path(out or ""), Path(), column, language, known, dictionary)
    if out is not None:
        return _clustered(terms, asked, params or {})
    folder = Path(tempfile.mkdtemp(prefix="nymgraph-"))
    try:
        store = _clustered(terms, asked._replace(folder=folder), params or {})
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    weakref.finalize(store, shutil.rmtree, folder, ignore_errors=True)
    return store


def _of_language(dictionary: str | None, language: str) -> str | None:
    """The dictionary; the default is refused for another language than its own."""
    if dictionary == "english" and primary_language(language) not in _ENGLISH:
        raise ParameterError(
            f"an English dictionary says nothing of terms in {language!r}",
            expected="a dictionary of that language, or a model",
            cure="give dictionary= (turkish, or a file such as WN-LMF), or model=",
        )
    return dictionary


def _clustered(terms: Any, asked: Beginning, besides: Mapping[str, Any]) -> ClusterStore:  # noqa: ANN401
    """Begin the folder, unless it is there for this list, and run it."""
    folder = asked.folder
    listed = None if isinstance(terms, str | Path) else _text_of(terms)
    path = Path(terms) if listed is None else folder / _TERMS
    with locked(folder / ".cluster.lock", folder):
        if listed is not None and not path.is_file():
            _write(path, listed)
        _begin(asked._replace(terms=path), besides)
        # a file that is the same keeps its time, so that a second call finds all up to date
        if listed is not None and path.read_bytes() != listed.encode():
            _write(path, listed)
        run_all(anchored(load_params(folder / "params.yaml"), folder), folder / "data")
        return ClusterStore(folder / "data" / "export", data=folder / "data")


def _begin(asked: Beginning, besides: Mapping[str, Any]) -> None:
    """Write the files of the folder, or find that they are there for this list."""
    target = asked.folder / "params.yaml"
    if not target.exists():
        begin(asked, besides)
        return
    wanted = check_params(parameters_of(asked, besides), target)
    if load_params(target) != wanted:
        raise InputError(
            f"{target} holds the parameters of another list",
            got=yaml.safe_dump(wanted.model_dump(mode="json", exclude_defaults=True)),
            expected="an empty folder, or one that was made with the same arguments",
            cure="give another folder (out=), or delete that file",
        )


def _text_of(terms: Any) -> str:  # noqa: ANN401
    """A list as the text of a file, a term a line."""
    if hasattr(terms, "columns") or isinstance(terms, Mapping) or not isinstance(terms, Iterable):
        raise InputError(
            "the terms are no list and no file",
            got=type(terms).__name__,
            expected="a list of text, a column of polars or pandas, or a path",
            cure='give one column: frame["name"]',
        )
    return "".join(f"{_line(term, row)}\n" for row, term in enumerate(terms, 1))


def _write(path: Path, text: str) -> None:
    write_atomic(path, lambda temporary: temporary.write_text(text, "utf-8"))


def _line(term: object, row: int) -> str:
    """A term as a line; what is missing is an empty one, which ingest lists among the rejects."""
    if term is None or term != term:
        return ""
    if not isinstance(term, str):
        raise InputError(
            f"term {row} is no text", got=repr(term), expected="text", cure="make it text: str(...)"
        )
    return " ".join(term.split())
