"""Two terms that a dictionary lists and does not call synonyms: its silence as evidence.

Once a graph has every known pair, most edges that the classifier adds between terms of the
dictionary are wrong: of 196 such edges on WordNet, drawn by kind and read, eight were right. The
others look alike (*Assyria, Illyria*; *New York, capital of New York*; *company, company man*). But
dictionaries have gaps, and these lie among words of everyday use: *issue, problem*; *often,
regularly*; *choose, pick*. So the certainty of such a pair is

    1 / (1 + exp(-x)),  x = base + near * senses + cosine * cos + judged * ln odds
                            + use * ln(use_a * use_b)

with the cosine of the nearest common senses, word and gloss together, and the odds of synonymy that
the classifier gives; the numbers are those of `WITH_SENSES`, or of `WITHOUT_SENSES` where one of
the two has no gloss. It is heard where both terms are in common use (what few people use has had
its synonyms written down), share a part of speech in a common sense, and are the most certain of
each other or nearly so. It is not heard where they look alike or one is a name, and where a noun
stands in the gloss of the other, which is a kind of it then (*weapon* in that of *gun*). Of other
nouns more is asked (*book, novel*). Numbers (a dictionary writes them in digits as well: *seven,
eight*), words of the grammar and what may be opposites (*earlier, later*) are no gaps. Nor is it
heard where the dictionary does say in which sense the two are alike, and that is a rare one of
either (*good* and *great*, which means large more often). A pair that is not heard has p_synonym 0.
Two spellings of one term are no two terms (*arm band, armband*): they stay as judged.

Of antonyms that nothing but spelling has found, without an affix that makes opposites, seven of ten
are none (*mild, wild*; *cold, old*): they are not heard either, unless they have a word in common
(*throw in, throw out*), nor are those by an affix that says nothing there (`affixes`: *road,
inroad*). A word and a phrase with it (*child, girl child*), and forms of one word, are no opposites
however they were found.

The numbers are a logistic regression on 112,248 candidates that WordNet lists and does not join,
against the Moby thesaurus: both terms list each other there, and share a sixth of the shorter list
(`python -m benchmarks.gaps`); those with senses are of the 18,090 pairs of common words among them.
The bases have .45 added, so that odds of three to two lie at the gate of 0.70; by eye more of such
pairs are synonyms.
"""

import re
from collections.abc import Collection, Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from nymgraph.pipeline.lexicon.affixes import affix_families, is_pseudo_affix
from nymgraph.pipeline.lexicon.evidence import Terms
from nymgraph.pipeline.lexicon.glosses import COMMON_USE
from nymgraph.pipeline.lexicon.lemmas import possible_lemmas
from nymgraph.pipeline.lexicon.likeness import ALIKE, likeness
from nymgraph.pipeline.lexicon.spelled import with_capitals

__all__ = ["Silence", "look_alike"]

NOUNS = 0.815  # least certainty of two nouns: the nearest noun is often a kind of the other
OPPOSED = 0.05  # p_antonym from which a pair may be opposites
COMMON_SENSE = 0.3  # least share of a sense that is common
NEAREST = 0.1  # what a pair may be less certain than the best one of each end
_LEAST = 0.5  # certainty below which nothing is an edge at any gate that makes sense
_CLIP = 1e-3
_EXAMPLE = re.compile(r'"[^"]*"')
_WORD = re.compile(r"\w+")
_DIGIT = re.compile(r"\d")


class Weights(NamedTuple):
    """What speaks for a gap, in nats."""

    base: float
    near: float
    cosine: float
    judged: float
    use: float


WITH_SENSES = Weights(-4.3, 5.93, 1.11, 0.21, 0.10)
WITHOUT_SENSES = Weights(-3.4, 0.0, 4.77, 0.30, 0.10)


