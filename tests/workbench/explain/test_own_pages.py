"""What the pages of pooling, norms, attention and recurrent layers print, by numpy.

Axes: C channels, H heads, T time or queries, S keys, F features, U units.
"""

import json
import re
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QRectF

from engine.explain.answers.copies import of_document
from engine.explain.answers.desk import HeldStep
from engine.protocol import tracing
from workbench.explain.layer.formulas import FORMULAS
from workbench.explain.layer.layouts import page_of
from workbench.explain.layer.own.recurrent import Unrolled, rows
from workbench.explain.layer.subject import Subject
from workbench.explain.layer.typeset import Formula, drawings

_NUMBER = r"−?\d[\d,]*\.?\d*(?:·10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?"
_PLAIN = str.maketrans("−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789")
_AREA = QRectF(0, 0, 640, 420)
MAPS = (
    ("conv", "conv2d", {"out_channels": 4, "kernel_size": 3}),
    ("batch", "batch_norm2d", {}),
    ("group", "group_norm", {"num_groups": 2}),
    ("most", "max_pool2d", {"kernel_size": 2, "stride": 1}),
    ("mean", "avg_pool2d", {"kernel_size": 2, "padding": 1}),
    ("flat", "flatten", {}),
    ("layer", "layer_norm", {}),
    ("rms", "rms_norm", {}),
    ("scores", "linear", {"out_features": 10}),
)
TIMES = (
    ("rows", "squeeze", {"dim": 1}),
    ("look", "multihead_attention", {"num_heads": 2, "causal": True}),
    ("lstm", "lstm", {"hidden_size": 5}),
    ("gru", "gru", {"hidden_size": 4}),
    ("rnn", "rnn", {"hidden_size": 3, "output": "last"}),
    ("scores", "linear", {"out_features": 10}),
)


def document(layers):
    """Return a chain of layers on the digits, as a file has it."""
    nodes = [{"id": "data", "type": "data", "params": {"source": "digits"}}]
    nodes += [{"id": n, "type": t, "params": p} for n, t, p in layers]
    nodes.append({"id": "loss", "type": "cross_entropy"})
    before = ["data.image", *(f"{name}.out" for name, _, _ in layers)]
    after = [*(f"{name}.input" for name, _, _ in layers), "loss.input"]
    edges = [[a, b] for a, b in zip(before, after, strict=True)]
    edges.append(["data.label", "loss.target"])
    return json.dumps({
        "format": "backprop-workbench", "version": 1, "name": "chain",
        "graph": {"nodes": nodes, "edges": edges}, "blocks": {},
        "training": {"batch_size": 8},
    })  # fmt: skip


@pytest.fixture(scope="module")
def held():
    steps = [HeldStep(lambda d=d: of_document(document(d))) for d in (MAPS, TIMES)]
    told = [step.answer(tracing.HoldStep("x")) for step in steps]
    yield [
        (step, {node.path: node for node in known.nodes})
        for step, known in zip(steps, told, strict=True)
    ]
    for step in steps:
        step.close()


def opened(held, path, side, sample=2):
    """Return the page of a layer, its tensors, and what the engine says of cells."""
    step, nodes = held[0] if path in held[0][1] else held[1]
    known = {name: params for name, _, params in (*MAPS, *TIMES)}
    told = step.answer(tracing.OpenMoment(path, sample))
    subject = Subject(nodes[path], told, side, params=known[path])
    page = page_of(subject, _AREA)
    assert page.detail is not None
    assert not page.is_general
    return page.detail, {p.name: p.values for p in told.pieces}, step


def numbers(text):
    """Return all numbers of a line, as they are printed."""
    found = re.findall(_NUMBER, text)
    return [float(n.replace("·10", "e").replace(",", "").translate(_PLAIN))
            for n in found]  # fmt: skip


def close(value):
    return pytest.approx(value, rel=6e-3, abs=1e-12)


def test_max_pool_prints_its_window_and_who_wins(qapp, held):
    detail, found, _ = opened(held, "most", "forward")
    x, y = found["input0"], found["output0"]
    for cell in [(0, 0, 0), (3, 2, 4), (1, 4, 4)]:
        c, row, column = cell
        window = x[c, row : row + 2, column : column + 2]
        line = detail.lines(("output0", cell))[1]
        assert numbers(line) == close([*sorted(window.ravel())[::-1], window.max()])
        assert y[cell] == window.max()
    detail, found, _ = opened(held, "most", "backward")
    back = np.zeros_like(x)
    for cell in np.ndindex(y.shape):
        c, row, column = cell
        at = x[c, row : row + 2, column : column + 2].argmax()
        place = row + at // 2, column + at % 2
        back[(c, *place)] += found["upstream0"][cell]
        line = detail.lines(("upstream0", cell))[1]
        assert numbers(line) == close([found["upstream0"][cell], *place])
    np.testing.assert_allclose(found["given0"], back, atol=1e-9)


