"""Probes of all phases under one budget."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from torch import Tensor

from engine.measure import schedule
from engine.measure.budget import Budget
from engine.measure.probes import Layers, Probe, Reading
from engine.protocol import samples
from engine.protocol.messages import LayerSample

PATIENCE = 50
"""Steps that a measurement waits for a phase whose turn it is."""
Rows = list[tuple[str, int]]
"""Axis L of a sample: path of a layer, and the phase that moves it or −1 for none."""


def rows_of(
    layers: Mapping[str, Sequence[Tensor]], phases: Sequence[Sequence[Tensor]]
) -> Rows:
    """Return a row for each layer and each phase that updates some of its weights."""
    owned = [{id(weights) for weights in parameters} for parameters in phases]
    rows: Rows = []
    for path, weights in layers.items():
        mine = {id(tensor) for tensor in weights}
        movers = [index for index, own in enumerate(owned) if mine & own]
        rows.extend((path, mover) for mover in movers or (-1,))
    return rows


class Monitor:
    """Measures every layer that a step moves, when the budget allows.

    A step of several phases makes one sample: each phase fills in its own rows; those
    of others keep what was measured last. A layer that several phases update has a row
    for each, see `rows_of`.

    Steps of `schedule` are measured whatever the budget says, and their samples are
    made of nothing else: they are the same on a busy machine.

    Args:
        layers: Node path → its parameters.
        phases: The parameters that each phase updates.
        budget: When to measure.
        enabled: False measures nothing, ever.

    Attributes:
        enabled: Whether there is something to measure.

    Threads: the training thread alone.
    """

    def __init__(
        self,
        layers: Mapping[str, Sequence[Tensor]],
        phases: Sequence[Sequence[Tensor]],
        budget: Budget,
        *,
        enabled: bool,
    ) -> None:
        self.budget = budget
        self.sampling = False
        self.enabled = enabled and bool(layers)
        self.rows = rows_of(layers, phases)
        self._layers = Layers.unknown(len(self.rows))
        self._fixed = Layers.unknown(len(self.rows))
        self._armed: set[int] = set()
        self._is_fixed = False
        self._phase = 0
        self._rows: list[list[int]] = []
        self._probes: list[Probe] = []
        if self.enabled:
            self._watch(layers, phases)
        self._readings: list[tuple[int, Reading, bool]] = []
        self._last: _Unfinished | None = None
        self._waiting: tuple[LayerSample, ...] = ()
        self._measured: dict[int, int] = {}
        self._num_samples = self._passed = 0

    def _watch(
        self, layers: Mapping[str, Sequence[Tensor]], phases: Sequence[Sequence[Tensor]]
    ) -> None:
        for phase, parameters in enumerate(phases):
            own = {id(weights) for weights in parameters}
            mine = [n for n, (_, mover) in enumerate(self.rows) if mover == phase]
            paths = [self.rows[row][0] for row in mine]
            self._rows.append(mine)
            self._probes.append(
                Probe([[w for w in layers[path] if id(w) in own] for path in paths])
            )

    def warm_up(self) -> None:
        """Measure once for nothing: the first time is dearer than all that follow.

        What is found is thrown away, and the budget is not told.
        """
        for probe in self._probes:
            probe.before_update()
            probe.after_update().layers()

    def start_step(self, step: int, total: int, phases: Sequence[int] = (0,)) -> None:
        """Decide whether the coming step is measured; the last of a run always is.

        Steps of the schedule are, and so is the first of every phase. Then each phase
        has its turn: who was measured last waits until the others come.

        Args:
            step: Its number, from 1.
            total: Steps of the run.
            phases: Those that run in it; one that is to be measured waits for its turn.
        """
        if self._last is not None:
            self._finish(wait=False)
        if schedule.due(step, total):
            self._armed = set(range(len(self._probes)))
        wanted = not self._armed.isdisjoint(phases)
        self.sampling = self.enabled and (wanted or self._is_fair(phases))
        self._is_fixed = False
        self._cost = 0.0
        if self.sampling:
            self._finish(wait=True)
            self._num_samples += 1
            self._measured.update(dict.fromkeys(phases, self._num_samples))

    def _is_fair(self, phases: Sequence[int]) -> bool:
        if self._last is not None:
            return False  # one at a time: what it costs isn't known yet
        if not self._measured.keys() >= set(phases):
            return True
        if not self.budget.due() or not self._measured:
            return False
        neediest = min(self._measured, key=lambda phase: self._measured[phase])
        if neediest in phases or self._measured[neediest] == self._num_samples:
            self._passed = 0
            return True
        self._passed += 1
        if self._passed <= PATIENCE:
            return False
        self._passed = 0
        del self._measured[neediest]  # it is over, or comes too seldom to wait for
        return True

    def before_update(self, phase: int) -> None:
        """Read gradients."""
        start = time.perf_counter()
        self._probes[phase].before_update()
        self._cost += time.perf_counter() - start

    def after_update(self, phase: int) -> None:
        """Read weights, and send everything to the host."""
        start = time.perf_counter()
        is_fixed = phase in self._armed
        self._armed.discard(phase)
        self._readings.append((phase, self._probes[phase].after_update(), is_fixed))
        self._is_fixed |= is_fixed
        self._phase = phase
        self._cost += time.perf_counter() - start

    def end_step(
        self,
        step: int,
        store: Callable[[LayerSample], None],
        judge: Callable[[LayerSample], None],
    ) -> None:
        """Finish the sample of this step, as soon as the device has measured it.

        Samples of the schedule are waited for: what is made of them must not depend on
        clocks.

        Args:
            step: Its number.
            store: Takes every sample.
            judge: Takes those of the schedule alone.
        """
        readings, self._readings = self._readings, []
        self._last = _Unfinished(
            step, self._phase, readings, self._is_fixed, self._cost, store, judge
        )
        self._finish(wait=self._is_fixed)

    def settle(self) -> None:
        """Wait for a sample that the device has not finished: no step comes after."""
        self._finish(wait=True)

    def _finish(self, *, wait: bool) -> None:
        """Hand on the last sample, if it is there."""
        last = self._last
        if last is None or not (wait or all(r.is_there for _, r, _ in last.readings)):
            return
        self._last = None
        start, device_s = time.perf_counter(), 0.0
        for phase, reading, is_fixed in last.readings:
            found, seconds = reading.layers()
            device_s += seconds
            self._layers.put(self._rows[phase], found)
            if is_fixed:
                self._fixed.put(self._rows[phase], found)
        sample = self._layers.sample(last.step, last.phase)
        made = time.perf_counter()
        last.store(sample)
        self._waiting = samples.thinned((*self._waiting, sample))
        if last.is_fixed:
            last.judge(self._fixed.sample(last.step, last.phase))
        # On a device the host's time for reading is mostly waiting for the training.
        spent = device_s or made - start
        self.budget.spent(last.cost_s + spent)
        self.budget.spent(time.perf_counter() - made, sampled=False)

    def take(self) -> tuple[LayerSample, ...]:
        """Return what was measured since the last call, once and in order."""
        self._finish(wait=False)
        taken, self._waiting = self._waiting, ()
        return taken


@dataclass(frozen=True)
class _Unfinished:
    """A sample whose numbers may still be on their way to the host."""

    step: int
    phase: int
    readings: list[tuple[int, Reading, bool]]
    is_fixed: bool
    cost_s: float
    store: Callable[[LayerSample], None]
    judge: Callable[[LayerSample], None]
