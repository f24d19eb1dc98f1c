"""Every node on every kind of source with wrong settings: told, never a crash.

What the check calls fine must run: the node is then built and fed with real tensors.
"""

import argparse
import itertools
import logging
import random
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch

from engine.advice.analysis import Analyser
from engine.compile.build import build
from engine.errors import EngineError
from engine.graph.model import Edge, Endpoint, Node, Project
from engine.graph.problems import Problem
from engine.layers import registry
from engine.layers.spec import LayerSpec, Param, Value

HELP = "every node x source x wrong setting is a problem at the node, never a crash"

_NODES: dict[str, tuple[str, dict[str, Value]]] = {
    "table": ("data", {"source": "diabetes"}),
    "images": ("data", {"source": "mnist"}),
    "windows": ("data", {"source": "sunspots"}),
    "signals": ("data", {"source": "waveforms"}),
    "texts": ("data", {"source": "dates"}),
    "z": ("noise", {"shape": (8,)}),
    "flat": ("noise", {"shape": ()}),
    "cube": ("noise", {"shape": (2, 3, 4, 5)}),
    "deep": ("noise", {"shape": (2, 2, 3, 3, 3)}),
    "one": ("reduce_mean", {"dims": (1,)}),
    "guess": ("linear", {"out_features": 1}),
    "scores": ("linear", {"out_features": 10}),
    "penalty": ("mse", {}),
    "worth": ("r2", {}),
    "fixed": ("constant", {}),
}
_WIRES = (
    ("table.features", "one.input"),
    ("table.features", "guess.input"),
    ("table.features", "scores.input"),
    ("guess.out", "penalty.input"),
    ("table.target", "penalty.target"),
    ("guess.out", "worth.input"),
    ("table.target", "worth.target"),
)
SOURCES = {
    "features": "table.features",
    "target": "table.target",
    "image": "images.image",
    "label": "images.label",
    "sequence": "windows.window",
    "signal": "signals.signal",
    "tokens": "texts.written",
    "noise": "z.out",
    "one number": "one.out",
    "one noise": "flat.out",
    "5-d": "cube.out",
    "6-d": "deep.out",
    "scores": "scores.out",
    "loss": "penalty.out",
    "metric": "worth.out",
    "constant": "fixed.out",
}
_HUGE = 10**12


@dataclass(frozen=True)
class Case:
    """One node to try.

    Args:
        type_id: Its type.
        params: Its settings.
        sources: Names of what is wired to its inputs in turn.
    """

    type_id: str
    params: dict[str, Value]
    sources: tuple[str, ...]

    def project(self) -> Project:
        """Return a document that holds the node and its sources."""
        project = Project(name="a trial")
        used = _all_used({SOURCES[name].partition(".")[0] for name in self.sources})
        for node_id, (type_id, params) in _NODES.items():
            if node_id in used:
                project.graph.add_node(Node(node_id, type_id, params))
        project.graph.add_node(Node("tried", self.type_id, self.params))
        for source, target in _WIRES:
            if target.partition(".")[0] in used:
                project.graph.connect(Edge.parse(source, target))
        ports = _ports(registry.get(self.type_id), len(self.sources))
        for port, name in zip(ports, self.sources, strict=False):
            project.graph.connect(
                Edge(Endpoint.parse(SOURCES[name]), Endpoint("tried", port))
            )
        return project


def _all_used(wanted: set[str]) -> set[str]:
    """Return nodes with all that they depend on."""
    for source, target in reversed(_WIRES):
        if target.partition(".")[0] in wanted:
            wanted = wanted | {source.partition(".")[0]}
    return wanted


def _ports(spec: LayerSpec, count: int) -> list[str]:
    names = []
    for port in spec.inputs:
        names += [port.name] * (count if port.variadic else 1)
    return names


def grid() -> Iterator[Case]:
    """Yield every type on every source, with its default settings and each wrong one.

    Further inputs get the same source, then each of the others in turn.
    """
    for spec in _tried():
        wrong = [{}, *(dict([pair]) for pair in _wrong_settings(spec))]
        for params in wrong:
            for name in SOURCES:
                count = max(1, sum(not p.optional for p in spec.inputs))
                count += any(p.variadic for p in spec.inputs)
                yield Case(spec.id, params, (name,) * min(count, 4))


def at_random(seed: int) -> Iterator[Case]:
    """Yield without end: any sources, any settings, any number of wires."""
    chance = random.Random(seed)
    specs = list(_tried())
    names = list(SOURCES)
    while True:
        spec = chance.choice(specs)
        most = len(spec.inputs) + 2 * any(p.variadic for p in spec.inputs)
        count = chance.randint(min(1, most), most)
        allowed = list(settings(spec))
        chosen = dict(chance.sample(allowed, min(len(allowed), chance.randint(0, 3))))
        yield Case(spec.id, chosen, tuple(chance.choices(names, k=count)))


def _tried() -> list[LayerSpec]:
    return [
        spec
        for spec in registry.all_specs()
        if spec.id not in {"block", "data", "noise"}
    ]


def settings(spec: LayerSpec) -> Iterator[tuple[str, Value]]:
    """Yield settings, allowed by the catalogue or not."""
    for param in spec.params:
        for value in [*_wrong(param), *_likely(param)]:
            yield param.name, value


def _wrong_settings(spec: LayerSpec) -> Iterator[tuple[str, Value]]:
    for param in spec.params:
        for value in _wrong(param):
            yield param.name, value


