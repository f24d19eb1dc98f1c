"""`python -m tests.thumbnails [NAME …]`: draw the pictures of the gallery from runs.

Every preset is trained through the engine, as in the window, and what tells most
about it is drawn by the real plots: 320×200 points at twice the pixels, dark and
light, in at most 256 colours and 25 KB. `PLANS` says what is shown, and after how many
steps: enough to see what a preset learns; all of them take about half an hour. A preset
without a plan shows its first view, or its loss, after 300.
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

import numpy as np
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

import presets
from engine.graph.files.serialize import dumps
from engine.host import connect
from engine.protocol import commands, messages
from workbench import theme
from workbench.app.launch import main as application
from workbench.plots.panels.accuracy import AccuracyPlot
from workbench.plots.panels.gradients import GradientPlot
from workbench.plots.panels.loss import LossPlot
from workbench.plots.panels.weights import WeightChangePlot
from workbench.plots.parts.switch import Switch
from workbench.plots.views.table import FACES
from workbench.session.curves.history import History
from workbench.session.names import names_of

WIDTH, HEIGHT = 320, 200
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
    widget.resize(WIDTH, HEIGHT)
    widget.show()
    image = widget.grab().toImage()
    widget.hide()
    widget.deleteLater()
    return image


def _widget(history: History, shows: str) -> QWidget:
    view = history.views.get(shows)
    if view is None and not shows:
        view = next(iter(history.views.values()), None)
    if view is None:
        plot = PANELS[shows or "loss"](history)
        for switch in plot.findChildren(Switch):
            switch.hide()
        plot.show()
        plot.resize(WIDTH, HEIGHT)
        plot.again()
        return plot
    face = FACES[view.kind]()
    face.setFixedSize(WIDTH, HEIGHT)
    face.show_view(view)
    face.setFixedSize(WIDTH, HEIGHT)
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


def reduced(image: QImage, bits: int) -> QImage:
    """Return an image in its 256 commonest colours, the others in the nearest.

    Colours are told apart by so many bits of each channel; of those that are alike
    the commonest stands for all, so that the ground stays as it is.
    """
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    height, width = image.height(), image.width()
    words = np.frombuffer(image.constBits(), np.uint32).reshape(height, -1)[:, :width]
    coarse = 0xFF & (0xFF << (8 - bits))
    mask = coarse << 16 | coarse << 8 | coarse
    exact, places, counts = np.unique(words, return_inverse=True, return_counts=True)
    _, alike = np.unique(exact & mask, return_inverse=True)
    order = np.lexsort((-counts, alike))  # in each group the commonest is first
    first = np.r_[True, np.diff(alike[order]) > 0]
    colours, places = exact[order[first]], alike[places]
    counts = np.bincount(alike, weights=counts).astype(int)
    kept = colours[np.argsort(-counts)[:256]]
    far = [_apart(colours, colour) for colour in kept]
    indices = np.argmin(far, axis=0).astype(np.uint8)[places.reshape(height, width)]
    result = QImage(width, height, QImage.Format.Format_Indexed8)
    result.setColorTable([0xFF000000 | int(colour) for colour in kept])
    target = np.frombuffer(result.bits(), np.uint8).reshape(height, -1)
    target[:, :width] = indices
    return result


def _apart(colours: np.ndarray, colour: int) -> np.ndarray:
    """Return how far colours are from one, squared."""
    parts = [(colours >> s & 255).astype(int) - (colour >> s & 255) for s in (0, 8, 16)]
    return sum(part**2 for part in parts)


if __name__ == "__main__":
    sys.exit(main())
