"""Every table that nymgraph writes, declared once.

A table has a unit of observation (what one row is), a key (what makes a row unique) and columns.
`Table.conform` is called on every write and `Table.check` on every read, so that no stage
passes on what another cannot take. Changing a declaration changes `schemas.json` in the tests: a
change of a stored format is deliberate.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from nymgraph.pipeline.errors import ArtefactError

__all__ = [
    "ASSIGNMENTS",
    "AUGMENTED",
    "AUGMENT_REJECTS",
    "CANDIDATES",
    "CLUSTERS",
    "CONFLICTS",
    "CONTRADICTED",
    "EVIDENCE",
    "EXPORTED_CLUSTERS",
    "EXPORTED_EDGES",
    "EXPORTED_EVIDENCE",
    "EXPORTED_LINKS",
    "EXPORTED_MARKS",
    "EXPORTED_MEMBERSHIPS",
    "EXPORTED_SENSES",
    "EXPORTED_TENSIONS",
    "EXPORTED_TERMS",
    "EXPORTED_VARIANTS",
    "EXPORT_COPIES",
    "EXPORT_VERSION",
    "EXTRA_PAIRS",
    "EXTRA_TERMS",
    "GLOSSED",
    "HELD_BACK",
    "HELD_OUT",
    "JUDGEMENTS",
    "LINEAGE",
    "LINKS",
    "MARKS",
    "MARK_NAMES",
    "MEMBERSHIPS",
    "PAIRS",
    "REJECTS",
    "RELATIONS",
    "RELATION_NAMES",
    "RELEASED_ASSIGNMENTS",
    "RELEASED_CLUSTERS",
    "RELEASED_EVIDENCE",
    "RELEASED_LINKS",
    "RELEASED_MEMBERSHIPS",
    "RELEASED_RELATIONS",
    "RELEASED_SENSES",
    "RELEASED_TENSIONS",
    "REPAIRED",
    "SENSES",
    "SIMILAR",
    "SPLIT_NAMES",
    "TABLES",
    "TENSIONS",
    "TERMS",
    "TRAINING_CANDIDATES",
    "VARIANTS",
    "Column",
    "Table",
]

# The version of the exported tables and manifest; raise it when they change. A further table is
# no change: readers go by the manifest.
EXPORT_VERSION = 5
MARK_NAMES = ("slur", "vulgar", "offensive")
RELATION_NAMES = ("synonym", "antonym", "co_hyponym")
# From the least to the most held out: a pair takes the later of the splits of its terms.
SPLIT_NAMES = ("train", "validation", "test")
_RELATION = pl.Enum(RELATION_NAMES)
_SPLIT = pl.Enum(SPLIT_NAMES)
_ROUTE = pl.Enum(["vector", "surface", "affix", "dictionary", "initials", "gloss"])
_EVIDENCE = pl.Enum(["model", "dictionary"])
_LINK = pl.Enum(["opposite", "related"])
_KNOWN_BY = pl.Enum(["counts", "order", "estimate"])


@dataclass(frozen=True)
class Column:
    """One column: its name, polars type, meaning, and whether it may be null."""

    name: str
    dtype: Any
    doc: str
    nullable: bool = False


@dataclass(frozen=True)
class Table:
    """One stored table.

    Attributes:
        stage: The stage that writes it, also the name of its folder.
        name: File name without suffix; a folder of parts when `parts` is true.
        unit: The unit of observation: what one row is.
        key: The columns that identify a row.
        columns: The declared columns, in order.
        extra: Whether further columns of the user may follow.
        parts: Whether it is a folder of part files (long tables are).
    """

    stage: str
    name: str
    unit: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    extra: bool = False
    parts: bool = False

    @property
    def path(self) -> Path:
        """Path below the data folder."""
        return Path(self.stage) / (self.name if self.parts else f"{self.name}.parquet")

    @property
    def schema(self) -> dict[str, Any]:
        """Column name to polars type."""
        return {column.name: column.dtype for column in self.columns}

    def empty(self) -> pl.DataFrame:
        """A table of no rows."""
        return pl.DataFrame(schema=self.schema)

    def conform(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Order and cast the columns of a frame that is about to be written.

        Args:
            frame: The rows; casts must be lossless.

        Returns:
            The frame with the declared columns first, extra ones after them.

        Raises:
            ArtefactError: The columns are not the declared ones, or one has missing values.
        """
        self._check_names(frame.columns, "the frame to be written")
        extra = [name for name in frame.columns if name not in self.schema]
        cast = frame.select(
            [pl.col(column.name).cast(column.dtype) for column in self.columns]
            + [pl.col(name) for name in extra]
        )
        for column in self.columns:
            if not column.nullable and cast[column.name].null_count():
                raise ArtefactError(
                    f"{self.stage}/{self.name}: column {column.name!r} has missing values",
                    cure="this is a fault of the stage that writes it: please report it",
                )
        return cast

    def check(self, schema: dict[str, Any], where: str) -> None:
        """Check the schema of a stored table against the declaration.

        Args:
            schema: Column name to polars type, as read from the file.
            where: The file, for the message.

        Raises:
            ArtefactError: A column is missing, unknown or of another type.
        """
        self._check_names(list(schema), where)
        for column in self.columns:
            if schema[column.name] != column.dtype:
                raise ArtefactError(
                    f"{where}: column {column.name!r} has the wrong type",
                    got=str(schema[column.name]),
                    expected=str(column.dtype),
                    cure=f"run `nymgraph {self.stage}` again",
                )

    def _check_names(self, names: list[str], where: str) -> None:
        missing = [name for name in self.schema if name not in names]
        unknown = [] if self.extra else [name for name in names if name not in self.schema]
        if missing or unknown:
            raise ArtefactError(
                f"{where}: the columns are not those of {self.stage}/{self.name}",
                got=", ".join(names),
                expected=", ".join(self.schema),
                cure=f"run `nymgraph {self.stage}` again",
            )


