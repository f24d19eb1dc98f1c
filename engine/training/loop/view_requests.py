"""Answers who wants to see a view now: with other settings, or one cell of a matrix."""

from collections.abc import Callable, Generator
from pathlib import Path
from typing import TypeAlias, TypeVar

from engine.protocol import commands, messages
from engine.training.machine.interrupt import InterruptedStepError
from engine.training.parts import snapshot
from engine.training.parts.assembly import assemble
from engine.training.records import checkpoint_file
from engine.training.records.runs import open_run
from engine.training.views.maker import Viewing

Answered = TypeVar("Answered")
Ended = Callable[[], bool]
"""Whether to give up, asked after each batch."""
Making: TypeAlias = Callable[[Viewing, int, Ended], Answered]
"""Makes an answer: from the views of a run, the steps it has made, and `Ended`."""


def _never() -> bool:
    return False


def views(
    command: commands.Look, viewing: Viewing, step: int, ended: Ended = _never
) -> messages.Views:
    """Return the views that are asked for, of the present weights.

    Args:
        command: What is asked.
        viewing: Makes them; the settings asked for stay with it.
        step: Steps made.
        ended: Whether to give up.

    Raises:
        EngineError: When one can't be shown.
        InterruptedStepError: When `ended` came first.
    """
    for path, params in command.settings.items():
        viewing.change(path, params)
    paths = tuple(command.settings) or viewing.paths
    return messages.Views(
        tuple(_finished(viewing.look(path, step), ended) for path in paths)
    )


def cell(
    command: commands.OpenCell, viewing: Viewing, step: int, ended: Ended = _never
) -> messages.View:
    """Return the samples of a cell of a confusion matrix; otherwise as `views`."""
    making = viewing.cell(command.node, step, command.right, command.answer)
    return _finished(making, ended)


def _finished(making: Generator[None, None, Answered], ended: Ended) -> Answered:
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

    def answer(self, make: Making[Answered]) -> Answered:
        """Return what `make` makes of these weights."""
        return make(self._viewing, self._step, _never)
