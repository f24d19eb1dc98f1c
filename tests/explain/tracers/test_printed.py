"""The text that is printed, against formulas in plain numpy."""

import numpy as np
import pytest
import torch

from engine.explain.tracers.table import tracer_of
from engine.explain.tracers.tracer import Line, Terms
from engine.explain.tracers.writing import figures, formula, number
from tests.explain.tracers.moments import moment


def arrays(*tensors):
    return [t.detach().numpy() for t in tensors]


def seeded(*shape):
    return torch.from_numpy(np.random.default_rng(4).normal(size=shape))


def test_numbers_have_three_digits_and_a_true_minus():
    assert number(-0.123456) == "−0.123"
    assert number(1234567.0) == "1.23e6"
    assert number(2.5e-7) == "2.5e−7"
    assert number(0.0) == "0"


def test_long_sums_say_what_they_leave_out():
    left, right = torch.arange(1.0, 9.0), torch.tensor([1.0, -1.0] * 4)
    line = Line("z", "{Σ} + {b}", {"Σ": Terms(left, right), "b": -0.5}, -4.5)
    assert formula(line) == "z = Σ w·x + b"
    assert figures(line) == (
        "−8·1 + 7·1 − 6·1 + 5·1 − 4·1 + … (3 more = 2) + (−0.5) = −4.5"
    )
    assert np.isclose(-8 + 7 - 6 + 5 - 4 + 2 - 0.5, -4.5)


def test_linear_prints_its_row():
    seen, _, _ = moment("linear", [seeded(3, 2)], out_features=2)
    x, w, b = arrays(seen.inputs[0], seen.module.weight, seen.module.bias)
    terms = sorted(
        zip(w[1], x[2], strict=True), key=lambda pair: -abs(pair[0] * pair[1])
    )
    sign = ["−" if (a < 0) != (c < 0) else "" for a, c in terms]
    first, second = (
        f"{number(abs(float(a)))}·{number(abs(float(c)))}" for a, c in terms
    )
    bias = number(float(b[1]))
    bias = f"({bias})" if b[1] < 0 else bias
    join = " − " if sign[1] else " + "
    (line,) = tracer_of("linear").output(seen, (2, 1))
    total = number(float(w[1] @ x[2] + b[1]))
    assert figures(line) == f"{sign[0]}{first}{join}{second} + {bias} = {total}"


def test_batch_norm_is_its_formula():
    seen, _, _ = moment("batch_norm1d", [seeded(6, 3)])
    x, g, b = arrays(seen.inputs[0], seen.module.weight, seen.module.bias)
    mean, var = x[:, 1].mean(), x[:, 1].var()
    hat = (x[:, 1] - mean) / np.sqrt(var + 1e-5)
    lines = tracer_of("batch_norm1d").output(seen, (4, 1))
    assert [line.value for line in lines] == pytest.approx(
        [mean, var, hat[4], g[1] * hat[4] + b[1]]
    )
    d = arrays(seen.upstream)[0][:, 1] * g[1]
    wanted = (d[4] - d.mean() - hat[4] * (d * hat).mean()) / np.sqrt(var + 1e-5)
    back = tracer_of("batch_norm1d").given(seen, (4, 1))
    assert back[-1].value == pytest.approx(wanted)
    assert formula(back[-1]).startswith("∂L/∂x = (γδ − mean(γδ) − x̂·mean(γδ·x̂))")


def test_cross_entropy_is_p_minus_y():
    labels = torch.tensor([2, 0, 1])
    seen, _, _ = moment("cross_entropy", [seeded(3, 4), labels])
    z = arrays(seen.inputs[0])[0]
    p = np.exp(z) / np.exp(z).sum(1, keepdims=True)
    delta = float(seen.upstream)
    for cell in [(0, 2), (1, 3)]:
        y = float(labels[cell[0]] == cell[1])
        lines = tracer_of("cross_entropy").given(seen, cell)
        assert lines[1].value == pytest.approx(p[cell])
        assert lines[-1].value == pytest.approx(delta * (p[cell] - y) / 3)
    forward = tracer_of("cross_entropy").output(seen, ())
    losses = -np.log(p[np.arange(3), labels.numpy()])
    assert forward[-1].value == pytest.approx(losses.mean())
    assert forward[-2].value == pytest.approx(losses.max())