def test_average_pool_prints_sum_count_and_share(qapp, held):
    detail, found, _ = opened(held, "mean", "forward")
    padded = np.pad(found["input0"], ((0, 0), (1, 1), (1, 1)))
    for c, row, column in [(0, 0, 0), (2, 1, 2)]:
        window = padded[c, 2 * row : 2 * row + 2, 2 * column : 2 * column + 2]
        line = detail.lines(("output0", (c, row, column)))[1]
        assert numbers(line) == close([window.sum(), 4, window.mean()])
    detail, found, _ = opened(held, "mean", "backward")
    delta = found["upstream0"][2, 1, 2]
    line = detail.lines(("upstream0", (2, 1, 2)))[1]
    assert numbers(line) == close([delta, 4, delta / 4])
    assert found["given0"][2, 2, 4] == pytest.approx(delta / 4)


def sets(path, x_N):
    """Return μ and σ of every number of a batch."""
    if path == "batch":
        axes, shape = (0, 2, 3), x_N.shape
    elif path == "group":
        axes, shape = (2, 3, 4), (len(x_N), 2, -1, *x_N.shape[2:])
    else:
        axes, shape = (1,), x_N.shape
    rows = x_N.reshape(shape)
    mean = rows.mean(axes, keepdims=True)
    if path == "rms":
        mean, eps = np.zeros_like(mean), np.finfo(np.float32).eps
    else:
        eps = 1e-5
    spread = np.sqrt(((rows - mean) ** 2).mean(axes, keepdims=True) + eps)
    full = [np.broadcast_to(v, rows.shape).reshape(x_N.shape) for v in (mean, spread)]
    return (*full, rows.shape, axes)


@pytest.mark.parametrize("path", ["batch", "group", "layer", "rms"])
def test_norms_print_both_ways_of_a_number(qapp, held, path):
    every = [opened(held, path, "forward", n)[1] for n in range(8)]
    x_N, delta_N = (np.stack([e[k] for e in every]) for k in ("input0", "upstream0"))
    mean, spread, shape, axes = sets(path, x_N)
    hat_N = (x_N - mean) / spread
    pull, twist = (
        np.broadcast_to(v.reshape(shape).mean(axes, keepdims=True), shape)
        .reshape(x_N.shape)
        for v in (delta_N, delta_N * hat_N)
    )  # fmt: skip
    forward, _, _ = opened(held, path, "forward")
    backward, found, _ = opened(held, path, "backward")
    for cell in [(0,) * (x_N.ndim - 1), tuple(n - 2 for n in x_N.shape[1:])]:
        at = (2, *cell)
        _, first, second = forward.lines(("input0", cell))
        mu = [] if path == "rms" else [mean[at]]
        assert numbers(first) == close([x_N[at], *mu, spread[at], hat_N[at]])
        end = [] if path == "rms" else [0.0]
        assert numbers(second) == close([1.0, hat_N[at], *end, hat_N[at]])
        parts = [delta_N[at], -pull[at], -hat_N[at] * twist[at]]
        if path == "rms":
            parts.pop(1)
        printed = [numbers(line)[-1] for line in backward.lines(("given0", cell))[1:]]
        assert printed == close([*np.array(parts) / spread[at], found["given0"][cell]])


def attention(held):
    """Return A and ∂L/∂S of the sample by plain numpy."""
    _, found, _ = opened(held, "look", "forward")
    x_TF, delta_TF = found["input0"], found["upstream0"]
    w, b = found["weight:in_proj_weight"], found["weight:in_proj_bias"]
    q, k, v = (part.reshape(8, 2, 4).transpose(1, 0, 2)
               for part in np.split(x_TF @ w.T + b, 3, 1))  # fmt: skip
    scores = q @ k.transpose(0, 2, 1) / 2
    scores[:, np.triu(np.ones((8, 8), bool), 1)] = -np.inf
    share = np.exp(scores) / np.exp(scores).sum(2, keepdims=True)
    back = (delta_TF @ found["weight:out_proj.weight"]).reshape(8, 2, 4)
    d_share = back.transpose(1, 0, 2) @ v.transpose(0, 2, 1)
    return share, share * (d_share - (d_share * share).sum(2, keepdims=True))


def test_attention_prints_where_a_place_looks(qapp, held):
    share_HTS, score_HTS = attention(held)
    for side, name, expected in (
        ("forward", "inside.share", share_HTS * 100),
        ("backward", "inside.score", score_HTS),
    ):
        detail, _, step = opened(held, "look", side)
        for cell in [(0, 7, 3), (1, 4, 0)]:
            row = expected[cell[:2]]
            told = numbers(detail.lines((name, cell))[1])
            order = np.abs(row).argsort()[::-1][:4]
            assert sorted(told[::2]) == sorted(order.tolist())
            exact = {"rel": 6e-3, "abs": 0.06 if side == "forward" else 1e-9}
            for place, printed in zip(told[::2], told[1::2], strict=True):
                assert printed == pytest.approx(row[int(place)], **exact)
            written = step.answer(tracing.WriteCell("look", name, cell, 2))
            value = expected[cell] / (100 if side == "forward" else 1)
            assert written.value == pytest.approx(value, rel=1e-4, abs=1e-9)
            assert written.lines[-1].value == pytest.approx(value, rel=1e-4, abs=1e-9)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def unrolled(path, found):
    """Return what a layer computes at every time, each T×U."""
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    w, u, b, c = (found[f"weight:{name}_l0"] for name in names)
    h = np.zeros(u.shape[1])
    cell, rows = h.copy(), []
    for x in found["input0"]:
        before = cell.copy() if path == "lstm" else h.copy()
        by_x, by_h = w @ x + b, u @ h + c
        if path == "lstm":
            i, f, g, o = np.split(by_x + by_h, 4)
            i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
            cell = f * cell + i * g
            h = o * np.tanh(cell)
            rows.append([f, before, i, g, cell, o, h])
        elif path == "gru":
            (rx, zx, nx), (rh, zh, nh) = np.split(by_x, 3), np.split(by_h, 3)
            z = sigmoid(zx + zh)
            n = np.tanh(nx + sigmoid(rx + rh) * nh)
            h = (1 - z) * n + z * h
            rows.append([z, n, before, h])
        else:
            h = np.tanh(by_x + by_h)
            rows.append([before, h])
    return np.array(rows).transpose(1, 0, 2)


