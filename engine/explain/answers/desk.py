"""Holds one step still and answers what is asked about it."""

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager

import torch

from engine.errors import ConfigError, TrainingError
from engine.explain.answers import batch, cells, moments, reasons, trials
from engine.explain.answers.copies import Copy
from engine.explain.answers.surface import Surroundings
from engine.explain.trace import summary
from engine.explain.trace.held import Held, coming
from engine.i18n import tr
from engine.protocol import tracing
from engine.protocol.tracing.surface import ReadSurface
from engine.protocol.tracing.trials import TryWeight
from engine.training.machine import rng_state

_HERE = torch.device("cpu")


class HeldStep:
    """One step of a copy, phase by phase.

    Args:
        make: Makes the copy of a training.

    Threads: one at a time, and none that trains meanwhile: torch's random numbers
    belong to the process. They are put back after each answer.
    """

    def __init__(self, make: Callable[[], Copy]) -> None:
        outside = rng_state.state(_HERE)
        try:
            self._copy = make()
        finally:
            rng_state.restore(outside, _HERE)
        self._random = self._copy.random
        self._epoch = float(self._copy.parts.feeds.epoch)
        self._walk: Generator[Held, None, None] | None = None
        self._at = -1
        self._held: Held | None = None
        self._surroundings: tuple[Held, Surroundings] | None = None

    def answer(self, command: object) -> object:
        """Return the answer to one of `tracing.QUESTIONS`.

        Raises:
            EngineError: When there is none.
        """
        with self._entered():
            return self._answered(command)

    def _answered(self, command: object) -> object:
        match command:
            case tracing.HoldStep():
                return self._hold(command.phase)
            case tracing.OpenMoment():
                return moments.opened(self.held, command, self._type(command.node))
            case tracing.WriteCell():
                return cells.written(self.held, command, self._type(command.node))
            case tracing.ExplainWeight():
                return reasons.explained(self.held, command, self._ports)
            case TryWeight():
                return trials.tried(self.held, command)
        return self._of_batch(command)

    def _of_batch(self, command: object) -> object:
        """Return what is said of the samples or of all weights, whatever the node."""
        if isinstance(command, ReadSurface):
            return self._around.read(command)
        if isinstance(command, tracing.ShowBatch):
            return batch.shown(self._copy.parts, self.held)
        if isinstance(command, tracing.ReadStrips):
            moments.check(command.sample, moments.samples_of(self.held))
            return batch.strips(self.held, command.sample)
        raise TypeError(type(command))

    @property
    def held(self) -> Held:
        """The phase that is held.

        Raises:
            TrainingError: When there is none.
        """
        if self._held is None:
            raise TrainingError(tr("No step is held"))
        return self._held

    @property
    def _around(self) -> Surroundings:
        """The loss around the weights of the phase that is held."""
        held, kept = self.held, self._surroundings
        if kept is None or kept[0] is not held:
            kept = held, Surroundings(held, self._copy.parts, self._copy.folder)
            self._surroundings = kept
        return kept[1]

    def _type(self, path: str) -> str:
        known = {node.path: node.type for node in self._copy.parts.program.nodes}
        return known.get(path, "")

    def _ports(self, path: str) -> tuple[str, ...]:
        """Return the names of the inputs of a node, one for each wire that comes."""
        return tuple(name for name, _ in self._copy.parts.program.node(path).inputs)

    def _hold(self, phase: int) -> tracing.StepHeld:
        """Go to a phase of the step; earlier ones are made on the way."""
        parts, position = self._copy.parts, self._copy.position
        due = [p for p in parts.phases if p.due(position.step + 1)]
        names = tuple(p.name for p in due for _ in range(p.times))
        if not 0 <= phase < len(names):
            raise ConfigError(
                tr("The step has no such phase"),
                expected=f"0 … {len(names) - 1}",
                got=str(phase),
            )
        if self._walk is None or self._at >= phase:
            self._go_back()
            self._walk = coming(parts, position)
        while self._at < phase:
            self._held = next(self._walk)
            self._at += 1
        return self._told(names)

    def _told(self, names: tuple[str, ...]) -> tracing.StepHeld:
        held, owners = self.held, self._owners()
        return tracing.StepHeld(
            step=self._copy.position.step + 1,
            epoch=self._epoch,
            phase=self._at,
            phases=names,
            total=held.recording.total,
            losses=dict(held.recording.losses),
            rate=held.rate,
            optimizer=held.run.optimizer.type,
            samples=moments.samples_of(held),
            nodes=tuple(self._node(node, owners) for node in summary.nodes(held)),
        )

    def _node(self, node: summary.Node, owners: Mapping[int, str]) -> tracing.NodeStep:
        recorded = self.held.recording
        sources = recorded.sources.get(node.node, ())
        named = dict(recorded.moments[node.node].module.named_parameters())
        again = {n: owners[id(named[n])] != node.node for n in node.weights}
        return tracing.NodeStep(
            node.node,
            self._type(node.node),
            tuple(source.node for source in sources),
            node.inputs,
            node.outputs,
            node.upstreams,
            node.given,
            tuple(_weight(n, told, again=again[n]) for n, told in node.weights.items()),
        )

    def _owners(self) -> dict[int, str]:
        """Return the first node that has a tensor, by the tensor's id."""
        found: dict[int, str] = {}
        for path, moment in self.held.recording.moments.items():
            for weight in moment.module.parameters():
                found.setdefault(id(weight), path)
        return found

    def close(self) -> None:
        """Let go of the step; nothing of it may end by itself, at another time.

        What holds it still puts random numbers back when it ends.
        """
        with self._entered():
            self._go_back()

    def _go_back(self) -> None:
        """Put the copy back to the beginning of the step."""
        walk, self._walk, self._held, self._at = self._walk, None, None, -1
        self._surroundings = None
        if walk is not None:
            walk.close()

    @contextmanager
    def _entered(self) -> Iterator[None]:
        """Put the copy's random numbers in place of the process's."""
        device = self._copy.parts.device
        outside = rng_state.state(device)
        rng_state.restore(self._random, device)
        try:
            yield
        finally:
            self._random = rng_state.state(device)
            rng_state.restore(outside, device)


def _weight(name: str, told: summary.Weight, *, again: bool) -> tracing.WeightStep:
    return tracing.WeightStep(
        name,
        told.values,
        told.gradient,
        told.step,
        dict(told.terms),
        again,
    )
