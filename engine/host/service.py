"""Answers requests on the thread that serves; training runs on a thread of its own.

Every request is answered: with what it asks for, or with `Failed`.
"""

import traceback
from collections.abc import Callable
from pathlib import Path

import torch

from engine.compile.shapes import ShapeCache
from engine.data import catalog
from engine.errors import EngineError, ExportError, TrainingError
from engine.explain.diagnose import watch
from engine.export import Weights, export, of_run
from engine.graph import serialize
from engine.host.forecaster import Forecaster
from engine.host.job import Job
from engine.i18n import tr
from engine.protocol import commands, frame
from engine.protocol.overrides import overridden
from engine.protocol.weights import WeightsPreview
from engine.training import devices, initial, runs
from engine.training.launch import launch
from engine.training.looking import PastViews
from engine.training.trainer import Trainer

CLOSE_S = 8.0
Send = Callable[[frame.Message], None]


class Host:
    """One engine: at most one run at a time, and answers beside it.

    Args:
        send: Takes every message; called from the serving and the training thread.

    Threads: `serve` from one thread, which answers everything.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._shapes = ShapeCache(lambda params: catalog.load(params).train)
        self._job: Job | None = None
        self._past: PastViews | None = None
        self._forecaster = Forecaster(send)
        self._answers: dict[type, Callable[[commands.Request], object]] = {
            commands.Check: self._check,
            commands.Estimate: self._estimate,
            commands.ListDevices: lambda _request: self._devices(),
            commands.Train: self._train,
            commands.ResumeRun: self._resume_run,
            commands.Export: self._export,
            commands.PreviewWeights: self._preview,
            commands.Look: self._look,
            commands.OpenCell: self._look,
            commands.Pause: lambda _request: self._running.runner.pause(),
            commands.Resume: lambda _request: self._running.runner.resume(),
            commands.Step: self._step,
            commands.RunToEpochEnd: (
                lambda _request: self._running.runner.run_to_epoch_end()
            ),
            commands.Stop: lambda _request: self._running.runner.stop(),
            commands.SetHyper: self._set_hyper,
        }

    def serve(self, next_request: Callable[[], commands.Request]) -> None:
        """Answer requests until `Close`, then end a run with a checkpoint."""
        self._send(frame.Message(0, frame.EngineReady(self._devices())))
        while not isinstance((request := next_request()).command, commands.Close):
            self._answer(request)
        self._forecaster.cancel()
        if self._job:
            self._job.runner.stop()
            self._job.runner.join(CLOSE_S)

    def _answer(self, request: commands.Request) -> None:
        body: object
        try:
            body = self._answers[type(request.command)](request)
        except EngineError as error:
            body = frame.Failed(str(error), node=getattr(error, "node", ""))
        except Exception as error:  # noqa: BLE001 - a request never ends the engine
            text = tr("The engine made a mistake: {error}", error=repr(error))
            body = frame.Failed(text, traceback.format_exc())
        if body is not None:
            self._send(frame.Message(request.number, body))

    @property
    def _running(self) -> Job:
        """The run that is going on.

        Raises:
            TrainingError: When there is none.
        """
        if not (self._job and self._job.runner.running):
            raise TrainingError(tr("Nothing is being trained"))
        return self._job

    def _check(self, request: commands.Request) -> frame.Analysis:
        command = request.command
        assert isinstance(command, commands.Check)
        project = serialize.loads(command.document)
        return self._shapes.analyse(project, command.revision, command.folder)

    def _estimate(self, request: commands.Request) -> None:
        self._require_idle()
        self._forecaster.ask(request)

    def _devices(self) -> frame.Devices:
        found = devices.available()
        return frame.Devices(found, str(torch.__version__), devices.cores())

    def _train(self, request: commands.Request) -> None:
        command = request.command
        assert isinstance(command, commands.Train)
        self._require_idle()
        project = overridden(serialize.loads(command.document), command)
        folder = Path(command.folder)
        trainer, run = launch(
            folder,
            project,
            monitor=command.monitor,
            weights_from=command.weights_from,
        )
        self._begin(request.number, trainer, run, paused=command.paused)

    def _resume_run(self, request: commands.Request) -> None:
        command = request.command
        assert isinstance(command, commands.ResumeRun)
        self._require_idle()
        run = runs.open_run(Path(command.folder))
        self._begin(request.number, Trainer.resume(run), run, paused=command.paused)

    def _begin(
        self, number: int, trainer: Trainer, run: runs.Run, *, paused: bool
    ) -> None:
        self._past = None
        if trainer.monitor.enabled:
            watch.attach(trainer, run.project)
        self._job = Job(number, trainer, run, self._send)
        self._job.runner.start(paused=paused)

    def _require_idle(self) -> None:
        self._forecaster.cancel()
        if self._job and self._job.runner.running:
            raise TrainingError(
                tr("A run is still going on"), fix=tr("Stop it, then train again.")
            )

    def _step(self, request: commands.Request) -> None:
        assert isinstance(request.command, commands.Step)
        self._running.runner.step(request.command.count)

    def _set_hyper(self, request: commands.Request) -> None:
        self._running.set_hyper(request)

    def _export(self, request: commands.Request) -> frame.Exported:
        command = request.command
        assert isinstance(command, commands.Export)
        weights = self._weights(command.run, averaged=command.averaged)
        return export(weights, command.format, Path(command.path))

    def _preview(self, request: commands.Request) -> WeightsPreview:
        command = request.command
        assert isinstance(command, commands.PreviewWeights)
        project = serialize.loads(command.document)
        return initial.preview(project, command.path, command.prefix)

    def _look(self, request: commands.Request) -> object:
        """Let the run answer when it can; of an older run, read its weights."""
        command = request.command
        assert isinstance(command, commands.Look | commands.OpenCell)
        if self._job and command.run in {"", self._job.folder}:
            self._job.look(request)
            return None
        self._require_idle()
        folder = Path(command.run)
        if not command.run:
            raise TrainingError(tr("Nothing is being trained"))
        if self._past is None or self._past.folder != folder:
            self._past = PastViews(folder)
        return self._past.answer(command)

    def _weights(self, folder: str, *, averaged: bool) -> Weights:
        """Return the weights of a run, or of the current one as they are now."""
        if folder:
            return of_run(runs.open_run(Path(folder)), averaged=averaged)
        if not self._job:
            raise ExportError(
                tr("There are no trained weights yet"),
                fix=tr("Train first, or choose a run."),
            )
        return self._job.weights(averaged=averaged)
