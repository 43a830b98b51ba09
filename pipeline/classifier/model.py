"""A classifier ready to judge any two terms: of a run, of `nymgraph fit`, here or moved.

With the data folder of a run, a candidate of that run gets bit for bit the probabilities that
`classify` gave it on the same kind of device. Vectors, neighbours, calibration and corrections are
the same (`corrections`): shifts by list and kind, known pairs, and terms that a dictionary keeps
apart. With the folder of a model alone, probabilities may differ. The neighbours of a term, whose
pairs vote and which count in its nearness, are then the nearest terms that the model knows, not
those of the lexicon, and nothing is corrected. An unknown word is encoded. The last bit of its
vector, in half precision, may depend on the words that are encoded with it.
"""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph.discriminator import RELATIONS, PairClassifier
from nymgraph.pipeline import schemas
from nymgraph.pipeline.classifier.corrections import (
    Corrections,
    corrections_of_run,
    routes_of,
)
from nymgraph.pipeline.classifier.features import TermSpace, open_space
from nymgraph.pipeline.classifier.model_folder import known_space, model_classifier
from nymgraph.pipeline.classifier.model_notes import (
    MODEL_FILE,
    ModelNotes,
    locate_encoder,
    model_folder,
    read_notes,
)
from nymgraph.pipeline.classifier.trained import TrainedClassifier, classifier_over
from nymgraph.pipeline.devices import resolve_device
from nymgraph.pipeline.encoders.encoders import Encoder, EncodeSettings, encode_terms, load_encoder
from nymgraph.pipeline.errors import ArtefactError, DependencyError, InputError
from nymgraph.pipeline.lexicon.normalise import clean
from nymgraph.pipeline.lexicon.tables import read_table, refuse_rows, require_columns
from nymgraph.pipeline.storage.artefacts import Workspace, blamed, rewritten, write_atomic
from nymgraph.pipeline.storage.manifests import identity

__all__ = ["Model", "judge_table", "load_model", "open_encoder"]

_ENDS = ("term_a", "term_b")


