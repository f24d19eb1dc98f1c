"""Recurrent layers: gates opened, and the belt that carries the gradient back in time.

Axes: N batch, T time, F features, H units, G gates·units.

Source: Elman 1990; Hochreiter & Schmidhuber 1997; Cho et al. 2014. As torch: the gates
of an LSTM are i, f, g, o, those of a GRU r, z, n, and r stands outside of W·h.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from engine.explain.tracers.families.dense import summed
from engine.explain.tracers.families.unrolled import Pass, unrolled
from engine.explain.tracers.general import GENERAL
from engine.explain.tracers.inside import Inside
from engine.explain.tracers.moment import Moment
from engine.explain.tracers.tracer import Cell, Line, Lines, Number, Terms, Tracer


class Recurrent:
    """Of RNN, LSTM and GRU; dropout between layers is told in general terms."""

    def output(self, moment: Moment, cell: Cell, port: int = 0) -> Lines:
        """Return the gates of one unit at one time, its state and its output."""
        run = unrolled(moment)
        spot = _spot(moment, cell, port) if run else None
        if run is None or spot is None:
            return GENERAL.output(moment, cell, port)
        one, time, unit = run.top(spot[2], run.units), spot[1], spot[2] % run.units
        sample = spot[0]
        if time < 0:
            time = one.last(sample)
        if not bool(one.counts_NT[sample, time]):
            return (Line("h", "0", {}, 0.0),)
        return _WRITTEN[one.kind](one, sample, time, unit)

    def weight(self, moment: Moment, name: str, cell: Cell) -> Lines:
        """Return Σ δ·x over all samples and all times: one weight, many uses."""
        run = unrolled(moment)
        if run is None:
            return GENERAL.weight(moment, name, cell)
        one, kind = run.named(name)
        row = cell[0]
        is_hidden = kind.endswith("hh")
        delta_NT = (one.delta_hidden if is_hidden else one.delta)[:, :, row]
        if kind.startswith("bias"):
            return (summed("∂L/∂b", Terms(delta_NT.flatten(), None, ("δ", ""))),)
        source = one.before if is_hidden else one.x
        symbols = ("δ", "h" if is_hidden else "x")
        terms = Terms(delta_NT.flatten(), source[:, :, cell[1]].flatten(), symbols)
        return (summed("∂L/∂w", terms),)

    def given(self, moment: Moment, cell: Cell, port: int = 0) -> Lines:
        """Return Σ δ·w over all gates that have read the number."""
        run = unrolled(moment)
        if run is None or port:
            return GENERAL.given(moment, cell, port)
        sample, time, feature = cell
        left, right = [], []
        for one in run.layer(0):
            left.append(one.delta[sample, time])
            right.append(one.w_ih[:, feature])
        terms = Terms(torch.cat(left), torch.cat(right), ("δ", "w"))
        return (summed("∂L/∂x", terms),)


def _spot(moment: Moment, cell: Cell, port: int) -> tuple[int, int, int] | None:
    """Return sample, time (−1: the end) and unit over all directions of an output."""
    if port == 1 or len(moment.outputs[port].shape) == 2:
        if port == 0 and moment.module.bidirectional:
            return cell[0], -1, cell[1]
        return cell[0], -1, cell[1]
    return cell[0], cell[1], cell[2]


def _inner(
    one: Pass, sample: int, time: int, row: int, *, hidden: bool = True
) -> tuple[Terms, float]:
    """Return Σ w·x + Σ w·h of one gate of one unit, and its biases."""
    w, x = one.w_ih[row], one.x[sample, time]
    bias = one.b_ih[row]
    if hidden:
        w = torch.cat([w, one.w_hh[row]])
        x = torch.cat([x, one.before[sample, time]])
        bias = bias + one.b_hh[row]
    return Terms(w, x, ("w", "x,h" if hidden else "x")), float(bias)


def _gate(one: Pass, spot: tuple[int, int], row: int, name: str, curve: str) -> Line:
    terms, bias = _inner(one, *spot, row)
    numbers: dict[str, Number] = {"Σ": terms, "b": bias}
    value = _CURVES[curve](terms.total + bias)
    return Line(name, f"{curve}({{Σ}} + {{b}})", numbers, value)


def _sigma(z: float) -> float:
    return float(torch.sigmoid(torch.tensor(z, dtype=torch.float64)))


def _tanh(z: float) -> float:
    return float(torch.tanh(torch.tensor(z, dtype=torch.float64)))


def _ramp(z: float) -> float:
    return max(0.0, z)


_CURVES = {"σ": _sigma, "tanh": _tanh, "max0": _ramp}


def _rnn(one: Pass, sample: int, time: int, unit: int) -> Lines:
    curve = "tanh" if one.is_tanh else "max0"
    line = _gate(one, (sample, time), unit, "h", curve)
    if not one.is_tanh:
        return (Line("h", "max(0, {Σ} + {b})", line.numbers, line.value),)
    return (line,)


def _lstm(one: Pass, sample: int, time: int, unit: int) -> Lines:
    size, spot = one.units, (sample, time)
    i = _gate(one, spot, unit, "i", "σ")
    f = _gate(one, spot, size + unit, "f", "σ")
    g = _gate(one, spot, 2 * size + unit, "g", "tanh")
    o = _gate(one, spot, 3 * size + unit, "o", "σ")
    before = float(one.cell_before[sample, time, unit])
    cell = f.value * before + i.value * g.value
    belt: dict[str, Number] = {
        "f": f.value,
        "c′": before,
        "i": i.value,
        "g": g.value,
    }
    numbers: dict[str, Number] = {"o": o.value, "c": cell}
    state = Line("c", "{f}·{c′} + {i}·{g}", belt, cell)
    value = o.value * _tanh(cell)
    return (i, f, g, o, state, Line("h", "{o}·tanh({c})", numbers, value))


def _gru(one: Pass, sample: int, time: int, unit: int) -> Lines:
    size, spot = one.units, (sample, time)
    r = _gate(one, spot, unit, "r", "σ")
    z = _gate(one, spot, size + unit, "z", "σ")
    row = 2 * size + unit
    terms, bias = _inner(one, sample, time, row, hidden=False)
    inner = Terms(one.w_hh[row], one.before[sample, time], ("w", "h"))
    inside = float(one.b_hh[row])
    numbers: dict[str, Number] = {
        "Σx": terms,
        "b": bias,
        "r": r.value,
        "Σh": inner,
        "b′": inside,
    }
    sum_ = terms.total + bias + r.value * (inner.total + inside)
    n = Line("n", "tanh({Σx} + {b} + {r}·({Σh} + {b′}))", numbers, _tanh(sum_))
    before = float(one.before[sample, time, unit])
    mix: dict[str, Number] = {"z": z.value, "n": n.value, "h′": before}
    value = (1 - z.value) * n.value + z.value * before
    return (r, z, n, Line("h", "(1 − {z})·{n} + {z}·{h′}", mix, value))


_WRITTEN = {nn.RNN: _rnn, nn.LSTM: _lstm, nn.GRU: _gru}

TRACERS: dict[str, Tracer] = dict.fromkeys(("rnn", "lstm", "gru"), Recurrent())
_MOST_TIMES, _MOST_REACH = 512, 2**21
"""Times that are unrolled, and numbers of the gradients for all times at once."""
_NAMES = {nn.RNN: (), nn.LSTM: ("i", "f", "g", "o"), nn.GRU: ("r", "z", "n")}


class Gates:
    """The last layer opened: `h`, its gates, `cell`, what was `before`, `reach`.

    `before` is the cell of an LSTM and the state of the others, one time earlier in
    the layer's own direction. `reach` is how much of the loss at one time (rows)
    comes to the gates at another (columns): ‖δ‖; none where there are too many times.
    Beyond the end of a sample the gate that keeps is 1 and the others are 0.
    """

    def tensors(self, moment: Moment, sample: int) -> Mapping[str, Tensor]:
        """Return them for one sample; none where dropout is within the layer.

        Shape:
            reach: T×T; the others: T×(D·H)
        """
        is_long = moment.inputs[0].shape[1] > _MOST_TIMES
        run = None if is_long else unrolled(moment)
        if run is None:
            return {}
        top = run.passes[-1]

        def joined(parts: list[Tensor]) -> Tensor:
            return torch.cat(parts, 1)

        found = {"h": joined([one.h[sample] for one in top])}
        for index, name in enumerate(_NAMES[top[0].kind]):
            gates = [one.gates[sample].chunk(_count(one), 1)[index] for one in top]
            closed = 1.0 if name in {"f", "z"} else 0.0
            counts_T1 = top[0].counts_NT[sample].unsqueeze(1)
            found[name] = torch.where(counts_T1, joined(gates), closed)
        if top[0].kind is nn.LSTM:
            found["cell"] = joined([one.cell[sample] for one in top])
            found["before"] = joined([one.cell_before[sample] for one in top])
        else:
            found["before"] = joined([one.before[sample] for one in top])
        times, units = found["h"].shape
        if times * times * units <= _MOST_REACH:
            found["reach"] = _reach(moment, top, sample)
        return found

    def lines(self, moment: Moment, sample: int, name: str, cell: Cell) -> Lines:
        """Return the gate, the cell or the state of one unit at one time."""
        run = unrolled(moment)
        if run is None or name in {"reach", "before"}:
            return ()
        time, unit = cell
        one = run.top(unit, run.units)
        if not bool(one.counts_NT[sample, time]):
            return (_beyond(one, name, (sample, time, unit % run.units)),)
        lines = _WRITTEN[one.kind](one, sample, time, unit % run.units)
        wanted = "c" if name == "cell" else name
        end = next(at for at, line in enumerate(lines) if line.name == wanted)
        return lines[0 if wanted in {"h", "c"} else end : end + 1]


def _beyond(one: Pass, name: str, spot: tuple[int, int, int]) -> Line:
    """Return a number beyond the end of a sample: what is there is only kept."""
    if name == "cell":
        kept = float(one.cell_before[spot])
        return Line("c", "{c′}", {"c′": kept}, kept)
    closed = name in {"f", "z"}
    return Line(name, "1" if closed else "0", {}, float(closed))


def _count(one: Pass) -> int:
    return len(_NAMES[one.kind]) or 1


def _reach(moment: Moment, top: tuple[Pass, ...], sample: int) -> Tensor:
    """Return ‖δ‖ at the gates of each time, for the loss of each time alone.

    One way back through time for all of them: in place of a batch stand the times
    of the loss.

    Shape:
        T×T
    """
    times = top[0].x.shape[1]
    units = top[0].units * len(top)
    upstream = top[0].x.new_zeros(times, times, units)
    ended = top[0].x.new_zeros(times, units)
    for output, delta in zip(moment.outputs, moment.upstreams, strict=True):
        if delta is None:
            continue
        if output.dim() == 3:
            every = torch.arange(times)
            upstream[every, every] = delta[sample]
        else:
            ended[-1] = ended[-1] + delta[sample]
    squares = upstream.new_zeros(times, times)
    for at, one in enumerate(top):
        own = slice(at * one.units, (at + 1) * one.units)
        deltas = one.of(sample).backwards(upstream[:, :, own], ended[:, own])
        squares += deltas.square().sum(2)
    return squares.sqrt()


INSIDES: dict[str, Inside] = dict.fromkeys(("rnn", "lstm", "gru"), Gates())
