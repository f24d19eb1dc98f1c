"""The application as a process of its own."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]
CLOSE_IN_TRAINING = """
import sys, time
from PySide6.QtCore import QTimer
from workbench.app.launch import main
from workbench.app.window import MainWindow
from workbench.options import Options

windows = []
init = MainWindow.assemble
def remember(self, *args):
    init(self, *args)
    windows.append(self)
    self.session.frame_received.connect(on_frame)
    self.session.engine_ready or self.session.devices_ready.connect(
        lambda _: self.controllers.training.train())
MainWindow.assemble = remember
started = []
def on_frame(frame):
    if frame.step > 20 and not started:
        started.append(time.monotonic())
        print("training", flush=True)
        {end}
code = main.run(Options(document="digits-mlp"))
print("left", time.monotonic() - started[0], windows[0].session.history.run.run)
sys.exit(code)
"""


def start(code):
    return subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )


def test_importing_the_window_leaves_torch_and_pyqtgraph_out():
    code = (
        "import sys, workbench.app.launch.main, workbench.app.launch.shot;"
        "print([m for m in ('torch', 'pyqtgraph', 'pandas') if m in sys.modules])"
    )
    process = start(code)
    out, err = process.communicate(timeout=60)
    assert out.strip() == "[]", err


@pytest.mark.parametrize("document", ["mnist-cnn", None])
def test_first_paint_waits_for_no_slow_import(document):
    code = (
        "import gc, os, sys\n"
        "gc.disable()\n"
        "from workbench.app.launch import main\n"
        "from workbench.app.window import MainWindow\n"
        "from workbench.options import Options\n"
        "slow = 'numpy', 'pyqtgraph', 'torch', 'subprocess', 'workbench.dialogs', "
        "'workbench.plots'\n"
        "def start_late(window):\n"
        "    print('painted', [m for m in slow if m in sys.modules], flush=True)\n"
        "    window.close()\n"
        "MainWindow.start_late = start_late\n"
        f"main.run(Options(document={document!r}))\n"
        "print('collects', gc.isenabled())\n"
    )
    out, err = start(code).communicate(timeout=60)
    assert out.split("\n")[:2] == ["painted []", "collects True"], err


def test_closing_in_the_middle_of_training_exits_with_0_within_3_s():
    end = "QTimer.singleShot(0, windows[0].close)"
    process = start(CLOSE_IN_TRAINING.format(end=end))
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    word, seconds, run = out.splitlines()[-1].split(maxsplit=2)
    assert word == "left"
    assert float(seconds) < 3.0
    assert list(Path(run, "checkpoints").iterdir())


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM")
def test_sigterm_in_training_exits_with_0_within_3_s():
    process = start(CLOSE_IN_TRAINING.format(end="pass"))
    assert process.stdout.readline().strip() == "training"
    begin = time.monotonic()
    process.send_signal(signal.SIGTERM)
    _out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert time.monotonic() - begin < 3.0 + 1.0  # and Python's own way out
