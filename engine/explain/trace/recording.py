"""Runs one phase on one batch and keeps what every node saw, was given and hands on."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, fx, nn
from torch.fx.node import Argument, Target
from torch.utils import _pytree as pytree

from engine.compile.failure import feeds_of
from engine.compile.program import PhaseProgram
from engine.explain.tracers.moment import Moment
from engine.training.machine import rng_state

_HERE = torch.device("cpu")
Around = Callable[[], AbstractContextManager[object]]


class Source(NamedTuple):
    """Where an input comes from.

    Args:
        node: Path; of a data or noise node too.
        output: Which of its outputs, counted from 0; always 0 for data and noise.
    """

    node: str
    output: int


@dataclass(frozen=True)
class Recording:
    """One phase of one step.

    Args:
        phase: What computed it; its weights are still those of this step.
        feeds: The batch, by feed name.
        total: What the phase minimises: the weighted sum of its losses.
        losses: Path of a loss node → its value.
        moments: Path → moment, in the order of the forward pass.
        sources: Path → where its inputs come from, in the order of its ports.
        gradients: ∂total/∂w of each parameter of the phase, in its order, summed over
            all uses; None where no loss depends on it.
        random: State of the random numbers before the forward pass.
        around: Makes what the forward pass runs in, such as autocast.
    """

    phase: PhaseProgram
    feeds: Mapping[str, Tensor]
    total: float
    losses: Mapping[str, float]
    moments: Mapping[str, Moment]
    sources: Mapping[str, tuple[Source, ...]]
    gradients: tuple[Tensor | None, ...]
    random: Mapping[str, Tensor]
    around: Around


def record(
    phase: PhaseProgram, feeds: Mapping[str, Tensor], around: Around = nullcontext
) -> Recording:
    """Return what one phase does with a batch.

    Args:
        phase: It computes as in its own steps: what is in training mode stays in it.
        feeds: One batch.
        around: Makes what the forward pass runs in, such as autocast.

    Threads: the one that trains, between two steps. Weights, their gradients, buffers
    and random numbers are afterwards what they were.
    """
    random = rng_state.state(_place(feeds))
    with running(phase, feeds, random, around) as live:
        wanted = live.recorder.wanted(phase.parameters)
        slopes = _slopes(live.total, wanted)
        uses = live.recorder.uses
        return Recording(
            phase,
            feeds,
            float(live.total.detach()),
            {path: float(live.results[path].detach()) for path in phase.losses},
            {use.node: use.moment(slopes) for use in uses},
            {use.node: use.sources for use in uses},
            tuple(slopes.get(id(parameter)) for parameter in phase.parameters),
            random,
            around,
        )


class Live(NamedTuple):
    """A phase that has just run forward, with the graph of autograd.

    Args:
        recorder: What every node was given and put out.
        results: What the program has returned.
        total: What the phase minimises.
    """

    recorder: "Recorder"
    results: Mapping[str, Tensor]
    total: Tensor


@contextmanager
def running(
    phase: PhaseProgram,
    feeds: Mapping[str, Tensor],
    random: Mapping[str, Tensor],
    around: Around,
) -> Iterator[Live]:
    """Yield a phase that has run forward once more; nothing is left changed."""
    recorder = Recorder(phase.graph_module)
    with untouched(phase.graph_module), _entered(phase), torch.enable_grad():
        rng_state.restore(random, _place(feeds))
        with around():
            results: dict[str, Tensor] = recorder.run(
                *feeds_of(phase.feed_names, feeds)
            )
        yield Live(recorder, results, phase.total(results))


def _place(feeds: Mapping[str, Tensor]) -> torch.device:
    return next((x.device for x in feeds.values()), torch.device("cpu"))


@contextmanager
def _entered(phase: PhaseProgram) -> Iterator[None]:
    """Make exactly the weights of this phase differentiable for a while."""
    weights = [*phase.parameters, *phase.others]
    before = [w.requires_grad for w in weights]
    phase.enter()
    try:
        yield
    finally:
        for w, was in zip(weights, before, strict=True):
            w.requires_grad = was


def _slopes(total: Tensor, wanted: list[Tensor]) -> dict[int, Tensor | None]:
    """Return ∂total of every tensor, by its identity, in one backward pass."""
    unique = list({id(tensor): tensor for tensor in wanted}.values())
    found: tuple[Tensor | None, ...] = torch.autograd.grad(
        total, unique, allow_unused=True
    )
    return {id(tensor): slope for tensor, slope in zip(unique, found, strict=True)}


@dataclass
class Use:
    """A node while it is recorded; its tensors still hold the graph of autograd."""

    module: nn.Module
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    random: Mapping[str, Tensor] | None
    node: str = ""
    sources: tuple[Source, ...] = ()

    def moment(self, slopes: Mapping[int, Tensor | None]) -> Moment:
        """Return it without the graph."""
        return Moment(
            self.node,
            self.module,
            tuple(x.detach() for x in self.inputs),
            tuple(y.detach() for y in self.outputs),
            tuple(slopes.get(id(y)) for y in self.outputs),
            tuple(slopes.get(id(x)) for x in self.inputs),
            self.random,
        )


class Recorder(fx.Interpreter):
    """Runs node by node and keeps what goes in and out of each."""

    def __init__(self, module: fx.GraphModule) -> None:
        super().__init__(module)
        self.extra_traceback = False
        self.uses: list[Use] = []

    def wanted(self, parameters: list[nn.Parameter]) -> list[Tensor]:
        """Return all whose gradient is asked for."""
        ends = (t for use in self.uses for t in (*use.inputs, *use.outputs))
        return [t for t in (*ends, *parameters) if t.requires_grad]

    def call_module(
        self,
        target: Target,
        args: tuple[Argument, ...],
        kwargs: dict[str, Argument],
    ) -> object:
        """Run one node on views of its inputs.

        A view of its own for every reader keeps apart what each of them hands back:
        at the tensor itself autograd has added it up already.
        """
        apart = tuple(map(_view, args))
        place = next((x.device for x in args if isinstance(x, Tensor)), _HERE)
        before = rng_state.state(place)
        result = super().call_module(target, apart, kwargs)
        if not isinstance(result, Tensor):  # Two ports may carry one and the same.
            result = pytree.tree_map(_view, result)
        after = rng_state.state(place)
        drew = any(not torch.equal(before[name], after[name]) for name in before)
        module: nn.Module = self.fetch_attr(str(target))
        self.uses.append(
            Use(
                module,
                tuple(x for x in apart if isinstance(x, Tensor)),
                tensors_in(result),
                before if drew else None,
            )
        )
        return result

    def use_of(self, node: str) -> Use:
        """Return the use of a node at a path."""
        return next(use for use in self.uses if use.node == node)

    def run_node(self, n: fx.Node) -> object:
        """Run one and note whose it is."""
        result = super().run_node(n)
        if n.op == "call_module":
            use = self.uses[-1]
            use.node = str(n.meta["node"])
            use.sources = tuple(map(_origin, n.args))
        return result


def tensors_in(result: object) -> tuple[Tensor, ...]:
    """Return the tensors that a layer has put out, in the order of its ports.

    Shape:
        each as it is
    """
    return tuple(x for x in pytree.tree_leaves(result) if isinstance(x, Tensor))


def _origin(argument: object) -> Source:
    """Return the node, and which of its outputs, an argument of a call comes from."""
    assert isinstance(argument, fx.Node)
    index = argument.args[1] if argument.op == "call_function" else 0
    assert isinstance(index, int)
    return Source(str(argument.meta["node"]), index)


def _view(value: Argument) -> Argument:
    if isinstance(value, Tensor) and value.requires_grad:
        return value.view_as(value)
    return value


@contextmanager
def untouched(module: nn.Module) -> Iterator[None]:
    """Put buffers and random numbers back.

    A forward pass in training mode moves the running statistics of BatchNorm and draws
    dropout's masks: a look would change the steps that follow.
    """
    buffers = list(module.buffers())
    kept = [buffer.clone() for buffer in buffers]
    devices = {buffer.device for buffer in buffers if buffer.is_cuda}
    devices |= {p.device for p in module.parameters() if p.is_cuda}
    try:
        with torch.random.fork_rng(devices=list(devices)):
            yield
    finally:
        with torch.no_grad():
            for buffer, value in zip(buffers, kept, strict=True):
                buffer.copy_(value)
