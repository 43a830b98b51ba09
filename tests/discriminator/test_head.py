import math

import numpy as np
import torch
from numpy.typing import NDArray

from nymgraph.discriminator import PairHead
from nymgraph.discriminator.head import ALTERNATION_DIM


def slow_logits(head: PairHead, x: NDArray[np.float64], y: NDArray[np.float64]) -> list[float]:
    """The formula of the docstring for one pair, number by number, in double precision."""
    p = {name: weight.double().numpy() for name, weight in head.state_dict().items()}
    scale = math.sqrt(len(x))
    u, v = (p["term.weight"] @ (scale * end) + p["term.bias"] for end in (x, y))
    u, v = (end * math.sqrt(len(end)) / math.sqrt(sum(i * i for i in end)) for end in (u, v))
    features = [abs(i - j) for i, j in zip(u, v, strict=True)]
    features += [i * j for i, j in zip(u, v, strict=True)]
    middle = []
    for row, bias in zip(p["middle.weight"], p["middle.bias"], strict=True):
        total = sum(w * f for w, f in zip(row, features, strict=True)) + bias
        middle.append(total * 0.5 * (1 + math.erf(total / math.sqrt(2))))
    return [
        sum(w * m for w, m in zip(row, middle, strict=True)) + bias
        for row, bias in zip(p["out.weight"], p["out.bias"], strict=True)
    ]


def test_forward_agrees_with_the_formula() -> None:
    head = PairHead(dim=6, hidden=5, width=4, seed=3, surface=False)
    ends = np.random.default_rng(0).normal(size=(2, 20, 6))
    got = head(torch.tensor(ends[0]), torch.tensor(ends[1])).detach().numpy()
    expected = [slow_logits(head, x, y) for x, y in zip(*ends, strict=True)]
    np.testing.assert_allclose(got, expected, atol=1e-5)


def test_a_pair_worked_by_hand() -> None:
    # dim 1, hidden 2. P = (3, 4), c = 0: x = 1 gives p = (3, 4) of length 5, so
    # u = sqrt(2) (0.6, 0.8), and y = -1 gives v = -u. |u - v| = sqrt(2) (1.2, 1.6), and
    # u v = 2 (-0.36, -0.64). W1 = (1 / sqrt(2), 1 / sqrt(2), 1, 1), b1 = 9.2:
    # 1.2 + 1.6 - 0.72 - 1.28 + 9.2 = 10, and gelu(10) = 10 to 7 digits.
    # W2 = (1, -1, 0, 2), b2 = 0: logits 10, -10, 0, 20.
    head = PairHead(dim=1, hidden=2, width=1, surface=False)
    weights = {
        "term.weight": [[3.0], [4.0]],
        "term.bias": [0.0, 0.0],
        "middle.weight": [[0.5**0.5, 0.5**0.5, 1.0, 1.0]],
        "middle.bias": [9.2],
        "out.weight": [[1.0], [-1.0], [0.0], [2.0]],
        "out.bias": [0.0, 0.0, 0.0, 0.0],
    }
    weights["alternation"] = np.zeros((0, ALTERNATION_DIM))  # type: ignore[assignment]
    head.load_state_dict({name: torch.tensor(weight) for name, weight in weights.items()})
    logits = head(torch.tensor([[1.0]]), torch.tensor([[-1.0]]))
    np.testing.assert_allclose(logits.detach().numpy(), [[10.0, -10.0, 0.0, 20.0]], rtol=1e-6)


def test_both_orders_give_the_same_bits() -> None:
    head = PairHead(dim=32, hidden=24, width=16, surface=False)
    a, b = torch.randn(2, 1000, 32, generator=torch.Generator().manual_seed(0))
    assert torch.equal(head(a, b), head(b, a))


def test_building_leaves_the_global_generator_alone() -> None:
    before = torch.random.get_rng_state()
    first, second = PairHead(8, 4, 4, seed=1), PairHead(8, 4, 4, seed=1)
    assert torch.equal(before, torch.random.get_rng_state())
    assert torch.equal(first.term.weight, second.term.weight)
    assert not torch.equal(first.term.weight, PairHead(8, 4, 4, seed=2).term.weight)
