"""`python -m tests.thumbnails [NAME …]`: draw the pictures of the gallery from runs.

Every preset is trained through the engine, as in the window, and what tells most
about it is drawn by the real plots, dark and light, at twice the pixels, in at most
256 colours and 25 KB: what is inside the axes at the size of a card, 264×120 points,
or a whole view, 320×200. `PLANS` says what is shown, and after how many steps: enough
to see what a preset learns; all of them take about half an hour. A preset without a
plan shows its first view, or its loss, after 300.
"""

import argparse
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["QT_SCALE_FACTOR"] = "2"

from PySide6.QtCore import QRect, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

import presets
from engine.graph.files.serialize import dumps
from engine.host import connect
from engine.protocol import commands, messages
from tests.helpers.colours import reduced
from workbench import theme
from workbench.app.launch import main as application
from workbench.plots.panels.accuracy import AccuracyPlot
from workbench.plots.panels.curves import CurvePanel
from workbench.plots.panels.gradients import GradientPlot
from workbench.plots.panels.loss import LossPlot
from workbench.plots.panels.modes import FacePanel
from workbench.plots.panels.weights import WeightChangePlot
from workbench.plots.parts.switch import Switch
from workbench.plots.views.kinds.curve import Curve
from workbench.plots.views.table import FACES
from workbench.session.curves.history import History
from workbench.session.names import names_of

WIDTH, HEIGHT = 264, 120
WHOLE = QSize(320, 200)
"""Of views whose axes we don't know: the card shows a part of them."""
_ROUNDS = 6
"""A plot is made larger so often at most, until what is inside its axes fits."""
MOST_BYTES = 25 * 1024
PANELS = {
    "loss": LossPlot,
    "accuracy": AccuracyPlot,
    "gradients": GradientPlot,
    "weights": WeightChangePlot,
}


@dataclass(frozen=True)
class Plan:
    """What is drawn of a preset.

    Args:
        shows: Id of a view node, or the name of a panel; empty means its first view.
        steps: After how many steps; 0 means the whole run.
    """

    shows: str = ""
    steps: int = 300


PLANS = {
    "autoencoder": Plan("after", 500),
    "bad-labels": Plan("loss", 0),
    "breast-cancer": Plan("confusion", 40),
    "char-lstm": Plan("sample", 0),
    "dcgan": Plan("images", 2000),
    "dead-relu": Plan("gradients", 0),
    "diabetes": Plan("loss", 0),
    "diffusion-2d": Plan("chain", 3000),
    "diffusion-mnist": Plan("chain", 0),
    "digits-lstm": Plan("confusion", 250),
    "digits-mlp": Plan("confusion", 60),
    "exploding": Plan("loss", 0),
    "fine-tune-gpt": Plan("sample", 0),
    "forgetting": Plan("tasks", 0),
    "gan-2d": Plan("points", 2500),
    "mnist-cnn": Plan("confusion", 60),
    "mnist-resnet": Plan("wrong", 150),
    "multimodal": Plan("wrong", 200),
    "overfit": Plan("loss", 0),
    "seq2seq": Plan("dates", 150),
    "sine": Plan("curve", 0),
    "spirals": Plan("boundary", 0),
    "sunspots": Plan("forecast", 400),
    "tiny-gpt": Plan("sample", 1000),
    "too-fast": Plan("loss", 0),
    "too-slow": Plan("loss", 0),
    "transfer": Plan("confusion", 0),
    "unscaled": Plan("loss", 0),
    "vae": Plan("map", 0),
    "vanishing": Plan("gradients", 60),
    "waveforms": Plan("confusion", 150),
    "xor": Plan("boundary", 0),
}


