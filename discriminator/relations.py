"""The vocabulary: relations, labelled pairs, and what every pair classifier offers.

Contract of the arrays: a term is named by its row in the lexicon; a pair is unordered, never a
term with itself; relations are coded by their place in `RELATIONS`. `UNLABELLED` is a fourth code
that only training and calibration know: a pair of near neighbours that no dictionary mentions.
Judgements have three columns; the mass of unlabelled pairs is counted as co-hyponymy, which
therefore also means "related, neither".
"""

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from nymgraph.discriminator.neighbourhood import Neighbourhoods
from nymgraph.discriminator.surface import Spellings

RELATIONS = ("synonym", "antonym", "co_hyponym")
SYNONYM, ANTONYM, CO_HYPONYM, UNLABELLED = range(4)
N_CODES = 4


class Features(NamedTuple):
    """The features of terms, one row a term.

    Attributes:
        vectors: any float (n_terms, dim), L2-normalised; may be a memory map, read by batches.
        spellings: of the same terms; None where only vectors are to count.
        neighbourhoods: of the same terms; None where nothing is known of their neighbours.
        encoded: the encoder's vectors, for cosines, where `vectors` are projections of them; else
            None.
    """

    vectors: NDArray[np.floating]
    spellings: Spellings | None
    neighbourhoods: Neighbourhoods | None = None
    encoded: NDArray[np.floating] | None = None

    def take(self, ids: NDArray[np.integer]) -> "Features":
        """Pick terms.

        Args:
            ids: any integer (n,), term ids.

        Returns:
            These terms, in this order.
        """
        spellings = None if self.spellings is None else self.spellings.take(ids)
        hoods = None if self.neighbourhoods is None else self.neighbourhoods.take(ids)
        encoded = None if self.encoded is None else self.encoded[ids]
        return Features(self.vectors[ids], spellings, hoods, encoded)

    def projected(self, projections: NDArray[np.floating]) -> "Features":
        """Put projections in the place of the vectors, which are kept for cosines.

        Args:
            projections: any float (n_terms, hidden), of the same terms.

        Returns:
            The same terms.
        """
        return self._replace(vectors=projections, encoded=self.vectors)


class LabelledPairs(NamedTuple):
    """Pairs of terms with the relation between them, one row a pair.

    Attributes:
        a: int64 (n_pairs,), term ids.
        b: int64 (n_pairs,), term ids, none equal to its `a`.
        relation: int8 (n_pairs,), a place in `RELATIONS`, or `UNLABELLED`.
        weight: float32 (n_pairs,), share in the training loss, at least 0.
    """

    a: NDArray[np.int64]
    b: NDArray[np.int64]
    relation: NDArray[np.int8]
    weight: NDArray[np.float32]

    @classmethod
    def of(
        cls,
        a: NDArray[np.integer],
        b: NDArray[np.integer],
        relation: NDArray[np.integer] | int,
        weight: float = 1.0,
    ) -> "LabelledPairs":
        """Build pairs of one weight, converting the types.

        Args:
            a: any integer (n_pairs,), term ids.
            b: any integer (n_pairs,), term ids.
            relation: any integer (n_pairs,), or one code for all pairs.
            weight: share of each pair in the training loss.

        Returns:
            The pairs, in the given order.
        """
        n_pairs = len(a)
        return cls(
            np.asarray(a, np.int64),
            np.asarray(b, np.int64),
            np.broadcast_to(np.asarray(relation, np.int8), n_pairs).copy(),
            np.full(n_pairs, weight, np.float32),
        )

    def join(self, other: "LabelledPairs") -> "LabelledPairs":
        """Append other pairs.

        Args:
            other: pairs of the same lexicon.

        Returns:
            These pairs followed by the other ones.
        """
        return LabelledPairs(
            np.concatenate([self.a, other.a]),
            np.concatenate([self.b, other.b]),
            np.concatenate([self.relation, other.relation]),
            np.concatenate([self.weight, other.weight]),
        )

    def take(self, rows: NDArray[np.integer] | NDArray[np.bool_]) -> "LabelledPairs":
        """Pick rows.

        Args:
            rows: any integer (n,), places; or bool (n_pairs,), whether to keep.

        Returns:
            The picked pairs.
        """
        return LabelledPairs(self.a[rows], self.b[rows], self.relation[rows], self.weight[rows])


class PairClassifier(Protocol):
    """A judge of pairs: the head on term vectors, or a cross-encoder on their spellings."""

    def judge(self, a: NDArray[np.integer], b: NDArray[np.integer]) -> NDArray[np.float32]:
        """Give the calibrated probability of each relation.

        Args:
            a: any integer (n_pairs,), term ids.
            b: any integer (n_pairs,), term ids.

        Returns:
            float32 (n_pairs, 3), columns as in `RELATIONS`, rows sum to 1; the same bits for
            (a, b) and (b, a), and however the rows are cut into calls.
        """
        ...


def check_pairs(pairs: LabelledPairs, n_terms: int) -> None:
    """Refuse pairs that break the contract of this module.

    Args:
        pairs: the pairs to check.
        n_terms: number of terms in the lexicon.

    Raises:
        ValueError: unequal lengths, a code or a term id out of range, a term paired with itself,
            or a weight that is negative or not finite.
    """
    lengths = [len(column) for column in pairs]
    if len(set(lengths)) != 1:
        raise ValueError(
            f"got pair columns of lengths {lengths}, expected one length; "
            "cut a, b, relation and weight from the same rows"
        )
    if lengths[0] == 0:
        return
    check_ids(pairs.a, pairs.b, n_terms)
    if (pairs.a == pairs.b).any():
        raise ValueError("got a term paired with itself, expected two terms; drop such rows")
    low, high = int(pairs.relation.min()), int(pairs.relation.max())
    if low < 0 or high >= N_CODES:
        raise ValueError(
            f"got relation codes {low}..{high}, expected 0..{N_CODES - 1}; "
            f"code relations by their place in {RELATIONS}, unlabelled pairs by {UNLABELLED}"
        )
    if not (np.isfinite(pairs.weight).all() and pairs.weight.min() >= 0):
        raise ValueError("got a negative or non-finite weight, expected weights >= 0; correct them")


def check_ids(a: NDArray[np.integer], b: NDArray[np.integer], n_terms: int) -> None:
    """Refuse columns of term ids that do not fit a lexicon.

    Args:
        a: any integer (n_pairs,), term ids.
        b: any integer (n_pairs,), term ids.
        n_terms: number of terms in the lexicon.

    Raises:
        ValueError: columns of another shape or type, or an id outside 0..n_terms-1.
    """
    if a.shape != b.shape or a.ndim != 1:
        raise ValueError(
            f"got id columns of shapes {a.shape} and {b.shape}, expected one shape (n_pairs,); "
            "pass one id per row on each side"
        )
    if a.dtype.kind not in "iu" or b.dtype.kind not in "iu":
        raise ValueError(f"got ids of type {a.dtype}, {b.dtype}, expected integers; convert them")
    if len(a) and (min(a.min(), b.min()) < 0 or max(a.max(), b.max()) >= n_terms):
        raise ValueError(
            f"got term ids {min(a.min(), b.min())}..{max(a.max(), b.max())}, "
            f"expected 0..{n_terms - 1}; use vectors and pairs of the same lexicon"
        )
