"""Questions about what a run's views show, and the engine's answers."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from engine.protocol import commands, messages

if TYPE_CHECKING:
    from engine.layers.spec import Value
    from workbench.session.session import Session


class Looking(QObject):
    """Has views of the present weights made, whenever somebody wants to see them.

    Args:
        session: Whose run is looked at.
        ask: Sends a command that will be answered.

    Threads: the GUI thread.
    """

    cell_opened = Signal(object)  # frame.View of the kind matrix_cell
    settled = Signal()  # every view that was asked for has come, or will not

    def __init__(self, session: "Session", ask: Callable[[object], None]) -> None:
        super().__init__(session)
        self._session, self._ask = session, ask
        self._open = 0
        session.request_failed.connect(self._on_failed)
        session.engine_lost.connect(lambda _again: self._settle(0))

    @property
    def folder(self) -> str:
        """Folder of the last run; empty while it goes on, or without one."""
        known = self._session.history.run
        return "" if self._session.active or known is None else known.run

    def look(self, settings: "Mapping[str, dict[str, Value]]") -> None:
        """Have views made; they come into the history.

        Args:
            settings: Path of each view → params from now on; all views when empty.
        """
        if self._session.history.run is not None:
            self._open += 1
            self._ask(commands.Look(dict(settings), self.folder))

    def open_cell(self, node: str, right: int, answer: int) -> None:
        """Ask which samples a cell holds; answered by `cell_opened`.

        Args:
            node: Path of the confusion matrix.
            right: Class of the samples.
            answer: Class that the network gives them.
        """
        if self._session.history.run is not None:
            self._ask(commands.OpenCell(node, right, answer, self.folder))

    def answers(self) -> dict[type, Callable[..., None]]:
        """Return what takes the engine's answers, by their class."""
        return {messages.Views: self._on_views, messages.View: self._on_cell}

    def _on_views(self, body: messages.Views, _command: object) -> None:
        if self._session.history.run is not None:  # another document may be open
            self._session.history.add_views(body.views)
        self._settle(self._open - 1)

    def _on_failed(self, command: object, _body: messages.Failed) -> None:
        if isinstance(command, commands.Look):
            self._settle(self._open - 1)

    def _settle(self, still_open: int) -> None:
        self._open = max(still_open, 0)
        if not self._open:
            self.settled.emit()

    def _on_cell(self, body: messages.View, _command: object) -> None:
        self.cell_opened.emit(body)
