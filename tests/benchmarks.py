"""`python -m tests.benchmarks COMMAND`: figures of speed, as ratios within one run.

window   training beside the painting window against training without it
canvas   building, panning, dragging, undoing, arranging 50 to 3,000 nodes
forecast what is forecast of the memory of 60 nets, and what a process grows by
times    what is forecast of time and tensors, and what a run then takes
watching what all watching costs a training, and what the window says of it
microscope a step held still: to hold it, move in it, open a layer, change a weight
nanogpt  a small GPT against the same in plain torch: loss and speed
drawing  a curve of 10⁷ steps, a map of 200 layers, a window at a past step
scale    growth with layers, weights and steps: time, memory, folder, opening
start    first paint beside an empty Qt window, bootstrap, a switch of the theme
"""

import argparse
import importlib
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, Qt, QTimer

import presets
from engine.graph.files import serialize
from engine.protocol import commands, messages
from engine.protocol.wire.client import EngineClient
from workbench import theme
from workbench.app.launch import main as app
from workbench.app.window import MainWindow
from workbench.document.settings import Settings
from workbench.options import Options
from workbench.session.session import Session

PRESETS = ("digits-mlp", "mnist-cnn")
GOAL_RATIO, GOAL_P99_MS = 0.85, 50.0
_ENDLESS = 1_000_000
_WARM_S, _TICK_S, _LIMIT_S = 1.5, 0.033, 60.0
_LATENESS_MS = 10


@dataclass
class Clock:
    """Steps per second between the end of the warm-up and the end of the time."""

    seconds: float
    _first: tuple[float, int] | None = None
    _last: tuple[float, int] = (0.0, 0)
    _begun: float | None = None
    _cpu: tuple[float, float] = (0.0, 0.0)

    def see(self, body: object) -> None:
        """Take in a message of the engine."""
        if isinstance(body, messages.Failed | messages.EngineGone | messages.Outcome):
            raise SystemExit(body.text)
        if not isinstance(body, messages.Frame) or not body.step:
            return
        now = time.perf_counter()
        self._begun = self._begun or now
        if now - self._begun >= _WARM_S:
            used = time.process_time()
            self._cpu = (self._cpu[0] if self._first else used, used)
            self._first = self._first or (now, body.step)
            self._last = (now, body.step)

    @property
    def is_warm(self) -> bool:
        return self._first is not None

    @property
    def is_done(self) -> bool:
        return self._first is not None and self._span >= self.seconds

    @property
    def _span(self) -> float:
        return self._last[0] - self._first[0] if self._first else 0.0

    @property
    def cpu_share(self) -> float:
        """Processor time of this process, as a share of one core."""
        return (self._cpu[1] - self._cpu[0]) / self._span if self._span else 0.0

    @property
    def steps_per_s(self) -> float:
        return (self._last[1] - self._first[1]) / self._span if self._first else 0.0


@dataclass
class Figures:
    """What was measured of one preset."""

    preset: str
    without: list[float] = field(default_factory=list)
    beside: list[float] = field(default_factory=list)
    late_ms: list[float] = field(default_factory=list, repr=False)
    cpu: list[float] = field(default_factory=list)

    def summary(self) -> dict:
        without = statistics.median(self.without)
        beside = statistics.median(self.beside)
        late = statistics.quantiles(self.late_ms, n=100, method="inclusive")
        return {
            "preset": self.preset,
            "without_steps_per_s": without,
            "beside_steps_per_s": beside,
            "ratio": beside / without,
            "window_cpu_share": statistics.median(self.cpu),
            "late_p50_ms": late[49],
            "late_p99_ms": late[98],
            "late_max_ms": max(self.late_ms),
            "rounds": {k: v for k, v in asdict(self).items() if k in _ROUNDS},
        }


_ROUNDS = ("without", "beside")


def window(options: argparse.Namespace) -> int:
    """Interleave training with and without the window; print medians and ratio."""
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for preset in options.presets or PRESETS:
            figures = Figures(preset)
            for number in range(options.rounds):
                pair = [_without, _beside] if number % 2 == 0 else [_beside, _without]
                for measure in pair:
                    measure(figures, options.seconds, Path(folder))
                    _progress(f"{preset} round {number + 1}: {measure.__name__}")
            results.append(figures.summary())
    _print(results, as_json=options.json)
    return 0 if all(_is_good(result) for result in results) else 1


def _without(figures: Figures, seconds: float, folder: Path) -> None:
    """Train in the same engine, drained 30 times a second by a bare loop."""
    client, clock = EngineClient.spawn(), Clock(seconds)
    try:
        document = serialize.dumps(presets.load(figures.preset))
        client.send(commands.Train(document, str(folder), steps=_ENDLESS))
        limit = time.monotonic() + _LIMIT_S
        while not clock.is_done and time.monotonic() < limit:
            time.sleep(_TICK_S)
            for message in client.drain():
                clock.see(message.body)
    finally:
        client.close(3.0)
    figures.without.append(clock.steps_per_s)


