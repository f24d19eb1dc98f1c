"""What `python -m tests.benchmarks start` measures: how soon the window is there.

Fresh processes in turn on a real X display: an empty Qt window, and ours by its own
command. Of ours, the first paint (the frame with the grounds of its bars), the first
paint with everything in it, and what the bootstrap took of a second launch. Then, in
one window with a document, what a switch of the theme takes until all of it is painted,
and what is dressed in idle moments afterwards. Times are those that the processor
spends on the process, the start of the interpreter included: other load on the machine
counts for little. The wall is printed beside them.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from tests.helpers import display

GOAL_RATIO, GOAL_SWITCH_MS = 2.0, 100.0
_LIMIT_S = 120
_CLOCK = """
import os, sys, time
BORN = float(sys.argv[1])
def tell(**words):
    print(" ".join(f"{k}={v:.2f}" for k, v in words.items()), flush=True)
def spent():
    return time.process_time() * 1e3
def now(name):
    tell(**{name: spent(), name + "_wall": (time.time() - BORN) * 1e3})
"""
_EMPTY = """
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget
class Window(QWidget):
    def paintEvent(self, event):
        QTimer.singleShot(0, end)
def end():
    now("empty")
    os._exit(0)
app = QApplication([])
window = Window()
window.resize(1440, 900)
window.show()
app.exec()
"""
_OURS = """
share, depth = 0.0, 0
def timed(function):
    def inner(*args, **words):
        global share, depth
        begin, depth = time.process_time(), depth + 1
        try:
            return function(*args, **words)
        finally:
            depth -= 1
            if depth == 0:
                share += (time.process_time() - begin) * 1e3
    return inner
from workbench import __main__ as command
begin = time.process_time()
from workbench.bootstrap import display, launch
share += (time.process_time() - begin) * 1e3
for module in (display, launch):
    for name in ("is_ready", "ensure", "require_libraries", "is_configured",
                 "is_reachable"):
        if hasattr(module, name):
            setattr(module, name, timed(getattr(module, name)))
def watch():
    from workbench.app.window import MainWindow
    init = MainWindow.__init__
    def remember(self, *args):
        init(self, *args)
        self.appeared.connect(lambda: now("first"))
        self.painted.connect(end)
    MainWindow.__init__ = remember
def end():
    now("whole")
    tell(bootstrap=share)
    os._exit(0)
open_ = command._open
def opens(options):
    from workbench.app.launch import main
    watch()
    return open_(options)
command._open = opens
sys.argv = ["workbench", "mnist-cnn"]
sys.exit(command.main())
"""
_SWITCH = """
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from workbench import theme
from workbench.app.launch import main
from workbench.app.window import MainWindow
from workbench.options import Options
from workbench.theme.hidden import Hidden
def begin(window):
    app = QApplication.instance()
    settle(app, 1.0)
    window.panels.load_now()
    settle(app, 2.0)
    for name in ("light", "dark") * 4:
        start = spent()
        theme.apply(app, name)
        app.sendPostedEvents()  # layouts
        app.sendPostedEvents()
        window.repaint()
        shown = spent()
        while app.findChild(Hidden)._aside:
            app.processEvents()
        settle(app, 0.1, quietly=True)
        tell(switch=shown - start, later=spent() - shown)
        settle(app, 0.3)
    os._exit(0)
def settle(app, seconds, quietly=False):
    end = time.time() + seconds
    while time.time() < end:
        app.processEvents()
        time.sleep(0.01)
MainWindow.start_late = lambda self: QTimer.singleShot(0, self, lambda: begin(self))
main.run(Options(document="mnist-cnn", theme="dark"))
"""


def run(options: argparse.Namespace) -> int:
    """Print medians and ratios; 0 when the goals are reached."""
    why = display.missing()
    if why:
        raise SystemExit(why)
    seen: dict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        screen = display.Display(Path(folder))
        try:
            _measure(screen, Path(folder), options.rounds, seen)
        finally:
            screen.close()
    figures = {name: statistics.median(values) for name, values in seen.items()}
    figures["ratio"] = figures["first"] / figures["empty"]
    figures["bootstrap_share"] = figures["bootstrap"] / figures["first"]
    print(json.dumps(figures) if options.json else _words(figures))
    is_quick = figures["switch"] <= GOAL_SWITCH_MS
    return 0 if figures["ratio"] <= GOAL_RATIO and is_quick else 1


def _measure(
    screen: display.Display, home: Path, rounds: int, seen: dict[str, list[float]]
) -> None:
    for number in range(rounds + 1):
        for code in (_EMPTY, _OURS) if number % 2 else (_OURS, _EMPTY):
            told = _told(screen, home, code)
            if number:  # The first round writes the byte code.
                for name, value in told:
                    seen[name].append(value)
    for name, value in _told(screen, home, _SWITCH):
        seen[name].append(value)


def _told(screen: display.Display, home: Path, code: str) -> list[tuple[str, float]]:
    """Run a program on the display; return the figures that it printed."""
    own = screen.environment(home) | {"PYTHONPYCACHEPREFIX": str(home / "cache")}
    own.pop("PYTHONDONTWRITEBYTECODE", None)
    done = subprocess.run(
        [sys.executable, "-c", _CLOCK + code, repr(time.time())],
        env=own,
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        timeout=_LIMIT_S,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    words = (each.split("=") for each in done.stdout.split() if "=" in each)
    return [(name, float(value)) for name, value in words]


def _words(seen: dict[str, float]) -> str:
    lines = ["", f"{'':34}{'CPU ms':>8}{'wall ms':>10}"]
    rows = (
        ("empty Qt window, first paint", "empty"),
        ("our window, first paint", "first"),
        ("our window, everything painted", "whole"),
    )
    for words, name in rows:
        lines.append(f"{words:34}{seen[name]:8.0f}{seen[f'{name}_wall']:10.0f}")
    wall = seen["first_wall"] / seen["empty_wall"]
    whole = seen["whole"] / seen["empty"]
    lines += [
        f"{'first paint, ours / empty':34}{seen['ratio']:8.2f}{wall:10.2f}",
        f"{'everything, ours / empty':34}{whole:8.2f}",
        f"{'bootstrap of a second launch':34}{seen['bootstrap']:8.1f}"
        f"   {seen['bootstrap_share']:.1%} of the first paint",
        f"{'switch of the theme, painted':34}{seen['switch']:8.0f}",
        f"{'  and in idle moments after it':34}{seen['later']:8.0f}",
    ]
    return "\n".join(lines)
