"""What the pictures of finished runs show: trained as a person would, then opened."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from engine.pretrained.installed import smollm2
from engine.protocol.past_runs import RunMarks
from tests.helpers import data_scenes, llama
from workbench.app.launch import shot
from workbench.app.window import MainWindow

_WAIT_S = 240.0
_TRIES = {
    "1-as it comes": (),
    "2-no dropout": ("dropout.p=0",),
    "3-small net": ("linear1.out_features=24", "linear2.out_features=12"),
    "4-SGD": ("optimizer=sgd", "lr=0.05"),
    "5-larger rate": ("lr=0.03",),
}
"""Folder of a run → what is different from the preset."""


def until(holds: Callable[[], object], limit_s: float = _WAIT_S) -> None:
    """Let the event loop run until a condition holds.

    Raises:
        shot.ShotError: When it doesn't in time.
    """
    for _ in range(int(limit_s / 0.1)):
        if holds():
            return
        shot.pause(0.1)
    raise shot.ShotError("what the picture shows did not come in time")


def _trained(window: MainWindow, preset: str, name: str, *words: str) -> Path:
    """Train a preset in a process of its own, into the folder of the runs."""
    folder = window.session.runs_folder
    folder.mkdir(parents=True, exist_ok=True)
    out = str(folder / name)
    command = [sys.executable, "-m", "engine", "train", preset, "--out", out]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command += ["--threads", "1", *words]
    subprocess.run(command, check=True, capture_output=True, env=environment)
    return folder / name


def _open(window: MainWindow, folder: Path) -> None:
    past = window.controllers.past_runs
    past.open(folder)
    until(lambda: not past.is_busy and window.session.history.step > 0)
    shot.pause(1.5)  # its views come after it


def _tried(window: MainWindow) -> None:
    """Make some runs of one preset and mark two of them."""
    for name, changes in _TRIES.items():
        words = [word for change in changes for word in ("--set", change)]
        _trained(window, "digits-mlp", name, "--steps", "250", *words)
    commands = window.controllers.runs
    commands.show()
    commands.refresh()
    until(lambda: len(commands.panel.rows.shown) == len(_TRIES))
    shelf = window.session.past_runs.shelf
    shelf.mark("1-as it comes", RunMarks(tags=("baseline",)))
    shelf.mark("2-no dropout", RunMarks(name="Without dropout", is_starred=True))
    shot.pause(0.5)


def runs(window: MainWindow) -> None:
    """Show the list of runs beside one of them."""
    _tried(window)
    _open(window, window.session.runs_folder / "2-no dropout")
    window.controllers.runs.show()
    window.controllers.runs.panel.choose(["2-no dropout"])
    window.canvas.setFocus()
    shot.pause(0.5)
    window.canvas.fit()


def compare(window: MainWindow) -> QWidget:
    """Show three runs beside each other."""
    _tried(window)
    commands = window.controllers.runs
    commands.panel.choose(["1-as it comes", "3-small net", "4-SGD"])
    commands.compare()
    until(lambda: commands.comparing is not None)
    assert commands.comparing is not None
    return commands.comparing


def timeline(window: MainWindow) -> None:
    """Show a run as it was at a step of its past."""
    _open(window, _trained(window, "spirals", "spirals"))
    looking = window.controllers.looking_back
    until(lambda: looking.bar.track.kept.steps)
    looking.go(round(0.3 * window.session.history.step))
    shot.pause(1.0)
    window.canvas.fit()


def _digit_drawn(window: MainWindow) -> QWidget:
    command = window.controllers.judging.try_it
    command.show()
    dialog = command.dialog
    assert dialog is not None
    until(lambda: dialog.inputs)
    sheet = dialog.inputs["image"].sheet  # type: ignore[attr-defined]
    stroke = [(82, 66), (108, 46), (142, 48), (160, 72), (150, 100), (118, 118),
              (150, 128), (168, 156), (152, 190), (116, 204), (84, 190)]  # fmt: skip
    QTest.mousePress(sheet, Qt.MouseButton.LeftButton, pos=QPoint(*stroke[0]))
    for place in stroke[1:]:
        QTest.mouseMove(sheet, QPoint(*place))
    QTest.mouseRelease(sheet, Qt.MouseButton.LeftButton, pos=QPoint(*stroke[-1]))
    until(lambda: dialog.answer.bars.rows)
    shot.pause(0.5)
    return dialog


def try_it(window: MainWindow) -> QWidget:
    """Draw a digit for a network to read."""
    _open(window, _trained(window, "mnist-cnn", "mnist", "--steps", "250"))
    return _digit_drawn(window)


def report(window: MainWindow) -> QWidget:
    """Show how good a run is."""
    _open(window, _trained(window, "mnist-cnn", "mnist", "--steps", "250"))
    command = window.controllers.judging.report
    command.show()
    dialog = command.dialog
    assert dialog is not None
    until(lambda: dialog.record)
    return dialog


def _mislabelled() -> Path:
    """Return digits of which some lie in the folder of another."""
    root = data_scenes.digits()
    dice = np.random.default_rng(5)
    for picture in dice.choice(sorted(root.glob("*/*.png")), 18, replace=False):
        other = dice.choice([n for n in range(10) if str(n) != picture.parent.name])
        picture.rename(root / str(other) / picture.name)
    return root


def labels(window: MainWindow) -> QWidget:
    """Look for wrong labels in own pictures."""
    data_scenes.opened(_mislabelled)(window)
    window.rooms.enter("train")
    session = window.session
    until(lambda: window.analysis is not None and window.analysis.trainable)
    window.controllers.training.start(paused=True)
    session.step(150)
    until(lambda: session.history.step >= 150)
    session.stop()
    until(lambda: not session.active)
    command = window.controllers.judging.labels
    command.show()
    dialog = command.dialog
    assert dialog is not None
    until(dialog.table.topLevelItemCount)
    for row in range(3):
        item = dialog.table.topLevelItem(row)
        assert item is not None
        item.setSelected(True)
    return dialog


def preflight(window: MainWindow) -> QWidget:
    """Try a training before it begins."""
    command = window.controllers.bench.preflight
    command.ask()
    dialog = command.dialog
    assert dialog is not None
    until(lambda: dialog.rows)
    return dialog


def inside(window: MainWindow) -> None:
    """Watch the inside of a network while it trains."""
    window.rooms.enter("train")
    window.docks.raise_("inside")
    session = window.session
    until(lambda: window.analysis is not None and window.analysis.trainable)
    window.controllers.training.start(paused=True)
    session.step(300)
    until(lambda: session.history.step >= 300)
    shot.pause(1.0)
    window.canvas.fit()


def race(window: MainWindow) -> QWidget:
    """Race trial and error against backpropagation, all of it."""
    command = window.controllers.bench.race
    command.ask()
    dialog = command.dialog
    assert dialog is not None
    until(dialog.go.isEnabled)
    dialog.every.click()
    until(lambda: dialog.leave.isVisible() and dialog.head.text())
    shot.pause(0.5)
    return dialog


def pretrained(window: MainWindow) -> QWidget:
    """Open a model by others: SmolLM2 where it is installed, else a small one."""
    path = None
    if smollm2() is None:
        path = data_scenes.folder() / "small.gguf"
        llama.write_gguf(path, llama.weights())
    door = window.controllers.data.models
    door.open(path)
    dialog = door.dialog
    assert dialog is not None
    until(dialog.put.isEnabled)
    shot.pause(0.5)
    return dialog


def sweep(window: MainWindow) -> QWidget:
    """Sweep over two settings until every trial has ended."""
    command = window.controllers.bench.sweep
    command.ask()
    dialog = command.dialog
    assert dialog is not None
    for key in ("lr", "linear1.out_features"):
        dialog.plan.axes.add(key)
    dialog.plan.trials.setValue(8)
    until(dialog.start.isEnabled)
    dialog.start.click()
    until(lambda: command.told and command.told.is_running)
    until(lambda: command.told and not command.told.is_running, 3 * _WAIT_S)
    shot.pause(0.5)
    return dialog


def fault_told(window: MainWindow) -> None:
    """Fail unless a fault is named: the picture is to show one."""
    until(lambda: window.session.history.findings)


def lesson(window: MainWindow) -> None:
    """Answer a question of a lesson."""
    learning = window.controllers.helpers.learning
    learning.begin("04-backward")
    page = learning.panel.page
    page.moved.emit(1)
    until(page.check.isEnabled)
    shot.pause(0.5)
    told = re.findall(r"<b>([−-]?[\d.]+)</b>", page.text.text())
    first, second = (float(number.replace("−", "-")) for number in told[-2:])
    assert page.number is not None
    page.number.setText(f"{first * second:.4g}")
    page.check.click()
    shot.pause(0.5)
    window.canvas.fit()
