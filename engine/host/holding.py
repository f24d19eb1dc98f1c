"""Answers about a step that is held still, on whichever thread may use torch."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.errors import TrainingError
from engine.explain.answers.copies import Copy, of_document, of_run
from engine.explain.answers.desk import HeldStep
from engine.explain.lessons.answers import truths
from engine.host.job import Job
from engine.i18n import tr
from engine.protocol import tracing
from engine.protocol.commands import Request
from engine.protocol.lessons import ReadTruths
from engine.training.parts import threads


class Holding:
    """Keeps the step that is held.

    Attributes:
        questions: Kinds of commands that it answers.

    Threads: the host's; answers are made by the training thread while there is one:
    torch's random numbers belong to the process.
    """

    questions = tracing.QUESTIONS

    def __init__(self) -> None:
        self._held: HeldStep | None = None

    def answered(self, request: Request[Any], job: Job | None) -> object:
        """Return an answer; None where the job gives it later.

        Args:
            request: One of `tracing.QUESTIONS`.
            job: The newest run, if there is one.

        Raises:
            EngineError: When there is none.
        """
        command = request.command
        if job is not None and job.runner.running:
            job.answer(request.number, lambda: self._answer(command, job))
            return None
        threads.flush_denormals()  # as the training does
        try:
            return self._answer(command, job)
        finally:
            threads.flush_denormals(on=False)

    def _answer(self, command: object, job: Job | None) -> object:
        if isinstance(command, ReadTruths):
            return truths(command.document, command.questions)
        if isinstance(command, tracing.HoldStep) and command.anew:
            self._let_go()  # two copies may be too much
            self._held = HeldStep(_source(command, job))
        if self._held is None:
            raise TrainingError(tr("No step is held"))
        return self._held.answer(command)

    def _let_go(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            held.close()


def _source(command: tracing.HoldStep, job: Job | None) -> Callable[[], Copy]:
    """Return what makes the copy that is asked for.

    Raises:
        TrainingError: When nothing is trained and nothing is named.
    """
    if command.document:
        return lambda: of_document(command.document)
    if command.run:
        return lambda: of_run(Path(command.run))
    if job is None or not job.is_held:
        raise TrainingError(tr("Nothing is being trained"))
    return job.copied
