"""Questions about a step that is held still, and the engine's answers."""

from PySide6.QtCore import QObject, Signal, SignalInstance

from engine.protocol import messages, tracing
from workbench.session.answers import Answers
from workbench.session.link import AnyCommand, Ask, Asked


class Tracing(QObject):
    """Asks one question of each kind at a time; of those that wait the newest counts.

    Args:
        ask: Sends a command that will be answered.
        failures: Tells of questions that can't be answered.
        parent: Qt's owner.

    Threads: the GUI thread.
    """

    answered = Signal(object, object)  # the command, one of tracing.ANSWERS
    failed = Signal(object, str)  # the command, why

    def __init__(
        self, ask: Ask, failures: SignalInstance, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._ask = ask
        self._open: dict[type, AnyCommand] = {}
        self._later: dict[type, AnyCommand] = {}
        failures.connect(self._on_failed)

    def ask(self, command: AnyCommand) -> None:
        """Ask, at once or when an older question of this kind is answered."""
        kind = type(command)
        if kind in self._open:
            self._later[kind] = command
            return
        self._open[kind] = command
        self._ask(command)

    def forget(self) -> None:
        """Drop what waits; nobody wants to know it any more."""
        self._later.clear()

    def listen(self, answers: Answers) -> None:
        """Take the engine's answers."""
        for kind in tracing.ANSWERS:
            answers.to(kind, self._on_answer)

    def _on_answer(self, body: object, command: Asked) -> None:
        is_newest = self._settled(command)
        if is_newest:
            self.answered.emit(command, body)

    def _on_failed(self, command: Asked, body: messages.Failed) -> None:
        if isinstance(command, tracing.QUESTIONS) and self._settled(command):
            self.failed.emit(command, body.text)

    def _settled(self, command: Asked) -> bool:
        """Note that a question is answered; return whether no newer one waits."""
        kind = type(command)
        self._open.pop(kind, None)
        later = self._later.pop(kind, None)
        if later is not None:
            self.ask(later)
        return later is None
