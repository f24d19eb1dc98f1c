"""What flows through every node in one step: inputs, output, and the gradient there."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, fx, nn

from engine.compile.failure import feeds_of
from engine.compile.program import PhaseProgram


@dataclass(frozen=True)
class Moment:
    """One node in one step, held still.

    Args:
        node: Its path.
        module: What computes it.
        inputs: What flows into it, in the order of its ports.
        output: What it puts out.
        upstream: ∂L/∂output, as it arrives from the loss; same shape as the output.
    """

    node: str
    module: nn.Module
    inputs: tuple[Tensor, ...]
    output: Tensor
    upstream: Tensor


def moments(phase: PhaseProgram, feeds: Mapping[str, Tensor]) -> dict[str, Moment]:
    """Return every node that the gradient of a phase's loss comes to, by its path.

    Args:
        phase: It computes as in its own steps: what is in training mode stays in it.
        feeds: One batch.

    Threads: the one that trains, between two steps; nothing is left changed.
    """
    recorder = _Recorder(phase.graph_module)
    with _untouched(phase), torch.enable_grad():
        total = phase.total(recorder.run(*feeds_of(phase.feed_names, feeds)))
        reached = [n for n, value in recorder.outputs.items() if value.requires_grad]
        values = [recorder.outputs[n] for n in reached]
        slopes: tuple[Tensor | None, ...] = torch.autograd.grad(
            total, values, allow_unused=True
        )
    found = {}
    for n, value, slope in zip(reached, values, slopes, strict=True):
        if slope is not None:
            inputs = tuple(x.detach() for x in recorder.inputs[n])
            module = phase.graph_module.get_submodule(str(n.target))
            path = str(n.meta["node"])
            found[path] = Moment(path, module, inputs, value.detach(), slope)
    return found


class _Recorder(fx.Interpreter):
    """Runs node by node; keeps what goes in and out of those that put out one tensor.

    Layers that return several (LSTM, attention) need a tracer that knows which is
    which: they are left out until there is one.
    """

    def __init__(self, module: fx.GraphModule) -> None:
        super().__init__(module)
        self.inputs: dict[fx.Node, tuple[Tensor, ...]] = {}
        self.outputs: dict[fx.Node, Tensor] = {}

    def run_node(self, n: fx.Node) -> object:
        """Run one and keep it."""
        arguments, _ = self.fetch_args_kwargs_from_env(n)
        result = super().run_node(n)
        if n.op == "call_module" and isinstance(result, Tensor):
            self.inputs[n] = tuple(x for x in arguments if isinstance(x, Tensor))
            self.outputs[n] = result
        return result


@contextmanager
def _untouched(phase: PhaseProgram) -> Iterator[None]:
    """Put buffers and random numbers back.

    A forward pass in training mode moves the running statistics of BatchNorm and draws
    dropout's masks: a look would change the steps that follow.
    """
    buffers = list(phase.graph_module.buffers())
    kept = [buffer.clone() for buffer in buffers]
    devices = {buffer.device for buffer in buffers if buffer.is_cuda}
    devices |= {p.device for p in phase.graph_module.parameters() if p.is_cuda}
    try:
        with torch.random.fork_rng(devices=list(devices)):
            yield
    finally:
        with torch.no_grad():
            for buffer, value in zip(buffers, kept, strict=True):
                buffer.copy_(value)