_TERM_ID = Column("term_id", pl.UInt32, "dense number, in byte-wise order of the term")
_TERM = Column("term", pl.String, "the lexical item, in its original case")
_P_COLUMNS = (
    Column("p_synonym", pl.Float32, "calibrated probability of synonymy, 0 to 1"),
    Column("p_antonym", pl.Float32, "calibrated probability of antonymy, 0 to 1"),
    Column("p_co_hyponym", pl.Float32, "calibrated probability of neither (related), 0 to 1"),
)
_PAIR_IDS = (
    Column("a", pl.UInt32, "term_id of the first term, a < b"),
    Column("b", pl.UInt32, "term_id of the second term"),
)
_DOMINANCE = (
    Column(
        "dominance_a", pl.Float32, "share of a's use in the senses in which they are so, (0, 1]"
    ),
    Column("dominance_b", pl.Float32, "the same of b's use"),
)
_SHARED_USE = Column("shared_use", pl.Float32, "that share of all use of the two terms, (0, 1]")
_CANDIDATE = (
    *_PAIR_IDS,
    Column("cosine", pl.Float32, "cosine of the two vectors, -1 to 1"),
    Column(
        "route",
        _ROUTE,
        "how it was found: vector, surface, affix, dictionary, initials (acronyms), gloss",
    ),
)
_JUDGED = (
    *_CANDIDATE,
    *_P_COLUMNS,
    Column("evidence", _EVIDENCE, "who judged: the model, or the dictionary that overrides it"),
    *(replace(column, nullable=True) for column in _DOMINANCE),  # null: the model does not know
)
_CLUSTER_ID = Column("cluster_id", pl.Int64, "stable id, computed from the members")

