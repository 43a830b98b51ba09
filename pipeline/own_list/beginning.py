"""`nymgraph init`: a folder with params.yaml, dvc.yaml and .gitignore, from a file of terms."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from nymgraph.pipeline.classifier.model_notes import model_folder, read_notes
from nymgraph.pipeline.errors import InputError, ParameterError
from nymgraph.pipeline.lexicon.files import plain_name, require_file
from nymgraph.pipeline.lexicon.normalise import primary_language
from nymgraph.pipeline.own_list.columns import choose_columns, is_table
from nymgraph.pipeline.own_list.params_file import params_text
from nymgraph.pipeline.own_list.stage_graph import folder_graph, template
from nymgraph.pipeline.settings.params import check_params, load_params
from nymgraph.pipeline.storage.artefacts import locked, write_atomic

__all__ = ["Beginning", "begin", "parameters_of", "refresh"]

_EDITIONS = {"english": "en", "turkish": "tr"}
_GITIGNORE = "# what the stages write\n/data/\n"
_NOTES = {
    "model": "A trained judge; null: one is trained on label.dictionaries.",
    "ingest.language": "Language code of the terms: en, tr, ... (ISO 639); und: not known.",
    "ingest.sources": "Where the terms come from; the kinds of files are listed below.",
    "label.dictionaries": "Dictionaries whose relations the judge learns from.",
    "label.tables": "Your own labelled pairs: [{path: pairs.csv}] with term_a, term_b, relation.",
    "cluster.gate": "Least probability of synonymy. Higher: purer, smaller clusters.",
    "export.formats": "Further formats: jsonl, csv, solr, elasticsearch, wn-lmf, skos.",
}
# for a language without an encoder in the package, as the comment at adapt.method says
_STATIC = {"method": "static", "steps": 140, "batch_size": 2048, "learning_rate": 0.02}


class Beginning(NamedTuple):
    """The options of `nymgraph init`.

    Attributes:
        folder: The folder to be.
        terms: The file of terms.
        column: The column of the terms, in a table; None: found out.
        language: Language code; None: that of the model or the dictionary, else en.
        model: A model folder, instead of training.
        dictionary: An edition of WordNet, or a file: WN-LMF, thesaurus, synonym rules.
    """

    folder: Path
    terms: Path
    column: str | None = None
    language: str | None = None
    model: Path | None = None
    dictionary: str | None = None


def begin(asked: Beginning, besides: Mapping[str, Any] = MappingProxyType({})) -> list[Path]:
    """Write the files of a folder.

    Args:
        asked: What is asked for.
        besides: Keys to be set besides, by section.

    Returns:
        The files written.

    Raises:
        InputError: The terms cannot be read, or the folder has parameters already.
        ArtefactError: Another process begins the same folder.
        ParameterError: There is no such dictionary, or none is known for the language.
    """
    target = asked.folder / "params.yaml"
    chosen = parameters_of(asked, besides)
    check_params(chosen, target)  # so that nothing is written for parameters that cannot be
    text = params_text(template("params.yaml"), chosen, _NOTES)
    with locked(asked.folder / ".init.lock", asked.folder):
        if target.exists():
            raise InputError(
                f"{target} is there already",
                expected="a folder without parameters",
                cure="take another folder, delete the file, or leave --terms out to renew dvc.yaml",
            )
        _write(target, text)
        return [target, *refresh(asked.folder)]


def refresh(folder: Path) -> list[Path]:
    """Write dvc.yaml anew from the parameters of a folder, and .gitignore where there is none.

    Args:
        folder: The folder.

    Returns:
        The files written.

    Raises:
        InputError: It has no parameters.
        ParameterError: They are not as they should be.
    """
    graph, ignored = folder / "dvc.yaml", folder / ".gitignore"
    _write(graph, folder_graph(load_params(folder / "params.yaml")))
    if ignored.exists():
        return [graph]
    _write(ignored, _GITIGNORE)
    return [graph, ignored]


def parameters_of(asked: Beginning, besides: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters that a folder is to have.

    Args:
        asked: What is asked for.
        besides: Keys to be set besides, by section.

    Returns:
        The keys that are set, by section; all others have their defaults.

    Raises:
        InputError: The terms cannot be read.
        ParameterError: There is no such dictionary, or none is known for the language.
    """
    source = _source(asked.terms, asked.column)
    language, dictionary = _languages(asked)
    dictionaries = [] if dictionary is None else [_dictionary(dictionary, asked.folder)]
    chosen: dict[str, Any] = {
        "ingest": {
            "language": language,
            "sources": [{**source, "path": _seen_from(asked.folder, asked.terms)}],
        },
        "label": {"dictionaries": dictionaries, "tables": []},
        "cluster": {"gate": 0.7},
        "export": {"formats": ["parquet", "solr"]},
    }
    if dictionaries:
        chosen["ingest"]["variants"] = {"dictionaries": dictionaries}
    if asked.model is not None:
        if not asked.model.is_dir():
            raise InputError(
                f"{asked.model} is no folder of a model",
                cure="give the folder that `nymgraph fit` or a run wrote",
            )
        chosen = {"model": _seen_from(asked.folder, asked.model), **chosen}
    elif primary_language(language) not in ("en", "und"):
        glosses = chosen["label"]["dictionaries"]
        chosen["adapt"] = {**_STATIC, "static": {"glosses": glosses}}
    for section, keys in besides.items():
        chosen[section] = {**chosen.get(section, {}), **keys} if isinstance(keys, dict) else keys
    return chosen


