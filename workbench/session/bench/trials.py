"""Trainings that answer a question: asked for, called off, and their answers."""

from functools import partial
from typing import TypeAlias

from PySide6.QtCore import QObject, Signal, SignalInstance

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
from workbench.session.link import Ask, Asked, Link

Wish: TypeAlias = LookAhead | Compare | Prove | SizeRace | StartRace
_ENDS = (Preflight, Compared, Proved, RaceSizes)


class Trials(QObject):
    """One trial at a time, in the engine's process; answers of older ones are dropped.

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
    over = Signal()  # one has come to its end

    def __init__(self, link: Link, ask: Ask, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._link, self._ask = link, ask
        self._wish: Wish | None = None
        self.sweeps = Sweeps(link, ask, self)

    def look_ahead(self, project: Project) -> None:
        """Try the training of a project; answered by `moved`, then `looked`."""
        self._begin(LookAhead(dumps(project)))

    def compare(self, wish: Compare) -> None:
        """Train two projects; answered by `seeded`, then `compared`."""
        self._begin(wish)

    def prove(self, wish: Prove) -> None:
        """Train before and after a cure; answered by `proving`, then `proved`."""
        self._begin(wish)

    def size_race(self, document: str) -> None:
        """Ask how large a net may be made; answered by `race_sized`."""
        self._begin(SizeRace(document))

    def race(self, wish: StartRace) -> None:
        """Let four ways of learning race; answered by `raced`, often."""
        self._begin(wish)

    def call_off(self) -> None:
        """Stop the trial that is going on; answered by `called_off`."""
        self._link.send(CallOff())

    def is_old(self, command: object) -> bool:
        """Return whether a command is a trial after which another was asked for."""
        return isinstance(command, Wish) and command is not self._wish

    def listen(self, answers: Answers) -> None:
        """Take the engine's answers."""
        self.sweeps.listen(answers)
        for kind, signal in (
            (Trying, self.moved),
            (Preflight, self.looked),
            (Seeded, self.seeded),
            (Compared, self.compared),
            (Proving, self.proving),
            (Proved, self.proved),
            (RaceSizes, self.race_sized),
            (RaceTold, self.raced),
        ):
            answers.to(kind, partial(self._tell, signal))
        answers.to(CalledOff, self._on_called_off)

    def _begin(self, wish: Wish) -> None:
        self._wish = self._link.followed = wish
        self._ask(wish)

    def _tell(self, signal: SignalInstance, body: object, command: Asked) -> None:
        if command is not self._wish:
            return  # its window is gone, and the next one must not show it
        signal.emit(body)
        if isinstance(body, _ENDS) or (isinstance(body, RaceTold) and body.ended):
            self.over.emit()

    def _on_called_off(self, _body: CalledOff, command: Asked) -> None:
        if command is self._wish:
            self.called_off.emit()
            self.over.emit()
