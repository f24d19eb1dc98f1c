"""What `python -m tests.benchmarks canvas` measures: the canvas with large graphs."""

import argparse
import gc
import importlib.util
import itertools
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QCoreApplication, QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent

from engine.graph.model import Edge, Node, Project
from engine.protocol.histogram import HISTOGRAM_BINS
from engine.protocol.messages import LayerSample
from workbench.canvas.geometry import layout
from workbench.canvas.gestures.move import MoveNodes
from workbench.canvas.view import CanvasView
from workbench.document import Document

SIZES = (50, 1000, 3000)
GOALS = {
    1000: {"build": 300, "pan": 10, "recolour": 5, "drag_all": 50, "load": 300},
    3000: {"pan": 16},
}
"""Nodes → figure → most milliseconds."""
GROWING, SLACK = ("build", "load"), 1.2
"""From 1,000 to 3,000 nodes these take three times as long, and this much more."""
_KINDS = ("conv2d", "batch_norm2d", "relu", "add")
_SCREEN = (1400, 800)


def graph(num_nodes: int) -> Project:
    """Return a network of residual groups, laid out."""
    project = Project(name=f"{num_nodes} nodes")
    made = project.graph
    made.add_node(Node("data", "data", {"source": "mnist"}))
    before, groups = "data.image", ["data.image"]
    for index in range(num_nodes - 4):
        kind = _KINDS[index % 4]
        params = {"out_channels": 8, "padding": 1} if kind == "conv2d" else {}
        made.add_node(Node(f"n{index}", kind, params))
        port = "inputs" if kind == "add" else "input"
        made.connect(Edge.parse(before, f"n{index}.{port}"))
        before = f"n{index}.out"
        if kind == "add":
            made.connect(Edge.parse(groups[-1], f"n{index}.inputs"))
            groups.append(before)
    made.add_node(Node("flatten", "flatten"))
    made.add_node(Node("head", "linear"))
    made.add_node(Node("loss", "cross_entropy"))
    for source, target in (
        (before, "flatten.input"),
        ("flatten.out", "head.input"),
        ("head.out", "loss.input"),
        ("data.label", "loss.target"),
    ):
        made.connect(Edge.parse(source, target))
    project.layout[""] = layout.arrange(made, {})
    return project


def measure(num_nodes: int, rounds: int, folder: Path) -> dict[str, float]:
    """Return medians in milliseconds."""
    project, path = graph(num_nodes), folder / f"{num_nodes}.bpw"
    document = Document()
    document.set_project(project.copy())
    figures = {"build": statistics.median(_build(project) for _ in range(rounds))}
    view = CanvasView(document)
    view.resize(*_SCREEN)
    view.show()
    QCoreApplication.processEvents()
    view.fit()
    _paint(view)
    figures["pan"] = _median(4 * rounds, lambda: _pan(view))
    figures["zoom"] = _median(4 * rounds, lambda: _zoom(view))
    view.fit()
    figures["recolour"] = _recolour(view, 4 * rounds)
    figures |= _drags(view, rounds)
    figures["save"] = _median(rounds, lambda: document.save(path))
    figures["load"] = _median(rounds, lambda: _load(view, path))
    figures |= _arrange(view)
    view.close()
    view.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return {name: round(value, 2) for name, value in figures.items()}


def _median(rounds: int, action: Callable[[], object]) -> float:
    return statistics.median(_timed(action) for _ in range(rounds))


