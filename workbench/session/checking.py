"""Questions about the open document: its shapes and problems, and what it takes."""

from PySide6.QtCore import QObject, QTimer, Signal

from engine.graph.model import Project
from engine.protocol import commands, messages
from workbench.session.answers import Answers
from workbench.session.bench.trials import Trials
from workbench.session.forecasting import Forecasting
from workbench.session.link import Ask, Asked, Link
from workbench.session.run_state import RunState
from workbench.session.writing import Writing

DEBOUNCE_MS = 60


class Checking(QObject):
    """Asks about the newest state of the document, soon after it has changed.

    Args:
        state: Whether a run comes first.
        link: The line to the engine.
        ask: Sends a command that will be answered.
        parent: Qt's owner.

    Attributes:
        revision: Of the newest question; older answers are dropped.
        allowed: Places outside the document's folder that weights may be read from.
        forecasting: Asks what a training would take.
        trials: Has it tried.

    Threads: the GUI thread.
    """

    analysed = Signal(object)  # messages.Analysis of the newest question

    def __init__(
        self,
        state: RunState,
        link: Link,
        ask: Ask,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._link, self._ask = link, ask
        self.forecasting = Forecasting(state, link, ask, self)
        self.trials = Trials(link, ask, self)
        self.trials.over.connect(self.forecasting.wait)
        self._writing = Writing(self)
        self._project: Project | None = None
        self._folder, self.revision = "", 0
        self.allowed: tuple[str, ...] = ()
        self.debounce = QTimer(self)
        self.debounce.setSingleShot(True)
        self.debounce.timeout.connect(self._on_due)

    def check(self, project: Project, folder: str) -> int:
        """Ask soon; return the revision that will answer."""
        self.revision += 1
        self._project, self._folder = project, folder
        self.forecasting.forget()
        self.debounce.start(DEBOUNCE_MS)
        return self.revision

    def again(self) -> None:
        """Ask another engine what the last one may not have answered."""
        if self._project is not None:
            self.debounce.start(0)

    def listen(self, answers: Answers) -> None:
        """Take the engine's answers."""
        answers.to(messages.Analysis, self._on_analysis)
        self.forecasting.listen(answers)
        self.trials.listen(answers)

    def close(self) -> None:
        """Ask no more."""
        self.debounce.stop()
        self.forecasting.stop()
        self._writing.close()

    def _on_due(self) -> None:
        if self._project is not None and self._link.connected:
            revision, folder, allowed = self.revision, self._folder, self.allowed
            self._writing.start(
                self._project,
                lambda text: self._ask(commands.Check(text, revision, folder, allowed)),
            )

    def _on_analysis(self, body: messages.Analysis, _command: Asked) -> None:
        if body.revision == self.revision:
            if body.trainable and self._project is not None:
                self.forecasting.want(self._project, body.revision)
            self.analysed.emit(body)
