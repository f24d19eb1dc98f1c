"""Questions about what a run's views show, and the engine's answers."""

from collections.abc import Mapping

from PySide6.QtCore import QObject, Signal

from engine.layers.spec import Value
from engine.protocol import commands, messages
from workbench.session.answers import Answers
from workbench.session.curves.history import History
from workbench.session.link import Ask, Asked
from workbench.session.run_state import RunState


class Looking(QObject):
    """Has views of the present weights made, whenever somebody wants to see them.

    Args:
        state: Whether the run goes on.
        history: Of the run that is looked at.
        ask: Sends a command that will be answered.
        parent: Qt's owner.

    Threads: the GUI thread.
    """

    cell_opened = Signal(object)  # messages.View of the kind matrix_cell
    settled = Signal()  # every view that was asked for has come, or will not

    def __init__(
        self,
        state: RunState,
        history: History,
        ask: Ask,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._state, self._history, self._ask = state, history, ask
        self._open = 0

    @property
    def folder(self) -> str:
        """Folder of the last run; empty while it goes on, or without one."""
        known = self._history.run
        return "" if self._state.active or known is None else known.run

    def look(self, settings: Mapping[str, dict[str, Value]]) -> None:
        """Have views made; they come into the history.

        Args:
            settings: Path of each view → params from now on; all views when empty.
        """
        if self._history.run is not None:
            self._open += 1
            self._ask(commands.Look(dict(settings), self.folder))

    def watch(self, kinds: tuple[str, ...]) -> None:
        """Have these things inside the network watched from now on, and no others.

        Args:
            kinds: Of `engine.protocol.tracing.inside`; they come into the history.
        """
        if self._state.active:
            self._ask(commands.Watch(kinds))

    def open_cell(self, node: str, right: int, answer: int) -> None:
        """Ask which samples a cell holds; answered by `cell_opened`.

        Args:
            node: Path of the confusion matrix.
            right: Class of the samples.
            answer: Class that the network gives them.
        """
        if self._history.run is not None:
            self._ask(commands.OpenCell(node, right, answer, self.folder))

    def listen(self, answers: Answers) -> None:
        """Take the engine's answers."""
        answers.to(messages.Views, self._on_views)
        answers.to(messages.View, self._on_cell)

    def failed(self, command: Asked) -> None:
        """Note that the engine could not answer."""
        if isinstance(command, commands.Look):
            self._settle(self._open - 1)

    def lost(self) -> None:
        """Note that the engine is gone, with all that it was asked."""
        self._settle(0)

    def _on_views(self, body: messages.Views, _command: Asked) -> None:
        if self._history.run is not None:  # another document may be open
            self._history.add_views(body.views)
        self._settle(self._open - 1)

    def _settle(self, still_open: int) -> None:
        self._open = max(still_open, 0)
        if not self._open:
            self.settled.emit()

    def _on_cell(self, body: messages.View, _command: Asked) -> None:
        self.cell_opened.emit(body)
