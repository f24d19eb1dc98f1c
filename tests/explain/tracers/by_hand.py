"""Layers once more, in numpy alone: from inputs and weights to outputs, in float64.

`w` holds weights and buffers by torch's names, `p` the settings of the document.
"""

import itertools
import math

import numpy as np

erf = np.vectorize(math.erf)


def sigma(x):
    return 1 / (1 + np.exp(-x))


def softmax(x, axis=-1):
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def _phi(x):
    return 0.5 * (1 + erf(x / math.sqrt(2)))


CURVES = {
    "relu": lambda x: np.maximum(x, 0),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.01 * x),
    "relu6": lambda x: np.clip(x, 0, 6),
    "elu": lambda x: np.where(x > 0, x, np.exp(x) - 1),
    "selu": lambda x: (
        1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * (np.exp(x) - 1))
    ),
    "celu": lambda x: np.maximum(x, 0) + np.minimum(0, np.exp(x) - 1),
    "gelu": lambda x: x * _phi(x),
    "silu": lambda x: x * sigma(x),
    "mish": lambda x: x * np.tanh(np.log1p(np.exp(x))),
    "sigmoid": sigma,
    "tanh": np.tanh,
    "softplus": lambda x: np.log1p(np.exp(x)),
    "softsign": lambda x: x / (1 + abs(x)),
    "hardtanh": lambda x: np.clip(x, -1, 1),
    "hardsigmoid": lambda x: np.clip(x / 6 + 0.5, 0, 1),
    "hardswish": lambda x: x * np.clip(x / 6 + 0.5, 0, 1),
    "log_sigmoid": lambda x: -np.log1p(np.exp(-x)),
    "hardshrink": lambda x: np.where(abs(x) > 0.5, x, 0),
    "softshrink": lambda x: np.sign(x) * np.maximum(abs(x) - 0.5, 0),
    "tanhshrink": lambda x: x - np.tanh(x),
    "threshold": lambda x: np.where(x > 0, x, 0),
    "softmax": softmax,
    "log_softmax": lambda x: np.log(softmax(x)),
    "softmin": lambda x: softmax(-x),
    "glu": lambda x: x[..., : x.shape[-1] // 2] * sigma(x[..., x.shape[-1] // 2 :]),
    "square": np.square,
    "exp": np.exp,
    "sin": np.sin,
    "cos": np.cos,
    "negative": np.negative,
    "normalize": lambda x: x / np.sqrt((x * x).sum(-1, keepdims=True)),
}


def _taps(sizes, kernel, p):
    """Yield every tap of a kernel: its place, and what it adds to a window's start."""
    del sizes
    for tap in itertools.product(*map(range, kernel)):
        yield tap, [t * p.get("dilation", 1) - p.get("padding", 0) for t in tap]


def conv(p, w, x):
    """Return a convolution, number by number: groups, stride, padding, dilation."""
    kernel, groups = w["weight"].shape[2:], p.get("groups", 1)
    stride = p.get("stride", 1)
    reach = [p.get("dilation", 1) * (k - 1) + 1 for k in kernel]
    out = [
        (n + 2 * p.get("padding", 0) - r) // stride + 1
        for n, r in zip(x.shape[2:], reach, strict=True)
    ]
    channels, inside = len(w["weight"]), w["weight"].shape[1]
    y = np.zeros((len(x), channels, *out))
    for o, place in itertools.product(range(channels), np.ndindex(*out)):
        first = o // (channels // groups) * inside
        for tap, shift in _taps(out, kernel, p):
            at = [a * stride + s for a, s in zip(place, shift, strict=True)]
            if all(0 <= a < n for a, n in zip(at, x.shape[2:], strict=True)):
                seen = x[(slice(None), slice(first, first + inside), *at)]
                y[(slice(None), o, *place)] += (
                    seen @ w["weight"][(o, slice(None), *tap)]
                )
        y[(slice(None), o, *place)] += w["bias"][o] if "bias" in w else 0
    return y