@pytest.mark.parametrize("path", ["lstm", "gru", "rnn"])
def test_recurrent_layers_print_how_a_state_comes_about(qapp, held, path):
    detail, found, step = opened(held, path, "forward")
    known = unrolled(path, found)
    for time, unit in [(0, 1), (5, 2), (7, 0)]:
        lines = detail.lines(("inside.h", (time, unit)))[1:]
        v = known[:, time, unit]
        if path == "lstm":
            f, before, i, g, cell, o, h = v
            assert numbers(lines[0]) == close([f, before, i, g, cell])
            assert numbers(lines[1]) == close([o, cell, h])
        elif path == "gru":
            z, n, before, h = v
            assert numbers(lines[0])[1:] == close([1, z, n, z, before, h])
        else:
            assert numbers(lines[0]) == close(v[::-1])
        told = step.answer(tracing.WriteCell(path, "inside.h", (time, unit), 2))
        assert told.lines[-1].value == pytest.approx(v[-1], rel=1e-4, abs=1e-7)
    if path != "rnn":
        gate = known[0]
        detail, _, _ = opened(held, path, "backward")
        line = detail.lines(("inside.h", (2, 1)))[1]
        kept = np.prod(gate[3:, 1])
        assert numbers(line) == close([*gate[3:7, 1], kept])


def test_units_that_go_back_keep_what_the_times_before_let_through(qapp):
    values = {"z": [[0.5, 0.2], [0.4, 0.3], [0.1, 0.9]], "h": np.ones((3, 2))}
    values |= {name: np.ones((3, 2)) for name in ("r", "n", "before")}
    values["z"] = np.array(values["z"])
    values["z"][2, 0], values["r"][2, 0], values["n"][2, 0] = 1, 0, 0
    known = {f"inside.{n}": SimpleNamespace(values=v) for n, v in values.items()}
    detail = Unrolled(known, "backward", kind="gru", is_both=True)
    line = detail.lines(("inside.h", (2, 1)))[1]
    assert numbers(line) == close([0.3, 0.2, 0.06])
    line = detail.lines(("inside.h", (0, 0)))[1]
    assert numbers(line) == close([0.4, 1, 0.4])
    assert "has ended" in detail.lines(("inside.h", (2, 0)))[1]


def test_the_matrix_of_times_is_that_of_single_losses(qapp, held):
    detail, found, _ = opened(held, "rnn", "backward")
    h_TU = found["inside.h"]
    u, delta = found["weight:weight_hh_l0"], found["upstream0"]
    expected = np.zeros(8)
    for time in range(7, -1, -1):
        delta = delta * (1 - h_TU[time] ** 2)
        expected[time] = np.linalg.norm(delta)
        delta = u.T @ delta
    np.testing.assert_allclose(found["inside.reach"][7], expected, rtol=1e-4)
    assert not found["inside.reach"][:7].any()
    line = detail.lines(("inside.reach", (7, 3)))[0]
    assert numbers(line) == close([7, 3, expected[3]])
    _, found, _ = opened(held, "gru", "backward")
    assert np.count_nonzero(np.triu(found["inside.reach"], 1)) == 0
    assert np.count_nonzero(np.diag(found["inside.reach"])) == 8


def test_every_formula_is_drawn_and_copies_as_plain_text(qapp):
    assert set(FORMULAS.values()) == set(drawings())
    formula = Formula()
    for plain in FORMULAS.values():
        formula.setText(plain)
        size = formula.sizeHint()
        assert 20 < size.width() < 420
        assert 12 < size.height() < 64
        formula.copy()
        assert qapp.clipboard().text() == plain


@pytest.mark.parametrize(("height", "columns"), [(120.0, 1), (60.0, 2)])
def test_strips_of_gates_are_high_enough_to_be_read(height, columns):
    area = QRectF(10, 20, 400, height)
    found = rows(area, 6)
    assert len({row.left() for row in found}) == columns
    assert all(area.contains(row) and row.height() >= 16 for row in found)
    assert sum(row.width() * row.height() for row in found) > 0.9 * 400 * height
