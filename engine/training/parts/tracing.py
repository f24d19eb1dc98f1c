"""Finds the node in which a step stops being finite, by making the step once more.

The step starts from the same weights, the same batch and the same random numbers. First
what every node puts out is looked at, in order; where all of that is finite, the
gradients are, from the loss back.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace

import torch
from torch import Tensor, fx, nn

from engine.compile.failure import feeds_of
from engine.compile.modules.unrolled import Time, is_plain, times
from engine.training.machine import precision, rng_state
from engine.training.parts.phases import PhaseRun


@dataclass(frozen=True)
class Trace:
    """Where a step first stops being finite.

    Args:
        node: Path of the node.
        inputs: What flows into it.
        port: Which of the inputs the bad number belongs to.
        sample: Its sample, counted from 0 in the batch; −1 where it belongs to none.
        value: The input at the bad place.
        is_gradient: What the node puts out is finite, the gradient through it isn't.
        is_nan: NaN, otherwise infinite.
        upstream: Largest size of the gradient that comes to the node.
        largest: Sample with the largest number that flows into a node which puts out
            one number for all of them; −1 for others.
        statistics: Name of a buffer of the node that is not finite itself, or empty.
        time: Where in the sequence a recurrent layer first stops being finite, counted
            from 0 (a gradient comes from the last one); −1 for others.
        gates: Symbols of the gates there that are not finite; empty where all are.
    """

    node: str
    inputs: tuple[Tensor, ...]
    port: int
    sample: int
    value: float
    is_gradient: bool
    is_nan: bool
    upstream: float = 0.0
    largest: int = -1
    statistics: str = ""
    time: int = -1
    gates: tuple[str, ...] = ()


def trace(phase: PhaseRun, feeds: Mapping[str, Tensor]) -> Trace | None:
    """Return where a step of a phase stops being finite; None where weights are not.

    None also when everything is finite this time.

    Args:
        phase: Its last forward pass was the bad one, or the backward pass after it.
        feeds: The batch.
    """
    used = (w for w in phase.program.weights_in_use() if isinstance(w, nn.Parameter))
    if not all(bool(torch.isfinite(w).all()) for w in used):
        return None
    with _as_before(phase):
        runner = _Runner(phase.program.graph_module)
        half = precision.autocast(phase.device) if phase.half else nullcontext()
        with half, torch.enable_grad():
            results = runner.results(feeds_of(phase.program.feed_names, feeds))
            if results is None:
                return runner.found
            return _backward(runner, phase.loss(results))


@contextmanager
def _as_before(phase: PhaseRun) -> Iterator[None]:
    """Put the random numbers back; nothing that is done inside leaves a trace."""
    now = rng_state.state(phase.device)
    buffers = list(phase.program.graph_module.buffers())
    kept = [buffer.clone() for buffer in buffers]
    if phase.random is not None:
        torch.set_rng_state(phase.random)
    try:
        yield
    finally:
        rng_state.restore(now, phase.device)
        with torch.no_grad():
            for buffer, value in zip(buffers, kept, strict=True):
                buffer.copy_(value)


class _BadNodeError(Exception):
    """Ends a forward pass at the first node that is not finite."""


class _Runner(fx.Interpreter):
    """Runs node by node and keeps what each puts out."""

    def __init__(self, module: fx.GraphModule) -> None:
        super().__init__(module, garbage_collect_values=False)
        self.extra_traceback = False
        self.values: dict[fx.Node, tuple[Tensor, ...]] = {}
        self.found: Trace | None = None

    def results(self, feeds: tuple[Tensor, ...]) -> dict[str, Tensor] | None:
        """Return what the program returns; None, and `found`, at a bad node."""
        try:
            results: dict[str, Tensor] = self.run(*feeds)
        except _BadNodeError:
            return None
        return results

    def run_node(self, n: fx.Node) -> object:
        """Run one, and stop where it is the first that is not finite."""
        result = super().run_node(n)
        outputs = result if isinstance(result, tuple) else (result,)
        for output in outputs if n.op != "output" else ():
            if isinstance(output, Tensor) and (spot := _bad(output)) is not None:
                inputs = self.inputs_of(n)
                port, value = _input_at(inputs, output, spot)
                is_nan = bool(output[spot].isnan())
                node, sample = str(n.meta.get("node", "")), _sample(output, spot)
                value = value if inputs else output[spot].item()
                self.found = Trace(node, _apart(inputs), port, sample, value,
                                   is_gradient=False, is_nan=is_nan,
                                   largest=-1 if output.dim() else _largest(inputs),
                                   statistics=self._statistics(n))  # fmt: skip
                self.found = _in_time(self, n, self.found)
                raise _BadNodeError
        self.values[n] = tuple(y for y in outputs if isinstance(y, Tensor))
        return result

    def _statistics(self, n: fx.Node) -> str:
        """Return a buffer of a layer that is not finite; empty where all are."""
        if n.op != "call_module":
            return ""
        named = self.module.get_submodule(str(n.target)).named_buffers()
        return next((name for name, b in named if _bad(b) is not None), "")

    def inputs_of(self, n: fx.Node) -> tuple[Tensor, ...]:
        """Return the tensors that flow into a node."""
        inputs, _ = self.fetch_args_kwargs_from_env(n)
        return tuple(value for value in inputs if isinstance(value, Tensor))


def _backward(runner: _Runner, total: Tensor) -> Trace | None:
    """Return the node nearest to the loss whose gradient is not finite."""
    if _bad(total.detach()) is not None:
        return None
    flows = {
        n: [y for y in outputs if y.requires_grad]
        for n, outputs in runner.values.items()
    }
    values = [value for outputs in flows.values() for value in outputs]
    slopes: tuple[Tensor | None, ...] = torch.autograd.grad(
        total, values, retain_graph=True, allow_unused=True
    )
    known = dict(zip(map(id, values), slopes, strict=True))
    for n in reversed(flows):
        pairs = [(y, s) for y in flows[n] if (s := known[id(y)]) is not None]
        if not pairs or any(_bad(slope) is not None for _, slope in pairs):
            continue
        found = _handed_on(runner, n, pairs)
        if found is not None:
            return found
    return None


def _handed_on(
    runner: _Runner, n: fx.Node, pairs: list[tuple[Tensor, Tensor]]
) -> Trace | None:
    """Return a node that makes something bad of finite gradients; None for others.

    Args:
        runner: Has run forward.
        n: The node.
        pairs: What it has put out, and the gradient that comes there.
    """
    leaves = _leaves(runner, n)
    if not leaves:
        return None
    outputs, slopes = zip(*pairs, strict=True)
    given: tuple[Tensor | None, ...] = torch.autograd.grad(
        outputs, leaves, slopes, retain_graph=True, allow_unused=True
    )
    for port, (leaf, gradient) in enumerate(zip(leaves, given, strict=True)):
        if gradient is not None and _bad(gradient) is not None:
            found = _through(runner, n, port, leaf, gradient)
            upstream = max(float(slope.abs().max()) for slope in slopes)
            return _in_time(runner, n, replace(found, upstream=upstream), pairs)
    return None


def _in_time(
    runner: _Runner,
    n: fx.Node,
    found: Trace,
    pairs: list[tuple[Tensor, Tensor]] | None = None,
) -> Trace:
    """Return a trace with time and gates where the node is a recurrent layer.

    Args:
        runner: Has run the node or is about to.
        n: The node.
        found: What is known of it.
        pairs: As of `_handed_on`; None where it is bad forward.
    """
    if n.op != "call_module":
        return found
    module = runner.module.get_submodule(str(n.target))
    inputs = runner.inputs_of(n)
    if not isinstance(module, nn.RNNBase) or not is_plain(module) or len(inputs) > 1:
        return found
    states = list(times(module, inputs[0]))
    order, told = range(len(states)), _gates_of(states)
    if pairs is not None:
        order, told = order[::-1], _slopes_of(states, runner.values[n], pairs)
    for time in order:
        names = states[time].gates
        bad = tuple(name for name, values in zip(names, told[time], strict=True)
                    if values is not None and _bad(values) is not None)  # fmt: skip
        if bad:
            return replace(found, time=time, gates=bad if len(bad) < len(names) else ())
    return found


Gates = list[tuple[Tensor | None, ...]]
"""Of every time the numbers at each gate, or their gradient."""


def _gates_of(states: list[Time]) -> Gates:
    return [tuple(time.gates.values()) for time in states]


def _slopes_of(
    states: list[Time], outputs: tuple[Tensor, ...], pairs: list[tuple[Tensor, Tensor]]
) -> Gates:
    """Return the gradient at every gate of every time."""
    out_NTH, last_NH = torch.stack([time.state for time in states], 1), states[-1].state
    again = (out_NTH if outputs[0].dim() == out_NTH.dim() else last_NH, last_NH)
    slopes = {id(y): slope for y, slope in pairs}
    kept = [(a, slopes[id(y)]) for a, y in zip(again, outputs, strict=True)
            if id(y) in slopes]  # fmt: skip
    ends = [gate for time in states for gate in time.gates.values()]
    found: tuple[Tensor | None, ...] = torch.autograd.grad(
        [a for a, _ in kept], ends, [slope for _, slope in kept], allow_unused=True
    )
    size = len(states[0].gates)
    return [found[at : at + size] for at in range(0, len(found), size)]


def _leaves(runner: _Runner, n: fx.Node) -> list[Tensor]:
    """Return what a node's gradient goes on to: its inputs, then its own weights."""
    inputs = [value for value in runner.inputs_of(n) if value.requires_grad]
    if n.op != "call_module":
        return inputs
    own = runner.module.get_submodule(str(n.target)).parameters()
    return [*inputs, *(weights for weights in own if weights.requires_grad)]