def test_mean_squared_error_divides_by_all_numbers():
    seen, _, _ = moment("mse", [seeded(3, 2), seeded(3, 2) * 2])
    y, t = arrays(*seen.inputs)
    lines = tracer_of("mse").given(seen, (1, 0))
    wanted = float(seen.upstream) * 2 * (y - t)[1, 0] / 6
    assert lines[-1].value == pytest.approx(wanted)
    forward = tracer_of("mse").output(seen, ())
    assert forward[-1].value == pytest.approx(((y - t) ** 2).mean())


def test_kernel_weight_counts_all_its_places():
    seen, _, _ = moment("conv2d", [seeded(2, 1, 5, 5)], out_channels=1, padding=1)
    x, d = arrays(seen.inputs[0], seen.upstream)
    padded = np.pad(x[:, 0], ((0, 0), (1, 1), (1, 1)))
    wanted = (padded[:, 0:5, 2:7] * d[:, 0]).sum()
    (line,) = tracer_of("conv2d").weight(seen, "weight", (0, 0, 0, 2))
    assert line.value == pytest.approx(wanted)
    assert len(line.numbers["Σ"].left) == 2 * 4 * 4  # where the tap lies inside


def test_lstm_opens_its_gates():
    seen, _, _ = moment("lstm", [seeded(2, 3, 2)], hidden_size=2, output="sequence")
    w, u, b, c = arrays(*seen.module.parameters())
    x, h, cell = arrays(seen.inputs[0])[0][1], np.zeros(2), np.zeros(2)
    for step in range(3):
        i, f, g, o = np.split(w @ x[step] + u @ h + b + c, 4)
        i, f, o = (1 / (1 + np.exp(-v)) for v in (i, f, o))
        cell = f * cell + i * np.tanh(g)
        h = o * np.tanh(cell)
    lines = tracer_of("lstm").output(seen, (1, 2, 0))
    assert [line.name for line in lines] == ["i", "f", "g", "o", "c", "h"]
    assert [line.value for line in lines] == pytest.approx(
        [i[0], f[0], np.tanh(g[0]), o[0], cell[0], h[0]]
    )


def test_attention_writes_out_the_pair_that_counts_most():
    q, k, v = seeded(1, 3, 4), seeded(1, 5, 4) * 2, seeded(1, 5, 2)
    seen, _, _ = moment("scaled_dot_product_attention", [q, k, v])
    scores = arrays(q)[0][0] @ arrays(k)[0][0].T / 2
    shares = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    lines = tracer_of("scaled_dot_product_attention").output(seen, (0, 1, 0))
    key = shares[1].argmax()
    assert lines[0].name == f"s[{key}]"
    assert lines[0].value == pytest.approx(scores[1, key])
    assert lines[2].value == pytest.approx(shares[1, key])
    assert lines[-1].value == pytest.approx(shares[1] @ arrays(v)[0][0, :, 0])


def last_number(line):
    """Read the number that a line ends with."""
    words = figures(line).rpartition(" = ")[2].strip("()")
    return float(words.replace("−", "-"))


POOLS = [
    *[(f"max_pool{d}d", d, {"kernel_size": 2, "stride": 2}) for d in (1, 2, 3)],
    *[(f"avg_pool{d}d", d, {"kernel_size": 2, "stride": 2}) for d in (1, 2, 3)],
    *[(f"adaptive_max_pool{d}d", d, {"output_size": 3}) for d in (1, 2, 3)],
    *[(f"adaptive_avg_pool{d}d", d, {"output_size": 3}) for d in (1, 2, 3)],
]


