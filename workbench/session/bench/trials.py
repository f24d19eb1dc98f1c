"""Trainings that answer a question: asked for, called off, and their answers."""

from PySide6.QtCore import QObject, Signal

from engine.graph.files.serialize import dumps
from engine.graph.model import Project
from engine.protocol.bench.better import Compare, Compared, Seeded
from engine.protocol.bench.preflight import (
    CalledOff,
    CallOff,
    LookAhead,
    Preflight,
    Trying,
)
from engine.protocol.bench.proof import Prove, Proved, Proving
from engine.protocol.bench.race import RaceSizes, RaceTold, SizeRace, StartRace
from workbench.session.answers import Answers
from workbench.session.bench.sweeps import Sweeps
from workbench.session.link import Ask, Link


class Trials(QObject):
    """One trial at a time, in the engine's process.

    Args:
        link: The line to the engine.
        ask: Sends a command that will be answered.
        parent: Qt's owner.

    Attributes:
        sweeps: Trainings beside the work, which don't end when a run begins.

    Threads: the GUI thread.
    """

    moved = Signal(object)  # preflight.Trying
    looked = Signal(object)  # preflight.Preflight
    seeded = Signal(object)  # better.Seeded
    compared = Signal(object)  # better.Compared
    proving = Signal(object)  # proof.Proving
    proved = Signal(object)  # proof.Proved
    race_sized = Signal(object)  # race.RaceSizes
    raced = Signal(object)  # race.RaceTold
    called_off = Signal()

    def __init__(self, link: Link, ask: Ask, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._link, self._ask = link, ask
        self.sweeps = Sweeps(link, ask, self)

    def look_ahead(self, project: Project) -> None:
        """Try the training of a project; answered by `moved`, then `looked`."""
        self._ask(LookAhead(dumps(project)))

    def compare(self, wish: Compare) -> None:
        """Train two projects; answered by `seeded`, then `compared`."""
        self._ask(wish)

    def prove(self, wish: Prove) -> None:
        """Train before and after a cure; answered by `proving`, then `proved`."""
        self._ask(wish)

    def size_race(self, document: str) -> None:
        """Ask how large a net may be made; answered by `race_sized`."""
        self._ask(SizeRace(document))

    def race(self, wish: StartRace) -> None:
        """Let four ways of learning race; answered by `raced`, often."""
        self._ask(wish)

    def call_off(self) -> None:
        """Stop the trial that is going on; answered by `called_off`."""
        self._link.send(CallOff())

    def listen(self, answers: Answers) -> None:
        """Take the engine's answers."""
        self.sweeps.listen(answers)
        answers.to(Trying, lambda body, _command: self.moved.emit(body))
        answers.to(Preflight, lambda body, _command: self.looked.emit(body))
        answers.to(Seeded, lambda body, _command: self.seeded.emit(body))
        answers.to(Compared, lambda body, _command: self.compared.emit(body))
        answers.to(Proving, lambda body, _command: self.proving.emit(body))
        answers.to(Proved, lambda body, _command: self.proved.emit(body))
        answers.to(RaceSizes, lambda body, _command: self.race_sized.emit(body))
        answers.to(RaceTold, lambda body, _command: self.raced.emit(body))
        answers.to(CalledOff, lambda _body, _command: self.called_off.emit())
