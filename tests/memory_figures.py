"""What `python -m tests.benchmarks forecast` measures: memory against its forecast.

One engine process, as the window starts it, is asked for the forecast of each net;
another one trains it: some steps, evaluations, views and checkpoints. Measured is by
how much that process grows at most, as the system counts it (VmHWM − VmRSS before).
What any training needs once (libraries, workers) doesn't count: one of each kind
comes before.
"""

import argparse
import itertools
import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import presets
from engine.graph import serialize
from engine.graph.model import Node, Project
from engine.protocol import commands, frame
from engine.protocol.client import EngineClient
from tests.forecast_figures import shortened
from tests.helpers.waiting import wait_for
from tests.training.projects import phase, project

LEAST, MOST = 0.85, 1.3
UNSTEADY_BYTES = 6 * 2**20
"""By so much the same training differs from one engine process to the next."""
STEPS = 24
KINDS = ("xor", "mnist-cnn", "digits-lstm", "tiny-gpt")
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


def gpt(width: int, depth: int, context: int = 64, **settings) -> Project:
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
    return project(nodes, " ".join(wires), **_common({"batch_size": 16, **settings}))


def short(preset: str) -> Project:
    """Return a preset with few steps, and evaluations among them."""
    made = presets.load(preset)
    steps = made.training.number("steps") or 100 * STEPS
    known = frame.Forecast(0, "", 1, 0, 0, 0, steps, steps // 2, 0)
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


class Engine:
    """An engine process, and what the system says about its memory."""

    def __init__(self, folder: Path) -> None:
        self._client, self._folder = EngineClient.spawn(), folder
        wait = self._client._transport._process  # type: ignore[attr-defined]
        self._status = Path(f"/proc/{wait.pid}/status")
        self._forget = Path(f"/proc/{wait.pid}/clear_refs")
        self._wait(frame.EngineReady)

    def _wait(self, kind: type):
        return wait_for(self._client, kind, _LIMIT_S).body

    def close(self) -> None:
        self._client.close(10.0)

    def forecast(self, made: Project) -> frame.Forecast:
        document = serialize.dumps(made)
        self._client.send(commands.Check(document, 1))
        self._wait(frame.Analysis)
        self._client.send(commands.Estimate(document, 1))
        return self._wait(frame.Forecast)

    def measured(self, made: Project) -> tuple[int, int]:
        """Return weights, and the bytes by which the process grew at most."""
        self._client.send(commands.Train("", str(self._folder)))
        self._wait(frame.Failed)  # after that, the engine keeps nothing to no purpose
        before = self._bytes("VmRSS")
        self._forget.write_text("5", "ascii")  # the peak so far
        document = serialize.dumps(made)
        self._client.send(commands.Train(document, str(self._folder), threads=1))
        started = self._wait(frame.RunStarted)
        outcome = self._wait(frame.Outcome)
        assert outcome.kind in {"finished", "early", "diverged"}, outcome
        return started.parameters, self._bytes("VmHWM") - before

    def _bytes(self, name: str) -> int:
        for line in self._status.read_text("ascii").splitlines():
            if line.startswith(f"{name}:"):
                return 1024 * int(line.split()[1])
        raise LookupError(name)


def fits(result: dict) -> bool:
    """Return whether a forecast is good."""
    apart = abs(result["forecast"] - result["measured"])
    return LEAST <= result["ratio"] <= MOST or apart <= UNSTEADY_BYTES


def measure(chosen: list[Net], kinds: tuple[str, ...] = KINDS) -> Iterator[dict]:
    """Yield name, weights, forecast, measured and ratio of each."""
    with tempfile.TemporaryDirectory() as folder:
        told, trained = Engine(Path(folder)), Engine(Path(folder))
        try:
            for name in kinds:
                told.forecast(short(name))
                trained.measured(short(name))
            for net in chosen:
                made = net.make()
                size = told.forecast(made).memory_bytes
                trained.measured(short("xor"))  # the net before is gone then
                weights, grew = trained.measured(made)
                yield {
                    "net": net.name,
                    "weights": weights,
                    "forecast": size,
                    "measured": grew,
                    "ratio": size / max(1, grew),
                }
        finally:
            told.close()
            trained.close()


def run(options: argparse.Namespace) -> int:
    """Measure, print, and return 0 when every forecast is good."""
    chosen = [n for n in nets() if not options.presets or n.name in options.presets]
    results, good = [], 0
    if not options.json:
        print(f"{'net':<24}{'weights':>12}{'forecast':>12}{'measured':>12}{'ratio':>7}")
    for result in measure(chosen):
        results.append(result)
        good += fits(result)
        if not options.json:
            print(
                f"{result['net']:<24}{result['weights']:>12,}"
                f"{result['forecast'] / 2**20:>9.2f} MB"
                f"{result['measured'] / 2**20:>9.2f} MB"
                f"{result['ratio']:>7.2f}  {'ok' if fits(result) else 'MISS'}",
                flush=True,
            )
    if options.json:
        print(json.dumps({"benchmark": "forecast", "results": results}))
    print(f"{'PASS' if good == len(results) else 'FAIL'} {good}/{len(results)}")
    return 0 if good == len(results) else 1
