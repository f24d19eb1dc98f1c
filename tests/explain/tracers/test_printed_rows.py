"""Printed text of every row of the table, against numpy formulas forward and back.

Only the way forward is written down in numpy (`by_hand`); what should come back is the
difference of two runs of it. What is compared is the number at the end of the text.
"""

import itertools

import numpy as np
import pytest
import torch

from engine.explain.tracers.table import tracer_of
from engine.explain.tracers.writing import figures
from tests.explain.tracers import by_hand
from tests.explain.tracers.moments import cells, moment

PRINTED = {"rel": 6e-3, "abs": 2e-7}
"""Three digits; what is nothing in numpy may be a rest of rounding."""


def printed(lines):
    """Read the number that a text ends with."""
    text = figures(lines[-1]).rpartition(" = ")[2] or figures(lines[-1])
    return float(text.strip("()").replace("−", "-"))


def rand(*shape, seed=4):
    return torch.from_numpy(np.random.default_rng(seed).normal(size=shape))


def _slope(run, values, cell, step=1e-6):
    ends = []
    for sign in (1, -1):
        values[cell] += sign * step
        ends.append(run())
        values[cell] -= sign * step
    return (ends[0] - ends[1]) / (2 * step)


class Layer:
    """A use of a layer beside its formula in numpy."""

    def __init__(self, type_id, inputs, params, forward):
        self.seen, *_ = moment(type_id, inputs, **params)
        self.tracer = tracer_of(type_id)
        self.xs = [x.detach().numpy().copy() for x in self.seen.inputs]
        module = self.seen.module
        state = {**dict(module.named_parameters()), **dict(module.named_buffers())}
        self.w = {n: v.detach().double().numpy().copy() for n, v in state.items()}
        self._run = lambda: forward(params, self.w, *self.xs)

    def outputs(self):
        found = self._run()
        return found if isinstance(found, tuple) else (np.asarray(found),)

    def loss(self):
        pairs = zip(self.outputs(), self.seen.upstreams, strict=True)
        return sum(float((y * d.numpy()).sum()) for y, d in pairs)

    def same(self, lines, values, cell):
        """Compare a text with the slope of the loss by a number."""
        wanted = _slope(self.loss, values, cell)
        assert printed(lines) == pytest.approx(wanted, **PRINTED), cell


def check(type_id, inputs, params, forward, most=4):
    """Compare the text of some numbers of every output, input and weight."""
    layer = Layer(type_id, inputs, params, forward)
    seen, tracer = layer.seen, layer.tracer
    for port, truth in enumerate(layer.outputs()):
        assert truth.shape == tuple(seen.outputs[port].shape)
        for cell in cells(truth.shape, most):
            text = printed(tracer.output(seen, cell, port))
            assert text == pytest.approx(truth[cell], **PRINTED), cell
    fixed = {1} if type_id == "soft_margin" else set()
    for port, x in enumerate(layer.xs):
        if x.dtype.kind == "f" and port not in fixed:
            for cell in cells(x.shape, most):
                layer.same(tracer.given(seen, cell, port), x, cell)
    for name, _ in seen.module.named_parameters():
        for cell in cells(layer.w[name].shape, most):
            layer.same(tracer.weight(seen, name, cell), layer.w[name], cell)


@pytest.mark.parametrize("type_id", sorted(by_hand.CURVES))
def test_a_curve(type_id):
    forward = by_hand.CURVES[type_id]
    check(type_id, [1.5 * rand(3, 4)], {}, lambda _p, _w, x: forward(x), 8)


CONVS = [
    ("conv1d", (2, 3, 7), {"stride": 2, "padding": 1}),
    ("conv1d", (2, 4, 8), {"groups": 2, "dilation": 2}),
    ("conv2d", (2, 4, 5, 4), {"groups": 2, "padding": 1}),
    ("conv2d", (2, 2, 6, 6), {"dilation": 2, "padding": 2, "bias": False}),
    ("conv3d", (2, 2, 3, 4, 3), {"padding": 1}),
    ("conv3d", (2, 2, 4, 3, 3), {"groups": 2, "stride": 2, "padding": 1}),
    ("conv_transpose1d", (2, 4, 4), {"stride": 2, "groups": 2}),
    (
        "conv_transpose2d",
        (2, 3, 3, 2),
        {"stride": 2, "padding": 1, "output_padding": 1},
    ),
    ("conv_transpose2d", (2, 2, 3, 3), {"dilation": 2, "bias": False}),
    ("conv_transpose3d", (2, 2, 2, 2, 3), {"padding": 1}),
]