def conv_transpose(p, w, x):
    """Return a transposed convolution: every number of x lays down its kernel."""
    kernel, groups, stride = (
        w["weight"].shape[2:],
        p.get("groups", 1),
        p.get("stride", 1),
    )
    out = [
        (n - 1) * stride - 2 * p.get("padding", 0)
        + p.get("dilation", 1) * (k - 1) + p.get("output_padding", 0) + 1
        for n, k in zip(x.shape[2:], kernel, strict=True)
    ]  # fmt: skip
    inside, each = w["weight"].shape[1], x.shape[1] // groups
    y = np.zeros((len(x), inside * groups, *out))
    for c, place in itertools.product(range(x.shape[1]), np.ndindex(*x.shape[2:])):
        rows = slice(c // each * inside, (c // each + 1) * inside)
        for tap, shift in _taps(out, kernel, p):
            at = [a * stride + s for a, s in zip(place, shift, strict=True)]
            if all(0 <= a < n for a, n in zip(at, out, strict=True)):
                seen = x[(slice(None), c, *place)][:, None]
                y[(slice(None), rows, *at)] += (
                    seen * w["weight"][(c, slice(None), *tap)]
                )
    bias = w.get("bias", np.zeros(y.shape[1]))
    return y + bias.reshape(1, -1, *[1] * (x.ndim - 2))


def _heads(x, count):
    return x.reshape(*x.shape[:2], count, -1).transpose(0, 2, 1, 3)


def attend(q, k, v, causal=False):
    """Return softmax(QKᵀ/√d)·V over the last two axes."""
    scores = q @ np.swapaxes(k, -1, -2) / math.sqrt(q.shape[-1])
    if causal:
        scores = np.where(np.tri(*scores.shape[-2:], dtype=bool), scores, -np.inf)
    return softmax(scores) @ v


def multihead(p, w, x, memory=None):
    """Return attention of several heads with its projections."""
    memory = x if memory is None else memory
    bias = w.get("in_proj_bias", np.zeros(len(w["in_proj_weight"])))
    wq, wk, wv = np.split(w["in_proj_weight"], 3)
    bq, bk, bv = np.split(bias, 3)
    q, k, v = x @ wq.T + bq, memory @ wk.T + bk, memory @ wv.T + bv
    heads = [_heads(t, p["num_heads"]) for t in (q, k, v)]
    out = attend(*heads, p.get("causal", False))
    joined = out.transpose(0, 2, 1, 3).reshape(x.shape)
    return joined @ w["out_proj.weight"].T + w.get("out_proj.bias", 0)


def grouped(p, w, q, k, v):
    """Return attention in which several heads share keys and values."""
    del w
    q, k, v = (
        _heads(q, p["num_heads"]),
        *(_heads(t, p["num_kv_heads"]) for t in (k, v)),
    )
    times = p["num_heads"] // p["num_kv_heads"]
    out = attend(
        q, np.repeat(k, times, 1), np.repeat(v, times, 1), p.get("causal", False)
    )
    return out.transpose(0, 2, 1, 3).reshape(len(q), q.shape[2], -1)


def _cell(kind, by_x, by_h, h, c):
    if kind == "rnn":
        return np.tanh(by_x + by_h), c
    if kind == "lstm":
        i, f, g, o = np.split(by_x + by_h, 4, -1)
        c = sigma(f) * c + sigma(i) * np.tanh(g)
        return sigma(o) * np.tanh(c), c
    (rx, zx, nx), (rh, zh, nh) = np.split(by_x, 3, -1), np.split(by_h, 3, -1)
    z = sigma(zx + zh)
    n = np.tanh(nx + sigma(rx + rh) * nh)
    return (1 - z) * n + z * h, c


def recurrent(kind):
    """Return a recurrent layer, layers in a row, both ways or one: both outputs."""

    def run(p, w, x):
        size, ends = p["hidden_size"], []
        for layer in range(p.get("num_layers", 1)):
            ways = []
            for way in ["", "_reverse"][: 2 if p.get("bidirectional") else 1]:
                names = [f"{n}_l{layer}{way}" for n in ("weight_ih", "weight_hh")]
                biases = [
                    w.get(f"{n}_l{layer}{way}", 0.0) for n in ("bias_ih", "bias_hh")
                ]
                h = c = np.zeros((len(x), size))
                seen = np.zeros((*x.shape[:2], size))
                times = range(x.shape[1])
                for t in reversed(times) if way else times:
                    by_x = x[:, t] @ w[names[0]].T + biases[0]
                    by_h = h @ w[names[1]].T + biases[1]
                    h, c = _cell(kind, by_x, by_h, h, c)
                    seen[:, t] = h
                ways.append((seen, h))
            x = np.concatenate([seen for seen, _ in ways], -1)
            ends = np.concatenate([h for _, h in ways], -1)
        return (ends if p.get("output") == "last" else x), ends

    return run


def windows(p, x, reduce):
    """Return what a pool makes of each of its windows."""
    size, dims = p["kernel_size"], x.ndim - 2
    out = [n // size for n in x.shape[2:]]
    y = np.zeros((*x.shape[:2], *out))
    for place in np.ndindex(*out):
        spot = tuple(slice(a * size, (a + 1) * size) for a in place)
        cut = x[(slice(None), slice(None), *spot)]
        y[(slice(None), slice(None), *place)] = reduce(cut, tuple(range(-dims, 0)))
    return y


def local_response(p, w, x):
    """Return x over what its neighbouring channels hold."""
    del w
    n, total = p["size"], np.zeros_like(x)
    for c in range(x.shape[1]):
        low = max(0, c - n // 2)
        total[:, c] = (x[:, low : c + (n - 1) // 2 + 1] ** 2).sum(1)
    return x / (1 + 1e-4 * total / n) ** 0.75


def cross_entropy(p, w, scores, labels):
    """Return the mean, with weights of classes, smoothing, labels that don't count."""
    del w
    count = scores.shape[1]
    factors = np.array(p.get("class_weights", [1.0] * count))
    labels, rest = labels.astype(int), p.get("label_smoothing", 0.0)
    total = divisor = 0.0
    for row, label in zip(np.log(softmax(scores)), labels, strict=True):
        if label == p.get("ignore_index"):
            continue
        total -= (1 - rest) * factors[label] * row[label]
        total -= rest / count * (factors * row).sum()
        divisor += factors[label]
    return np.array(total / divisor)