def _through(
    runner: _Runner,
    n: fx.Node,
    port: int,
    leaf: Tensor,
    gradient: Tensor,
) -> Trace:
    spot = _bad(gradient)
    assert spot is not None
    inputs = runner.inputs_of(n)
    places = [place for place, value in enumerate(inputs) if value is leaf]
    return Trace(
        str(n.meta.get("node", "")),
        _apart(inputs),
        places[0] if places else port,
        _sample(gradient, spot) if places else -1,
        float(leaf.detach()[spot].item()),
        is_gradient=True,
        is_nan=bool(gradient[spot].isnan()),
    )


def _apart(inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return tuple(values.detach() for values in inputs)


def _bad(values: Tensor) -> tuple[int, ...] | None:
    """Return the place of the first number that is not finite."""
    if not values.is_floating_point():
        return None
    wrong = ~torch.isfinite(values.detach())
    if not bool(wrong.any()):
        return None
    return tuple(int(index) for index in wrong.nonzero()[0])


def _sample(values: Tensor, spot: tuple[int, ...]) -> int:
    return spot[0] if values.dim() else -1


def _largest(inputs: tuple[Tensor, ...]) -> int:
    """Return the sample that holds the largest number of all inputs; −1 for none."""
    rows = [x.detach() for x in inputs if x.is_floating_point() and x.dim()]
    if not rows or any(len(x) != len(rows[0]) or not x.numel() for x in rows):
        return -1
    sizes_N = torch.stack([x.reshape(len(x), -1).abs().amax(1) for x in rows]).amax(0)
    return int(sizes_N.argmax())


def _input_at(
    inputs: tuple[Tensor, ...], output: Tensor, spot: tuple[int, ...]
) -> tuple[int, float]:
    """Return which input decides about a place of the output, and its value there.

    Inputs of the same shape are read at the place, the last of them first, as it
    divides; of others the number farthest from 0 in the same sample counts.
    """
    for port in reversed(range(len(inputs))):
        values = inputs[port]
        if values.dim() == output.dim() and values.is_floating_point():
            place = tuple(
                min(i, n - 1) for i, n in zip(spot, values.shape, strict=True)
            )
            return port, float(values[place].item())
    for port, values in enumerate(inputs):
        if values.is_floating_point() and values.numel():
            rows = values.detach().reshape(len(values), -1) if values.dim() else values
            row = rows[spot[0]] if spot and values.dim() else rows.reshape(-1)
            return port, float(row[row.abs().argmax()].item())
    return 0, 0.0
