"""Trainings that answer a question, on a thread of their own; work comes first."""

import threading
import traceback
from collections.abc import Callable, Iterator
from typing import Protocol, TypeAlias

from engine.bench.better.proof import Proof
from engine.bench.better.race import Race, Wish
from engine.bench.preflight.preflight import Preflighting
from engine.errors import EngineError
from engine.explain.race.running import Racing, Sizing
from engine.graph.files import serialize
from engine.host.questions import Row
from engine.i18n import tr
from engine.protocol import messages
from engine.protocol.bench.better import Compare
from engine.protocol.bench.preflight import CalledOff, CallOff, LookAhead
from engine.protocol.bench.proof import Prove
from engine.protocol.bench.race import SizeRace, StartRace
from engine.protocol.commands import Request
from engine.training.machine.scarcity import give_back
from engine.training.parts import threads

Question: TypeAlias = LookAhead | Compare | Prove | SizeRace | StartRace
Asked: TypeAlias = (
    Request[LookAhead]
    | Request[Compare]
    | Request[Prove]
    | Request[SizeRace]
    | Request[StartRace]
)


class Work(Protocol):
    """Something that tells how far it is, and at last what it has found."""

    def run(self) -> Iterator[object]:
        """Yield messages; the last one is the answer, unless it was stopped."""

    def stop(self) -> None:
        """End as soon as possible. Threads: any."""


class Trials:
    """Makes one trial at a time; another one, or a run, ends the one before.

    Args:
        send: Takes the answers, from the thread of the trial.

    Threads: `ask` and `cancel` from one thread.
    """

    def __init__(self, send: Callable[[messages.Message], None]) -> None:
        self._send = send
        self._thread: threading.Thread | None = None
        self._work: Work | None = None
        self._cancelled = threading.Event()

    def rows(self, make_room: Callable[[], None]) -> Iterator[Row]:
        """Yield each command with what answers it.

        Args:
            make_room: Called before a trial; raises when a run is going on.
        """

        def ask(request: Asked) -> None:
            make_room()
            self.ask(request)

        yield LookAhead.handled(ask)
        yield Compare.handled(ask)
        yield Prove.handled(ask)
        yield SizeRace.handled(ask)
        yield StartRace.handled(ask)
        yield CallOff.handled(lambda _request: self.cancel())

    @property
    def is_busy(self) -> bool:
        """Whether one is going on."""
        return self._thread is not None and self._thread.is_alive()

    def ask(self, request: Asked) -> None:
        """Begin a trial; it is answered later."""
        self.cancel()
        self._cancelled = cancelled = threading.Event()
        self._thread = threading.Thread(
            target=self._run, args=(request, cancelled), name="trial"
        )
        self._thread.start()

    def cancel(self) -> None:
        """End the trial that is on, and wait for that."""
        self._cancelled.set()
        work = self._work  # its own thread forgets it
        if work is not None:
            work.stop()
        if self._thread is not None:
            self._thread.join()
        self._thread = self._work = None

    def _run(self, request: Asked, cancelled: threading.Event) -> None:
        last: object = None
        try:
            threads.flush_denormals()
            self._work = work = _made(request.command)
            if not cancelled.is_set():
                for last in work.run():
                    self._tell(request.number, last)
        except EngineError as error:
            last = messages.Failed(str(error), node=getattr(error, "node", ""))
            self._tell(request.number, last)
        except Exception as error:  # noqa: BLE001 - a request never ends the engine
            text = tr("The engine made a mistake: {error}", error=repr(error))
            last = messages.Failed(text, traceback.format_exc())
            self._tell(request.number, last)
        self._work = None
        give_back()
        if cancelled.is_set():
            self._tell(request.number, CalledOff())

    def _tell(self, number: int, body: object) -> None:
        self._send(messages.Message(number, body))


def _made(command: Question) -> Work:
    """Return what answers a question.

    Raises:
        EngineError: When its document can't be trained.
    """
    if isinstance(command, SizeRace):
        return Sizing(serialize.loads(command.document))
    if isinstance(command, StartRace):
        return Racing(serialize.loads(command.document), command)
    if isinstance(command, Compare):
        first, second = map(serialize.loads, (command.first, command.second))
        return Race(
            first, second, Wish(command.seeds, command.score, 1, command.before)
        )
    if isinstance(command, Prove):
        before, after = map(serialize.loads, (command.before, command.after))
        return Proof(before, after, command.seed)
    return Preflighting(serialize.loads(command.document), command.revision)