@pytest.mark.parametrize(("type_id", "shape", "params"), CONVS)
def test_a_convolution(type_id, shape, params):
    forward = by_hand.conv_transpose if "transpose" in type_id else by_hand.conv
    params = {
        "out_channels": 4,
        "kernel_size": 3 if min(shape[2:]) > 2 else 2,
        **params,
    }
    check(type_id, [rand(*shape)], params, forward)


def _dense(p, w, x):
    return x @ w["weight"].T + w.get("bias", 0)


def _lora(p, w, x):
    plain = _dense(p, w, x) if "weight" in w else 0
    return plain + 8.0 / p["rank"] * (x @ w["down"].T) @ w["up"].T


def _bilinear(p, w, a, b):
    return np.einsum("ni,oij,nj->no", a, w["weight"], b) + w["bias"]


DENSE = [
    ("linear", [rand(3, 2, 4)], {"out_features": 3}, _dense),
    ("linear", [rand(3, 4)], {"out_features": 3, "bias": False}, _dense),
    ("low_rank", [rand(3, 4)], {"out_features": 3, "rank": 2}, _lora),
    ("lora_linear", [rand(3, 4)], {"out_features": 3, "rank": 2}, _lora),
    ("bilinear", [rand(3, 4), rand(3, 2)], {"out_features": 3}, _bilinear),
    ("learned_scale", [rand(3, 4)], {}, lambda _p, w, x: x * w["weight"] + w["bias"]),
    ("prelu", [rand(3, 4)], {}, lambda _p, w, x: np.where(x > 0, x, w["weight"] * x)),
    ("embedding", [torch.tensor([[1, 2, 1], [0, 3, 2]])],
     {"num_embeddings": 5, "embedding_dim": 2}, lambda _p, w, x: w["weight"][x]),
    ("position_embedding", [rand(2, 3, 4)], {"max_length": 5},
     lambda _p, w, x: x + w["weight"][: x.shape[1]]),
]  # fmt: skip


@pytest.mark.parametrize(("type_id", "inputs", "params", "forward"), DENSE)
def test_dense_and_embeddings(type_id, inputs, params, forward):
    check(type_id, inputs, params, forward, 8)


ATTENTION = [
    ("scaled_dot_product_attention", [rand(2, 3, 4), rand(2, 5, 4), rand(2, 5, 2)],
     {}, lambda _p, _w, *qkv: by_hand.attend(*qkv)),
    ("scaled_dot_product_attention", [rand(2, 4, 4, seed=s) for s in (1, 2, 3)],
     {"causal": True}, lambda _p, _w, *qkv: by_hand.attend(*qkv, causal=True)),
    ("multihead_attention", [rand(2, 3, 4)], {"num_heads": 2}, by_hand.multihead),
    ("multihead_attention", [rand(2, 3, 4), rand(2, 5, 4)],
     {"num_heads": 2}, by_hand.multihead),
    ("multihead_attention", [rand(2, 3, 4)],
     {"num_heads": 1, "causal": True, "bias": False}, by_hand.multihead),
    ("grouped_query_attention", [rand(2, 3, 8), rand(2, 5, 4), rand(2, 5, 4, seed=9)],
     {"num_heads": 4, "num_kv_heads": 2}, by_hand.grouped),
]  # fmt: skip


@pytest.mark.parametrize(("type_id", "inputs", "params", "forward"), ATTENTION)
def test_attention(type_id, inputs, params, forward):
    check(type_id, inputs, params, forward, 6)


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize(
    "params",
    [{}, {"num_layers": 2, "bidirectional": True}, {"output": "last", "bias": False}],
)
def test_a_recurrent_layer(kind, params):
    params = {"hidden_size": 2, **params}
    check(kind, [rand(2, 3, 3)], params, by_hand.recurrent(kind))


