"""One run that the host trains: its runner, its messages, its weights."""

import queue
from collections.abc import Callable
from contextlib import suppress

from engine.errors import EngineError
from engine.export import Weights, of_run
from engine.export.weights import of_modules
from engine.protocol import commands, frame
from engine.training.runner import Runner
from engine.training.runs import Run, open_run
from engine.training.trainer import Trainer

_POLL_S = 0.05


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
        send: Callable[[frame.Message], None],
    ) -> None:
        self._number, self._send = number, send
        self._trainer, self._run = trainer, run
        self._hyper_number = number
        self.runner = Runner(
            trainer,
            on_frame=self._tell,
            on_outcome=self._tell,
            on_started=self._tell,
            on_refused=self._refused,
        )

    def _tell(self, body: object) -> None:
        self._send(frame.Message(self._number, body))

    def set_hyper(self, request: commands.Request) -> None:
        """Change a setting; a refusal carries the number of the last such request."""
        command = request.command
        assert isinstance(command, commands.SetHyper)
        self._hyper_number = request.number
        self.runner.set_hyper(command.name, command.value, command.phase)

    def _refused(self, error: EngineError) -> None:
        body = frame.Failed(str(error))
        self._send(frame.Message(self._hyper_number, body))

    def weights(self, *, averaged: bool = True) -> Weights:
        """Return the weights at the present step, or those of the end.

        Args:
            averaged: Their running mean, where the run keeps one.
        """
        answer: queue.SimpleQueue[Weights | Exception] = queue.SimpleQueue()
        self.runner.do(lambda: answer.put(self._copied(averaged=averaged)))
        while self.runner.running and answer.empty():
            with suppress(queue.Empty):
                return _given(answer.get(timeout=_POLL_S))
        if answer.empty():
            return of_run(open_run(self._run.folder), averaged=averaged)
        return _given(answer.get())

    def _copied(self, *, averaged: bool) -> Weights | Exception:
        """Return the present weights; a failure is the asker's, not the training's."""
        trainer = self._trainer
        modules = trainer.parts.program.modules
        mean = trainer.parts.averaged.tensors if averaged else None
        try:
            return of_modules(modules, self._run, trainer.step, mean)
        except Exception as error:  # noqa: BLE001 - raised again for who asked
            return error


def _given(answer: Weights | Exception) -> Weights:
    if isinstance(answer, Exception):
        raise answer
    return answer
