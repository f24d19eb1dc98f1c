"""Answers who wants to see a view now: with other settings, or one cell of a matrix."""

from collections.abc import Callable, Generator
from pathlib import Path
from typing import TypeVar

from engine.protocol import commands, messages
from engine.training.machine.interrupt import InterruptedStepError
from engine.training.parts import snapshot
from engine.training.parts.assembly import assemble
from engine.training.records import checkpoint_file
from engine.training.records.runs import open_run
from engine.training.views.maker import Viewing

Answered = TypeVar("Answered")


def answer(
    viewing: Viewing,
    step: int,
    command: object,
    ended: Callable[[], bool] = lambda: False,
) -> messages.Views | messages.View:
    """Return what a `Look` or `OpenCell` asks for, of the present weights.

    Args:
        viewing: Makes it; settings of a `Look` stay with it.
        step: Steps made.
        command: What is asked.
        ended: Whether to give up, asked after each batch.

    Raises:
        EngineError: When it can't be shown.
        InterruptedStepError: When `ended` came first.
    """
    if isinstance(command, commands.OpenCell):
        making = viewing.cell(command.node, step, command.right, command.answer)
        return _finished(making, ended)
    assert isinstance(command, commands.Look)
    for path, params in command.settings.items():
        viewing.change(path, params)
    paths = tuple(command.settings) or viewing.paths
    return messages.Views(
        tuple(_finished(viewing.look(path, step), ended) for path in paths)
    )


def _finished(
    making: Generator[None, None, Answered], ended: Callable[[], bool]
) -> Answered:
    """Run to the end and return the result."""
    try:
        while not ended():
            next(making)
    except StopIteration as done:
        made: Answered = done.value
        return made
    making.close()
    raise InterruptedStepError


class PastViews:
    """Views of the newest checkpoint of a run; its folder is only read.

    Args:
        folder: Of the run.

    Raises:
        EngineError: When it is none, or has no sound checkpoint.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, run = folder, open_run(folder)
        loaded = run.load_checkpoint()
        if loaded is None:
            raise checkpoint_file.missing(folder)
        parts = assemble(run.project, "cpu", int(run.info.get("seed", 0)))
        self._step = snapshot.put(parts, *loaded).step
        self._viewing = parts.viewing(enabled=True)

    def answer(self, command: object) -> messages.Views | messages.View:
        """As the function `answer`."""
        return answer(self._viewing, self._step, command)
