"""What `python -m tests.benchmarks scale` measures: what grows with a net and a run.

layers   10, 100, 1,000 small layers in a row
weights  10⁴ to 10⁸ weights in two layers
steps    10³ to 10⁶ steps: what both processes do with the numbers of each one

Each size has a process of its own, so that its memory is nobody else's. Of a training:
seconds of a step (by the processor, all watching in it), memory that it adds to a
process that has trained something small before, bytes of its run's folder, seconds
until the engine has read it again. Of steps: seconds of one (kept, written, told, taken
in by the window), memory that they add to the engine and to the window, bytes, seconds
until a run of so many is opened, in both processes together.

Between two sizes stands the exponent of growth: 1 is a straight line. Beside a step of
many layers stands that of a loop in plain PyTorch: how that grows is torch's own.
"""

import argparse
import json
import math
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from torch import nn

import presets
from engine.explain.diagnose import watch
from engine.graph.model import Edge, Endpoint, Graph, Node, Project
from engine.graph.settings_text import assign
from engine.protocol.messages import Evaluation, Frame, LayerSample, RunStarted
from engine.training.loop.launch import launch
from engine.training.loop.progress_buffer import ProgressBuffer, Row
from engine.training.loop.recorder import Recorder
from engine.training.loop.steps import Steps
from engine.training.records.past_runs import PastRuns
from engine.training.records.runs import create
from workbench.session.curves.history import History
from workbench.session.names import names_of
from workbench.session.past.curves import PastCurves, put

SIZES = {
    "layers": (10, 100, 1000),
    "weights": (10**4, 10**5, 10**6, 10**7, 10**8),
    "steps": (10**3, 10**4, 10**5, 10**6),
}
STRAIGHT = 1.15
"""Largest exponent that counts as a straight line: measurements waver."""
MOST_MB, MOST_OPEN_S = 50.0, 1.0
"""What 10⁶ steps may add to either process, and how long they take to open."""
_MB = 2**20
_STEPS_APART, _LAYERS, _STEP_S = 2500, 4, 1e-4
"""Steps between two commits, layers that are measured; a step takes so long."""
_LEAST = 20
"""Steps: the first measurement of all layers is one of them, and dear."""
_LIMIT_S = 900
NOISE = {"step_s": 0.0, "engine_mb": 8.0, "window_mb": 8.0, "folder_mb": 0.5,
         "open_s": 0.1}  # fmt: skip
"""Below these a value is that of what stands still."""


@dataclass(frozen=True)
class Figures:
    """What one size takes.

    Args:
        kind: One of `SIZES`.
        size: How many.
        step_s: Seconds of a step.
        engine_mb: Memory added to the engine's process.
        window_mb: Likewise to the window's.
        folder_mb: Of the run.
        open_s: Until it has been opened.
        plain_s: Of a step of the same layers in plain PyTorch; 0 where not measured.
    """

    kind: str
    size: int
    step_s: float
    engine_mb: float
    window_mb: float
    folder_mb: float
    open_s: float
    plain_s: float = 0.0

    @property
    def row(self) -> str:
        """A line of the table."""
        cells = (
            f"{1e3 * self.step_s:.4g} ms", f"{self.engine_mb:.1f} MB",
            f"{self.window_mb:.1f} MB", f"{self.folder_mb:.2f} MB",
            f"{self.open_s:.3f} s", f"{1e3 * self.plain_s:.4g} ms",
        )  # fmt: skip
        return f"{self.kind:<8}{self.size:>12,}" + "".join(f"{c:>14}" for c in cells)


def run(options: argparse.Namespace) -> int:
    """Measure all sizes, each in a process of its own; 1 when something bends."""
    wanted = options.presets or [*SIZES]
    found: list[Figures] = []
    if not options.json:
        heads = ("step", "engine", "window", "folder", "open", "plain step")
        print(f"{'':<8}{'size':>12}" + "".join(f"{h:>14}" for h in heads), flush=True)
    for kind in wanted:
        for size in SIZES[kind]:
            if options.steps and size > options.steps:
                continue
            found.append(_alone(kind, size))
            if not options.json:
                print(found[-1].row, flush=True)
    bent = [words for kind in wanted for words in bends(found, kind)]
    if options.json:
        print(json.dumps({"scale": [asdict(each) for each in found], "bent": bent}))
    else:
        print("\n".join([*bent, "FAIL" if bent else "PASS"]))
    return int(bool(bent))