@dataclass(frozen=True)
class Model:
    """A trained classifier, the terms that it knows, and an encoder for those that it does not.

    Attributes:
        classifier: The head, and the cross-encoder behind it.
        space: The terms that are known.
        open_encoder: Loads the encoder; called when the first unknown word is judged.
        device: Where to compute, as torch names it.
        notes: What the folder of the model says; None for one that has no folder yet.
        run: The data folder whose terms the space holds; None for no run, or one that has not
            come to `classify`: then nothing is corrected.
    """

    classifier: TrainedClassifier
    space: TermSpace
    open_encoder: Callable[[], Encoder]
    device: str = "cpu"
    notes: ModelNotes | None = None
    run: Workspace | None = None

    def judge(
        self,
        pairs: Any,  # noqa: ANN401 - rows or a frame of any library
        *,
        known: bool = True,
    ) -> pl.DataFrame:
        """Judge pairs of any terms.

        Args:
            pairs: (term, term) rows, or a polars or pandas frame with the columns term_a and
                term_b; other columns are kept.
            known: With the data folder of a run: let known pairs override the judge, as `classify`
                does.

        Returns:
            The pairs with the columns p_synonym, p_antonym and p_co_hyponym (float32, calibrated
            for near neighbours as in a run; "related, neither" counts as co-hyponymy), the same for
            (a, b) and (b, a). With the data folder of a run they are what `classify` says.

        Raises:
            InputError: A row is no pair of terms, or a column is missing.
            ArtefactError: The run or the model was written anew since it was opened.
        """
        rows = _pair_frame(pairs)
        asked = self._asked(rows["term_a"].to_list(), rows["term_b"].to_list())
        nothing = np.empty((0, len(RELATIONS)), np.float32)
        with nullcontext() if self.run is None else blamed(self.run):
            judged = self._corrected(asked, known=known) if asked.words else _columns(nothing)
        if self.run is not None:
            self.run.refuse_rewritten()
        return rows.with_columns(judged)

    def probabilities(
        self, terms_a: Sequence[str], terms_b: Sequence[str], *, dictionary: bool = False
    ) -> npt.NDArray[np.float32]:
        """Probabilities of pairs of any terms.

        Args:
            terms_a: n_pairs terms.
            terms_b: n_pairs terms.
            dictionary: Whether they are for pairs of which it is known that a dictionary relates
                them; else they are for near neighbours, as in a run.

        Returns:
            float32 (n_pairs, 3), columns as in RELATIONS, the same for (a, b) and (b, a).
        """
        asked = self._asked(terms_a, terms_b)
        if not asked.words:
            return np.empty((0, len(RELATIONS)), np.float32)
        vectors = self._vectors(asked.words, asked.rows)
        return self._over(asked, vectors, dictionary=dictionary).judge(asked.a, asked.b)

    def rows(self, words: Sequence[str]) -> npt.NDArray[np.int64]:
        """The row of each word in the space, int64 (n_words,); -1 where it is not known."""
        asked = pl.DataFrame({"term": words}, {"term": pl.String})
        found = asked.join(self._numbered, on="term", how="left", maintain_order="left")["row"]
        return found.fill_null(-1).to_numpy().astype(np.int64)

    @cached_property
    def corrections(self) -> Corrections | None:
        """The corrections of the run; None without one."""
        return None if self.run is None else corrections_of_run(self.run)

    @cached_property
    def encoder(self) -> Encoder:
        """The encoder, loaded when it is first needed."""
        return self.open_encoder()

    @cached_property
    def _numbered(self) -> pl.DataFrame:
        terms = pl.DataFrame({"term": self.space.terms}, {"term": pl.String})
        return terms.with_columns(row=pl.int_range(pl.len()))

    def _asked(self, terms_a: Sequence[str], terms_b: Sequence[str]) -> "_Asked":
        """Pairs by place among their words, which are sorted as the terms of a lexicon are."""
        language = self.space.language
        ends = [[clean(term, language) for term in side] for side in (terms_a, terms_b)]
        words = sorted({*ends[0], *ends[1]})
        place = {word: number for number, word in enumerate(words)}
        a, b = (np.array([place[word] for word in side], np.int64) for side in ends)
        return _Asked(words, self.rows(words), np.minimum(a, b), np.maximum(a, b))

    def _over(
        self, asked: "_Asked", vectors: npt.NDArray[np.float16], *, dictionary: bool
    ) -> PairClassifier:
        """The classifier, put to work on words."""
        words, rows, *_ = asked
        surface = self.classifier.trained.head.surface
        features = self.space.features_of(words, rows, vectors, surface=surface)
        where = {"dictionary": dictionary, "elsewhere": self.space.elsewhere}
        return classifier_over(self.classifier, words, features, self.device, **where)

    def _corrected(self, asked: "_Asked", *, known: bool) -> list[pl.Series]:
        """The probabilities as columns, after all that comes behind the classifier."""
        words, rows, a, b = asked
        vectors = self._vectors(words, rows)
        classifier = self._over(asked, vectors, dictionary=False)
        if self.run is None or self.corrections is None:
            return _columns(classifier.judge(a, b))
        routes = routes_of(self.run, pl.DataFrame({"a": rows[a], "b": rows[b]}))
        pairs = pl.DataFrame({"a": a, "b": b}).cast(pl.UInt32).with_columns(route=routes)
        corrections = self.corrections.of_words(words, rows, vectors, self.space.language)
        evidence = corrections.evidence if known else corrections.evidence.clear()
        judged = corrections._replace(evidence=evidence).judge(pairs, classifier)
        return [judged[f"p_{name}"] for name in RELATIONS]

    def _vectors(
        self, words: Sequence[str], rows: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.float16]:
        """The vectors of known terms as they are kept, and those of new words."""
        vectors = self.space.vectors_of(rows)
        new = np.flatnonzero(rows < 0).tolist()
        if new:
            vectors[new] = encode_terms(self.encoder, [words[place] for place in new])
        return vectors


class _Asked(NamedTuple):
    """Pairs of words: the words, their rows in the space or -1, the places of both ends."""

    words: list[str]
    rows: npt.NDArray[np.int64]
    a: npt.NDArray[np.int64]
    b: npt.NDArray[np.int64]


def load_model(
    folder: str | Path, *, device: str = "auto", trust_remote_code: bool = False
) -> Model:
    """Open a trained model.

    Args:
        folder: The folder that `nymgraph fit` wrote, or the data folder of a run.
        device: A torch device, or "auto" for a GPU if there is one.
        trust_remote_code: Whether code that comes with its encoder may run, if it needs any.

    Returns:
        The model, ready to judge.

    Raises:
        ArtefactError: There is no model, it is damaged, of another version, or was written anew
            while it was read.
    """
    given, where = Path(folder), resolve_device(device)
    place = model_folder(given)
    written = identity(place / MODEL_FILE)
    notes = read_notes(place)
    classifier = model_classifier(place, where)
    run: Workspace | None = None
    if place != given and (given / "embed" / "manifest.json").is_file():
        workspace = Workspace(given)
        with blamed(workspace):
            space = _run_space(workspace, notes, votes=classifier.counts_votes)
        workspace.refuse_rewritten()
        run = workspace if workspace.exists(schemas.RELATIONS) else None
    else:
        space = known_space(place, notes)
        space = space if classifier.counts_votes else space._replace(known=None)

    def encoder() -> Encoder:
        opened = open_encoder(place, notes, where, trust_remote_code=trust_remote_code)
        refuse_rewritten()
        return opened

    def refuse_rewritten() -> None:
        if identity(place / MODEL_FILE) != written:
            raise rewritten(place)

    refuse_rewritten()
    return Model(classifier, space, encoder, where, notes, run)