def _norm(axes, first=False):
    def run(p, w, x):
        mean, var = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
        shape = [1, -1, *[1] * (x.ndim - 2)] if first else [-1]
        g, b = (w[n].reshape(shape) if n in w else v
                for n, v in (("weight", 1.0), ("bias", 0.0)))  # fmt: skip
        return g * (x - mean) / np.sqrt(var + 1e-5) + b

    return run


NORMS = [
    ("batch_norm1d", (4, 3), {}, _norm(0, first=True)),
    (
        "batch_norm3d",
        (3, 2, 2, 2, 2),
        {"affine": False},
        _norm((0, 2, 3, 4), first=True),
    ),
    ("instance_norm1d", (2, 3, 4), {}, _norm(2)),
    ("instance_norm3d", (2, 2, 2, 2, 3), {}, _norm((2, 3, 4))),
    ("layer_norm", (2, 3, 4), {}, _norm(-1)),
    ("local_response_norm", (2, 5, 2, 3), {"size": 3}, by_hand.local_response),
]


@pytest.mark.parametrize(("type_id", "shape", "params", "forward"), NORMS)
def test_a_norm(type_id, shape, params, forward):
    check(type_id, [rand(*shape)], params, forward, 6)


LP = [
    ("lp_pool2d", (2, 2, 4, 6), lambda c, a: np.sqrt((c * c).sum(a))),
    ("max_pool3d", (2, 2, 2, 4, 4), np.max),
    ("avg_pool3d", (2, 2, 2, 4, 4), np.mean),
]


@pytest.mark.parametrize(("type_id", "shape", "reduce"), LP)
def test_a_pool(type_id, shape, reduce):
    check(type_id, [rand(*shape)], {"kernel_size": 2},
          lambda p, _w, x: by_hand.windows(p, x, reduce), 8)  # fmt: skip


A, B, C = (rand(3, 4, seed=s) for s in (1, 2, 3))
MERGES = [
    ("add", [A, B, C], {}, lambda a, b, c: a + b + c),
    ("multiply", [A, B, C], {}, lambda a, b, c: a * b * c),
    ("average", [A, B, C], {}, lambda a, b, c: (a + b + c) / 3),
    ("maximum", [A, B], {}, np.maximum),
    ("minimum", [A, B], {}, np.minimum),
    ("subtract", [A, B], {}, np.subtract),
    ("divide", [A, B.abs() + 0.5], {}, np.divide),
    ("concat", [A, B[:, :2]], {}, lambda a, b: np.concatenate([a, b], 1)),
    ("stack", [A, B], {}, lambda a, b: np.stack([a, b], 1)),
    ("matmul", [rand(2, 3, 4), rand(2, 4, 2)], {}, np.matmul),
    ("cosine_similarity", [A, B], {}, lambda a, b: (a * b).sum(1)
     / np.sqrt((a * a).sum(1) * (b * b).sum(1))),
    ("pairwise_distance", [A, B], {}, lambda a, b: np.sqrt(((a - b) ** 2).sum(1))),
    ("reduce_mean", [A], {}, lambda a: a.mean(-1)),
    ("reduce_std", [A], {}, lambda a: a.std(-1, ddof=1)),
    ("reduce_max", [A], {}, lambda a: a.max(-1)),
    ("flatten", [rand(2, 3, 2)], {}, lambda a: a.reshape(2, 6)),
    ("reshape", [rand(2, 3, 2)], {"shape": (2, 3)}, lambda a: a.reshape(2, 2, 3)),
    ("permute", [rand(2, 3, 4)], {}, lambda a: a.transpose(0, 2, 1)),
    ("slice", [A], {"start": 1, "stop": 3}, lambda a: a[:, 1:3]),
    ("flip", [A], {"dim": 1}, lambda a: a[:, ::-1]),
    ("pad2d", [rand(2, 1, 2, 3)], {},
     lambda a: np.pad(a, ((0, 0), (0, 0), (1, 1), (1, 1)))),
    ("upsample", [rand(2, 1, 2, 3)], {}, lambda a: a.repeat(2, 2).repeat(2, 3)),
]  # fmt: skip