def bends(found: list[Figures], kind: str) -> Iterator[str]:
    """Yield what grows faster than a straight line, or is more than it may be."""
    sizes = [each for each in found if each.kind == kind]
    for less, more in pairwise(sizes):
        for name, noise in NOISE.items():
            low, high = getattr(less, name), getattr(more, name)
            # The time of a step must not depend on how many there were before.
            straight = 0.0 if (kind, name) == ("steps", "step_s") else 1.0
            power = exponent(less.size, more.size, max(low, noise), max(high, noise))
            if power > straight + STRAIGHT - 1:
                yield (f"{kind} {less.size:,} to {more.size:,}: {name} grows with the "
                       f"power {power:.2f}")  # fmt: skip
    for each in sizes:
        if kind == "steps" and max(each.engine_mb, each.window_mb) > MOST_MB:
            yield f"{each.size:,} steps add more than {MOST_MB:.0f} MB"
        if kind == "steps" and each.open_s > MOST_OPEN_S:
            yield f"{each.size:,} steps open in more than {MOST_OPEN_S:.0f} s"


def exponent(size: int, larger: int, low: float, high: float) -> float:
    """Return the power of the size with which a value grows."""
    return math.log(high / low) / math.log(larger / size)


def _alone(kind: str, size: int) -> Figures:
    command = [sys.executable, "-m", "tests.scale_figures", kind, str(size)]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=_LIMIT_S, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    return Figures(**json.loads(done.stdout.splitlines()[-1]))