def _beside(figures: Figures, seconds: float, folder: Path) -> None:
    """Train beside the window with every panel visible."""
    session, clock = Session(runs_folder=folder), Clock(seconds)
    window = MainWindow(session, Settings())
    window.asks_nothing = True
    window.recovery.path = folder / "recovery.bpw"
    try:
        window.document.load_preset(figures.preset)
        _show_all(window)
        loop, late = QEventLoop(), Lateness(clock, figures.late_ms)
        session.frame_received.connect(clock.see)
        session.notice.connect(sys.exit)
        session.frame_received.connect(lambda _: clock.is_done and loop.quit())
        session.train(window.document.project, steps=_ENDLESS)
        QTimer.singleShot(int(1000 * _LIMIT_S), loop.quit)
        late.start()
        loop.exec()
        late.stop()
    finally:
        window.close()
        window.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    figures.beside.append(clock.steps_per_s)
    figures.cpu.append(clock.cpu_share)


def _show_all(window: MainWindow) -> None:
    """Show the window with every plot side by side, none behind a tab."""
    window.rooms.enter("train")
    window.show()
    window.panels.load_now()
    window.splitDockWidget(
        window.docks["weights"], window.docks["accuracy"], Qt.Orientation.Horizontal
    )
    window.splitDockWidget(
        window.docks["accuracy"], window.docks["views"], Qt.Orientation.Horizontal
    )
    window.docks.raise_("weights")
    window.session.start_engine()
    loop = QEventLoop()
    window.session.devices_ready.connect(lambda _: QTimer.singleShot(500, loop.quit))
    loop.exec()


class Lateness:
    """How much later than every 10 ms the event loop comes round, once warm."""

    def __init__(self, clock: Clock, late_ms: list[float]) -> None:
        self._clock, self._late_ms = clock, late_ms
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_tick)
        self._last = 0.0

    def start(self) -> None:
        self._last = time.perf_counter()
        self._timer.start(_LATENESS_MS)

    def stop(self) -> None:
        self._timer.stop()

    def _on_tick(self) -> None:
        now = time.perf_counter()
        late = 1000 * (now - self._last) - _LATENESS_MS
        self._last = now
        if self._clock.is_warm:
            self._late_ms.append(max(0.0, late))


def _is_good(result: dict) -> bool:
    return result["ratio"] >= GOAL_RATIO and result["late_p99_ms"] < GOAL_P99_MS


def _print(results: list[dict], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"benchmark": "window", "results": results}))
        return
    head = f"{'preset':<14}{'without':>10}{'beside':>10}{'ratio':>8}{'cpu':>6}"
    print(f"{head}{'late p50':>10}{'p99':>9}{'max':>9}")
    for result in results:
        print(
            f"{result['preset']:<14}{result['without_steps_per_s']:>8.0f}/s"
            f"{result['beside_steps_per_s']:>8.0f}/s{result['ratio']:>8.2f}"
            f"{100 * result['window_cpu_share']:>5.0f}%"
            f"{result['late_p50_ms']:>7.1f} ms{result['late_p99_ms']:>6.1f} ms"
            f"{result['late_max_ms']:>6.1f} ms  {'ok' if _is_good(result) else 'MISS'}"
        )


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        print(text, file=sys.stderr)


def _of(module: str) -> Callable[[argparse.Namespace], int]:
    """Return the measuring of a module that is only loaded for it."""
    return lambda options: importlib.import_module(f"tests.{module}").run(options)


COMMANDS = {
    "window": (window, "training beside the window against without it"),
    "canvas": (_of("canvas_figures"), "building, moving and painting large graphs"),
    "forecast": (_of("memory_figures"), "memory of 60 nets against their forecast"),
    "times": (_of("forecast_figures"), "times and tensors against their forecast"),
    "watching": (_of("watching_figures"), "what watching costs a training"),
    "start": (_of("start_figures"), "first paint, bootstrap, switch of the theme"),
    "microscope": (_of("microscope_figures"), "a step held still, and answers"),
    "drawing": (_of("drawing_figures"), "a long curve, many layers, a past step"),
    "scale": (_of("scale_figures"), "growth with layers, weights and steps"),
    "runs": (_of("runs_figures"), "a list of 10,000 runs, with and without its index"),
    "nanogpt": (_of("nanogpt_figures"), "a small GPT here against plain torch"),
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, (command, words) in COMMANDS.items():
        sub = parsers.add_parser(name, help=words)
        sub.add_argument("presets", nargs="*", metavar="PRESET")
        sub.add_argument("--json", action="store_true")
        sub.add_argument("--rounds", type=int, default=5)
        sub.add_argument("--seconds", type=float, default=4.0, help="per measurement")
        clocks = {"choices": ("wall", "processor", "parts"), "default": "wall"}
        sub.add_argument("--clock", **clocks, help="of times, watching")
        sub.add_argument(
            "--steps", type=int, default=0, help="of nanogpt, or how many runs"
        )
        sub.add_argument("--threads", type=int, default=1, help="of nanogpt")
        sub.add_argument(
            "--text", default="", help="of nanogpt: a file instead of ours"
        )
        sub.add_argument("--seed", type=int, default=0, help="of nanogpt, forecast")
        sub.set_defaults(run=command)
    options = parser.parse_args()
    application = app.application()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CONFIG_HOME"] = folder
        app.prepare(application, Options(theme="dark"), Settings())
        theme.dress(application)
        return options.run(options)


if __name__ == "__main__":
    sys.exit(main())