TERMS = Table(
    "ingest",
    "terms",
    "one accepted term (exact form)",
    ("term_id",),
    (
        _TERM_ID,
        _TERM,
        Column("key", pl.String, "case-folded look-up form; several terms may share one"),
        Column("sources", pl.List(pl.String), "names of the sources that hold the term, sorted"),
        Column("language", pl.String, "language code of the lexicon"),
        Column("frequency", pl.Float64, "corpus frequency, if the source has one", nullable=True),
    ),
    extra=True,
)
REJECTS = Table(
    "ingest",
    "rejects",
    "one item that did not become a term",
    ("source", "row"),
    (
        Column("source", pl.String, "name of the source"),
        Column("row", pl.UInt64, "row in the source, from 1"),
        Column("item", pl.String, "the item as found, null if the source had none", nullable=True),
        Column("reason", pl.String, "why: see the reasons above"),
        Column("term", pl.String, "of a duplicate the term it was merged with", nullable=True),
    ),
)
REPAIRED = Table(
    "ingest",
    "repaired",
    "one item that is written otherwise as a term",
    ("source", "row"),
    (
        Column("source", pl.String, "name of the source"),
        Column("row", pl.UInt64, "row in the source, from 1"),
        Column("item", pl.String, "the item as found"),
        Column("term", pl.String, "the term it became"),
        Column("repairs", pl.List(pl.String), "what was mended, in this order: see above"),
    ),
)
_LEMMA = (
    Column("variant", pl.String, "the inflected form, in its original case"),
    Column("key", pl.String, "its case-folded look-up form; several may share one"),
    Column("lemma_id", pl.UInt32, "term_id of the term that it is a form of"),
    Column("lemma", pl.String, "that term"),
)
VARIANTS = Table(
    "ingest",
    "variants",
    "one accepted item set aside as an inflected form of a term",
    ("variant",),
    (
        *_LEMMA,
        Column("sources", pl.List(pl.String), "names of the sources that hold it, sorted"),
        Column("frequency", pl.Float64, "corpus frequency, if the source has one", nullable=True),
    ),
    extra=True,
)
AUGMENTED = Table(
    "augment",
    "pairs",
    "one pair of terms labelled by a language model",
    ("term_a", "term_b"),
    (
        Column("term_a", pl.String, "first term, byte-wise before the second"),
        Column("term_b", pl.String, "second term"),
        Column("relation", _RELATION, "synonym, antonym or co_hyponym"),
        Column("confidence", pl.Float32, "what the model states, or its share of belief, 0 to 1"),
        Column("source", pl.String, "llm:MODEL, llm:MODEL:near_miss or llm:MODEL:judge"),
    ),
)
JUDGEMENTS = Table(
    "augment",
    "judgements",
    "one pair that a language model was asked to judge, with its shares of belief",
    ("term_a", "term_b"),
    (
        Column("term_a", pl.String, "first term, byte-wise before the second"),
        Column("term_b", pl.String, "second term"),
        Column("p_synonym", pl.Float32, "share of belief in synonymy, 0 to 1, not calibrated"),
        Column("p_antonym", pl.Float32, "share of belief in antonymy, 0 to 1, not calibrated"),
        Column("p_co_hyponym", pl.Float32, "share of belief in neither, 0 to 1, not calibrated"),
        Column("source", pl.String, "llm:MODEL:judge"),
    ),
)
AUGMENT_REJECTS = Table(
    "augment",
    "rejects",
    "one statement of a language model, or one request, that gave no labelled pair",
    ("request", "item"),
    (
        Column("request", pl.String, "hash of the request, also the name of its cached answer"),
        Column("item", pl.UInt32, "number of the statement from 1; 0 for the request as a whole"),
        Column("terms", pl.List(pl.String), "the terms that it speaks of"),
        Column("relation", pl.String, "the relation stated, null without one", nullable=True),
        Column("reason", pl.String, "why: see the reasons above"),
        Column("detail", pl.String, "what more is known, null without", nullable=True),
    ),
)
_LABELLED = (
    Column("term_a", pl.String, "first term, byte-wise before the second"),
    Column("term_b", pl.String, "second term"),
    *_PAIR_IDS,
    Column("relation", _RELATION, "synonym, antonym or co_hyponym"),
    Column("sources", pl.List(pl.String), "names of the sources that say so, sorted"),
    Column("confidence", pl.Float32, "confidence of the label, 0 to 1"),
    *_DOMINANCE,
    _SHARED_USE,
    Column("split", _SPLIT, "the more held-out of the splits of its two terms"),
    Column("pos", pl.String, "part of speech, where its sources agree on one", nullable=True),
)
PAIRS = Table(
    "label",
    "pairs",
    "one labelled pair of terms of the lexicon",
    ("term_a", "term_b"),
    _LABELLED,
)
EXTRA_PAIRS = Table(
    "label",
    "extra_pairs",
    "one labelled pair that teaches: one of its terms, or both, is extra",
    ("a", "b"),
    (
        Column("term_a", pl.String, "the term of a"),
        Column("term_b", pl.String, "the term of b"),
        *_LABELLED[2:],
    ),
)
EXTRA_TERMS = Table(
    "label",
    "extra_terms",
    "one term that labelled pairs hold and the lexicon does not",
    ("term_id",),
    (
        Column("term_id", pl.UInt32, "number behind those of the lexicon, in order of the term"),
        _TERM,
        Column("split", _SPLIT, "train, validation or test"),
    ),
)
CONFLICTS = Table(
    "label",
    "conflicts",
    "one labelled pair that was changed or dropped",
    ("term_a", "term_b"),
    (
        Column("term_a", pl.String, "first term, byte-wise before the second"),
        Column("term_b", pl.String, "second term"),
        Column("relations", pl.List(pl.String), "every relation claimed for the pair, sorted"),
        Column("sources", pl.List(pl.String), "who claims them, sorted"),
        Column("kept", _RELATION, "the relation kept, null if the pair is dropped", nullable=True),
        Column("reason", pl.String, "the rule that decided"),
    ),
)
_SENSE = (
    _TERM_ID,
    Column("sense", pl.UInt16, "its place among the senses of the term, the commonest is 1"),
    Column("share", pl.Float32, "share of the term's use that lies in this sense, 0 to 1"),
    Column("count", pl.Float64, "times the term was met in this sense, where that is counted"),
    Column("known_by", _KNOWN_BY, "how the share is known: counts, order of senses, estimate"),
    Column("pos", pl.String, "part of speech, empty where the dictionary names none"),
    Column("gloss", pl.String, "its definition, empty where the dictionary has none"),
    Column("synonyms", pl.List(pl.UInt32), "term_id of the others of this sense, closest first"),
    Column("antonyms", pl.List(pl.UInt32), "term_id of its opposites in this sense, closest first"),
    Column("similar", pl.List(pl.UInt32), "term_id of terms of nearly this meaning, closest first"),
)
SENSES = Table(
    "label",
    "senses",
    "one sense of a term in the first dictionary that holds the term",
    ("term_id", "sense"),
    _SENSE,
)
SIMILAR = Table(
    "label",
    "similar",
    "one pair of terms in two senses that a dictionary calls similar",
    ("a", "b", "senses"),
    (
        *_PAIR_IDS,
        Column("senses", pl.UInt32, "number of the pair of senses"),
        *_DOMINANCE,
        _SHARED_USE,
        Column("alone_a", pl.Boolean, "whether a is the only term of its sense"),
        Column("alone_b", pl.Boolean, "the same of b"),
    ),
)
MARKS = Table(
    "label",
    "marks",
    "one term, or sense of a term, that is vulgar, offensive or a slur",
    ("term_id", "sense"),
    (
        _TERM_ID,
        Column("sense", pl.UInt32, "number of the sense, 0 for the term as a whole"),
        Column("mark", pl.Enum(MARK_NAMES), "slur, vulgar or offensive"),
    ),
)
HELD_OUT = Table(
    "label",
    "held_out",
    "one term that no training pair and no evidence may touch",
    ("term_id",),
    (_TERM_ID, _TERM, Column("split", _SPLIT, "validation or test")),
)
HELD_BACK = Table(
    "adapt",
    "spared",
    "one free term whose pairs the encoder did not learn, so that the discriminator can",
    ("term_id",),
    (_TERM_ID, _TERM),
)
GLOSSED = Table(
    "embed",
    "glossed",
    "one term of a list and the other that lies nearest to a definition of it",
    ("a", "b"),
    (*_PAIR_IDS, Column("cosine", pl.Float32, "cosine of the definition and that other term")),
)
CANDIDATES = Table(
    "retrieve", "candidates", "one candidate pair", ("a", "b"), _CANDIDATE, parts=True
)
TRAINING_CANDIDATES = Table(
    "retrieve",
    "training_candidates",
    "one pair of near terms, extra ones among them, to train on",
    ("a", "b"),
    _CANDIDATE,
    parts=True,
)
CONTRADICTED = Table(
    "train",
    "contradicted",
    "one training pair whose label the discriminator contradicts",
    ("term_a", "term_b"),
    (
        Column("term_a", pl.String, "first term, byte-wise before the second"),
        Column("term_b", pl.String, "second term"),
        Column("relation", _RELATION, "the label"),
        Column("sources", pl.List(pl.String), "names of the sources that say so, sorted"),
        Column("judged", _RELATION, "the most probable relation"),
        Column("p_label", pl.Float32, "probability of the label, 0 to 1"),
        Column("p_judged", pl.Float32, "probability of the relation judged, 0 to 1"),
    ),
)
RELATIONS = Table("classify", "relations", "one judged pair", ("a", "b"), _JUDGED, parts=True)
MEMBERSHIPS = Table(
    "cluster",
    "memberships",
    "one soft membership: a term in a cluster that it could belong to",
    ("term_id", "cluster_id"),
    (
        _TERM_ID,
        _CLUSTER_ID,
        Column("support", pl.Float32, "how much of the cluster stands behind the term, 0 to 1"),
        Column(
            "share",
            pl.Float32,
            "share of the term's use in the senses that tie it to the cluster; not measured: null",
            nullable=True,
        ),
    ),
)
ASSIGNMENTS = Table(
    "cluster",
    "assignments",
    "one term and its one (hard) cluster",
    ("term_id",),
    (
        _TERM_ID,
        _TERM,
        Column("cluster_id", pl.Int64, "its cluster; null for a singleton", nullable=True),
    ),
)
_CLUSTER = (
    _CLUSTER_ID,
    Column("representative", pl.String, "the member that names it (measured: most central)"),
    Column("size", pl.UInt32, "number of members, at least 2"),
    Column("members", pl.List(pl.String), "the terms, in byte-wise order"),
    Column("cohesion", pl.Float32, "sum of p_synonym of the edges inside / number of pairs, 0..1"),
)
CLUSTERS = Table("cluster", "clusters", "one cluster of synonyms", ("cluster_id",), _CLUSTER)
_LINKS = (
    Column("cluster_a", pl.Int64, "cluster_id, the smaller of the two"),
    Column("cluster_b", pl.Int64, "cluster_id"),
    Column("relation", _LINK, "opposite (antonym votes) or related (co-hyponym votes)"),
    Column("votes", pl.UInt32, "number of judged pairs between the two that say so"),
    Column("mean_probability", pl.Float32, "mean probability of these judgements, 0 to 1"),
)
LINKS = Table(
    "cluster", "links", "one link between clusters", ("cluster_a", "cluster_b", "relation"), _LINKS
)
LINEAGE = Table(
    "lineage",
    "lineage",
    "one pair of clusters of two exports that share a term, or one that shares none",
    ("cluster_old", "cluster_new"),
    (
        Column("cluster_old", pl.Int64, "id in the earlier export, null if new", nullable=True),
        Column("cluster_new", pl.Int64, "id in the later export, null if gone", nullable=True),
        Column("shared", pl.UInt32, "terms in both"),
        Column("event", pl.String, "kept, grown, shrunk, split, merged, new or gone"),
        Column("carried_id", pl.Int64, "the id that the new cluster carries on", nullable=True),
    ),
)
TENSIONS = Table(
    "cluster",
    "tensions",
    "one pair held apart as opposites although synonymy pulls it together",
    ("term_a", "term_b"),
    (
        Column("term_a", pl.String, "first term, byte-wise before the second"),
        Column("term_b", pl.String, "second term"),
        Column("p_antonym", pl.Float32, "probability that they are opposites, 0 to 1"),
        Column("p_synonym", pl.Float32, "probability of the edge between them; 0 without one"),
        Column("pull", pl.Float32, "mean weight between their clusters, the largest of three"),
    ),
)
EVIDENCE = Table(
    "cluster",
    "evidence",
    "one term and a hash of the judgements that its cluster can depend on",
    ("term_id",),
    (
        _TERM_ID,
        Column("evidence", pl.UInt64, "changes when a judgement at the term does"),
    ),
)
RELEASED_RELATIONS, RELEASED_MEMBERSHIPS, RELEASED_ASSIGNMENTS, RELEASED_CLUSTERS = (
    replace(table, stage="release") for table in (RELATIONS, MEMBERSHIPS, ASSIGNMENTS, CLUSTERS)
)
RELEASED_LINKS, RELEASED_TENSIONS, RELEASED_EVIDENCE = (
    replace(table, stage="release") for table in (LINKS, TENSIONS, EVIDENCE)
)
RELEASED_SENSES = Table(
    "release",
    "senses",
    "one sense of a term, with the cluster of those who share it",
    ("term_id", "sense"),
    (
        *_SENSE,
        Column("cluster_id", pl.Int64, "the cluster that holds most of them", nullable=True),
    ),
)
EXPORTED_TERMS = Table(
    "export",
    "terms",
    "one term of the lexicon with its cluster",
    ("term_id",),
    (*TERMS.columns, ASSIGNMENTS.columns[2]),
    extra=True,
)
EXPORTED_VARIANTS = Table(
    "export",
    "variants",
    "one inflected form, a member of the cluster of its lemma by reason of form alone",
    ("variant",),
    (*_LEMMA, ASSIGNMENTS.columns[2]),
)
EXPORTED_CLUSTERS = Table("export", "clusters", CLUSTERS.unit, CLUSTERS.key, _CLUSTER)
EXPORTED_LINKS = Table("export", "links", LINKS.unit, LINKS.key, _LINKS)
EXPORTED_MEMBERSHIPS = Table(
    "export", "memberships", MEMBERSHIPS.unit, MEMBERSHIPS.key, MEMBERSHIPS.columns
)
EXPORTED_TENSIONS = Table("export", "tensions", TENSIONS.unit, TENSIONS.key, TENSIONS.columns)
EXPORTED_EVIDENCE = Table("export", "evidence", EVIDENCE.unit, EVIDENCE.key, EVIDENCE.columns)
EXPORTED_SENSES = Table(
    "export", "senses", RELEASED_SENSES.unit, RELEASED_SENSES.key, RELEASED_SENSES.columns
)
EXPORTED_MARKS = Table("export", "marks", MARKS.unit, MARKS.key, MARKS.columns)
EXPORTED_EDGES = Table(
    "export", "edges", "one judged pair above the export floor", ("a", "b"), _JUDGED
)
# what export takes from others as it is
EXPORT_COPIES = {
    RELEASED_CLUSTERS: EXPORTED_CLUSTERS,
    RELEASED_LINKS: EXPORTED_LINKS,
    RELEASED_MEMBERSHIPS: EXPORTED_MEMBERSHIPS,
    RELEASED_TENSIONS: EXPORTED_TENSIONS,
    RELEASED_EVIDENCE: EXPORTED_EVIDENCE,
    RELEASED_SENSES: EXPORTED_SENSES,
    MARKS: EXPORTED_MARKS,
}

