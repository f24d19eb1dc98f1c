"""One guard per kind of thing that a test must not leave behind.

A guard is made before the test and asked afterwards; it waits a moment for what is
already on its way out.
"""

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path

_GRACE_S = 2.0
_POLL_S = 0.01
# Helpers of the standard library that stay for the whole process, by design.
_HELPERS = ("resource_tracker", "forkserver")


class ThreadGuard:
    """Threads that Python knows."""

    def __init__(self):
        self._before = set(threading.enumerate())

    def left_behind(self) -> list[str]:
        return [f"thread {t.name!r}" for t in _settled(self._new)]

    def _new(self) -> list[threading.Thread]:
        return [
            thread
            for thread in threading.enumerate()
            if thread not in self._before and not _is_foreign(thread)
        ]


class ProcessGuard:
    """Children of this process that still run."""

    def __init__(self):
        self._before = set(_children())

    def left_behind(self) -> list[str]:
        found = _settled(self._new)
        texts = [f"process {pid} ({_command(pid)})" for pid in found]
        for pid in found:  # So that it does not outlive the suite.
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        return texts

    def _new(self) -> list[int]:
        return [
            pid
            for pid in _children()
            if pid not in self._before and not _is_helper(pid)
        ]


class TimerGuard:
    """Qt timers that tick; started through `QTimer.start`."""

    def __init__(self):
        self._before = {id(timer) for timer in _running_timers()}

    def left_behind(self) -> list[str]:
        return [f"timer of {timer.interval()} ms" for timer in _settled(self._new)]

    def _new(self) -> list:
        return [timer for timer in _running_timers() if id(timer) not in self._before]


class WidgetGuard:
    """Windows and other widgets without a parent."""

    def __init__(self):
        self._before = {id(widget) for widget in _top_level_widgets()}

    def left_behind(self) -> list[str]:
        new = self._new()
        texts = [f"widget {type(w).__name__} {w.objectName()!r}".strip() for w in new]
        for widget in new:  # So that only the culprit fails.
            widget.close()
            widget.deleteLater()
        return texts

    def _new(self) -> list:
        return [w for w in _top_level_widgets() if id(w) not in self._before]


GUARDS = (ThreadGuard, ProcessGuard, TimerGuard, WidgetGuard)


def _settled(look: Callable[[], list]) -> list:
    """Return what `look` still finds after a moment of grace."""
    limit = time.monotonic() + _GRACE_S
    while (found := look()) and time.monotonic() < limit:
        time.sleep(_POLL_S)
    return found


def _is_foreign(thread: threading.Thread) -> bool:
    """Tell threads of native code (autograd's own) that merely called Python."""
    return isinstance(thread, threading._DummyThread)


def _children() -> list[int]:
    """Return the process ids of living direct children."""
    tasks = Path("/proc/self/task")
    if not tasks.is_dir():
        return [child.pid for child in multiprocessing.active_children()]
    found = []
    for task in tasks.iterdir():
        try:
            found += [int(pid) for pid in (task / "children").read_text().split()]
        except OSError:
            continue
    return [pid for pid in found if _state(pid) not in ("Z", "X", "")]


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def _command(pid: int) -> str:
    try:
        raw = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return "?"
    return raw.replace(b"\0", b" ").decode(errors="replace").strip()


def _is_helper(pid: int) -> bool:
    return any(name in _command(pid) for name in _HELPERS)


_started: "weakref.WeakSet" = weakref.WeakSet()


def _running_timers() -> list:
    """Return the QTimers that tick now; begins to watch when Qt is there."""
    core = sys.modules.get("PySide6.QtCore")
    if core is None:
        return []
    _watch_timers(core)
    is_valid = sys.modules["shiboken6"].isValid
    return [timer for timer in list(_started) if is_valid(timer) and timer.isActive()]


def _watch_timers(core) -> None:
    """Remember each QTimer that is started from Python, once and for all."""
    original = core.QTimer.start
    if getattr(original, "is_watched", False):
        return

    def start(self, *arguments):
        _started.add(self)
        return original(self, *arguments)

    start.is_watched = True
    core.QTimer.start = start


def _top_level_widgets() -> list:
    """Return the parentless widgets that nothing is about to delete."""
    widgets = sys.modules.get("PySide6.QtWidgets")
    if widgets is None or widgets.QApplication.instance() is None:
        return []
    core = sys.modules["PySide6.QtCore"]
    core.QCoreApplication.sendPostedEvents(None, core.QEvent.Type.DeferredDelete)
    is_valid = sys.modules["shiboken6"].isValid
    return [w for w in widgets.QApplication.topLevelWidgets() if is_valid(w)]
