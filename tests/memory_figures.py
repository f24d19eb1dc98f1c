"""What `python -m tests.benchmarks forecast` measures: memory against its forecast.

One engine process, as the window starts it, is asked for the forecast of each net
(check, then estimate). A fresh one trains each net: some steps, evaluations, views and
checkpoints. Measured is by how much that process grows at most from when it is ready,
as the system counts it (VmHWM − VmRSS before). What any training takes once is in
both; the last columns are without it. `--seed N` measures 20 nets made by chance.
"""

import argparse
import itertools
import json
import random
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import presets
from engine.graph.files import serialize
from engine.graph.model import Node, Project
from engine.protocol import commands, messages
from engine.protocol.wire.client import EngineClient
from tests.forecast_figures import shortened
from tests.helpers.waiting import wait_for
from tests.training.projects import phase, project

LEAST, MOST = 0.85, 1.3
STEPS = 24
_LIMIT_S = 900.0


@dataclass(frozen=True)
class Net:
    """One net of the table."""

    name: str
    make: Callable[[], Project]


def chain(
    *layers, source="digits", feed="image", optimizer=None, **settings
) -> Project:
    """Return a chain of layers, made flat, with class scores at its end."""
    nodes = [Node("data", "data", {"source": source})]
    wires, last = [], f"data.{feed}"
    for index, (kind, params) in enumerate(layers):
        nodes.append(Node(f"n{index}", kind, params))
        wires.append(f"{last}>n{index}.input")
        last = f"n{index}.out"
    nodes += [Node("flat", "flatten"), Node("scores", "linear", {"out_features": 10})]
    nodes.append(Node("loss", "cross_entropy"))
    wires += [f"{last}>flat.input", "flat.out>scores.input", "scores.out>loss.input"]
    wires.append("data.label>loss.target")
    return project(
        nodes, " ".join(wires), (optimizer or phase("adam"),), **_common(settings)
    )


def _common(settings: dict) -> dict:
    made = {"batch_size": 64, "steps": STEPS, "evaluate_every": 8, **settings}
    return {**made, "device": "cpu", "threads": 1}


def mlp(width: int, depth: int = 2, **settings) -> Project:
    """Return a dense net on digits."""
    layers = [("flatten", {})]
    for _ in range(depth):
        layers += [("linear", {"out_features": width}), ("relu", {})]
    return chain(*layers, **settings)


def cnn(
    width: int, depth: int, source: str = "digits", norm=True, **settings
) -> Project:
    """Return a convolutional net that keeps its size."""
    layers = []
    for _ in range(depth):
        layers.append(("conv2d", {"out_channels": width, "padding": 1}))
        layers += [("batch_norm2d", {})] if norm else []
        layers.append(("relu", {}))
    return chain(*layers, source=source, **settings)


def recurrent(kind: str, width: int, layers: int = 1, **settings) -> Project:
    """Return a recurrent net that reads a picture row by row."""
    params = {"hidden_size": width, "num_layers": layers}
    rows = ("flatten", {"start_dim": 1, "end_dim": 2})
    return chain(rows, (kind, params), **settings)


def gpt(
    width: int, depth: int, context: int = 64, optimizer=None, **settings
) -> Project:
    """Return a transformer that predicts the next character."""
    data = {"source": "python_help", "context": context, "samples": 60_000}
    heads = {"num_heads": 4, "dim_feedforward": 4 * width, "causal": True}
    nodes = [
        Node("data", "data", data),
        Node("e", "embedding", {"num_embeddings": 128, "embedding_dim": width}),
        *(Node(f"t{n}", "transformer_encoder_layer", heads) for n in range(depth)),
        Node("scores", "linear", {"out_features": 128}),
        Node("loss", "cross_entropy"),
    ]
    names = ["e", *(f"t{n}" for n in range(depth)), "scores"]
    wires = [f"{a}.out>{b}.input" for a, b in itertools.pairwise(names)]
    wires += ["data.tokens>e.input", "scores.out>loss.input", "data.next>loss.target"]
    common = _common({"batch_size": 16, **settings})
    return project(nodes, " ".join(wires), (optimizer or phase("adam"),), **common)


