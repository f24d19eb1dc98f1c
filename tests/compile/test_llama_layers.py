"""Layers of the Llama family against loops in plain torch."""

import math

import pytest
import torch

from engine.compile.build import build
from engine.errors import EngineError
from engine.layers import registry


def made(type_id, *inputs, **params):
    spec = registry.get(type_id)
    complete = spec.complete(params)
    shapes = tuple(tuple(t.shape) for t in inputs)
    return build(type_id, complete, shapes, tuple(t.dtype for t in inputs))


def turned(x_TD, base):
    """Turn each pair (i, i + D/2) by an angle that grows with the place."""
    out, half = x_TD.clone(), x_TD.shape[1] // 2
    for t in range(len(x_TD)):
        for i in range(half):
            angle = t * base ** (-i / half)
            a, b = x_TD[t, i], x_TD[t, i + half]
            out[t, i] = a * math.cos(angle) - b * math.sin(angle)
            out[t, i + half] = a * math.sin(angle) + b * math.cos(angle)
    return out


@pytest.mark.parametrize(("heads", "groups"), [(4, None), (4, 2), (4, 1)])
@pytest.mark.parametrize("rotary", [False, True])
def test_grouped_attention_equals_a_loop_over_heads_and_places(heads, groups, rotary):
    torch.manual_seed(0)
    size, count = 4, groups or heads
    q, k = torch.randn(2, 5, heads * size), torch.randn(2, 5, count * size)
    v = torch.randn(2, 5, count * size)
    params = {"num_heads": heads, "num_kv_heads": groups, "causal": True}
    module = made(
        "grouped_query_attention", q, k, v, rotary=rotary, base=50.0, **params
    )
    got = module(q, k, v)
    for n in range(2):
        for h in range(heads):
            g = h * count // heads
            one = q[n, :, h * size : (h + 1) * size]
            two = k[n, :, g * size : (g + 1) * size]
            if rotary:
                one, two = turned(one, 50.0), turned(two, 50.0)
            for t in range(5):
                mass = torch.stack([one[t] @ two[s] for s in range(t + 1)])
                share = (mass / math.sqrt(size)).softmax(0)
                expected = share @ v[n, : t + 1, g * size : (g + 1) * size]
                part = got[n, t, h * size : (h + 1) * size]
                torch.testing.assert_close(part, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("shapes", "params"),
    [
        (((2, 5, 16), (2, 5, 16), (2, 5, 16)), {"num_heads": 3}),
        (((2, 5, 16), (2, 5, 16), (2, 5, 16)), {"num_heads": 4, "num_kv_heads": 3}),
        (((2, 5, 16), (2, 5, 12), (2, 5, 12)), {"num_heads": 4, "num_kv_heads": 2}),
        (((2, 5, 16), (2, 5, 8), (2, 6, 8)), {"num_heads": 4, "num_kv_heads": 2}),
        (((2, 5, 12), (2, 5, 12), (2, 5, 12)), {"num_heads": 4, "rotary": True}),
        (((2, 16), (2, 16), (2, 16)), {"num_heads": 4}),
    ],
)
def test_heads_that_do_not_fit_are_refused(shapes, params):
    with pytest.raises(EngineError):
        made("grouped_query_attention", *map(torch.zeros, shapes), **params)


def test_tied_table_looks_up_and_scores_with_the_same_numbers():
    numbers = torch.tensor([[3, 0], [1, 3]])
    params = {"num_embeddings": 5, "embedding_dim": 6}
    module = made("tied_embedding", numbers, **params)
    found = module(numbers)
    torch.testing.assert_close(found, module.weight[numbers])
    vectors = torch.randn(2, 3, 6)
    expected = torch.einsum("ntf,cf->ntc", vectors, module.weight)
    torch.testing.assert_close(module(vectors), expected)
    (module(found).sum() + found.sum()).backward()
    assert module.weight.grad.abs().sum() > 0
    with pytest.raises(EngineError, match="another size"):
        made("tied_embedding", torch.zeros(2, 3, 7), **params)
