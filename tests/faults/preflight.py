"""Faults that are planted in networks are named before they train."""

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import presets
from engine.bench.preflight.preflight import Preflighting
from engine.graph.model import Edge, Endpoint, Node, Project
from engine.graph.settings_text import assign
from engine.protocol.bench.preflight import Preflight

HELP = "faults that are planted in networks are named before they train"


Clock = Callable[[], float]


class Planted(NamedTuple):
    """A fault, the network it is planted in, and the names that tell of it."""

    name: str
    preset: str
    plant: Callable[[Project], None]
    faults: frozenset[str]


def insert(project: Project, after: str, node: Node) -> None:
    """Put a node behind a port `NODE.PORT`, before all that read it."""
    graph = project.graph
    place, _, port = after.partition(".")
    readers = [e for e in graph.edges if e.source == Endpoint(place, port)]
    graph.add_node(node)
    graph.connect(Edge(Endpoint(place, port), Endpoint(node.id, "input")))
    for edge in readers:
        graph.disconnect(edge)
        graph.connect(Edge(Endpoint(node.id, "out"), edge.target))


def _put(after: str, kind: str, **params: object) -> Callable[[Project], None]:
    return lambda project: insert(project, after, Node("planted", kind, params))


def _set(*words: str) -> Callable[[Project], None]:
    return lambda project: assign(project, words)


def _answer(project: Project) -> None:
    """Let the first layer read the label beside the samples."""
    graph = project.graph
    edge = next(e for e in graph.edges if e.target == Endpoint("linear1", "input"))
    graph.add_node(Node("hot", "one_hot", {"num_classes": 10}))
    graph.add_node(Node("both", "concat", {"dim": 1}))
    graph.disconnect(edge)
    graph.connect(Edge(Endpoint("data", "label"), Endpoint("hot", "input")))
    for source in (edge.source, Endpoint("hot", "out")):
        graph.connect(Edge(source, Endpoint("both", "inputs")))
    graph.connect(Edge(Endpoint("both", "out"), edge.target))


def _unscaled(project: Project) -> None:
    insert(project, "data.image", Node("planted", "scale", {"factor": 1000.0}))


def _see_later(project: Project) -> None:
    inner = project.blocks["transformer"].graph
    old = inner.node("attention")
    inner.replace_node(Node(old.id, old.type, {**old.params, "causal": False}))


_START = frozenset({"bad_start"})
_HEART = frozenset({"not_by_heart", "no_gradient", "input_ignored"})
PLANTED = (
    Planted("learning rate × 100", "digits-mlp", _set("lr=0.3"),
            frozenset({"learning_rate_too_high"})),
    Planted("learning rate / 1,000", "digits-mlp", _set("lr=3e-6"),
            frozenset({"learning_rate_too_low"})),
    Planted("shuffled labels", "digits-mlp", _set("data.label_noise=1"),
            frozenset({"labels_unrelated"})),
    Planted("inputs × 1,000", "digits-mlp", _unscaled, _START),
    Planted("inputs × 0", "mnist-cnn", _put("data.image", "scale", factor=0.0),
            frozenset({"input_ignored"})),
    Planted("dead ReLUs by bias", "mnist-cnn", _put("conv1.out", "scale", offset=-99.0),
            frozenset({"no_gradient", "input_ignored"})),
    Planted("weights that count nothing", "digits-mlp",
            _put("linear1.out", "scale", factor=0.0), _HEART),
    Planted("softmax before cross-entropy", "mnist-cnn",
            _put("scores.out", "softmax", dim=1),
            frozenset({"not_by_heart", "unlikely"})),
    Planted("judged by the whole batch", "digits-mlp",
            _put("linear1.out", "batch_norm1d", track_running_stats=False),
            frozenset({"samples_mix"})),
    Planted("answer as input", "digits-mlp", _answer, frozenset({"unlikely"})),
    Planted("later tokens are seen", "tiny-gpt", _see_later,
            frozenset({"looks_ahead"})),
    Planted("saturating depth", "vanishing", lambda _project: None,
            frozenset({"vanishing_gradients", "not_by_heart"})),
)  # fmt: skip
HEALTHY = (
    "xor", "spirals", "sine", "diabetes", "breast-cancer", "sunspots", "waveforms",
    "digits-mlp", "digits-lstm", "mnist-cnn", "mnist-resnet", "autoencoder", "vae",
    "gan-2d", "dcgan", "diffusion-2d", "diffusion-mnist", "forgetting", "transfer",
    "multimodal", "seq2seq", "char-lstm", "tiny-gpt", "fine-tune-gpt",
)  # fmt: skip


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(n=len(HEALTHY))
    parser.add_argument("--only", default="", help="what holds this in its name")


def run(options: argparse.Namespace, _folder: Path) -> int:
    """Plant every fault, then look at the first `n` healthy presets."""
    planted = [each for each in PLANTED if options.only in each.name]
    healthy = [name for name in HEALTHY[: options.n] if options.only in name]
    named = 0
    for each in planted:
        found = look(each)
        good = bool(each.faults & found.keys())
        named += good
        print(f"{'ok  ' if good else 'FAIL'} {each.name}, {each.preset}: "
              f"{', '.join(found) or '–'}", flush=True)  # fmt: skip
    silent = 0
    for name in healthy:
        told = tell(presets.load(name))
        silent += not told.findings
        faults = ", ".join(f.fault for f in told.findings) or "silent"
        untold = sum(check.verdict == "untold" for check in told.checks)
        print(f"{'ok  ' if not told.findings else 'FAIL'} {name}: {faults}, "
              f"{untold} untold, {told.seconds:.1f} s", flush=True)  # fmt: skip
    print(f"named {named}/{len(planted)}, silent {silent}/{len(healthy)}")
    return int(named < len(planted) - 1 or silent < len(healthy))


def look(planted: Planted, clock: Clock = time.perf_counter) -> dict[str, str]:
    """Return the faults that are named of a network with a planted one, with words."""
    project = presets.load(planted.preset)
    planted.plant(project)
    return {each.fault: each.text for each in tell(project, clock).findings}


def tell(project: Project, clock: Clock = time.perf_counter) -> Preflight:
    """Return all that is told of a project."""
    *_, last = Preflighting(project, clock=clock).run()
    assert isinstance(last, Preflight)
    return last