def short(preset: str) -> Project:
    """Return a preset with few steps, and evaluations among them."""
    made = presets.load(preset)
    steps = made.training.number("steps") or 100 * STEPS
    known = messages.Forecast(0, "", 1, 0, 0, 0, steps, steps // 2, 0)
    made = shortened(made, STEPS / steps, known)
    made.training = made.training.with_value("threads", 1)
    return made


def nets() -> Iterator[Net]:
    """Yield 60 nets: many kinds, 10³ to 5·10⁷ weights."""
    for width in (10, 32, 100, 300, 1000, 2200, 3200, 5000, 6900):
        yield Net(f"mlp {width}", lambda w=width: mlp(w))
    for kind in ("sgd", "rmsprop", "adagrad", "nadam", "adamw"):
        yield Net(f"mlp 2200 {kind}", lambda k=kind: mlp(2200, optimizer=phase(k)))
    moving = phase("sgd", values={"momentum": 0.9})
    yield Net("mlp 2200 sgd momentum", lambda: mlp(2200, optimizer=moving))
    yield Net("mlp 1500 keep best", lambda: mlp(1500, keep_best=True))
    yield Net("mlp 1500 averaged", lambda: mlp(1500, ema=0.99))
    yield Net("mlp 256×20", lambda: mlp(256, 20))
    yield Net("mlp 512×6 batch 1024", lambda: mlp(512, 6, batch_size=1024))
    yield Net("mlp 300 batch 1", lambda: mlp(300, batch_size=1))
    for width, depth, batch in ((16, 2, 64), (64, 4, 128), (128, 3, 64), (32, 8, 512)):
        name = f"cnn {width}×{depth} batch {batch}"
        yield Net(name, lambda w=width, d=depth, b=batch: cnn(w, d, batch_size=b))
    yield Net("cnn mnist", lambda: cnn(16, 3, "mnist", norm=False, batch_size=128))
    for kind, width, layers in (
        ("lstm", 64, 1), ("lstm", 700, 2), ("gru", 300, 2), ("lstm", 1500, 1)
    ):  # fmt: skip
        name = f"{kind} {width}×{layers}"
        yield Net(name, lambda k=kind, w=width, n=layers: recurrent(k, w, n))
    for width, depth in ((32, 1), (128, 2), (256, 4), (512, 3)):
        yield Net(f"gpt {width}×{depth}", lambda w=width, d=depth: gpt(w, d))
    for each in presets.all_presets()[: 60 - 33]:
        yield Net(each.id, lambda name=each.id: short(name))


def nets_by_chance(seed: int, count: int = 20) -> Iterator[Net]:
    """Yield nets of all kinds whose sizes, batches and optimizers are drawn."""
    draw = random.Random(seed)
    for number in range(count):
        family = (_dense, _pictures, _rows, _text)[number % 4]
        settings = {
            "optimizer": phase(draw.choice(("sgd", "adam", "adamw", "rmsprop"))),
            "batch_size": 2 ** draw.randint(2, 9),
            "ema": draw.choice((0.0, 0.0, 0.99)),
            "keep_best": draw.choice((False, True)),
        }
        yield family(draw, settings)


def _dense(draw: random.Random, settings: dict) -> Net:
    width, depth = int(10 ** draw.uniform(1.0, 3.7)), draw.randint(1, 4)
    return Net(f"mlp {width}×{depth}", partial(mlp, width, depth, **settings))


def _pictures(draw: random.Random, settings: dict) -> Net:
    width, depth, norm = draw.randint(4, 96), draw.randint(1, 5), draw.random() < 0.5
    made = partial(cnn, width, depth, "digits", norm, **settings)
    return Net(f"cnn {width}×{depth}", made)


def _rows(draw: random.Random, settings: dict) -> Net:
    kind, width, layers = draw.choice(("lstm", "gru")), draw.randint(16, 900), 1
    return Net(f"{kind} {width}", partial(recurrent, kind, width, layers, **settings))


def _text(draw: random.Random, settings: dict) -> Net:
    width, depth, context = 16 * draw.randint(1, 24), draw.randint(1, 4), 32
    settings["batch_size"] = min(64, settings["batch_size"])
    made = partial(gpt, width, depth, context, **settings)
    return Net(f"gpt {width}×{depth}", made)


class Engine:
    """An engine process, and what the system says about its memory."""

    def __init__(self, folder: Path) -> None:
        self._client, self._folder = EngineClient.spawn(), folder
        wait = self._client._transport._process  # type: ignore[attr-defined]
        self._status = Path(f"/proc/{wait.pid}/status")
        self._forget = Path(f"/proc/{wait.pid}/clear_refs")
        self._wait(messages.EngineReady)

    def _wait(self, kind: type):
        return wait_for(self._client, kind, _LIMIT_S).body

    def close(self) -> None:
        self._client.close(10.0)

    def forecast(self, made: Project) -> tuple[int, messages.Forecast]:
        """Return bytes by arithmetic, and the forecast."""
        document = serialize.dumps(made)
        self._client.send(commands.Check(document, 1))
        reckoned = self._wait(messages.Analysis).memory_bytes
        self._client.send(commands.Estimate(document, 1))
        return reckoned, self._wait(messages.Forecast)

    def measured(self, made: Project) -> tuple[int, int]:
        """Return weights, and the bytes by which the process grew at most."""
        before = self._bytes("VmRSS")
        self._forget.write_text("5", "ascii")  # the peak so far
        document = serialize.dumps(made)
        self._client.send(commands.Train(document, str(self._folder), threads=1))
        started = self._wait(messages.RunStarted)
        outcome = self._wait(messages.Outcome)
        assert outcome.kind in {"finished", "early", "diverged"}, outcome
        return started.parameters, self._bytes("VmHWM") - before

    def _bytes(self, name: str) -> int:
        for line in self._status.read_text("ascii").splitlines():
            if line.startswith(f"{name}:"):
                return 1024 * int(line.split()[1])
        raise LookupError(name)


def fits(result: dict) -> bool:
    """Return whether a forecast is good."""
    return LEAST <= result["ratio"] <= MOST


def trained(made: Project) -> tuple[int, int]:
    """Train in a fresh engine; return weights, and by how much it grew at most."""
    with tempfile.TemporaryDirectory() as folder:
        engine = Engine(Path(folder))
        try:
            return engine.measured(made)
        finally:
            engine.close()


def measure(chosen: list[Net]) -> Iterator[dict]:
    """Yield name, weights, forecast, measured and ratios of each."""
    with tempfile.TemporaryDirectory() as folder:
        told = Engine(Path(folder))
        try:
            for net in chosen:
                reckoned, found = told.forecast(net.make())
                weights, grew = trained(net.make())
                yield _row(net.name, weights, reckoned, found, grew)
        finally:
            told.close()


def _row(
    name: str, weights: int, reckoned: int, found: messages.Forecast, grew: int
) -> dict:
    whole, own = found.memory_bytes + found.once_bytes, grew - found.once_bytes
    return {
        "net": name,
        "weights": weights,
        "forecast": whole,
        "measured": grew,
        "ratio": whole / grew,
        "once": found.once_bytes,
        "own_ratio": found.memory_bytes / max(1, own),
        "reckoned_ratio": reckoned / max(1, own),
    }


def run(options: argparse.Namespace) -> int:
    """Measure, print, and return 0 when every forecast is good."""
    everything = nets_by_chance(options.seed) if options.seed else nets()
    chosen = [n for n in everything if n.name in options.presets or not options.presets]
    results, good = [], 0
    if not options.json:
        print(f"{'net':<24}{'weights':>12}{'forecast':>12}{'measured':>12}{'ratio':>7}"
              f"{'':6}{'once':>8}{'without':>9}{'by shapes':>11}")  # fmt: skip
    for result in measure(chosen):
        results.append(result)
        good += fits(result)
        if not options.json:
            _print(result)
    if options.json:
        print(json.dumps({"benchmark": "forecast", "results": results}))
    print(f"{'PASS' if good == len(results) else 'FAIL'} {good}/{len(results)}")
    return 0 if good == len(results) else 1


def _print(result: dict) -> None:
    print(
        f"{result['net']:<24}{result['weights']:>12,}"
        f"{result['forecast'] / 2**20:>9.2f} MB"
        f"{result['measured'] / 2**20:>9.2f} MB"
        f"{result['ratio']:>7.2f}  {'ok' if fits(result) else 'MISS':<4}"
        f"{result['once'] / 2**20:>5.0f} MB{result['own_ratio']:>9.2f}"
        f"{result['reckoned_ratio']:>11.2f}",
        flush=True,
    )