def main() -> int:
    options = _options()
    app = application.application()
    for name in options.names or [info.id for info in presets.all_presets()]:
        start = time.perf_counter()
        history = trained(name, PLANS.get(name, Plan()))
        sizes = []
        for look in ("dark", "light"):
            theme.apply(app, look)
            image = drawn(history, PLANS.get(name, Plan()))
            sizes.append(save(image, presets.thumbnail(name, look)))
        words = " and ".join(f"{size / 1024:.1f} KB" for size in sizes)
        print(f"{name:<16} {words}  {time.perf_counter() - start:5.0f} s", flush=True)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.thumbnails")
    parser.add_argument("names", nargs="*", metavar="NAME")
    return parser.parse_args()


def trained(name: str, plan: Plan) -> History:
    """Train a preset and return all that the run has told."""
    project, history, engine = presets.load(name), History(), connect()
    try:
        with tempfile.TemporaryDirectory() as folder:
            document = dumps(project)
            engine.send(commands.Train(document, folder, threads=1, steps=plan.steps))
            _follow(engine, history, names_of(project))
            if history.views or plan.shows not in PANELS:
                engine.send(commands.Look())
                _follow(engine, history, names_of(project))
    finally:
        engine.close(30.0)
    return history


def _follow(engine, history: History, names) -> None:
    """Fill the history until the run has ended, or the views have come."""
    while True:
        for message in engine.drain():
            if _taken(message.body, history, names):
                return
        time.sleep(0.02)


def _taken(body: object, history: History, names) -> bool:
    """Take in what the engine told; returns whether it was the last."""
    if isinstance(body, messages.Failed):
        sys.exit(body.text)
    if isinstance(body, messages.RunStarted):
        history.begin(body, names)
    if isinstance(body, messages.Frame):
        history.add(body)
    if isinstance(body, messages.Views):
        history.add_views(body.views)
    if isinstance(body, messages.Outcome) and body.kind == "diverged":
        history.diverge(body.step + 1)
    return isinstance(body, messages.Views | messages.Outcome)


def drawn(history: History, plan: Plan) -> QImage:
    """Return the picture of a run in the present theme."""
    widget = _widget(history, plan.shows)
    widget.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    widget.show()
    image = widget.grab(_fitted(widget)).toImage()
    widget.hide()
    widget.deleteLater()
    return image


def _fitted(widget: QWidget) -> QRect:
    """Make a plot so large that its inside has the size of a card's picture."""
    size, wanted = QSizeF(WHOLE), QSizeF(WIDTH, HEIGHT)
    for _ in range(_ROUNDS):
        widget.setFixedSize(size.toSize())
        application.application().processEvents()
        found = _inside(widget)
        if found is None:
            break
        if found.size().toSize() == wanted.toSize():
            return found.toRect()
        size += wanted - found.size()
    widget.setFixedSize(WHOLE)  # such as a square of two features
    application.application().processEvents()
    return widget.rect()


def _inside(widget: QWidget) -> QRectF | None:
    """Return what is inside the axes of a plot or a matrix; None for others."""
    if isinstance(widget, CurvePanel):
        return widget._data_area()
    if isinstance(widget, FacePanel):
        chart = widget.face.chart()
        return chart.area(widget.size()) if chart else None
    if isinstance(widget, Curve):
        return widget.plane().area
    area = getattr(widget, "area", None)
    return area() if area else None


def _widget(history: History, shows: str) -> QWidget:
    view = history.views.get(shows)
    if view is None and not shows:
        view = next(iter(history.views.values()), None)
    if view is None:
        plot = PANELS[shows or "loss"](history)
        for switch in plot.findChildren(Switch):
            switch.hide()
        plot.show()
        plot.again()
        return plot
    face = FACES[view.kind]()
    face.show_view(view)
    return face


def save(image: QImage, path: Path) -> int:
    """Write a picture in as many colours as fit the size; returns its bytes."""
    path.parent.mkdir(exist_ok=True)
    for bits in (8, 5, 4, 3, 2):
        if not reduced(image, bits).save(str(path), "PNG", 0):
            sys.exit(f"can't write {path}")
        if path.stat().st_size <= MOST_BYTES:
            break
    return path.stat().st_size


if __name__ == "__main__":
    sys.exit(main())
