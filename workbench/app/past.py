"""A run that was made before, read from its folder into the window."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.errors import DataError
from engine.graph import serialize
from engine.i18n import tr
from engine.protocol.frame import Analysis, Evaluation, Frame, LayerSample, RunStarted
from engine.protocol.goals import PhaseGoal
from engine.training.metrics import MetricStore
from workbench.session.history import History
from workbench.session.names import names_of

if TYPE_CHECKING:
    from engine.protocol.arrays import Floats, Ints
    from workbench.app.window import MainWindow


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

    Raises:
        DataError: When it is not one.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = self._folder = folder
        try:
            self._account = json.loads((folder / "run.json").read_text("utf-8"))
            document = self._account["document"]
            text = document if isinstance(document, str) else json.dumps(document)
            self.project = serialize.loads(text)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DataError(
                tr("This is not the folder of a run"), where=str(folder)
            ) from error

    @property
    def state(self) -> str:
        """How it ended; `running` and `paused` when nobody ended it."""
        return str(self._account.get("state", "finished"))

    @property
    def checkpoint_step(self) -> int:
        """Step of its newest weights, 0 without any."""
        try:
            return int(self._account["checkpoint"]["step"])
        except (LookupError, TypeError, ValueError):
            return 0

    @property
    def can_resume(self) -> bool:
        """Whether it can go on: from its newest weights, or else from its start."""
        return self.state in _OPEN

    @cached_property
    def _told(self) -> "Told":
        store = MetricStore(self._folder / "metrics.sqlite")
        try:
            return Told(*store.steps(), store.samples(), store.evaluations())
        finally:
            store.close()

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
            threads=int(self._account.get("threads", 0) or 0),
            total_steps=last,
            steps_per_epoch=max(1, last // max(1, training.number("epochs"))),
            batch_size=training.number("batch_size"),
            parameters=analysis.parameters,
            averaged=training.decay > 0,
            layer_phases=tuple(phase for _, phase in rows),
            goals=self._goals(),
        )

    def _goals(self) -> tuple[PhaseGoal, ...]:
        """Return what its phases minimise; empty in old runs."""
        try:
            return tuple(_goal(told) for told in self._account["goals"])
        except (LookupError, AttributeError, TypeError, ValueError):
            return ()

    def _rows(self) -> list[tuple[str, int]]:
        """Return what the rows of the samples are about; empty in old runs."""
        told = self._account.get("rows")
        pairs = told if isinstance(told, list) else []
        phases = range(-1, len(self.project.training.phases))
        sound = [p for p in pairs if isinstance(p, list) and len(p) == 2]
        rows = [(str(path), phase) for path, phase in sound if phase in phases]
        return rows if len(rows) == len(pairs) else []


def _goal(told: Mapping[str, Any]) -> PhaseGoal:
    losses = {str(path): float(w) for path, w in told["losses"].items()}
    return PhaseGoal(losses, int(told["first"]), int(told["last"]))


def _place(path: str) -> str:
    """Return a path without the numbers of repeats, as an analysis has it."""
    return ".".join(step for step in path.split(".") if not step.isdecimal())


_WORDS = {"running": "interrupted", "created": "interrupted", "early": "finished"}
"""States of a run's folder that the status bar calls otherwise."""


def attach(window: "MainWindow", folder: Path) -> None:
    """Open a run's document, and show its curves once its shapes are known.

    Raises:
        EngineError: When the folder is not a run's.
    """
    past = PastRun(folder)
    own = serialize.loads(serialize.dumps(past.project))  # edits change a project
    window.document.set_project(own)

    def show(analysis: Analysis) -> None:
        window.session.analysis_ready.disconnect(show)
        history = window.session.history
        past.show(history, analysis)
        if history.run is not None:
            window.canvas.set_live(history.sample, history.run.layers)
        window.status.show_state(_WORDS.get(past.state, past.state))
        window.status.show_progress(history)
        window.panels.refresh()
        if past.checkpoint_step:
            window.session.looking.look({})  # its views, of its newest weights

    window.session.analysis_ready.connect(show)
    if past.can_resume:
        window.training.offer_past(past)
