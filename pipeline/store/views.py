"""The answers of the store, readable in a terminal and in a notebook.

Contract: a term may hold any character but control characters. Everything that reaches HTML is
escaped.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass, replace
from html import escape
from typing import Any, NamedTuple

from nymgraph.pipeline.progress import visible

__all__ = [
    "Antonym",
    "CannotLink",
    "Cluster",
    "ClusterLink",
    "Edge",
    "Entry",
    "Explanation",
    "Related",
    "Sense",
    "View",
    "Vote",
    "plain",
]

_SHOWN = 12
_SENSES = 5
_SURE = 0.5
_ALIKE = 1e-4
_NEAR = 5
_NEVER = "They were never compared: neither vectors nor spelling made them a candidate."


def plain(value: object) -> Any:  # noqa: ANN401 (what JSON can hold)
    """A view as what JSON can hold: objects become dictionaries, tuples lists."""
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return {name: plain(inner) for name, inner in value._asdict().items()}
    return [plain(inner) for inner in value] if isinstance(value, list | tuple) else value


class View:
    """A titled list of (name, text) rows, as lines in a terminal and as a table in a notebook."""

    def title(self) -> str:
        """One line: what this is."""
        raise NotImplementedError

    def rows(self) -> list[tuple[str, str]]:
        """The names and texts to show."""
        raise NotImplementedError

    def __repr__(self) -> str:
        lines = [self.title(), *(f"  {name}: {text}" for name, text in self.rows())]
        return visible("\n".join(lines))

    def _repr_html_(self) -> str:
        cells = "".join(
            f"<tr><th>{escape(name)}</th>"
            f'<td style="text-align:left;white-space:normal">{escape(text)}</td></tr>'
            for name, text in self.rows()
        )
        return f"<table><caption>{escape(self.title())}</caption>{cells}</table>"


@dataclass(frozen=True, repr=False)
class Cluster(View):
    """A cluster of synonyms, or a term on its own.

    Attributes:
        id: The stable id; None for a term on its own.
        representative: The member that names it: the commonest clean word.
        members: The terms, in byte-wise order.
        cohesion: Sum of p_synonym inside / number of pairs, 0 to 1; None for a term on its own.
        form: "cars, a form of car" where a form of a member was asked for; else empty.
    """

    id: int | None
    representative: str
    members: tuple[str, ...]
    cohesion: float | None
    form: str = field(default="", compare=False)

    @property
    def size(self) -> int:
        """Number of members."""
        return len(self.members)

    def __contains__(self, term: object) -> bool:
        return term in self.members

    def __iter__(self) -> Iterator[str]:
        return iter(self.members)

    def __repr__(self) -> str:
        if self.id is None:
            return f"Cluster({self.title()})"
        shown = _listed(self.members)
        return f"Cluster({self.title()}, {self.size} terms, cohesion {self.cohesion:.2f}: {shown})"

    def title(self) -> str:
        """The representative and the id, and the form that was asked for."""
        name = "no cluster" if self.id is None else f"cluster {self.id}"
        asked = f" ({self.form})" if self.form else ""
        return f"{self.representative!r}, {name}{asked}"

    def rows(self) -> list[tuple[str, str]]:
        """The members and the figures."""
        cohesion = [] if self.cohesion is None else [("cohesion", f"{self.cohesion:.2f}")]
        return [("members", ", ".join(self.members)), ("size", str(self.size)), *cohesion]


class Antonym(NamedTuple):
    """An antonym of a term.

    Attributes:
        term: The antonym.
        probability: p_antonym of the pair; by a cluster, how surely the antonym belongs to it.
        via: "direct" if the pair itself was judged, "cluster" if a synonym of it was.
        weight: The probability times how common the senses are in which the two are opposites.
    """

    term: str
    probability: float
    via: str
    weight: float = 1.0


class Related(NamedTuple):
    """A term that is related to another, neither synonym nor antonym.

    Attributes:
        term: The term.
        weight: How close in meaning, 0 to 1.
        via: Who says so: dictionary or model.
    """

    term: str
    weight: float
    via: str


class Sense(NamedTuple):
    """One sense of a term, as a dictionary has it; else a cluster that the term could belong to.

    Attributes:
        cluster: The cluster of those who share the sense; the term alone where they have none.
        support: Mean weight of the term to the others, 0 to 1; 0 where only a sense gives it.
        share: Share of the term's use that lies in the sense, 0 to 1; None where nothing is known.
        pos: Part of speech; empty where no dictionary has it.
        gloss: Its definition; empty where no dictionary has one.
        synonyms: The terms that share the sense, closest first.
        antonyms: Its opposites in this sense, closest first.
        similar: Terms of nearly the same meaning, closest first.
        known_by: How the share is known: counts, order (of the dictionary) or estimate.
        mark: vulgar, offensive or slur, where the sense is one.
    """

    cluster: Cluster
    support: float
    share: float | None = None
    pos: str = ""
    gloss: str = ""
    synonyms: tuple[str, ...] = ()
    antonyms: tuple[str, ...] = ()
    similar: tuple[str, ...] = ()
    known_by: str = ""
    mark: str = ""

    def __str__(self) -> str:
        return self.in_words({})

    def in_words(self, marks: dict[str, str]) -> str:
        """The sense in one line; of the terms that it names, those of `marks` with their mark."""
        share = "" if self.share is None else f"{_percent(self.share)} "
        said = ", ".join(filter(None, [f"{share}{self.pos}".strip(), self.mark]))
        said += f"{': ' if said else ''}{self.gloss}" if self.gloss else ""
        words = self.synonyms or tuple(x for x in self.cluster.members) * (not self.gloss)
        lists = (("=", words), ("≠", self.antonyms), ("≈", self.similar[:_NEAR]))
        text = " ".join([said, *(f"{x} {_listed(terms, marks)}" for x, terms in lists if terms)])
        return text.removeprefix(" = ")


@dataclass(frozen=True, repr=False)
class Entry(View):
    """All that the store knows of one term, as a dictionary would print it.

    Attributes:
        term: The term.
        cluster: Its cluster, or itself alone.
        synonyms: The other members, closest first.
        antonyms: Its antonyms, judged directly first.
        senses: Its senses, the commonest first.
        alone: Terms in no cluster that were judged its synonyms, the most probable first.
        form: "cars, a form of car" where a form of the term was asked for; else empty.
        marks: Of the terms named here those that are vulgar, offensive or slurs, and which.
    """

    term: str
    cluster: Cluster
    synonyms: tuple[str, ...]
    antonyms: tuple[Antonym, ...]
    senses: tuple[Sense, ...]
    alone: tuple[str, ...] = ()
    form: str = ""
    marks: dict[str, str] = field(default_factory=dict)

    def title(self) -> str:
        """The term, or the form of it that was asked for, its mark, and if it is in no cluster."""
        mark = f" ({self.marks[self.term]})" if self.term in self.marks else ""
        alone = " (no cluster)" if self.cluster.id is None else ""
        return f"{self.form or self.term}{mark}{alone}"

    def rows(self) -> list[tuple[str, str]]:
        """Synonyms, antonyms and senses; what there is none of, or stands above, is left out."""
        told = [
            sense
            for sense in self.senses[:_SENSES]
            if sense.pos or sense.gloss or sense.cluster != self.cluster
        ]
        rows = [
            ("synonyms", _listed(self.synonyms, self.marks)),
            ("antonyms", _listed(self._antonyms("direct"))),
            ("by their synonyms", _listed(self._antonyms("cluster"))),
            *((f"sense {n}", sense.in_words(self.marks)) for n, sense in enumerate(told, 1)),
            ("in no cluster, but close", _listed(self.alone, self.marks)),
        ]
        return [(name, text) for name, text in rows if text]

    def unmarked(self) -> "Entry":
        """The same without the other terms, and the senses, that are vulgar, offensive or slurs."""

        def kept(terms: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(term for term in terms if term == self.term or term not in self.marks)

        senses = tuple(
            sense._replace(
                cluster=replace(sense.cluster, members=kept(sense.cluster.members)),
                synonyms=kept(sense.synonyms),
                antonyms=kept(sense.antonyms),
                similar=kept(sense.similar),
            )
            for sense in self.senses
            if not sense.mark
        )
        return replace(
            self,
            cluster=replace(self.cluster, members=kept(self.cluster.members)),
            synonyms=kept(self.synonyms),
            antonyms=tuple(x for x in self.antonyms if x.term not in self.marks),
            senses=senses,
            alone=kept(self.alone),
            marks={term: mark for term, mark in self.marks.items() if term == self.term},
        )

    def _antonyms(self, via: str) -> tuple[str, ...]:
        found = (x for x in self.antonyms if x.via == via)
        return tuple(f"{_marked(x.term, self.marks)} ({x.probability:.2f})" for x in found)


class ClusterLink(NamedTuple):
    """A link to another cluster.

    Attributes:
        cluster: The other cluster.
        votes: Number of judged pairs between the two that say so.
        probability: Mean probability of these judgements, 0 to 1.
    """

    cluster: Cluster
    votes: int
    probability: float


class Edge(NamedTuple):
    """The judgement of one pair.

    Attributes:
        cosine: Cosine of the two vectors, -1 to 1.
        p_synonym: Calibrated probability of synonymy, 0 to 1.
        p_antonym: Calibrated probability of antonymy, 0 to 1.
        p_co_hyponym: Calibrated probability of neither (related), 0 to 1.
        evidence: Who judged: model or dictionary.
    """

    cosine: float
    p_synonym: float
    p_antonym: float
    p_co_hyponym: float
    evidence: str

    @property
    def rarely_synonyms(self) -> bool:
        """Whether a dictionary calls them synonyms, but in a sense that one of them hardly has."""
        rest_alike = (
            abs(self.p_antonym - self.p_co_hyponym) < _ALIKE
        )  # as `lexicon.evidence` has it
        return self.evidence == "dictionary" and rest_alike and 0 < self.p_synonym < _SURE

    def __str__(self) -> str:
        return (
            f"cosine {self.cosine:.2f}, p_synonym {self.p_synonym:.2f}, p_antonym "
            f"{self.p_antonym:.2f}, p_co_hyponym {self.p_co_hyponym:.2f} ({self.evidence})"
        )


class Vote(NamedTuple):
    """How a term is tied to a cluster.

    Attributes:
        term: The term.
        cluster_id: The cluster.
        joined: Number of members that a synonym edge at the gate joins to the term.
        others: Number of members other than the term.
    """

    term: str
    cluster_id: int
    joined: int
    others: int


class CannotLink(NamedTuple):
    """Two terms that may not share a cluster.

    Attributes:
        a: The first term, byte-wise before the second.
        b: The second term.
        p_antonym: Calibrated probability of antonymy, from the antonym gate to 1.
        evidence: Who judged: model or dictionary.
    """

    a: str
    b: str
    p_antonym: float
    evidence: str

    def __str__(self) -> str:
        return f"{self.a!r} and {self.b!r} ({self.p_antonym:.2f}, {self.evidence})"


@dataclass(frozen=True, repr=False)
class Explanation(View):
    """Why two terms are together or apart.

    Attributes:
        a: The first term.
        b: The second term.
        together: Whether they are in one cluster.
        reason: Why, in words.
        cluster_a: The cluster of the first term.
        cluster_b: The cluster of the second term.
        edge: The judgement of the pair, of the export or else of its run; None if both have none.
        votes: How each term is tied to its own cluster and to the other's.
        common: Terms judged synonyms of both at the gate, in byte-wise order.
        cannot_links: The antonym judgements between the two clusters (or inside the one), which
            keep terms apart; the most probable first.
        path: The shortest path over synonym edges, ends included; empty if none was found.
        compared: Whether the pair was judged; None where that cannot be told: the export leaves out
            what was judged unlikely, and the data of its run are not at hand.
        cure: What one can do if they are apart and mean the same; empty if they are not.
    """

    a: str
    b: str
    together: bool
    reason: str
    cluster_a: Cluster
    cluster_b: Cluster
    edge: Edge | None
    votes: tuple[Vote, ...]
    common: tuple[str, ...]
    cannot_links: tuple[CannotLink, ...]
    path: tuple[str, ...]
    compared: bool | None = None
    cure: str = ""

    def sentences(self) -> list[str]:
        """Why, in words: who says so, how sure, through which word."""
        if self.a == self.b:
            return ["They are the same term."]
        found = [_NEVER if self.compared is False else _said(self.edge)]
        if self.together:
            through = [term for term in self.path if term not in (self.a, self.b)]
            if through and (self.edge is None or self.edge.p_synonym < 0.5):
                found.append(f"They stand together through {_listed(tuple(through))}.")
        elif not self.together and self.cannot_links:
            link = self.cannot_links[0]
            if {link.a, link.b} != {self.a, self.b}:
                found.append(f"They are kept apart because {link.a} and {link.b} are opposites.")
        for cluster, term in ((self.cluster_a, self.a), (self.cluster_b, self.b)):
            others = tuple(member for member in cluster.members if member != term)
            if others and not self.together:
                found.append(f"{term} stands with {_listed(others)}.")
        if self.common:
            found.append(f"Both are synonyms of {_listed(self.common)}.")
        return [*found, self.cure] if self.cure else found

    def title(self) -> str:
        """The terms and the verdict."""
        return f"{self.a!r} and {self.b!r}: {'together' if self.together else 'apart'}"

    def rows(self) -> list[tuple[str, str]]:
        """Why, in words, then the evidence; clusters by what they are called."""
        called = {
            cluster.id: cluster.representative for cluster in (self.cluster_a, self.cluster_b)
        }
        votes = [
            f"{vote.term!r} has {vote.joined} of {vote.others} in {called[vote.cluster_id]!r}"
            for vote in self.votes
        ]
        nothing = "none: no candidate" if self.compared is False else "none in the export"
        return [
            ("why", " ".join(self.sentences())),
            ("decided by", self.reason),
            ("judgement", str(self.edge or nothing)),
            ("votes", "; ".join(votes) or "none"),
            ("common synonyms", _listed(self.common) or "none"),
            ("cannot-links", _joined(self.cannot_links) or "none"),
            ("path", " → ".join(self.path) or "none found over synonym edges"),
        ]


def _said(edge: Edge | None) -> str:
    """A judgement in words."""
    if edge is None:
        return "Either they were never compared, or judged unlikely to mean the same."
    who = "The dictionary says" if edge.evidence == "dictionary" else "The classifier says"
    ranked = {
        "they mean the same": edge.p_synonym,
        "they are opposites": edge.p_antonym,
        "they are related, neither the same nor opposites": edge.p_co_hyponym,
    }
    words = max(ranked, key=lambda text: ranked[text])
    if edge.rarely_synonyms:
        counts = _percent(edge.p_synonym)
        return f"The dictionary lists them as synonyms in a sense that is rare for one ({counts})."
    return f"{who} that {words} ({_percent(ranked[words])} sure)."


def _percent(share: float) -> str:
    return "<1 %" if share < 0.01 else f"{share:.0%}".replace("%", " %")


def _joined(links: tuple[CannotLink, ...]) -> str:
    """The first links, and how many more there are."""
    more = len(links) - _SHOWN
    return "; ".join(map(str, links[:_SHOWN])) + (f"; and {more} more" if more > 0 else "")


def _marked(term: str, marks: dict[str, str]) -> str:
    return f"{term} ({marks[term]})" if term in marks else term


def _listed(terms: tuple[str, ...], marks: dict[str, str] | None = None) -> str:
    """The first terms, with their marks, and that there are more."""
    return ", ".join(_marked(term, marks or {}) for term in terms[:_SHOWN]) + (
        ", …" if len(terms) > _SHOWN else ""
    )
