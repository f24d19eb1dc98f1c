"""Asks what a training would take, once nobody edits and nothing trains."""

from PySide6.QtCore import QObject, QTimer, Signal

from engine.graph.files.serialize import dumps
from engine.graph.model import Project
from engine.protocol import commands, messages
from workbench.session.answers import Answers
from workbench.session.link import Ask, Asked, Link
from workbench.session.run_state import RunState

STILL_MS = 1000
"""How long a document must stand still before its training is forecast."""


class Forecasting(QObject):
    """Asks once for each revision of a document that can be trained.

    A training comes first: the question then waits for its end.

    Args:
        state: Whether something trains.
        link: The line to the engine.
        ask: Sends a command that will be answered.
        parent: Qt's owner.

    Threads: the GUI thread.
    """

    ready = Signal(object)  # messages.Forecast, or None while unknown

    def __init__(
        self,
        state: RunState,
        link: Link,
        ask: Ask,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._state, self._link, self._ask = state, link, ask
        self._wanted: tuple[Project, int] | None = None
        self._still = QTimer(self)
        self._still.setSingleShot(True)
        self._still.timeout.connect(self._on_still)
        state.ended.connect(self.wait)

    def forget(self) -> None:
        """Stop asking: the document has changed."""
        self._still.stop()
        self._wanted = None
        self.ready.emit(None)

    def want(self, project: Project, revision: int) -> None:
        """Ask soon about a document without errors."""
        self._wanted = (project, revision)
        self.wait()

    def wait(self) -> None:
        """Ask soon, if an answer is wanted and nothing trains."""
        if self._wanted and not self._state.active:
            self._still.start(STILL_MS)

    def stop(self) -> None:
        """Ask no more."""
        self._still.stop()

    def _on_still(self) -> None:
        if self._wanted is None or self._state.active:
            return
        project, revision = self._wanted
        if self._link.ready and project.graph.nodes:
            self._ask(commands.Estimate(dumps(project), revision))

    def listen(self, answers: Answers) -> None:
        """Take the engine's answers."""
        answers.to(messages.Forecast, self._on_forecast)

    def _on_forecast(self, body: messages.Forecast, command: Asked) -> None:
        if self._wanted is None or not isinstance(command, commands.Estimate):
            return
        if command.revision == self._wanted[1]:
            self._wanted = None
            self.ready.emit(body)
