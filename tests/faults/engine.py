"""The engine is killed, stopped, starved of memory or cut off at random moments.

Each time the window's session must say so in one sentence, start another engine, and
go on with the run that was cut off. A stopped engine is ended by force once it is
noticed; the limits are shortened, so that a test need not wait ten seconds.
"""

import argparse
import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QEventLoop

import presets
from engine.folder import account
from engine.graph.files import serialize
from workbench.session import vigil
from workbench.session.session import Session

HELP = "engine killed, stopped, out of memory, cut off: said, replaced, run goes on"

LIMIT_S = 90.0
MOMENTS = ("starting", "ready", "training", "paused", "stopping")
FAULTS = ("kill", "stop", "memory", "pipe")


def run(options: argparse.Namespace, folder: Path) -> int:
    """Break so many engines and print what went wrong."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QCoreApplication.instance() or QCoreApplication([])
    chance, good = random.Random(options.seed), 0
    vigil.LEAST_S, vigil.START_S, vigil.PING_S = 1.0, 1.0, 0.3
    for number in range(options.n):
        moment, fault = chance.choice(MOMENTS), FAULTS[number % len(FAULTS)]
        case = Case(folder / str(number))
        wrong = ""
        try:
            case.broken(moment, fault, chance.random() * 0.2)
        except AssertionError as error:
            wrong = str(error) or "it did not hold"
        finally:
            case.close()
        good += not wrong
        if wrong:
            print(f"{moment}, {fault}: {wrong}", flush=True)
    print(f"{'PASS' if good == options.n else 'FAIL'} {good}/{options.n}")
    app.processEvents()
    return 0 if good == options.n else 1


class Case:
    """One session with a real engine."""

    def __init__(self, folder: Path) -> None:
        self.session = Session(runs_folder=folder)
        self.said: list[str] = []
        self.silences: list[vigil.Silence] = []
        self.session.notice.connect(self.said.append)
        self.session.lifeline.vigil.silent.connect(
            lambda silence: silence and self.silences.append(silence)
        )

    def close(self) -> None:
        self.session.close(3.0)
        self.session.deleteLater()

    def until(self, condition: Callable[[], object], what: str) -> None:
        deadline = time.monotonic() + LIMIT_S
        while not condition():
            assert time.monotonic() < deadline, f"never: {what}; said {self.said}"
            flags = QEventLoop.ProcessEventsFlag.AllEvents
            QCoreApplication.processEvents(flags, 20)
            time.sleep(0.005)

    def broken(self, moment: str, fault: str, delay_s: float) -> None:
        """Bring the session to a moment, break its engine, and see it mend."""
        session = self.session
        self._reach(moment)
        time.sleep(delay_s)
        had_run = session.active and session.history.run is not None
        lost: list[bool] = []
        session.engine_lost.connect(lost.append)
        self._break(fault)
        if fault == "stop":
            self._force(lost)
        elif fault == "pipe":
            self._ask()
        ended = {"stopped", "finished"}
        self.until(lambda: lost or session.state in ended, "the end is noticed")
        if lost:
            assert self.said, "nothing was said"
            assert all("\n" not in text for text in self.said), self.said
            assert lost[0], "no other engine comes"
        self.until(lambda: session.engine_ready, "another engine")
        if had_run and lost:
            self._goes_on()

    def _reach(self, moment: str) -> None:
        session = self.session
        session.start_engine()
        if moment == "starting":
            return
        self.until(lambda: session.engine_ready, "the engine")
        if moment == "ready":
            return
        session.train(presets.load("xor"), steps=10**7)
        self.until(lambda: session.history.step > 20, "steps")
        if moment == "paused":
            session.pause()
            self.until(lambda: session.state == "paused", "a pause")
        elif moment == "stopping":
            session.stop()

    def _break(self, fault: str) -> None:
        process = self.session._link._client._transport._process
        if fault == "kill":
            process.kill()
        elif fault == "stop":
            process.send_signal(signal.SIGSTOP)
        elif fault == "memory":
            import resource  # not on every system

            try:  # what it holds already is more than it may: the next request ends it
                resource.prlimit(process.pid, resource.RLIMIT_AS, (2**20, 2**20))
                resource.prlimit(process.pid, resource.RLIMIT_DATA, (2**20, 2**20))
            except ProcessLookupError:
                return
            time.sleep(0.3)
            process.send_signal(signal.SIGABRT)  # as the allocator of C++ does
        else:
            os.dup2(os.open(os.devnull, os.O_RDONLY), process.stdout.fileno())

    def _force(self, lost: list[bool]) -> None:
        """See that a stopped engine is noticed, then end it by force."""
        session = self.session
        self._ask()
        is_over = lambda: lost or session.state == "stopped"  # noqa: E731 - once
        self.until(lambda: self.silences or is_over(), "the silence is said")
        if not is_over():
            session.lifeline.kill()

    def _ask(self) -> None:
        """Ask an idle engine something: that it is silent is noticed only then."""
        session = self.session
        if session.state == "paused":
            session.resume()
        elif not session.active and not session._link.waiting:
            session.check(presets.load("xor"))

    def _goes_on(self) -> None:
        """Resume the run that was cut off."""
        session = self.session
        folder = Path(session.history.run.run)
        honest = {"interrupted", "stopped"}  # it may have stopped before it was lost
        self.until(lambda: _state(folder) in honest, "an honest state")
        opened: list[Any] = []
        session.past_runs.opened.connect(opened.append)
        session.past_runs.open(str(folder))
        self.until(lambda: opened, "the run is read")
        assert opened[0].can_resume, f"can't be resumed: {opened[0].state}"
        session.resume_run(str(folder), serialize.loads(opened[0].document))
        self.until(lambda: session.state == "training", "the run goes on")
        start = session.history.step
        self.until(lambda: session.history.step > start, "steps again")
        session.stop()
        self.until(lambda: session.state == "stopped", "the stop")
        assert _state(folder) == "stopped"


def _state(folder: Path) -> str:
    """Return what a run says of itself."""
    return str(account.read(folder)["state"])
