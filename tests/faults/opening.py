"""Large projects are opened beside the window: how long it stands still meanwhile."""

import argparse
import contextlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.faults import names
from tests.faults._hostile_projects import chain, trained, written
from tests.faults._turns import Turns, watched

HELP = "large projects open with progress and Cancel; no turn of the loop over 50 ms"

_KINDS = ("relu", "linear", "dropout")
_LIMIT_S = 240.0
_CANCEL_S = 0.1
TURN_S = 0.05
"""The processor time that one turn of the event loop may take."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--nodes", type=int, default=19_990)


def run(options: argparse.Namespace, folder: Path) -> int:
    """Open, cancel and use large projects; print the longest turns of the loop."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ["XDG_CONFIG_HOME"] = os.environ["XDG_DATA_HOME"] = str(folder / "home")
    good = 0
    with names.opened(folder) as window, _collected(window):
        for number in range(options.n):
            make = trained if number % 2 else chain
            graph = make(options.nodes, _KINDS[number % len(_KINDS)])
            place = folder / str(number)
            place.mkdir()
            path = written(graph=graph)(place)
            cancelled = cancel(window, path)
            with watched() as turns:
                used(window, path, turns)
            shown = len(window.canvas.scene.nodes)
            right = shown == len(graph["nodes"]) and cancelled <= _CANCEL_S
            good += right and not too_long(turns)
            _tell(shown, cancelled, turns)
    print(f"{'PASS' if good == options.n else 'FAIL'} {good}/{options.n}")
    return 0 if good == options.n else 1


def _tell(shown: int, cancelled: float, turns: Turns) -> None:
    print(f"{shown} nodes, Cancel {1000 * cancelled:.0f} ms of processor time; "
          "longest turns in ms, processor (clock):")  # fmt: skip
    told = (
        f"{name} {1000 * cpu:.0f} ({1000 * turns.clock.get(name, 0.0):.0f})"
        for name, cpu in turns.cpu.items()
        if name
    )
    print("  " + ", ".join(told), flush=True)


def too_long(turns: Turns, limit_s: float = TURN_S) -> list[str]:
    """Return what took longer in one turn than it may."""
    return [name for name, cpu in turns.cpu.items() if name and cpu > limit_s]


@contextlib.contextmanager
def _collected(window) -> Iterator[None]:
    """Collect garbage as the application does."""
    from workbench.app.launch.garbage import Collector  # Qt

    collector = Collector(window)
    try:
        yield
    finally:
        collector.close()


def used(window, path: Path, turns: Turns) -> None:
    """Open a file and work with it, each thing in turns of its own name."""
    turns.mark("open")
    window.controllers.files.open_path(path)
    end = time.perf_counter() + _LIMIT_S
    while window.controllers.opening.is_running and time.perf_counter() < end:
        names.settle(0.05)
    turns.mark("after")
    names.settle(2.0)
    for name, do, seconds in _uses(window):
        turns.mark(name)
        _soon(do)
        names.settle(seconds)
        while window.canvas._picture.is_drawing:
            names.settle(0.05)
        turns.mark("")  # What comes next is prepared by this trial.


def _soon(do: Callable[[], object]) -> None:
    from PySide6.QtCore import QTimer

    QTimer.singleShot(0, do)


def _uses(window) -> Iterator[tuple[str, Callable[[], object], float]]:
    """Yield what a person does with a network, and how long it is watched."""
    from PySide6.QtCore import QPoint

    from workbench.canvas.edits import edit
    from workbench.document import actions

    canvas, document = window.canvas, window.document
    ids = list(document.project.graph.nodes)
    card = canvas.scene.nodes[ids[5]].card().center()
    yield "pan", lambda: canvas.camera.pan_by(QPoint(300, 0)), 0.3
    yield "zoom", lambda: canvas.camera.zoom_by(1.3), 0.3
    yield "close up", lambda: canvas.camera.set_zoom(1.0), 0.5
    yield "fit", canvas.fit, 0.3
    yield "hover", lambda: canvas.pointer.hover.follow(card), 0.3
    yield "overview", canvas.minimap.toggle, 0.3
    yield "hide it", canvas.minimap.toggle, 0.2
    yield "move", lambda: actions.move(document, {ids[5]: (33.0, 44.0)}), 2.0
    yield "undo", document.undo_stack.undo, 1.0
    yield "select all", lambda: edit.select_all(canvas), 0.5
    yield "select none", lambda: canvas.select([]), 0.5
    yield "go to", lambda: canvas.focus_node(ids[200]), 0.5
    yield "type", lambda: _type(window, ids[200]), 2.0
    told = _answer(window)  # Made by the engine, so it isn't a turn of the window's.
    yield "answer", lambda: window.reporting._on_analysis(told), 3.0
    yield "delete", lambda: edit.delete(canvas), 1.0
    yield "undo that", document.undo_stack.undo, 1.0
    yield "save", lambda: document.save(document.path), 0.5


def _type(window, node_id: str) -> None:
    """Change a setting of a node, as a field of the inspector does."""
    from dataclasses import replace

    from engine.graph.edits import ReplaceNode

    node = window.document.project.graph.node(node_id)
    window.document.apply([ReplaceNode(replace(node, name="other"))], "Rename")


def _answer(window):
    """Return a problem of every node, as the check tells it."""
    from engine.graph.problems import Fix, Problem
    from engine.protocol.messages import Analysis, NodeInfo

    shape = (-1, 16, 8, 8)
    infos, problems = {}, []
    fixes = (Fix("Insert Flatten", ()), Fix("Delete it", ()))
    for node_id in window.document.project.graph.nodes:
        infos[node_id] = NodeInfo({"input": shape}, {"out": shape}, 12, 1000, 4096)
        text = f"“{node_id}” has no input"
        problems.append(Problem(node_id, text, "an image", "nothing", fixes=fixes))
    return Analysis(0, infos, tuple(problems), 12)


def cancel(window, path: Path) -> float:
    """Begin to open a file, cancel; return the processor time of that."""
    before = window.document.project
    window.controllers.files.open_path(path)
    names.settle(0.3)
    start = time.thread_time()
    window.banner.buttons[0].click()
    seconds = time.thread_time() - start
    names.settle(0.1)
    is_left = window.document.project is before and not window.banner.isVisible()
    return seconds if is_left else float("inf")