def resident_mb() -> float:
    """Return the memory of this process that belongs to no file."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    row = next(line for line in lines if line.startswith("RssAnon"))
    return int(row.split()[1]) / 1024


def folder_mb(folder: Path) -> float:
    """Return what all files of a folder take."""
    return sum(f.stat().st_size for f in folder.rglob("*") if f.is_file()) / _MB


def chain(layers: int, width: int) -> Project:
    """Return so many fully connected layers in a row, with their activations."""
    graph = Graph()
    graph.add_node(Node("data", "data", {"source": "iris"}))
    end = Endpoint("data", "features")
    for number in range(layers):
        for name, kind, params in (
            (f"l{number}", "linear", {"out_features": width}),
            (f"a{number}", "tanh", {}),
        ):
            graph.add_node(Node(name, kind, params))
            graph.connect(Edge(end, Endpoint(name, "input")))
            end = Endpoint(name, "out")
    graph.add_node(Node("scores", "linear", {"out_features": 3}))
    graph.connect(Edge(end, Endpoint("scores", "input")))
    graph.add_node(Node("loss", "cross_entropy"))
    graph.connect(Edge(Endpoint("scores", "out"), Endpoint("loss", "input")))
    graph.connect(Edge(Endpoint("data", "label"), Endpoint("loss", "target")))
    made = Project("chain", graph)
    words = ("batch_size=16", "steps=1000000", "threads=1", "patience=0", "device=cpu")
    assign(made, (*words, "optimizer=adam"))
    return made


def training(kind: str, size: int) -> Figures:
    """Measure a training of a few steps."""
    project = chain(size, 8) if kind == "layers" else chain(2, _width(size))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _train(chain(2, 8), folder / "small", 0.5)
        before = resident_mb()
        step_s, path = _train(project, folder / "run", 4.0)
        grown = resident_mb() - before
        start = time.process_time()
        _read_again(path)
        opened = time.process_time() - start
        plain_s = _plain(size) if kind == "layers" else 0.0
        return Figures(kind, size, step_s, grown, 0.0, folder_mb(path), opened, plain_s)


def _plain(layers: int) -> float:
    """Return the seconds of a step of so many layers in plain PyTorch: the median."""
    torch.set_num_threads(1)
    between = (each for _ in range(layers) for each in (nn.Linear(8, 8), nn.Tanh()))
    net = nn.Sequential(nn.Linear(4, 8), *between, nn.Linear(8, 3))
    optimizer = torch.optim.Adam(net.parameters(), fused=True)
    x_BF, label_B = torch.randn(16, 4), torch.randint(0, 3, (16,))
    times = []
    for _ in range(_LEAST):
        start = time.process_time()
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(x_BF), label_B).backward()
        optimizer.step()
        times.append(time.process_time() - start)
    return statistics.median(times)


def _width(weights: int) -> int:
    """Return how wide two layers are that have so many weights, nearly all in one."""
    return round(math.sqrt(weights))


def _train(project: Project, folder: Path, seconds: float) -> tuple[float, Path]:
    """Train for so long, and end; returns the seconds of a step, and the run."""
    folder.mkdir()
    trainer, run = launch(folder, project)
    watch.attach(trainer, project)
    trainer.begin()
    made, times = Steps(trainer), []
    end = time.perf_counter() + seconds
    while len(times) < _LEAST or time.perf_counter() < end:
        start = time.process_time()
        deque(made.next_step(), maxlen=0)
        if len(times) % 10 == 9:
            trainer.drain()
        times.append(time.process_time() - start)
    trainer.recorder.checkpoint(trainer.step, again=True)
    trainer.recorder.settle()
    trainer.close("stopped")
    warm = times[len(times) // 4 :]
    return sum(warm) / len(warm), run.folder


def _read_again(folder: Path) -> PastCurves:
    """Have the engine read a run; returns all parts that it hands out."""
    reader, path = PastRuns(), str(folder)
    opened = reader.open(path)
    parts = [reader.part(path, number) for number in range(opened.parts)]
    return PastCurves(path, opened.parts, parts)


def steps(size: int) -> Figures:
    """Measure what each process does with the numbers of so many steps."""
    with tempfile.TemporaryDirectory() as name:
        project = presets.load("xor")
        run = create(Path(name), project)
        run.update(rows=[[f"l{n}", 0] for n in range(_LAYERS)])
        recorder = Recorder(run, 1, lambda: ({}, {"step": size}))
        news = ProgressBuffer(1, recorder, project)
        engine_s, engine_mb = _told(size, recorder, news, lambda _frame: None)
        recorder.close("finished")
        history = History()
        history.begin(_started(run.folder, size), names_of(project))
        nowhere = Recorder(None, 1, lambda: ({}, {}))
        news = ProgressBuffer(1, nowhere, project)
        window_s, window_mb = _told(size, nowhere, news, history.add)
        del history
        opened = _opened(size, run.folder)
        step_s = engine_s + window_s
        mb = folder_mb(run.folder)
        return Figures("steps", size, step_s, engine_mb, window_mb, mb, opened)


def _told(
    size: int, recorder: Recorder, news: ProgressBuffer, tell: Callable[[Frame], None]
) -> tuple[float, float]:
    """Return the seconds of a step, and the memory that all of them add."""
    _fill(recorder, news, tell, (1, _STEPS_APART))  # what is loaded once
    before, start = resident_mb(), time.process_time()
    _fill(recorder, news, tell, (_STEPS_APART + 1, _STEPS_APART + size))
    return (time.process_time() - start) / size, resident_mb() - before


def _opened(size: int, folder: Path) -> float:
    """Return the seconds until a run is opened in both processes."""
    start = time.process_time()
    reader, path = PastRuns(), str(folder)
    opened = reader.open(path)
    curves = PastCurves(path, opened.parts)
    history = History()
    history.begin(_started(folder, size), names_of(presets.load("xor")))
    for piece in curves.pieces():  # a part comes when the one before was taken
        if piece is None:
            curves.parts.append(reader.part(path, len(curves.parts)))
        else:
            put(history, piece)
    return time.process_time() - start


def _started(folder: Path, size: int) -> RunStarted:
    paths = tuple(f"l{number}" for number in range(_LAYERS))
    return RunStarted(
        run=str(folder), layers=paths, layer_parameters=(64,) * _LAYERS,
        phases=("training",), metrics=(), device="cpu", threads=1, total_steps=size,
        steps_per_epoch=100, batch_size=16, parameters=256,
        layer_phases=(0,) * _LAYERS,
    )  # fmt: skip


def _fill(
    recorder: Recorder,
    news: ProgressBuffer,
    tell: Callable[[Frame], None],
    span: tuple[int, int],
) -> None:
    """Record steps as the loop does, and tell them as the runner does."""
    first, last = span
    chance = np.random.default_rng(first)
    for step in range(first, last + 1):
        row = Row(1)
        row.losses[0], row.rates[0] = 1.0 / step, 0.01
        news.add_step(step, row)
        if step % _STEPS_APART and step != last:
            continue
        sample = _sample(step, chance)
        recorder._sampled_at = 0.0  # a commit's time has passed
        recorder.add_sample(sample)
        news.add_evaluation(Evaluation(step, step / 100, {"loss": 1.0 / step}))
        recorder.commit()
        told = news.drain((sample,))
        frame = Frame(
            step=step, epoch=step / 100, state="training", eta_s=1.0, **vars(told)
        )
        tell(frame)


def _sample(step: int, chance: np.random.Generator) -> LayerSample:
    counts = np.zeros((2, _LAYERS, 512), np.int64)
    counts[:, :, 110:130] = chance.integers(0, 30, (2, _LAYERS, 20))
    norms = chance.uniform(0.1, 1.0, (5, _LAYERS))
    return LayerSample(step, counts[0], counts[1], *norms)


KINDS: dict[str, Callable[[int], Figures]] = {
    "layers": lambda size: training("layers", size),
    "weights": lambda size: training("weights", size),
    "steps": steps,
}

if __name__ == "__main__":
    print(json.dumps(asdict(KINDS[sys.argv[1]](int(sys.argv[2])))))
