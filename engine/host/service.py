"""Answers requests on the thread that serves; training runs on a thread of its own.

Every request is answered: with what it asks for, or with `Failed`.
"""

import traceback
from collections.abc import Callable, Collection, Iterator
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import torch

from engine.errors import EngineError, ExportError, TrainingError
from engine.explain.diagnose import watch
from engine.export import export, formats, of_run
from engine.graph.files import serialize
from engine.host.forecaster import Forecaster
from engine.host.holding import Holding
from engine.host.job import Job
from engine.host.questions import Questions, Row
from engine.host.sweeps import Sweeps
from engine.host.trials import Trials
from engine.i18n import tr
from engine.protocol import commands, device, messages
from engine.protocol.commands import Request
from engine.protocol.listing.commands import BranchRun
from engine.protocol.overrides import overridden
from engine.training.forecast.once import at_rest, once_bytes
from engine.training.listing.branch import branch
from engine.training.loop import view_requests
from engine.training.loop.launch import launch
from engine.training.loop.trainer import Trainer
from engine.training.loop.view_requests import Making, PastViews
from engine.training.machine import devices
from engine.training.machine.scarcity import give_back
from engine.training.records import runs

CLOSE_S = 8.0
Send = Callable[[messages.Message], None]
Seen = TypeVar("Seen", messages.Views, messages.View)


