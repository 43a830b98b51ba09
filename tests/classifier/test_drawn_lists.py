import numpy as np

from nymgraph.discriminator import SYNONYM, UNLABELLED, Features, LabelledPairs
from nymgraph.pipeline.classifier.drawn_lists import checked_lists, draw_list

N = 40


def drawn_from() -> tuple[Features, LabelledPairs]:
    """Forty terms on an arc of 80 degrees; 2i and 2i + 1 are synonyms, 0 and 2 antonyms."""
    angle = np.arange(N) * np.pi / 90
    vectors = np.stack([np.cos(angle), np.sin(angle)], axis=1).astype(np.float16)
    even = np.arange(0, N, 2)
    pairs = LabelledPairs.of(even, even + 1, SYNONYM)
    return Features(vectors, None), pairs.join(LabelledPairs.of(np.array([0]), np.array([2]), 1))


def test_half_of_a_list_comes_in_pairs() -> None:
    drawn = draw_list(*drawn_from(), 20, seed=0)
    assert len(drawn.ids) <= 20
    assert (np.diff(drawn.ids) > 0).all()
    whole = set(drawn.ids.tolist())
    assert sum(i in whole and i + 1 in whole for i in range(0, N, 2)) >= 5


def test_candidates_are_sought_in_the_list_and_labelled() -> None:
    features, pairs = drawn_from()
    drawn = draw_list(features, pairs, 20, seed=0)
    a, b, relation, _ = drawn.candidates
    assert (a < b).all()
    assert len(np.unique(a * N + b)) == len(a)
    known = {(x, y): r for x, y, r, _ in zip(*pairs, strict=True)}
    ends = zip(drawn.ids[a].tolist(), drawn.ids[b].tolist(), strict=True)
    assert [known.get(pair, UNLABELLED) for pair in ends] == relation.tolist()
    hoods = drawn.features.neighbourhoods
    assert hoods is not None
    assert hoods.n_terms == len(drawn.ids)
    assert hoods.near.max() < len(drawn.ids)


def test_unlabelled_candidates_are_named_by_their_rows_in_the_lexicon() -> None:
    drawn = draw_list(*drawn_from(), 20, seed=0)
    negatives = drawn.unlabelled(0.5)
    assert np.isin(negatives.a, drawn.ids).all()
    assert (negatives.relation == UNLABELLED).all()
    assert (negatives.weight == 0.5).all()
    assert len(negatives.a) == (drawn.candidates.relation == UNLABELLED).sum()


def test_a_list_is_as_long_as_there_are_terms() -> None:
    features, pairs = drawn_from()
    assert len(draw_list(features, pairs, 1_000, seed=0).ids) == N
    assert checked_lists(features, pairs.take(np.empty(0, np.int64)), 0) == []