def _wrong(param: Param) -> list[Value]:
    """Return values that hardly ever make sense."""
    if param.kind == "int":
        return [-9, 0, 7, _HUGE, "x"]
    if param.kind == "float":
        return [-1e30, 0.0, 1e30, "x"]
    if param.kind == "size":
        return [0, 99, _HUGE, (3,), (), (1, 2, 3)]
    if param.kind in {"ints", "shape"}:
        return [(), (0,), (-1,), (7, 7, 7), (_HUGE,), (1, 1), (0, -1, 2)]
    if param.kind == "floats":
        return [(), (0.0,), (1.0,) * 11, (1e30, -1e30)]
    tables = [(), ((),), (("a", "number"),), (("a", "b", "c", ("d",)),), ("x", 7)]
    return {
        "bool": ["x"],
        "choice": ["x"],
        "text": ["", "é" * 300],
        "table": tables,
    }[param.kind]


def _likely(param: Param) -> list[Value]:
    """Return values that often make sense."""
    if param.kind in {"int", "size"}:
        return [1, 2, 3, -1, -2, 10]
    if param.kind in {"ints", "shape"}:
        return [(1,), (2,), (1, 2), (2, 5), (-1, 2)]
    if param.kind == "floats":
        return [(1.0,), (1.0,) * 10]
    if param.kind == "float":
        return [0.5, 1.0, 2.0]
    if param.kind == "table":
        return [(("x", "number", "input"), ("y", "category", "target", ("a", "b")))]
    return {"bool": [True, False], "choice": list(param.choices), "text": ["a"]}[
        param.kind
    ]


class Tried:
    """Tries cases and keeps what went wrong.

    Attributes:
        failures: Kind of failure -> how often.
        examples: Kind of failure -> the first case.
    """

    def __init__(self) -> None:
        self.failures: Counter[str] = Counter()
        self.examples: dict[str, Case] = {}
        self._cache = Analyser()
        self._log = _Log()
        logging.getLogger("engine").addHandler(self._log)

    def close(self) -> None:
        """Stop listening to the log."""
        logging.getLogger("engine").removeHandler(self._log)

    def check(self, case: Case) -> bool:
        """Return whether a case is told of, or runs."""
        try:
            project = case.project()
        except EngineError:
            return True  # The document refuses such a wire itself.
        self._log.lines.clear()
        try:
            problems = self._cache.analyse(project).problems
        except Exception as error:  # noqa: BLE001 - what this command looks for
            return self._note(f"check: {place_of(error)}", case)
        if self._log.lines:
            return self._note(f"advice: {self._log.lines[0]}", case)
        if _concerns(problems):
            return True
        return self._runs(project, case)

    def _runs(self, project: Project, case: Case) -> bool:
        """Run the node on real tensors, as the check promised."""
        spec = registry.get(case.type_id)
        wired = len(project.graph.edges_into("tried"))
        flows = [_FLOWS[name] for name in case.sources[:wired]]
        params = spec.complete(project.graph.node("tried").params)
        shapes = tuple(flow.shape for flow in flows)
        tensors = [_tensor(flow.shape, flow.dtype) for flow in flows]
        dtypes = tuple(tensor.dtype for tensor in tensors)
        try:
            module = build(case.type_id, params, shapes, dtypes)
            if spec.category not in {"metric", "view"}:
                module(*tensors)
        except EngineError as error:
            return self._note(f"refused late: {case.type_id}: {error.what}", case)
        except Exception as error:  # noqa: BLE001 - what this command looks for
            return self._note(f"run: {case.type_id}: {place_of(error)}", case)
        return True

    def _note(self, words: str, case: Case) -> bool:
        self.failures[words] += 1
        self.examples.setdefault(words, case)
        return False


class _Log(logging.Handler):
    """Keeps what the engine logs of advice that failed."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        self.lines.append(place_of(error) if error else record.getMessage())


@dataclass(frozen=True)
class _Sample:
    shape: tuple[int, ...]
    dtype: torch.dtype = torch.float32


_FLOWS = {
    "features": _Sample((2, 10)),
    "target": _Sample((2, 1)),
    "image": _Sample((2, 1, 28, 28)),
    "label": _Sample((2,), torch.int64),
    "sequence": _Sample((2, 24, 1)),
    "signal": _Sample((2, 1, 64)),
    "tokens": _Sample((2, 20), torch.int64),
    "noise": _Sample((2, 8)),
    "one number": _Sample((2,)),
    "one noise": _Sample((2,)),
    "5-d": _Sample((2, 2, 3, 4, 5)),
    "6-d": _Sample((2, 2, 2, 3, 3, 3)),
    "scores": _Sample((2, 10)),
    "loss": _Sample(()),
    "metric": _Sample(()),
    "constant": _Sample((1, 1)),
}


def _tensor(shape: tuple[int, ...], dtype: torch.dtype) -> torch.Tensor:
    if dtype == torch.int64:
        return torch.zeros(shape, dtype=dtype)
    return torch.rand(shape) * 0.8 + 0.1


def _concerns(problems: tuple[Problem, ...]) -> bool:
    """Return whether an error is told that keeps such a document from training."""
    return any(p.severity == "error" and p.node == "tried" for p in problems)


def place_of(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if "/engine/" in f.filename] or frames
    last = own[-1]
    name = "/".join(Path(last.filename).parts[-2:])
    return f"{type(error).__name__} {name}:{last.lineno} {error}"[:160]


def run(options: argparse.Namespace, _folder: Path) -> int:
    """Try the grid, then `--n` random cases."""
    torch.set_num_threads(1)
    tried = Tried()
    cases = itertools.chain(
        grid(), itertools.islice(at_random(options.seed), options.n)
    )
    results = [tried.check(case) for case in cases]
    tried.close()
    for words, count in tried.failures.most_common():
        print(f"{count:>6} {words}\n       {tried.examples[words]}")
    good, total = sum(results), len(results)
    print(f"{'PASS' if good == total else 'FAIL'} {good}/{total}")
    return int(good != total)