@pytest.mark.parametrize(("type_id", "inputs", "params", "forward"), MERGES)
def test_merges_and_shapes(type_id, inputs, params, forward):
    check(type_id, inputs, params, lambda _p, _w, *xs: forward(*xs), 8)


P, T = torch.sigmoid(rand(3, 4)), torch.sigmoid(rand(3, 4, seed=8))
SIGNS = torch.tensor([[1.0, -1, 1, -1]] * 3).double()
LABELS = torch.tensor([2, 0, 1])
LOSSES = [
    ("mse", [A, B], {}, lambda y, t: ((y - t) ** 2).mean()),
    ("l1", [A, B], {}, lambda y, t: abs(y - t).mean()),
    ("huber", [2 * A, B], {}, lambda y, t: np.where(
        abs(y - t) < 1, (y - t) ** 2 / 2, abs(y - t) - 0.5).mean()),
    ("smooth_l1", [2 * A, B], {"beta": 0.5}, lambda y, t: np.where(
        abs(y - t) < 0.5, (y - t) ** 2, abs(y - t) - 0.25).mean()),
    ("log_cosh", [A, B], {}, lambda y, t: np.log(np.cosh(y - t)).mean()),
    ("poisson_nll", [A, T], {}, lambda y, t: (np.exp(y) - t * y).mean()),
    ("gaussian_nll", [A, B, T], {}, lambda y, t, v: 0.5 * (
        np.log(v) + (y - t) ** 2 / v).mean()),
    ("kl_gaussian", [A, B], {}, lambda m, s: 0.5 * (
        m * m + np.exp(s) - s - 1).sum(1).mean()),
    ("bce", [P, T], {}, lambda y, t: -(
        t * np.log(y) + (1 - t) * np.log(1 - y)).mean()),
    ("bce_with_logits", [A, T], {"pos_weight": 3.0}, lambda y, t: -(
        3 * t * np.log(by_hand.sigma(y))
        + (1 - t) * np.log(by_hand.sigma(-y))).mean()),
    ("kl_div", [torch.log(P), T], {}, lambda y, t: (t * (np.log(t) - y)).sum() / 3),
    ("hinge", [A, SIGNS], {}, lambda y, t: np.maximum(0, 1 - t * y).mean()),
    ("soft_margin", [A, SIGNS], {}, lambda y, t: np.log1p(np.exp(-t * y)).mean()),
    ("nll", [torch.log_softmax(A, 1), LABELS], {},
     lambda y, t: -y[np.arange(3), t].mean()),
    ("multi_margin", [A, LABELS], {}, lambda y, t: np.mean([sum(
        max(0, 1 - r[c] + r[j]) for j in range(4) if j != c) / 4
        for r, c in zip(y, t, strict=True)])),
    ("minimise", [A[:, 0]], {}, np.mean),
]  # fmt: skip


@pytest.mark.parametrize(("type_id", "inputs", "params", "forward"), LOSSES)
def test_a_loss(type_id, inputs, params, forward):
    check(type_id, inputs, params, lambda _p, _w, *xs: forward(*xs), 8)


@pytest.mark.parametrize(
    "params",
    [
        {},
        {"label_smoothing": 0.2},
        {"class_weights": (1.0, 2.0, 0.5, 3.0)},
        {"ignore_index": 0},
    ],
)
def test_cross_entropy(params):
    check("cross_entropy", [A, LABELS], params, by_hand.cross_entropy, 8)


def test_dropout_keeps_or_drops_and_hands_back_alike():
    seen, *_ = moment("dropout", [rand(4, 6)], p=0.25)
    x, y, d = (t.numpy() for t in (seen.inputs[0], seen.outputs[0], seen.upstream))
    kept = np.isclose(y, x / 0.75)
    assert 0 < kept.sum() < kept.size
    assert (y[~kept] == 0).all()
    tracer = tracer_of("dropout")
    for cell in itertools.product(range(4), range(6)):
        text = printed(tracer.output(seen, cell))
        assert text == pytest.approx(kept[cell] * x[cell] / 0.75, **PRINTED)
        text = printed(tracer.given(seen, cell))
        assert text == pytest.approx(kept[cell] * d[cell] / 0.75, **PRINTED)