def windows(type_id, place, size):
    """Return where a window of a pool lies along each axis."""
    if type_id.startswith("adaptive"):
        return [slice(p * size // 3, -(-(p + 1) * size // 3)) for p in place]
    return [slice(2 * p, 2 * p + 2) for p in place]


@pytest.mark.parametrize(("type_id", "dims", "params"), POOLS)
def test_a_pool_prints_its_window(type_id, dims, params):
    """The largest or the mean of the window; δ to the winner, or in equal parts."""
    size = 4
    seen, _, _ = moment(type_id, [seeded(2, 2, *[size] * dims)], **params)
    x, d = arrays(seen.inputs[0], seen.upstream)
    is_max, out = "max" in type_id, d.shape[2:]
    for place in [(0,) * dims, (1,) * dims, tuple(n - 1 for n in out)]:
        window = x[(1, 0, *windows(type_id, place, size))]
        wanted = window.max() if is_max else window.mean()
        line = tracer_of(type_id).output(seen, (1, 0, *place))[-1]
        assert last_number(line) == pytest.approx(wanted, rel=6e-3)
    at = (2,) * dims
    given = 0.0
    for place in np.ndindex(*out):
        spot = (1, 0, *windows(type_id, place, size))
        starts = [w.start for w in spot[2:]]
        inside = [
            0 <= a - s < n for a, s, n in zip(at, starts, x[spot].shape, strict=True)
        ]
        if all(inside):
            local = tuple(a - s for a, s in zip(at, starts, strict=True))
            is_winner = x[spot].argmax() == np.ravel_multi_index(local, x[spot].shape)
            share = float(is_winner) if is_max else 1 / x[spot].size
            given += share * d[(1, 0, *place)]
    line = tracer_of(type_id).given(seen, (1, 0, *at))[-1]
    assert last_number(line) == pytest.approx(given, rel=6e-3, abs=1e-12)


def test_a_global_average_prints_the_mean_of_a_map():
    seen, _, _ = moment("global_avg_pool", [seeded(2, 3, 4, 5)])
    x, d = arrays(seen.inputs[0], seen.upstream)
    line = tracer_of("global_avg_pool").output(seen, (1, 2))[-1]
    assert last_number(line) == pytest.approx(x[1, 2].mean(), rel=6e-3)
    line = tracer_of("global_avg_pool").given(seen, (1, 2, 3, 0))[-1]
    assert last_number(line) == pytest.approx(d[1, 2].ravel()[0] / 20, rel=6e-3)


NORMS = [
    ("layer_norm", (3, 6), {}, lambda c: (c[0], slice(None))),
    ("rms_norm", (3, 6), {}, lambda c: (c[0], slice(None))),
    ("group_norm", (2, 4, 3, 3), {"num_groups": 2},
     lambda c: (c[0], slice(c[1] // 2 * 2, c[1] // 2 * 2 + 2))),
    *[(f"instance_norm{d}d", (2, 3, *[4] * d), {}, lambda c: (c[0], c[1]))
      for d in (1, 2, 3)],
    *[(f"batch_norm{d}d", (4, 3, *[2] * d) if d > 1 else (6, 3), {},
       lambda c: (slice(None), c[1])) for d in (1, 2, 3)],
]  # fmt: skip


@pytest.mark.parametrize(("type_id", "shape", "params", "members"), NORMS)
def test_a_norm_prints_its_formula_over_its_own_set(type_id, shape, params, members):
    """(x − μ) / √(σ² + ε), times γ, plus β; and the three terms of its way back."""
    seen, _, _ = moment(type_id, [seeded(*shape)], **params)
    x, d = arrays(seen.inputs[0], seen.upstream)
    known = {name: w.detach().numpy() for name, w in seen.module.named_parameters()}
    axis = -1 if type_id in {"layer_norm", "rms_norm"} else 1
    spread = [1] * x.ndim
    spread[axis] = -1
    g = known["weight"].reshape(spread) if "weight" in known else np.ones(1)
    b = known["bias"].reshape(spread) if "bias" in known else np.zeros(1)
    g, b = np.broadcast_to(g, x.shape), np.broadcast_to(b, x.shape)
    eps = seen.module.eps or np.finfo(np.float64).eps
    is_rms = type_id == "rms_norm"
    for cell in [tuple(n - 1 for n in shape), (0,) * len(shape)]:
        own = members(cell)
        mean = 0.0 if is_rms else x[own].mean()
        root = np.sqrt(((x[own] - mean) ** 2).mean() + eps)
        hat = (x - mean) / root
        line = tracer_of(type_id).output(seen, cell)[-1]
        wanted = g[cell] * hat[cell] + b[cell]
        assert last_number(line) == pytest.approx(wanted, rel=6e-3, abs=1e-9)
        pull = (d * g)[own]
        shared = 0.0 if is_rms else pull.mean()
        back = ((d * g)[cell] - shared - hat[cell] * (pull * hat[own]).mean()) / root
        line = tracer_of(type_id).given(seen, cell)[-1]
        assert last_number(line) == pytest.approx(back, rel=6e-3, abs=1e-9)
