"""A run that was made before, read from its folder."""

import math
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.folder import account
from engine.graph import weights
from engine.graph.files import serialize
from engine.protocol import baselines
from engine.protocol.findings import Finding
from engine.protocol.goals import PhaseGoal
from engine.protocol.messages import (
    Analysis,
    Evaluation,
    Frame,
    LayerSample,
    RunStarted,
)
from engine.protocol.wire import finding_records
from engine.training.records import metric_store
from engine.training.records.metric_store import Curves
from workbench.session.curves.history import History
from workbench.session.names import names_of

if TYPE_CHECKING:
    from engine.protocol.arrays import Floats, Ints

_MOST_ROWS = 20_000
"""No network has more layers that learn."""
_WAIT_S = 0.02
_OPEN = frozenset({"created", "running", "paused", "interrupted", "stopped", "failed"})
"""States in which a run has not reached its end."""


@dataclass(frozen=True)
class Told:
    """The curves of a run as they stand in its folder."""

    steps: "Ints"
    losses: "Floats"
    rates: "Floats"
    samples: list[LayerSample]
    evaluations: list[Evaluation]

    def until(self, step: int) -> "Told":
        """Return the part up to a step; later steps are made again."""
        count = int(np.searchsorted(self.steps, step, side="right"))
        return Told(
            self.steps[:count],
            self.losses[:count],
            self.rates[:count],
            [sample for sample in self.samples if sample.step <= step],
            [known for known in self.evaluations if known.step <= step],
        )


class PastRun:
    """Reads a run's folder; changes nothing in it.

    Args:
        folder: Of the run.

    Attributes:
        note: What is told beside the offer to go on with it.

    Raises:
        DocumentError: When it is not one, or can't be read.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = self._folder = folder
        self._account = account.read(folder)
        self.project = serialize.loads(self._account["document"], folder.name)
        self.note = ""
        self._reading: threading.Thread | None = None

    def begin_to_read(self) -> None:
        """Read the curves on a thread: they may be long, and the disk slow."""
        self._reading = threading.Thread(target=lambda: self._curves, name="curves")
        self._reading.start()

    @property
    def is_read(self) -> bool:
        """Whether the curves are there, once `begin_to_read` was called."""
        if self._reading is None:
            return True
        self._reading.join(_WAIT_S)
        return not self._reading.is_alive()

    @property
    def state(self) -> str:
        """How it ended; `running` and `paused` when nobody ended it."""
        return str(self._account["state"])

    @property
    def checkpoint_step(self) -> int:
        """Step of its newest weights, 0 without any."""
        newest = account.newest(self._account)
        return newest.step if newest else 0

    @property
    def places(self) -> tuple[str, ...]:
        """The places that its weights start from, when it has none of its own yet."""
        if "checkpoint" in self._account:
            return ()
        kept = self._account.get("weights_from", "")
        return weights.outside(self.project, "", kept)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was found wrong with it."""
        return finding_records.read(
            self._account.get(finding_records.FIELD), self.project
        )

    @property
    def can_resume(self) -> bool:
        """Whether it can go on: from its newest weights, or else from its start."""
        return self.state in _OPEN

    @property
    def damage(self) -> str:
        """Why some of its curves are missing, or nothing."""
        damage = self._curves.damage
        return str(damage) if damage else ""

    @cached_property
    def _curves(self) -> Curves:
        path = self._folder / "metrics.sqlite"
        return metric_store.read(path, self.checkpoint_step)

    @property
    def _told(self) -> "Told":
        curves, phases = self._curves, len(self.project.training.phases)
        steps, losses, rates = curves.steps
        if not len(steps):
            losses = rates = np.zeros((0, phases))
        losses, rates = losses[:, :phases], rates[:, :phases]
        return Told(steps, losses, rates, curves.samples, curves.evaluations)

    def show(self, history: History, analysis: Analysis) -> None:
        """Fill `history` with everything that the run has recorded."""
        told = self._told
        self.fill(history, self._started(analysis, told.steps, told.losses))

    def fill(self, history: History, run: RunStarted) -> None:
        """Fill `history` with what was recorded before the step at which `run` begins.

        Args:
            history: Starts over.
            run: Its step is 0 when the run doesn't go on.
        """
        told = self._told.until(run.step) if run.step else self._told
        steps, losses, rates = told.steps, told.losses, told.rates
        evaluations = told.evaluations
        history.clear()
        history.begin(run, names_of(self.project))
        num_layers = len(run.layers)
        for sample in told.samples:
            if len(sample.grad_norm) == num_layers:
                history.layers.add(sample)
                history.samples_seen += 1
        last = int(steps[-1]) if len(steps) else 0
        history.add(
            Frame(
                step=last,
                epoch=evaluations[-1].epoch if evaluations else 0.0,
                state="paused",
                steps=steps,
                losses=losses,
                rates=rates,
                evaluations=tuple(evaluations),
                eta_s=math.nan,
            )
        )

    def _started(
        self, analysis: Analysis, steps: np.ndarray, losses: np.ndarray
    ) -> RunStarted:
        training = self.project.training
        known = {p: info.parameters for p, info in analysis.nodes.items()}
        rows = self._rows() or [(path, -1) for path, count in known.items() if count]
        last = int(steps[-1]) if len(steps) else 0
        phases = tuple(phase.name for phase in training.phases)
        return RunStarted(
            run=str(self._folder),
            layers=tuple(path for path, _ in rows),
            layer_parameters=tuple(known.get(_place(path), 0) for path, _ in rows),
            phases=phases[: losses.shape[1]],
            metrics=(),
            device=str(self._account.get("device", "cpu")),
            threads=self._account.get("threads", 0),
            total_steps=last,
            steps_per_epoch=max(1, last // max(1, training.number("epochs"))),
            batch_size=training.number("batch_size"),
            parameters=analysis.parameters,
            averaged=training.decay > 0,
            layer_phases=tuple(phase for _, phase in rows),
            goals=self._goals(),
            baselines=baselines.read(self._account.get(baselines.FIELD)),
        )

    def _goals(self) -> tuple[PhaseGoal, ...]:
        """Return what its phases minimise; empty in old runs."""
        return tuple(map(_goal, self._account.get("goals", [])))

    def _rows(self) -> list[tuple[str, int]]:
        """Return what the rows of the samples are about; empty in old runs."""
        phases = range(-1, len(self.project.training.phases))
        rows = [(path, phase) for path, phase in self._account.get("rows", [])]
        is_sound = len(rows) <= _MOST_ROWS and len(rows) == len(set(rows))
        return rows if is_sound and all(phase in phases for _, phase in rows) else []


def _goal(told: Mapping[str, Any]) -> PhaseGoal:
    losses = {str(path): float(w) for path, w in told["losses"].items()}
    return PhaseGoal(losses, int(told["first"]), int(told["last"]))


def _place(path: str) -> str:
    """Return a path without the numbers of repeats, as an analysis has it."""
    return ".".join(step for step in path.split(".") if not step.isdecimal())
