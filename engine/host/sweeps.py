"""A sweep beside the work: its trainings are processes of their own."""

import os
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

from engine.bench.sweep import reading
from engine.bench.sweep.journal import Plan
from engine.bench.sweep.planning import Wish, plan
from engine.bench.sweep.sweep import Sweep
from engine.bench.sweep.telling import Teller, project_of, sweeps
from engine.data.own.resolving import resolved
from engine.errors import DocumentError, EngineError, TrainingError
from engine.graph.files import serialize
from engine.graph.model import Project
from engine.host.questions import Row
from engine.i18n import tr
from engine.protocol import messages
from engine.protocol.bench.sweep import FindSweeps, StartSweep, StopSweep
from engine.protocol.commands import Request

OFTEN_S = 0.3
"""It is told no oftener."""
CLOSE_S = 5.0


class Sweeps:
    """Makes one sweep at a time; what is trained here goes on beside it.

    Args:
        send: Takes the answers, from the thread of the sweep.

    Threads: `rows` are asked from one thread, which also closes.
    """

    def __init__(self, send: Callable[[messages.Message], None]) -> None:
        self._send = send
        self._thread: threading.Thread | None = None
        self._work: Sweep | None = None
        self._stopped = threading.Event()

    def rows(self) -> Iterator[Row]:
        """Yield each command with what answers it."""
        yield StartSweep.handled(self._start)
        yield StopSweep.handled(lambda _request: self._stop())
        yield FindSweeps.handled(lambda r: sweeps(Path(r.command.folder)))

    def close(self) -> None:
        """End the sweep; its trials keep what they have."""
        self._stop()
        if self._thread is not None:
            self._thread.join(CLOSE_S)

    def _start(self, request: Request[StartSweep]) -> None:
        if self._thread is not None and self._thread.is_alive():
            raise TrainingError(
                tr("A sweep is going on"), fix=tr("Stop it, or wait for its end.")
            )
        self._stopped.clear()
        self._thread = threading.Thread(
            target=self._run, args=(request,), name="sweep", daemon=True
        )
        self._thread.start()

    def _stop(self) -> None:
        self._stopped.set()
        work = self._work  # its own thread forgets it
        if work is not None:
            work.stop()

    def _run(self, request: Request[StartSweep]) -> None:
        try:
            self._make(request)
        except (EngineError, OSError) as error:
            node = getattr(error, "node", "")
            self._tell(request.number, messages.Failed(str(error), node=node))
        except Exception as error:  # noqa: BLE001 - a request never ends the engine
            text = tr("The engine made a mistake: {error}", error=repr(error))
            body = messages.Failed(text, traceback.format_exc())
            self._tell(request.number, body)
        self._work = None

    def _make(self, request: Request[StartSweep]) -> None:
        """Make the trials that are missing."""
        command, folder = request.command, Path(request.command.folder)
        project, planned = _planned(command, folder)
        last_told = 0.0

        def tell() -> None:
            nonlocal last_told
            if time.monotonic() - last_told > OFTEN_S:
                last_told = time.monotonic()
                self._tell(request.number, teller.told(is_running=True))

        jobs = command.jobs or os.cpu_count() or 1
        work = Sweep(
            project, planned, folder, jobs=jobs, prunes=command.prunes, on_news=tell
        )
        teller = Teller(project, work.journal)
        tell()
        self._work, failure = work, ""
        if self._stopped.is_set():
            work.stop()
        try:
            for _trial in work.run():
                pass
        except (EngineError, OSError) as error:
            failure = str(error)
        told = teller.told(is_running=False, failure=failure)
        self._tell(request.number, told)

    def _tell(self, number: int, body: object) -> None:
        self._send(messages.Message(number, body))


def _planned(command: StartSweep, folder: Path) -> tuple[Project, Plan]:
    """Return what is swept over: as it is asked for, or as the folder says.

    Raises:
        EngineError: When there is no sweep, or it could do nothing.
    """
    if command.document:
        project = resolved(serialize.loads(command.document))
        wish = Wish(command.over, command.method, command.count, command.score)
        return project, plan(project, wish)
    found = reading.read(folder)
    if found is None:
        raise DocumentError(tr("There is no sweep in this folder"), where=str(folder))
    return project_of(folder, found.project_sum), found.plan