def _languages(asked: Beginning) -> tuple[str, str | None]:
    """The language and the dictionary, one from the other where only one is given."""
    language, dictionary = asked.language, asked.dictionary
    if asked.model is not None and asked.model.is_dir() and language is None:
        language = read_notes(model_folder(asked.model)).language
    if dictionary is None and asked.model is None:
        language = language or "en"
        by_language = {code: edition for edition, code in _EDITIONS.items()}
        dictionary = by_language.get(primary_language(language))
        if dictionary is None:
            raise ParameterError(
                f"no dictionary comes with nymgraph for the language {language!r}",
                expected=f"one of {', '.join(by_language)}, or --dictionary or --model",
                cure="give a file with --dictionary: a wordnet in WN-LMF (Open Multilingual "
                "Wordnet), a thesaurus, or synonym rules",
            )
    return language or _EDITIONS.get(dictionary or "", "en"), dictionary


def _source(terms: Path, column: str | None) -> dict[str, Any]:
    """The source that a file of terms is, by its name."""
    require_file(terms)
    if terms.stat().st_size == 0:
        raise InputError(f"{terms} is empty", expected="terms", cure="write one term a line")
    suffix = plain_name(terms).suffix.lower()
    if is_table(terms):
        columns = choose_columns(terms, column)
        source = {"kind": "table", "path": None, "column": columns.terms}
        return source | ({"frequency_column": columns.frequency} if columns.frequency else {})
    if column is not None:
        raise ParameterError(
            f"{terms} has no columns",
            got=f"--column {column}",
            expected="a table: .csv, .tsv, .jsonl, .json or .parquet",
            cure="leave --column out, or give the file the suffix of what it is",
        )
    kinds = {".xml": "wn_lmf", ".dat": "mythes"}
    return {"kind": kinds.get(suffix, "text"), "path": None}


def _dictionary(given: str, folder: Path) -> dict[str, Any]:
    """The dictionary that a name or a file is."""
    if given in _EDITIONS:
        return {"kind": "wordnet", "edition": given}
    path = Path(given)
    if not path.is_file():
        raise ParameterError(
            f"there is no dictionary {given!r}",
            expected=f"{' or '.join(_EDITIONS)}, or a file",
            cure="check its name, or the path",
        )
    kinds = {".xml": "wn_lmf", ".dat": "mythes", ".txt": "solr"}
    kind = kinds.get(plain_name(path).suffix.lower(), "thesaurus")
    return {"kind": kind, "path": _seen_from(folder, path)}


def _seen_from(folder: Path, path: Path) -> str:
    """The path of a file, relative where it lies in the folder, else absolute."""
    own, whole = folder.resolve(), path.resolve()
    return (whole.relative_to(own) if whole.is_relative_to(own) else whole).as_posix()


def _write(path: Path, text: str) -> None:
    write_atomic(path, lambda temporary: temporary.write_text(text, "utf-8"))