class Host:
    """One engine: at most one run at a time, and answers beside it.

    Args:
        send: Takes every message; called from the serving and the training thread.

    Threads: `serve` from one thread, which answers everything.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        at_rest()
        self._job: Job | None = None
        self._past: PastViews | None = None
        self._questions = Questions(lambda: self._busy_folder, send)
        self._forecaster, self._trials = Forecaster(send), Trials(send)
        self._holding, self._sweeps = Holding(), Sweeps(send)
        self._handlers = dict(self._rows())

    def _rows(self) -> Iterator[Row]:
        """The one table: command → what answers it; `Close` ends `serve` instead."""
        yield from self._questions.rows()
        yield commands.Estimate.handled(self._estimate)
        yield commands.ListDevices.handled(lambda _request: self._devices())
        yield commands.Ping.handled(lambda _request: messages.Pong())
        yield commands.SettleRun.handled(self._settle_run)
        yield commands.MoveRun.handled(self._move_run)
        yield commands.Train.handled(self._train)
        yield commands.ResumeRun.handled(self._resume_run)
        yield BranchRun.handled(self._branch)
        yield commands.Export.handled(self._export)
        yield commands.Look.handled(self._look)
        yield commands.OpenCell.handled(self._open_cell)
        yield from self._trials.rows(self._make_room)
        yield from self._sweeps.rows()
        for question in self._holding.questions:
            yield question, self._hold
        yield commands.Pause.handled(lambda _request: self._running.runner.pause())
        yield commands.Resume.handled(lambda _request: self._running.runner.resume())
        yield commands.Step.handled(self._step)
        yield commands.RunToEpochEnd.handled(
            lambda _request: self._running.runner.run_to_epoch_end()
        )
        yield commands.Stop.handled(self._stop)
        yield commands.SetHyper.handled(self._set_hyper)
        yield commands.Watch.handled(self._watch)

    def serve(self, next_request: Callable[[], Request[Any]]) -> None:
        """Answer requests until `Close`, then end a run with a checkpoint."""
        self._send(
            messages.Message(0, messages.EngineReady(self._devices(), formats.told()))
        )
        while not isinstance((request := next_request()).command, commands.Close):
            self._answer(request)
        self._forecaster.cancel()
        self._trials.cancel()
        self._questions.close()
        self._sweeps.close()
        if self._job:
            self._job.runner.stop()
            self._job.runner.join(CLOSE_S)

    def hurry(self, request: Request[Any]) -> bool:
        """Stop a run at once, whatever is being answered; return whether it was that.

        Without a run there is nothing to do in a hurry: a stop that comes while one
        is being prepared waits for it, and one after the end is no mistake.

        Threads: any.
        """
        job = self._job
        ends = isinstance(request.command, commands.Stop | commands.Close)
        if not (ends and job and job.runner.running):
            return False
        job.runner.stop()
        return isinstance(request.command, commands.Stop)

    def _stop(self, request: Request[commands.Stop]) -> None:
        self.hurry(request)

    def _answer(self, request: Request[Any]) -> None:
        body: object
        try:
            self._forecaster.stirred += 1
            body = self._handlers[type(request.command)](request)
        except EngineError as error:
            body = messages.Failed(
                str(error),
                node=getattr(error, "node", ""),
                earlier=getattr(error, "earlier", -1),
            )
        except OSError as error:
            body = messages.Failed(f"{error.filename or ''}: {error.strerror or error}")
        except Exception as error:  # noqa: BLE001 - a request never ends the engine
            text = tr("The engine made a mistake: {error}", error=repr(error))
            body = messages.Failed(text, traceback.format_exc())
        if isinstance(body, messages.Failed):
            give_back()
        if body is not None:
            self._send(messages.Message(request.number, body))

    @property
    def _running(self) -> Job:
        """The run that is going on.

        Raises:
            TrainingError: When there is none.
        """
        if not (self._job and self._job.runner.running):
            raise TrainingError(tr("Nothing is being trained"))
        return self._job

    @property
    def _busy_folder(self) -> str:
        """Folder of the run that is going on, or empty."""
        return self._job.folder if self._job and self._job.runner.running else ""

    def _make_room(self) -> None:
        """End what tries something out, and let go of what was trained."""
        self._require_idle()
        self._let_go()

    def _estimate(self, request: Request[commands.Estimate]) -> None:
        if self._trials.is_busy:  # somebody waits for that one
            raise TrainingError(tr("A trial is going on"))
        self._require_idle()
        once_bytes()
        self._forecaster.ask(request)

    def _devices(self) -> device.Devices:
        found = devices.available()
        return device.Devices(found, str(torch.__version__), devices.cores())

    def _train(self, request: Request[commands.Train]) -> None:
        command = request.command
        self._require_idle()
        project = overridden(serialize.loads(command.document), command)
        self._let_go()
        folder = Path(command.folder)
        trainer, run = launch(
            folder,
            project,
            monitor=command.monitor,
            weights_from=command.weights_from,
            parent=command.parent,
        )
        self._begin(request.number, trainer, run, paused=command.paused)

    def _resume_run(self, request: Request[commands.ResumeRun]) -> None:
        command = request.command
        self._require_idle()
        run = runs.open_run(Path(command.folder), command.from_step)
        _refuse_others(run.places, command.allowed)
        self._let_go()
        trainer = Trainer.resume(run, more=command.more)
        self._begin(request.number, trainer, run, paused=command.paused)

    def _branch(self, request: Request[BranchRun]) -> None:
        command = request.command
        self._require_idle()
        parent = runs.open_run(Path(command.run), command.from_step)
        _refuse_others(parent.places, command.allowed)
        self._let_go()
        text = command.document
        project = serialize.loads(text) if text else None
        run = branch(parent.folder, command.from_step, project)
        self._begin(request.number, Trainer.resume(run), run, paused=False)

    def _move_run(self, request: Request[commands.MoveRun]) -> None:
        self._running.move(request)

    def _settle_run(self, request: Request[commands.SettleRun]) -> messages.Pong:
        command = request.command
        job = self._job
        if not (job and job.runner.running and job.folder == command.folder):
            runs.settle(Path(command.folder))
        return messages.Pong()

    def _begin(
        self, number: int, trainer: Trainer, run: runs.Run, *, paused: bool
    ) -> None:
        if trainer.monitor.enabled:
            watch.attach(trainer, run.project)
        self._job = Job(number, trainer, run, self._send)
        self._job.runner.start(paused=paused)

    def _let_go(self) -> None:
        """Give back the memory of what went before: two networks may be too much."""
        self._past = None
        if self._job is None:
            Job.before_the_first()
        if self._job:
            self._job.release()

    def _require_idle(self) -> None:
        self._forecaster.cancel()
        self._trials.cancel()
        if self._job and self._job.runner.running:
            raise TrainingError(
                tr("A run is still going on"), fix=tr("Stop it, then train again.")
            )

    def _step(self, request: Request[commands.Step]) -> None:
        self._running.runner.step(request.command.count)

    def _set_hyper(self, request: Request[commands.SetHyper]) -> None:
        self._running.set_hyper(request)

    def _watch(self, request: Request[commands.Watch]) -> messages.Pong:
        if self._job and self._job.runner.running:
            self._job.runner.watch(request.command.kinds)
        return messages.Pong()

    def _export(self, request: Request[commands.Export]) -> messages.Exported:
        command = request.command
        if command.run:
            run = runs.open_run(Path(command.run), command.from_step)
            exported = of_run(run, averaged=command.averaged)
            return export(exported, command.format, Path(command.path))
        if not self._job:
            raise ExportError(
                tr("There are no trained weights yet"),
                fix=tr("Train first, or choose a run."),
            )
        return self._job.export(command)

    def _look(self, request: Request[commands.Look]) -> messages.Views | None:
        make = partial(view_requests.views, request.command)
        return self._seen(request.number, request.command.run, make)

    def _open_cell(self, request: Request[commands.OpenCell]) -> messages.View | None:
        make = partial(view_requests.cell, request.command)
        return self._seen(request.number, request.command.run, make)

    def _hold(self, request: Request[Any]) -> object:
        if not (self._job and self._job.runner.running):
            self._forecaster.cancel()
        return self._holding.answered(request, self._job)

    def _seen(self, number: int, run: str, make: Making[Seen]) -> Seen | None:
        """Let the run answer when it can; of an older run, read its weights.

        Args:
            number: Of the request.
            run: Folder of the run that is meant; empty for the present one.
            make: Makes what is asked for.
        """
        ours = self._job.folder if self._job else ""
        if self._job and self._job.is_held and run in {"", ours}:
            self._job.look(number, make)
            return None
        self._require_idle()
        folder = Path(run or ours)
        if not (run or ours):
            raise TrainingError(tr("Nothing is being trained"))
        if self._past is None or self._past.folder != folder:
            self._past = PastViews(folder)
        return self._past.answer(make)


def _refuse_others(places: Collection[str], allowed: Collection[str]) -> None:
    """Refuse to read weights from places that nobody has allowed.

    Raises:
        TrainingError: Names them.
    """
    if held := [place for place in places if place not in allowed]:
        raise TrainingError(
            tr("The project reads files outside its folder"),
            got=", ".join(held),
            fix=tr("Allow reading them, if you trust the project with that."),
        )
