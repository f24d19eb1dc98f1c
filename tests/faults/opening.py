"""Large projects are opened beside the window: how long it stands still meanwhile."""

import argparse
import contextlib
import itertools
import os
import time
from collections.abc import Iterator
from pathlib import Path

from tests.faults import names
from tests.faults._hostile_projects import chain, trained, written

HELP = "large projects open with progress and Cancel; the longest standstill is told"

_KINDS = ("relu", "linear", "dropout")
_LIMIT_S = 240.0
_CANCEL_S = 0.5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--nodes", type=int, default=19_990)


def run(options: argparse.Namespace, folder: Path) -> int:
    """Open and cancel large projects; print the longest gap between two ticks."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["XDG_CONFIG_HOME"] = os.environ["XDG_DATA_HOME"] = str(folder / "home")
    good = 0
    with names.opened(folder) as window, _collected(window):
        for number in range(options.n):
            make = trained if number % 2 else chain
            graph = make(options.nodes, _KINDS[number % len(_KINDS)])
            path = written(graph=graph)(folder)
            cancelled = cancel(window, path)
            seconds, gap = opened(window, path)
            shown = len(window.canvas.canvas.nodes)
            right = shown == len(graph["nodes"]) and cancelled <= _CANCEL_S
            good += right
            print(f"{shown} nodes in {seconds:.1f} s, longest standstill "
                  f"{1000 * gap:.0f} ms, Cancel after {1000 * cancelled:.0f} ms",
                  flush=True)  # fmt: skip
    print(f"{'PASS' if good == options.n else 'FAIL'} {good}/{options.n}")
    return 0 if good == options.n else 1


@contextlib.contextmanager
def _collected(window) -> Iterator[None]:
    """Collect garbage as the application does."""
    from workbench.app.garbage import Collector  # noqa: PLC0415 - Qt

    collector = Collector(window)
    try:
        yield
    finally:
        collector.close()


def opened(window, path: Path) -> tuple[float, float]:
    """Open a file; return seconds, and the longest time without a tick of 5 ms."""
    from PySide6.QtCore import QTimer  # noqa: PLC0415

    ticks = [time.perf_counter()]
    timer = QTimer()
    timer.timeout.connect(lambda: ticks.append(time.perf_counter()))
    timer.start(5)
    window.files.open_path(path)
    while window.opening.is_running and ticks[-1] - ticks[0] < _LIMIT_S:
        names.settle(0.05)
    seconds = time.perf_counter() - ticks[0]
    names.settle(0.5)
    timer.stop()
    return seconds, max(b - a for a, b in itertools.pairwise(ticks))


def cancel(window, path: Path) -> float:
    """Begin to open a file, cancel; return the seconds until all is as before."""
    before = window.document.project
    window.files.open_path(path)
    names.settle(0.3)
    start = time.perf_counter()
    window.banner.buttons[0].click()
    seconds = time.perf_counter() - start
    names.settle(0.1)
    is_left = window.document.project is before and not window.banner.isVisible()
    return seconds if is_left else float("inf")