def open_encoder(
    folder: Path, notes: ModelNotes, device: str, *, trust_remote_code: bool = False
) -> Encoder:
    """Load the encoder of a model.

    Args:
        folder: Folder of the model.
        notes: What it says of itself.
        device: A torch device.
        trust_remote_code: Whether code that comes with the encoder may run.

    Returns:
        The encoder.

    Raises:
        ArtefactError: It is not the one that the model was made with.
        DependencyError: It cannot be loaded, or it needs code of its own, which is not trusted.
    """
    encoder = notes.encoder
    if encoder.trust_remote_code and not trust_remote_code:
        raise DependencyError(
            f"the encoder of the model, {encoder.name}, runs code of its own",
            cure="if you trust it: load_model(..., trust_remote_code=True)",
        )
    own = (encoder.prompt, encoder.trust_remote_code)
    how = EncodeSettings(device, encoder.precision, notes.language, *own)
    return load_encoder(locate_encoder(folder, encoder), how)


def judge_table(model: Model, pairs: Path, out: Path) -> int:
    """Judge a table of pairs and write it with three more columns.

    Args:
        model: The model.
        pairs: A table with the columns term_a and term_b; other columns are kept.
        out: File to write, .csv, .tsv, .jsonl or .parquet.

    Returns:
        Number of pairs.

    Raises:
        InputError: The table cannot be read or has an empty term, or the kind of `out` is unknown.
    """
    write = _writer(out)
    rows = read_table(pairs)
    require_columns(rows, list(_ENDS), pairs)
    rows = rows.with_columns(pl.col(_ENDS).cast(pl.String))
    for column in _ENDS:
        refuse_rows(rows, pl.col(column).fill_null("") == "", pairs, column, "a term")
    judged = model.judge(rows)
    out.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(out, lambda path: write(judged, path))
    return rows.height


def _run_space(workspace: Workspace, notes: ModelNotes, *, votes: bool) -> TermSpace:
    """The lexicon of a run, as `classify` sees it."""
    manifest = workspace.read_json("embed", "manifest.json")
    if manifest["revision"] != notes.encoder.revision:
        raise ArtefactError(
            f"the model in {workspace.root} was trained on vectors of another encoder",
            got=notes.encoder.name,
            expected=manifest["encoder"],
            cure="run `nymgraph train` again",
        )
    return open_space(workspace, votes=votes)


def _pair_frame(pairs: Any) -> pl.DataFrame:  # noqa: ANN401
    """Pairs given in any form as a frame; a row that is no pair of terms is refused."""
    if hasattr(pairs, "columns"):
        rows = pairs if isinstance(pairs, pl.DataFrame) else pl.from_pandas(pairs)
        missing = [name for name in _ENDS if name not in rows.columns]
        if missing:
            raise InputError(
                f"the pairs have no column {missing[0]!r}",
                got=", ".join(rows.columns),
                expected=", ".join(_ENDS),
                cure="rename the columns",
            )
        _refuse_no_pairs(rows.select(_ENDS).rows())
        return rows.with_columns(pl.col(_ENDS).cast(pl.String))
    listed = [pair if isinstance(pair, str) else tuple(pair) for pair in pairs]
    _refuse_no_pairs(listed)
    return pl.DataFrame(listed, dict.fromkeys(_ENDS, pl.String), orient="row")


def _columns(judged: npt.NDArray[np.float32]) -> list[pl.Series]:
    return [pl.Series(f"p_{name}", judged[:, place]) for place, name in enumerate(RELATIONS)]


def _refuse_no_pairs(pairs: Sequence[Any]) -> None:
    for number, pair in enumerate(pairs):
        two = isinstance(pair, tuple) and len(pair) == len(_ENDS)
        if not (two and all(isinstance(term, str) and term.strip() for term in pair)):
            raise InputError(
                f"row {number + 1} is no pair of terms",
                got=repr(pair),
                expected="two terms that are not empty",
                cure="mend or drop the row",
            )


def _writer(out: Path) -> Callable[[pl.DataFrame, Path], object]:
    """How to write a user's table, by the suffix of the file."""
    writers: dict[str, Callable[[pl.DataFrame, Path], object]] = {
        ".parquet": lambda rows, path: rows.write_parquet(path),
        ".csv": lambda rows, path: rows.write_csv(path),
        ".tsv": lambda rows, path: rows.write_csv(path, separator="\t"),
        ".jsonl": lambda rows, path: rows.write_ndjson(path),
    }
    suffix = out.suffix.lower()
    if suffix not in writers:
        raise InputError(
            f"{out}: this kind of table is not known",
            got=suffix or "no suffix",
            expected=", ".join(writers),
            cure="name the file with one of these suffixes",
        )
    return writers[suffix]
