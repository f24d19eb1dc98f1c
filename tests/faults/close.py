"""The window is closed, or asked to end, at random moments of its life.

Each time it must be gone within 3 s with exit code 0, and its run must be resumable.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from engine.training.loop.trainer import Trainer
from engine.training.records.runs import open_run

HELP = "closing and signals at random moments: within 3 s, exit code 0, resumable"

ROOT = Path(__file__).parents[2]
LIMIT_S, START_S = 3.0, 120.0
MOMENTS = ("starting", "ready", "training", "paused", "exporting", "stuck")
ENDS = ("close", "SIGTERM", "SIGINT", "SIGHUP")
_WINDOW = """
import os, signal, sys, threading
from PySide6.QtCore import QTimer
from workbench.app.launch import main
from workbench.app.window import MainWindow
from workbench.options import Options
moment = sys.argv[1]
init = MainWindow.assemble
told = []
def say(*_):
    if not told:
        told.append(1)
        print("now", flush=True)
def remember(self, *args):
    init(self, *args)
    session = self.session
    def listen():
        sys.stdin.readline()
        main_timer[0] = True
    main_timer = [False]
    threading.Thread(target=listen, daemon=True).start()
    timer = QTimer(self)
    timer.timeout.connect(lambda: main_timer[0] and (timer.stop(), self.close()))
    timer.start(5)
    if moment == "starting":
        self.painted.connect(say)
    elif moment == "ready":
        session.analysis_ready.connect(say)
    else:
        session.analysis_ready.connect(lambda _: session.active or begin(self))
        session.frame_received.connect(lambda frame: frame.step > 20 and reach(self))
def begin(self):
    self.controllers.training.start(steps=10**7)
def reach(self):
    if told:
        return
    session = self.session
    if moment == "paused" and session.state != "paused":
        session.pause()
        return
    if moment == "exporting":
        folder = os.environ["XDG_DATA_HOME"]
        session.export("safetensors", os.path.join(folder, "x.safetensors"))
    if moment == "stuck":
        session._link._client._transport._process.send_signal(signal.SIGSTOP)
    say()
MainWindow.assemble = remember
sys.exit(main.run(Options(document="digits-mlp")))
"""


def run(options: argparse.Namespace, folder: Path) -> int:
    """Close so many windows and print what went wrong."""
    chance = random.Random(options.seed)
    good, slowest = 0, 0.0
    for number in range(options.n):
        moment = MOMENTS[number % len(MOMENTS)]
        end = chance.choice(ENDS)
        home = folder / str(number)
        wrong, seconds = ended(moment, end, home, chance.random() * 0.3)
        slowest = max(slowest, seconds)
        good += not wrong
        if wrong:
            print(f"{moment}, {end}: {wrong}", flush=True)
    print(f"slowest {slowest:.2f} s")
    print(f"{'PASS' if good == options.n else 'FAIL'} {good}/{options.n}")
    return 0 if good == options.n else 1


def ended(moment: str, end: str, home: Path, delay_s: float) -> tuple[str, float]:
    """Open a window and end it; return what was wrong, and the seconds it took."""
    process = _opened(moment, home)
    try:
        assert process.stdout
        if process.stdout.readline().strip() != "now":
            return f"did not get there: {process.communicate()[1][-400:]}", 0.0
        time.sleep(delay_s)
        start = time.monotonic()
        if end == "close":
            process.stdin.write("close\n")
            process.stdin.flush()
        else:
            process.send_signal(signal.Signals[end])
        code = process.wait(START_S)
        seconds = time.monotonic() - start
        wrong = f"exit code {code}: {process.stderr.read()[-400:]}" if code else ""
        if seconds > LIMIT_S:
            wrong = f"took {seconds:.1f} s"
        return wrong or not_resumable(home), seconds
    finally:
        process.kill()
        process.communicate()


def _opened(moment: str, home: Path) -> "subprocess.Popen[str]":
    homes = {f"XDG_{kind}_HOME": str(home / kind) for kind in ("CONFIG", "CACHE")}
    (home / "data").mkdir(parents=True)
    return subprocess.Popen(
        [sys.executable, "-c", _WINDOW, moment],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={
            **os.environ,
            **homes,
            "XDG_DATA_HOME": str(home / "data"),
            "QT_QPA_PLATFORM": "offscreen",
        },
    )


def not_resumable(home: Path) -> str:
    """Return why the run that a window left can't go on, or nothing."""
    for account in home.glob("data/**/run.json"):
        json.loads(account.read_text("utf-8"))
        run = open_run(account.parent)
        try:
            trainer = Trainer.resume(run)
            steps = trainer.steps()
            next(steps)
            steps.close()
        except Exception as error:  # noqa: BLE001 - it is told
            return f"can't be resumed: {error!r}"
    return ""