class Silence(NamedTuple):
    """The terms that a dictionary lists.

    Attributes:
        terms: The terms of the lexicon.
        letters: integer (n_terms,), equal for terms that differ in spaces and hyphens alone.
        listed: bool (n_terms,), the terms that the dictionary lists.
        senses: The table SENSES.
        rarely_alike: Columns a, b, the pairs that are similar in a rare sense of either alone.
        number: bool (n_terms,), the terms that share a sense with one in digits.
        skipped: bool (n_terms,), the words of the grammar.
        families: What known opposites differ by, from `affix_families`.
    """

    terms: Terms
    letters: npt.NDArray[np.integer]
    listed: npt.NDArray[np.bool_]
    senses: pl.DataFrame
    rarely_alike: pl.DataFrame
    number: npt.NDArray[np.bool_]
    skipped: npt.NDArray[np.bool_]
    families: frozenset[tuple[str, str]]

    @classmethod
    def of(
        cls,
        terms: Terms,
        senses: pl.DataFrame,
        similar: pl.DataFrame,
        skip: Collection[str] = (),
    ) -> "Silence":
        """Of a dictionary.

        Args:
            terms: The terms of the lexicon.
            senses: The table SENSES.
            similar: The table SIMILAR.
            skip: Words of the grammar, in small letters; none of them is in a gap.

        Returns:
            What is needed to hear its silence.
        """
        letters = terms.names.str.replace_all(r"[\s-]", "").rank("dense").to_numpy()
        listed = np.zeros(len(terms.names), np.bool_)
        listed[senses["term_id"].to_numpy()] = True
        common = pl.min_horizontal("dominance_a", "dominance_b").max() >= COMMON_SENSE
        alike = similar.group_by("a", "b").agg(common=common)
        digits = terms.names.str.contains(r"\d").arg_true()
        sharing = senses.explode("synonyms").filter(pl.col("synonyms").is_in(digits.implode()))
        number = np.zeros(len(terms.names), np.bool_)
        number[sharing["term_id"].to_numpy()] = True
        small = terms.names.str.to_lowercase()
        skipped = small.is_in(list(skip)).to_numpy()
        opposed = senses.select("term_id", "antonyms").explode("antonyms").drop_nulls()
        ends = (small.gather(opposed[end]) for end in ("term_id", "antonyms"))
        families = affix_families(zip(*ends, strict=True), terms.language)
        rarely_alike = alike.filter(~pl.col("common"))
        return cls(terms, letters, listed, senses, rarely_alike, number, skipped, families)

    def gaps(self, parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
        """Find what the dictionary has left out.

        Args:
            parts: Rows of judged pairs: a, b, cosine, p_synonym, p_antonym, evidence, and near, the
                cosine of their nearest common senses or null.

        Returns:
            Columns a, b (UInt32), certainty (float64): the pairs that are synonyms all the same.
        """
        found = [self._uncertain(part) for part in parts]
        pairs = pl.concat(found).join(self.rarely_alike, on=["a", "b"], how="anti")
        pairs = pairs.filter(pl.Series(self._may_be_synonyms(pairs), dtype=pl.Boolean))
        return pairs.filter(pl.Series(_is_nearest(pairs, len(self.terms.names)), dtype=pl.Boolean))

    def heard(self, judged: pl.DataFrame, gaps: pl.DataFrame) -> pl.DataFrame:
        """Let the silence speak on judged pairs.

        Args:
            judged: Columns a, b, route, the three probabilities and evidence; others too.
            gaps: From `gaps`.

        Returns:
            The same rows. Of pairs of listed terms that the classifier alone has judged p_synonym
            is the certainty, 0 where they are no gap, and p_antonym is 0 where only letters speak
            for it; p_co_hyponym takes what they lose.
        """
        filled = judged.join(gaps, on=["a", "b"], how="left", maintain_order="left")
        synonym = filled["certainty"].fill_null(0.0)
        silent = pl.Series(self._silent(judged), dtype=pl.Boolean)
        opposed = pl.when(self._of_letters_alone(judged, silent)).then(0.0).otherwise("p_antonym")
        antonym = filled.select(pl.min_horizontal(opposed, 1 - synonym)).to_series()
        columns = {"synonym": synonym, "antonym": antonym, "co_hyponym": 1 - synonym - antonym}
        return judged.with_columns(
            pl.when(silent).then(column.cast(pl.Float32)).otherwise(f"p_{name}").alias(f"p_{name}")
            for name, column in columns.items()
        )

    def _silent(self, judged: pl.DataFrame) -> npt.NDArray[np.bool_]:
        """Pairs that the classifier alone has judged, of two terms that the dictionary lists."""
        a, b = (judged[end].to_numpy() for end in ("a", "b"))
        model = (judged["evidence"].cast(pl.String) == "model").to_numpy()
        two = self.letters[a] != self.letters[b]
        found: npt.NDArray[np.bool_] = self.listed[a] & self.listed[b] & model & two
        return found

    def _of_letters_alone(self, judged: pl.DataFrame, silent: pl.Series) -> pl.Series:
        """Of silent pairs the likely antonyms that have only letters, or an affix of no meaning."""
        route = pl.col("route").cast(pl.String)
        rows = judged.with_row_index("row").filter(silent & (pl.col("p_antonym") >= _LEAST))
        rows = rows.select("row", "a", "b", route)
        glosses, families = self._glosses(pl.concat([rows["a"], rows["b"]]).unique()), self.families
        small = self.terms.names.str.to_lowercase()
        found = np.zeros(judged.height, np.bool_)
        for row, a, b, how in rows.iter_rows():
            if how == "affix":
                stem, derived = sorted((a, b), key=lambda term: len(small[term]))
                words = small[stem], small[derived], glosses.get(derived, "")
                found[row] = is_pseudo_affix(*words, self.terms.language, families)
            else:
                found[row] = self._no_opposites(small[a], small[b], spelled=how == "surface")
        return pl.Series(found)

    def _glosses(self, terms: pl.Series) -> dict[int, str]:
        """All that the dictionary says of some terms, without its examples."""
        said = self.senses.filter(pl.col("term_id").is_in(terms.implode())).group_by("term_id")
        rows = said.agg(pl.col("gloss").str.join("; ")).iter_rows()
        return {term: _EXAMPLE.sub("", gloss) for term, gloss in rows}

    def _no_opposites(self, one: str, other: str, *, spelled: bool) -> bool:
        """Whether a pair is a word and a phrase with it, forms of one word, or alike in letters."""
        if _are_forms(one, other, self.terms.language):
            return True
        words = [set(name.split(" ")) for name in (one, other)]
        if words[0] & words[1]:
            return words[0] <= words[1] or words[1] <= words[0]
        return spelled

    def _uncertain(self, judged: pl.DataFrame) -> pl.DataFrame:
        """The pairs that may be gaps by the formula, and how certain they are."""
        pairs = judged.filter(pl.Series(self._silent(judged), dtype=pl.Boolean))
        uses = [self.terms.use.gather(pairs[end]).to_numpy() for end in ("a", "b")]
        p = pairs["p_synonym"].to_numpy().astype(np.float64).clip(_CLIP, 1 - _CLIP)
        near = pairs["near"].cast(pl.Float64).to_numpy()
        features = [np.nan_to_num(near), pairs["cosine"].to_numpy(), np.log(p / (1 - p))]
        x = np.column_stack([*features, np.log(uses[0] * uses[1])])
        logits = (w.base + x @ np.array(w[1:]) for w in (WITHOUT_SENSES, WITH_SENSES))
        certain = 1 / (1 + np.exp(-np.where(np.isnan(near), *logits)))
        found = pairs.select("a", "b", certainty=pl.Series(certain, dtype=pl.Float64))
        a, b = (pairs[end].to_numpy() for end in ("a", "b"))
        none = (self.number[a] & self.number[b]) | self.skipped[a] | self.skipped[b]
        common = pl.Series((np.minimum(*uses) >= COMMON_USE) & ~none, dtype=pl.Boolean)
        alike = common & (pairs["p_antonym"] < OPPOSED)
        return found.filter(alike & (found["certainty"] >= _LEAST))

    def _may_be_synonyms(self, pairs: pl.DataFrame) -> list[bool]:
        """Whether nothing speaks against it in what is common of both."""
        common = (
            self.senses.filter((pl.col("share") >= COMMON_SENSE) | (pl.col("sense") == 1))
            .group_by("term_id")
            .agg(pl.col("pos").unique(), pl.col("gloss").str.join(" "))
        )
        speech = {term: set(pos) for term, pos in common.select("term_id", "pos").iter_rows()}
        gloss = dict(common.select("term_id", "gloss").iter_rows())
        small, language = self.terms.names.str.to_lowercase(), self.terms.language
        capital = with_capitals(self.terms.names.to_list())

        def may(a: int, b: int, certainty: float) -> bool:
            if capital[a] or capital[b] or look_alike(small[a], small[b], language):
                return False
            shared = speech[a] & speech[b]
            if shared != {"noun"}:
                return bool(shared)
            kind_of = small[a] in _words(gloss[b]) or small[b] in _words(gloss[a])
            return certainty >= NOUNS and not kind_of

        return [may(*row) for row in pairs.select("a", "b", "certainty").iter_rows()]


def look_alike(one: str, other: str, language: str) -> bool:
    """Whether two terms share a word, have like letters, are forms of one or are numbers.

    Args:
        one: A term.
        other: Another one.
        language: Their language code.

    Returns:
        True for *company, company man*; *play, playing*; *egoism, egotism*; *fall, fell*; *13, 14*.
    """
    if {*_WORD.findall(one)} & {*_WORD.findall(other)} or _DIGIT.search(one + other):
        return True
    return _are_forms(one, other, language) or likeness(one, other) >= ALIKE


def _are_forms(one: str, other: str, language: str) -> bool:
    return one in possible_lemmas(other, language) or other in possible_lemmas(one, language)


def _is_nearest(pairs: pl.DataFrame, n_terms: int) -> npt.NDArray[np.bool_]:
    """Whether each end is among the most certain of the other."""
    a, b, certain = (pairs[name].to_numpy() for name in ("a", "b", "certainty"))
    best = np.zeros(n_terms)
    for end in (a, b):
        np.maximum.at(best, end, certain)
    nearest: npt.NDArray[np.bool_] = certain >= np.maximum(best[a], best[b]) - NEAREST
    return nearest


def _words(gloss: str) -> set[str]:
    """The words of a definition without its examples."""
    return set(_WORD.findall(_EXAMPLE.sub("", gloss.lower())))
