"""Forecasts beside the answers: on a thread of their own, and gone when work comes."""

import threading
import traceback
from collections.abc import Callable
from dataclasses import replace

from engine.advice.analysis import Analyser
from engine.advice.checks.free_memory import room
from engine.errors import EngineError
from engine.explain.diagnose import watch
from engine.graph.files import serialize
from engine.i18n import tr
from engine.protocol import commands, messages
from engine.protocol.commands import Request
from engine.training.forecast.forecast import Rehearsal
from engine.training.forecast.once import once_bytes
from engine.training.machine.scarcity import give_back

KEPT = 32
"""Forecasts that are remembered, by the text of their document."""
_MOST_TRIES = 3
"""Times are measured again when the engine has answered something meanwhile."""


class Forecaster:
    """Makes one forecast at a time; a newer one, or a run, ends the one before.

    Args:
        send: Takes the answers, from the forecaster's thread.

    Attributes:
        stirred: How often the engine has had something else to do.

    Threads: `ask` and `cancel` from one thread.
    """

    def __init__(self, send: Callable[[messages.Message], None]) -> None:
        self._send = send
        self.stirred = 0
        self._thread: threading.Thread | None = None
        self._cancelled = threading.Event()
        self._rehearsal: Rehearsal | None = None
        self._known: dict[str, messages.Forecast] = {}

    def ask(self, request: Request[commands.Estimate]) -> None:
        """Begin a forecast; it is answered later."""
        self.cancel()
        self._cancelled = threading.Event()
        self._thread = threading.Thread(
            target=self._run, args=(request, self._cancelled), name="forecast"
        )
        self._thread.start()

    def cancel(self) -> None:
        """End the forecast that is on, and wait for that."""
        self._cancelled.set()
        rehearsal = self._rehearsal  # its own thread forgets it
        if rehearsal is not None:
            rehearsal.stop()
        if self._thread is not None:
            self._thread.join()
        self._thread = self._rehearsal = None

    def _run(
        self, request: Request[commands.Estimate], cancelled: threading.Event
    ) -> None:
        body: object
        try:
            body = self._made(request, cancelled)
        except EngineError as error:
            body = messages.Failed(str(error), node=getattr(error, "node", ""))
        except Exception as error:  # noqa: BLE001 - a request never ends the engine
            text = tr("The engine made a mistake: {error}", error=repr(error))
            body = messages.Failed(text, traceback.format_exc())
        self._rehearsal = None
        give_back()
        if body is None:
            body = messages.Failed(tr("The forecast was called off"))
        self._send(messages.Message(request.number, body))

    def _made(
        self, request: Request[commands.Estimate], cancelled: threading.Event
    ) -> messages.Forecast | None:
        command = request.command
        if command.document not in self._known:
            found = self._found(command, cancelled)
            if found is None or not found.rehearsed:
                return found  # memory that is not there now may be there later
            while len(self._known) >= KEPT:
                del self._known[next(iter(self._known))]
            found = replace(found, once_bytes=once_bytes())
            self._known[command.document] = found
        return self._known[command.document]

    def _found(
        self, command: commands.Estimate, cancelled: threading.Event
    ) -> messages.Forecast | None:
        """Rehearse, unless arithmetic says that it would not fit."""
        project = serialize.loads(command.document)
        device = str(project.training.value("device"))
        needed = Analyser().analyse(project).memory_bytes
        if 0 < room(device).free < needed:
            return messages.Forecast(
                command.revision, device, 0, 0.0, 0.0, 0.0, 0, 0, needed
            )
        found: messages.Forecast | None = None
        for _ in range(_MOST_TRIES):
            before = self.stirred
            rehearsal = Rehearsal(project, attach=watch.attach)
            self._rehearsal = rehearsal
            if cancelled.is_set():
                return None
            found = rehearsal.forecast(command.revision)
            if found is None or before == self.stirred:
                break
        return found
