"""One run that the host trains: its runner, its messages, its weights."""

import queue
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

from engine.errors import EngineError
from engine.explain.answers.copies import Copy, of_trainer
from engine.export import export, of_run
from engine.export.weights import of_modules
from engine.host.heap import keep_libraries
from engine.i18n import tr
from engine.protocol import commands, messages
from engine.protocol.commands import Request
from engine.training.forecast.once import once_bytes
from engine.training.loop import view_requests
from engine.training.loop.runner import Runner
from engine.training.loop.trainer import Trainer
from engine.training.machine.interrupt import InterruptedStepError
from engine.training.machine.scarcity import give_back
from engine.training.records.runs import Run, open_run

_POLL_S = 0.05
Look: TypeAlias = view_requests.Making[messages.Views | messages.View]


class Job:
    """A trainer with its runner; tells everything under the number of its request.

    Args:
        number: Of the request that began it.
        trainer: What to run.
        run: Its folder.
        send: Takes every message, also from the training thread.

    Threads: the host's, but for what the runner calls.
    """

    def __init__(
        self,
        number: int,
        trainer: Trainer,
        run: Run,
        send: Callable[[messages.Message], None],
    ) -> None:
        self._number, self._send = number, send
        self._held: Trainer | None = trainer
        self._run = run
        self._hyper_number = number
        self._looks: deque[tuple[int, Callable[[], object]]] = deque()
        self._lock, self._looking = threading.Lock(), threading.Lock()
        self._over = False
        self.runner = Runner(
            trainer,
            on_frame=self._tell,
            on_outcome=self._end,
            on_started=self._tell,
            on_refused=self._refused,
        )

    @staticmethod
    def before_the_first() -> None:
        """Do what must be done before anything has been trained in this process.

        Threads: the host's.
        """
        once_bytes()  # can't be told any more when something has been trained
        keep_libraries()

    def _tell(self, body: object) -> None:
        self._send(messages.Message(self._number, body))

    def _end(self, outcome: messages.Outcome) -> None:
        """Tell the end, and answer who asked too late for the last step.

        Of a run that failed nothing is kept in memory: that may be why it failed.
        """
        self._tell(outcome)
        with self._lock:
            self._over = True
        self._look_all()
        if outcome.kind == "failed":
            self.release()

    def release(self) -> None:
        """Give back the memory of a run that is over; its folder has all of it."""
        with self._looking:
            self._held = None
            self.runner.release()
        give_back()

    @property
    def is_held(self) -> bool:
        """Whether the network is still in memory."""
        return self._held is not None

    @property
    def _trainer(self) -> Trainer:
        assert self._held
        return self._held

    @property
    def folder(self) -> str:
        """Folder of the run."""
        return str(self._run.folder)

    def look(self, number: int, make: Look) -> None:
        """Have a view made between two steps; after the end, now.

        Args:
            number: Of the request that is answered with it.
            make: See `view_requests`.
        """
        self.answer(number, lambda: self._look(make))

    def answer(self, number: int, make: Callable[[], object]) -> None:
        """Have an answer made between two steps; after the end, now.

        Args:
            number: Of the request that is answered with it.
            make: Makes it, on the training thread.
        """
        with self._lock:
            self._looks.append((number, make))
            over = self._over
        if over:
            self._look_all()
        else:
            self.runner.do(self._look_all)

    def _look_all(self) -> None:
        with self._looking:  # the training thread and, after the end, the host's
            while self._looks:
                number, make = self._looks[0]
                try:
                    body = self._seen(make)
                except InterruptedStepError:
                    return  # a stop is more urgent; the end comes back to this
                self._looks.popleft()
                self._send(messages.Message(number, body))

    def _look(self, make: Look) -> object:
        trainer = self._trainer
        stops = trainer.stops if not self._over else lambda: False
        return make(trainer.viewing, trainer.step, stops)

    def copied(self) -> Copy:
        """Return a copy of the training as it stands, to look at.

        Threads: the one that trains; after the end, the host's.
        """
        return of_trainer(self._trainer, self._run)

    def _seen(self, make: Callable[[], object]) -> object:
        """Return the answer; a failure is the asker's, not the training's."""
        if not self.is_held:
            return messages.Failed(tr("Nothing is being trained"))
        try:
            return make()
        except InterruptedStepError:
            raise
        except EngineError as error:
            return messages.Failed(str(error))
        except Exception as error:  # noqa: BLE001 - as in the host
            return messages.Failed(
                tr("The engine made a mistake: {error}", error=repr(error))
            )

    def move(self, request: Request[commands.MoveRun]) -> None:
        """Keep the run in another folder and go on; what it owes is written there."""
        self.runner.do(lambda: self._move(request))

    def _move(self, request: Request[commands.MoveRun]) -> None:
        body: object
        try:
            self._trainer.recorder.move(Path(request.command.folder))
        except EngineError as error:
            body = messages.Failed(str(error))
        else:
            body = messages.Moved(self.folder)
            self.runner.resume()
        self._send(messages.Message(request.number, body))

    def set_hyper(self, request: Request[commands.SetHyper]) -> None:
        """Change a setting; a refusal carries the number of the last such request."""
        command = request.command
        self._hyper_number = request.number
        self.runner.set_hyper(command.name, command.value, command.phase)

    def _refused(self, error: EngineError) -> None:
        body = messages.Failed(str(error))
        self._send(messages.Message(self._hyper_number, body))

    def export(self, command: commands.Export) -> messages.Exported:
        """Write the weights at the present step, or those of the end.

        The training waits meanwhile: copies would take as much memory again.

        Raises:
            EngineError: When they can't be written.
        """
        answer: queue.SimpleQueue[messages.Exported | Exception] = queue.SimpleQueue()
        self.runner.do(lambda: answer.put(self._exported(command)))
        while self.runner.running and answer.empty():
            with suppress(queue.Empty):
                return _given(answer.get(timeout=_POLL_S))
        if answer.empty():
            weights = of_run(open_run(self._run.folder), averaged=command.averaged)
            return export(weights, command.format, Path(command.path))
        return _given(answer.get())

    def _exported(self, command: commands.Export) -> messages.Exported | Exception:
        """Export the present weights; a failure is the asker's, not the training's."""
        trainer = self._trainer
        modules = trainer.parts.program.modules
        mean = trainer.parts.averaged.tensors if command.averaged else None
        try:
            weights = of_modules(modules, self._run, trainer.step, mean)
            return export(weights, command.format, Path(command.path))
        except Exception as error:  # noqa: BLE001 - raised again for who asked
            return error


def _given(answer: messages.Exported | Exception) -> messages.Exported:
    if isinstance(answer, Exception):
        raise answer
    return answer
