"""A run that was made before, read from its folder into the window."""

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import DataError
from engine.graph import serialize
from engine.i18n import tr
from engine.protocol.frame import Analysis, Frame, RunStarted
from engine.training.metrics import MetricStore
from workbench.session.history import History
from workbench.session.names import names_of

if TYPE_CHECKING:
    from workbench.app.window import MainWindow


class PastRun:
    """Reads a run's folder; changes nothing in it.

    Args:
        folder: Of the run.

    Raises:
        DataError: When it is not one.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            self._account = json.loads((folder / "run.json").read_text("utf-8"))
            document = self._account["document"]
            text = document if isinstance(document, str) else json.dumps(document)
            self.project = serialize.loads(text)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DataError(
                tr("This is not the folder of a run"), where=str(folder)
            ) from error

    def show(self, history: History, analysis: Analysis) -> None:
        """Fill `history` with everything that the run has recorded."""
        store = MetricStore(self._folder / "metrics.sqlite")
        try:
            steps, losses, rates = store.steps()
            samples, evaluations = store.samples(), store.evaluations()
        finally:
            store.close()
        run = self._started(analysis, steps, losses)
        history.begin(run, names_of(self.project))
        num_layers = len(run.layers)
        for sample in samples:
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
        layers = {path: count for path, count in known.items() if count}
        last = int(steps[-1]) if len(steps) else 0
        phases = tuple(phase.name for phase in training.phases)
        return RunStarted(
            run=str(self._folder),
            layers=tuple(layers),
            layer_parameters=tuple(layers.values()),
            phases=phases[: losses.shape[1]],
            metrics=(),
            device=str(self._account.get("device", "cpu")),
            threads=int(self._account.get("threads", 0) or 0),
            total_steps=last,
            steps_per_epoch=max(1, last // max(1, training.number("epochs"))),
            batch_size=training.number("batch_size"),
            parameters=analysis.parameters,
        )


def attach(window: "MainWindow", folder: Path) -> None:
    """Open a run's document, and show its curves once its shapes are known.

    Raises:
        EngineError: When the folder is not a run's.
    """
    past = PastRun(folder)
    window.document.set_project(past.project)

    def show(analysis: Analysis) -> None:
        window.session.analysis_ready.disconnect(show)
        history = window.session.history
        past.show(history, analysis)
        if history.run is not None:
            window.canvas.set_live(history.sample, history.run.layers)
        window.status.show_state("finished")
        window.status.show_progress(history)
        window.panels.refresh()

    window.session.analysis_ready.connect(show)