TABLES = (
    TERMS,
    REJECTS,
    REPAIRED,
    VARIANTS,
    AUGMENTED,
    JUDGEMENTS,
    AUGMENT_REJECTS,
    PAIRS,
    EXTRA_TERMS,
    EXTRA_PAIRS,
    CONFLICTS,
    SENSES,
    SIMILAR,
    MARKS,
    HELD_OUT,
    HELD_BACK,
    GLOSSED,
    CANDIDATES,
    TRAINING_CANDIDATES,
    CONTRADICTED,
    RELATIONS,
    MEMBERSHIPS,
    ASSIGNMENTS,
    CLUSTERS,
    LINKS,
    TENSIONS,
    EVIDENCE,
    RELEASED_RELATIONS,
    RELEASED_MEMBERSHIPS,
    RELEASED_ASSIGNMENTS,
    RELEASED_CLUSTERS,
    RELEASED_LINKS,
    RELEASED_TENSIONS,
    RELEASED_EVIDENCE,
    RELEASED_SENSES,
    EXPORTED_TERMS,
    EXPORTED_VARIANTS,
    EXPORTED_CLUSTERS,
    EXPORTED_LINKS,
    EXPORTED_MEMBERSHIPS,
    EXPORTED_TENSIONS,
    EXPORTED_EVIDENCE,
    EXPORTED_SENSES,
    EXPORTED_MARKS,
    EXPORTED_EDGES,
)
