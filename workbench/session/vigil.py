"""Notices an engine that is stuck: it neither makes steps nor answers."""

import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from PySide6.QtCore import QObject, QTimer, Signal

from engine.protocol import commands, messages
from workbench.session.link import Link
from workbench.session.run_state import RunState

LOOK_MS = 500
PING_S, LEAST_S, START_S, PATIENCE_S = 3.0, 10.0, 30.0, 60.0
"""Silence after which it is asked, said, said of one that starts, and said although
the engine still answers."""
_MOST_MEDIANS = 5.0
_LATE_S = 5.0
"""How long a stop may take before the way to force it is offered."""
_RECENT = 31
"""Times of steps that the median is taken of."""


@dataclass(frozen=True)
class Silence:
    """An engine that has not been heard of for too long.

    Args:
        since: Local time of the last that it told.
        doing: What it was doing then: a state of the session, or the name of the
            command that waits for its answer.
        answers: Whether its process still answers, so that it may be just busy.
    """

    since: datetime
    doing: str
    answers: bool


class Vigil(QObject):
    """Counts the time in which something is awaited and nothing comes.

    Time counts only while this window runs, so that a computer that slept or a window
    that was stopped takes no engine for stuck. Steps that are slow by nature are
    none: the limit is five times the median of the last ones.

    Args:
        link: The line to the engine.
        state: What the engine is doing.
        clock: Seconds.
        parent: Qt's owner.

    Threads: the GUI thread.
    """

    silent = Signal(object)  # Silence, or None when it is heard of again

    def __init__(
        self,
        link: Link,
        state: RunState,
        clock: Callable[[], float] = time.monotonic,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._link, self._state, self._clock = link, state, clock
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._looked_at = 0.0
        self._told: Silence | None = None
        self.begin()

    def begin(self) -> None:
        """Start over, with another engine or run."""
        self._deaf_s = self._still_s = self._step_s = 0.0
        self._asked, self._wants_run = False, False
        self._steps: deque[float] = deque(maxlen=_RECENT)
        self._say(None)

    def watch(self) -> None:
        """Look from now on."""
        self._looked_at = self._clock()
        self._timer.start()

    def stop(self) -> None:
        """Look no more."""
        self._timer.stop()

    def ordered(self) -> None:
        """Note that the run was told something that it will react to."""
        self._wants_run = True

    def heard(self, body: object) -> None:
        """Take note of something that the engine tells."""
        self._deaf_s, self._asked = 0.0, False
        if isinstance(body, messages.Pong):
            return
        self._still_s, self._wants_run = 0.0, False
        if isinstance(body, messages.Frame) and len(body.steps):
            self._steps.append(self._step_s / len(body.steps))
            self._step_s = 0.0
        self._say(None)

    @property
    def limit_s(self) -> float:
        """Silence that is too long."""
        if not self._link.ready:
            return START_S
        usual = median(self._steps) if self._steps else 0.0
        return max(LEAST_S, _MOST_MEDIANS * usual)

    def look(self) -> None:
        """Count the time since the last look."""
        now = self._clock()
        passed, self._looked_at = now - self._looked_at, now
        if not self._awaited():
            self._deaf_s = self._still_s = 0.0
            self._say(None)
            return
        passed = min(passed, 2 * LOOK_MS / 1000)  # or we were not running
        self._deaf_s += passed
        self._still_s += passed
        self._step_s += passed
        if self._deaf_s >= PING_S and not self._asked:
            self._asked = True
            self._link.send(commands.Ping())
        self._judge()

    def _awaited(self) -> str:
        """Return what the engine is doing that will be heard of, or nothing."""
        if self._state.word in {"starting", "compiling", "training", "stopping"}:
            return self._state.word
        command = self._link.awaited
        if command is not None:
            return type(command).__name__
        return "paused" if self._wants_run and self._state.active else ""

    def _judge(self) -> None:
        doing, is_deaf = self._awaited(), self._deaf_s >= self.limit_s
        limit = self._patience(doing)
        if is_deaf or self._still_s >= limit:
            ago = timedelta(seconds=self._still_s)
            since = datetime.now().astimezone() - ago
            self._say(Silence(since, doing, answers=not is_deaf))

    def _patience(self, doing: str) -> float:
        """Return how long something may take in an engine that still answers."""
        if doing == "stopping":
            return _LATE_S
        if doing == commands.Estimate.__name__:
            return math.inf  # nobody waits for it
        knows_steps = doing == "training" and self._steps
        return self.limit_s if knows_steps else max(PATIENCE_S, self.limit_s)

    def _say(self, silence: Silence | None) -> None:
        known = self._told
        same = (silence is None) == (known is None)
        if same and silence and known:
            same = (silence.doing, silence.answers) == (known.doing, known.answers)
        if not same:
            self._told = silence
            self.silent.emit(silence)