def _timed(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return 1000 * (time.perf_counter() - start)


def _paint(view: CanvasView) -> None:
    """Paint all of the canvas now."""
    view.viewport().repaint()


def _build(project: Project) -> float:
    """Return what showing a graph takes, until everything has its place."""
    document = Document()
    document.set_project(project.copy())
    gc.collect()  # What is left of the round before is not this one's.
    made = []

    def build() -> None:
        made.append(CanvasView(document))
        made[0].resize(*_SCREEN)
        made[0].fit()

    taken = _timed(build)
    made[0].deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return taken


def _pan(view: CanvasView) -> None:
    view.camera.pan_by(QPointF(3, 1))
    _paint(view)


def _zoom(view: CanvasView) -> None:
    view.camera.zoom_by(1.04)
    _paint(view)


def _recolour(view: CanvasView, rounds: int) -> float:
    """Return what a new measurement costs until it is painted."""
    layers = tuple(i for i in view.scene.nodes if view.scene.graph.node(i).type
                   in {"conv2d", "batch_norm2d"})  # fmt: skip
    chance = np.random.default_rng(0)
    histogram = chance.integers(0, 9, (len(layers), HISTOGRAM_BINS))
    zero = np.zeros(len(layers))

    def tick() -> None:
        norms = 10.0 ** chance.uniform(-4, 0, len(layers))
        sample = LayerSample(1, histogram, histogram, norms, norms, zero, zero, zero)
        view.set_live(sample, layers)
        _paint(view)

    tick()
    return _median(rounds, tick)


def _drags(view: CanvasView, rounds: int) -> dict[str, float]:
    every = list(view.scene.nodes)
    figures = {}
    for name, ids in (("drag_one", every[2:3]), ("drag_all", every)):
        view.select(ids)
        place = view.scene.nodes[ids[0]].card().center()
        gesture, step = MoveNodes(view, place, ids[0]), iter(range(10_000))

        def move(gesture=gesture, place=place, step=step) -> None:
            gesture.move(place + QPointF(20.0 + 10 * next(step), 10.0), _EVENT)
            _paint(view)

        move()
        figures[name] = _median(2 * rounds, move)
        gesture.finish()
        undo = view.document.undo_stack.undo
        figures[name.replace("drag", "undo")] = _timed(lambda u=undo: _then(view, u))
    view.select([])
    return figures


def _then(view: CanvasView, action: Callable[[], object]) -> None:
    action()
    _paint(view)


def _load(view: CanvasView, path: Path) -> None:
    view.document.load(path)
    _paint(view)


def _arrange(view: CanvasView) -> dict[str, float]:
    """Return the whole time, and the longest that the window was held up."""
    worst, start = 0.0, time.perf_counter()
    worst = _timed(view.arrange)
    while view.arranging.is_running and time.perf_counter() - start < 30:
        worst = max(worst, _timed(QCoreApplication.processEvents))
    total = 1000 * (time.perf_counter() - start)
    return {"arrange": total, "arrange_longest_block": worst}


_EVENT = QMouseEvent(
    QEvent.Type.MouseMove,
    QPointF(500, 300),
    QPointF(500, 300),
    Qt.MouseButton.NoButton,
    Qt.MouseButton.LeftButton,
    Qt.KeyboardModifier.NoModifier,
)


def other_editor(num_nodes: int) -> dict[str, float]:
    """Return the same of NodeGraphQt; empty where it is not installed."""
    if importlib.util.find_spec("NodeGraphQt") is None:
        return {}
    from NodeGraphQt import BaseNode, NodeGraph  # may be missing

    class Layer(BaseNode):
        __identifier__ = "layers"
        NODE_NAME = "Layer"

        def __init__(self) -> None:
            super().__init__()
            self.add_input("input", multi_input=True)
            self.add_output("out")

    start = time.perf_counter()
    made = NodeGraph()
    made.register_node(Layer)
    nodes = [
        made.create_node("layers.Layer", pos=(200 * (i % 40), 120 * (i // 40)),
                         push_undo=False)
        for i in range(num_nodes)
    ]  # fmt: skip
    for one, two in itertools.pairwise(nodes):
        one.set_output(0, two.input(0))
    view = made.viewer()
    view.resize(*_SCREEN)
    view.show()
    build = 1000 * (time.perf_counter() - start)
    QCoreApplication.processEvents()
    view.zoom_to_nodes(view.all_nodes())
    view.viewport().repaint()

    def pan() -> None:
        view._set_viewer_pan(3, 1)  # what its own mouse gesture calls
        view.viewport().repaint()

    return {"build": round(build, 2), "pan": round(_median(5, pan), 2)}


def run(options: argparse.Namespace) -> int:
    """Measure, print, and return 0 when every goal is reached."""
    figures, others = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            figures[size] = measure(size, options.rounds, Path(folder))
            others[size] = other_editor(size) if size <= SIZES[1] else {}
    missed = [
        f"{size}: {name} {figures[size][name]} > {most}"
        for size, goals in GOALS.items()
        for name, most in goals.items()
        if figures[size][name] > most
    ]
    for name in GROWING:
        times = figures[SIZES[2]][name] / figures[SIZES[1]][name]
        if times > SLACK * SIZES[2] / SIZES[1]:
            missed.append(f"{name} grows {times:.2f} times")
    if options.json:
        beside = {"NodeGraphQt": {s: f for s, f in others.items() if f}}
        print(json.dumps({str(s): f for s, f in figures.items()} | beside))
    else:
        _print(figures, others, missed)
    return 1 if missed else 0


def _print(figures: dict, others: dict, missed: list[str]) -> None:
    print(f"{'ms (median)':<24}" + "".join(f"{size:>10}" for size in figures))
    for name in figures[SIZES[0]]:
        row = "".join(f"{values[name]:>10.1f}" for values in figures.values())
        print(f"{name:<24}{row}")
    if any(others.values()):
        for name in ("build", "pan"):
            row = "".join(f"{v.get(name, 0):>10.1f}" for v in others.values())
            print(f"{'NodeGraphQt ' + name:<24}{row}")
    else:
        print("NodeGraphQt is not installed")
    print("\n".join(f"MISS {line}" for line in missed) or "every goal reached")
