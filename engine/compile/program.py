"""Document → one torch.fx GraphModule per phase; phases share their modules.

A weight is called `<node path>.<torch name>`. It is initialised from the run's seed
and its node's path alone, so adding or moving other nodes doesn't change it.
"""

import hashlib
import linecache
import operator
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import torch
from torch import Tensor, fx, nn
from torch.fx.node import Argument

from engine.compile.build import build
from engine.compile.builders.table import BUILDERS
from engine.compile.flatten import FlatNode, Source
from engine.compile.ignored import following
from engine.compile.infer import Flow, Inference
from engine.compile.inferences import Find
from engine.compile.inspection import inspected
from engine.compile.phase_reach import Reach
from engine.graph.model import Project
from engine.graph.settings import Phase
from engine.layers import registry

_FEEDS = {"data", "noise"}
_RUNNING = "track_running_stats"
"""What torch's layers with a running mean and variance have."""


class Folder(nn.Module):
    """Modules by dotted path, under any name: `train` or `lambda` is a fine node id.

    It is only for names and state; calls go through the programs.
    """

    def __init__(self) -> None:
        super().__init__()
        self.paths: dict[str, nn.Module] = {}
        self._held: list[nn.Module] = []

    def hold(self, path: str) -> None:
        """Keep a node's running statistics: it computes with them in training too."""
        parts = self.paths[path].modules()
        self._held += [part for part in parts if getattr(part, _RUNNING, False)]
        self.train(self.training)

    def train(self, mode: bool = True) -> "Folder":
        """Switch between training and evaluation; what is held stays as it is."""
        super().train(mode)
        for module in self._held:
            module.eval()
        return self

    def __contains__(self, path: object) -> bool:
        return path in self.paths

    def put(self, path: str, module: nn.Module) -> None:
        """Add a module; makes the folders on the way."""
        self.paths[path] = module
        name, dot, rest = path.partition(".")
        if not dot:
            self._modules[name] = module
            return
        inner = self._modules.setdefault(name, Folder())
        assert isinstance(inner, Folder)
        inner.put(rest, module)

    def at(self, path: str) -> nn.Module:
        """Return the module of a node; KeyError when there is none."""
        return self.paths[path]


@dataclass
class PhaseProgram:
    """What one phase computes and moves.

    Args:
        name: Of the phase; `evaluation` for the evaluation program.
        graph_module: Called with the feeds in the order of `feed_names`; returns a
            dict from node path to loss, and to the tuple of inputs for every metric
            and view.
        feed_names: `<node>.<port>` of data and noise nodes.
        losses: Paths of the loss nodes, in the order of the document.
        weights: Factor of each loss in the total.
        metrics: Paths of the metric nodes.
        views: Paths of the view nodes.
        parameters: What this phase updates.
        lr_factors: Factor of the learning rate of each of these.
    """

    name: str
    graph_module: fx.GraphModule
    feed_names: tuple[str, ...]
    losses: tuple[str, ...]
    weights: tuple[float, ...]
    metrics: tuple[str, ...] = ()
    views: tuple[str, ...] = ()
    parameters: list[nn.Parameter] = field(default_factory=list)
    lr_factors: list[float] = field(default_factory=list)
    others: list[nn.Parameter] = field(default_factory=list, repr=False)

    def run(self, feeds: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return the results for feeds by name; more feeds than needed are fine."""
        results: dict[str, Tensor] = self.graph_module.forward(
            *[feeds[name] for name in self.feed_names]
        )
        return results

    def total(self, results: Mapping[str, Tensor]) -> Tensor:
        """Return the weighted sum of the losses: what the phase minimises.

        Shape:
            one number per loss → one number
        """
        total: Tensor | None = None
        for path, weight in zip(self.losses, self.weights, strict=True):
            loss = results[path]
            part = loss if weight == 1 else loss * weight
            total = part if total is None else total + part
        assert total is not None
        return total

    def weights_in_use(self) -> list[Tensor]:
        """Return the weights and buffers of all nodes that this phase runs."""
        calls = [n for n in self.graph_module.graph.nodes if n.op == "call_module"]
        modules = [self.graph_module.get_submodule(str(n.target)) for n in calls]
        found = [t for m in modules for t in (*m.parameters(), *m.buffers())]
        return list({id(t): t for t in found if t.is_floating_point()}.values())

    def enter(self) -> None:
        """Make exactly this phase's parameters differentiable.

        Call it before the forward pass whenever another phase ran in between; then
        autograd records nothing for the parts that stay as they are.
        """
        for parameter in self.others:
            parameter.requires_grad = False
        for parameter in self.parameters:
            parameter.requires_grad = True


@dataclass
class Program:
    """A document, ready to run.

    Args:
        modules: All modules by node path; `state_dict()` has the readable names.
        phases: In the order of the document.
        evaluation: All losses, metrics and views.
        layer_parameters: Node path → its parameters, in topological order.
        nodes: All flat nodes in topological order.
        inferred: Node path → what is known of its outputs.
    """

    modules: Folder
    phases: tuple[PhaseProgram, ...]
    evaluation: PhaseProgram
    layer_parameters: dict[str, list[nn.Parameter]]
    nodes: tuple[FlatNode, ...]
    inferred: Mapping[str, Inference]

    def node(self, path: str) -> FlatNode:
        """Return the flat node with this path."""
        return next(node for node in self.nodes if node.path == path)

    def title(self, path: str) -> str:
        """Return the words for a flat node; a path that leads nowhere stays itself."""
        return next((node.title for node in self.nodes if node.path == path), path)


def compile_project(
    project: Project, *, seed: int, find: Find | None = None
) -> Program:
    """Return the running form of a document, on the CPU, in training mode.

    Args:
        project: Only read.
        seed: Of the initial weights: equal seeds and documents make equal weights.
        find: Answers for single nodes, when there is one that remembers.

    Raises:
        EngineError: The first problem of the document, named as on the canvas.
    """
    found, inferred, flows = inspected(project, find)
    nodes = following(found)
    modules = _modules(nodes, flows, seed)
    writer = _Writer(nodes, modules, project)
    _hold_frozen(nodes, writer.reach, modules)
    phases = tuple(writer.phase(phase) for phase in project.training.phases)
    evaluation = writer.evaluation()
    phases[0].enter()
    return Program(
        modules,
        phases,
        evaluation,
        _layer_parameters(nodes, modules),
        tuple(nodes),
        inferred,
    )


def _modules(
    nodes: Sequence[FlatNode], flows: Mapping[Source, Flow], seed: int
) -> "Folder":
    """Return a tree of all modules, each at its home path."""
    root = Folder()
    # Each node draws from a seed of its own, made of the run's and its home: another
    # node in the document, or another order, leaves its first weights as they are.
    state = torch.get_rng_state()
    try:
        for node in nodes:
            if node.type not in BUILDERS or node.home in root:
                continue
            inputs = [flows[source] for _, source in node.inputs]
            torch.default_generator.manual_seed(node_seed(seed, node.home))
            root.put(node.home, module_of(node, inputs))
    finally:
        torch.set_rng_state(state)
    return root


def _hold_frozen(nodes: Sequence[FlatNode], reach: Reach, modules: Folder) -> None:
    """Keep the running statistics of frozen nodes that are not told to go on."""
    homes = [n.home for n in nodes if n.params.get("update_when_frozen")]
    for node in {node.home: node for node in nodes if reach.is_frozen(node)}.values():
        if node.home in modules and node.home not in homes:
            modules.hold(node.home)


def node_seed(seed: int, path: str) -> int:
    """Return the seed of one node's initial weights: 63 bits of SHA-256."""
    digest = hashlib.sha256(f"{seed}/{path}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def module_of(node: FlatNode, inputs: Sequence[Flow]) -> nn.Module:
    """Return the module of one node, which draws from torch's generator."""
    shapes = tuple(flow.shape for flow in inputs)
    dtypes = tuple(flow.dtype for flow in inputs)
    return build(node.type, node.params, shapes, dtypes)


def _layer_parameters(
    nodes: Sequence[FlatNode], modules: Folder
) -> dict[str, list[nn.Parameter]]:
    layers: dict[str, list[nn.Parameter]] = {}
    for node in nodes:
        if node.type in BUILDERS and node.home not in layers:
            parameters = list(modules.at(node.home).parameters())
            if parameters:
                layers[node.home] = parameters
    return layers


class _Writer:
    """Writes the graphs of one document over shared modules."""

    def __init__(
        self, nodes: Sequence[FlatNode], modules: Folder, project: Project
    ) -> None:
        self.nodes, self.modules = nodes, modules
        self.reach = Reach(project, nodes)
        # torch.fx writes names into Python code: `m` and a number make them unique and
        # names at all, also of a node called `lambda` or deep inside a block.
        homes = enumerate(modules.paths)
        self.targets = {home: f"m{n}_{home.replace('.', '_')}" for n, home in homes}

    def phase(self, phase: Phase) -> PhaseProgram:
        """Return the program of one training phase."""
        program = self._program(phase.name, self.reach.losses(phase), (), ())
        moved, factors = self._moved(phase)
        program.parameters, program.lr_factors = moved, factors
        ours = set(map(id, moved))
        program.others = [p for p in self.modules.parameters() if id(p) not in ours]
        return program

    def evaluation(self) -> PhaseProgram:
        """Return the program of all losses, metrics and views."""
        losses, metrics, views = map(self.reach.ends, ("loss", "metric", "view"))
        shown = tuple(path for path in views if not self._shows_metrics(path))
        return self._program("evaluation", losses, metrics, shown)

    def _shows_metrics(self, path: str) -> bool:
        """Return whether a view shows metrics: no tensors of a batch flow into it."""
        inputs = registry.get(self.reach.by_path[path].type).inputs
        return all(port.kind == "metric" for port in inputs)

    def _program(
        self,
        name: str,
        losses: tuple[str, ...],
        metrics: tuple[str, ...],
        views: tuple[str, ...],
    ) -> PhaseProgram:
        needed = self.reach.needed((*losses, *metrics, *views))
        chosen = [node for node in self.nodes if node.path in needed]
        graph, feeds = _graph(chosen, self.targets)
        roots = {target: self.modules.at(home) for home, target in self.targets.items()}
        module = graph_module(roots, graph)
        weights = [self.reach.by_path[path].params["weight"] for path in losses]
        factors = tuple(float(w) for w in weights if isinstance(w, int | float))
        return PhaseProgram(name, module, feeds, losses, factors, metrics, views)

    def _moved(self, phase: Phase) -> tuple[list[nn.Parameter], list[float]]:
        """Return the parameters that a phase updates, and their rate factors."""
        moved: dict[nn.Parameter, float] = {}
        for node in self.reach.moved(phase):
            if node.type in BUILDERS:
                for parameter in self.modules.at(node.home).parameters():
                    moved.setdefault(parameter, node.lr_factor)
        return list(moved), list(moved.values())


def _graph(
    nodes: Sequence[FlatNode], targets: Mapping[str, str]
) -> tuple[fx.Graph, tuple[str, ...]]:
    """Return the fx graph of these nodes and the names of its inputs.

    Args:
        nodes: In topological order.
        targets: Home path → name of the module in the fx graph.
    """
    graph = fx.Graph()
    used = {source for node in nodes for _, source in node.inputs}
    values: dict[Source, fx.Node] = {}
    feeds: list[str] = []
    # Placeholders first, as torch.fx wants them, and only for ports that are read: a
    # phase that needs no labels is not given any.
    for node in nodes:
        if node.type not in _FEEDS:
            continue
        for port in node.outputs:
            source = Source(node.path, port)
            if source in used:
                name = f"{node.path}.{port}"
                feeds.append(name)
                values[source] = graph.placeholder(name.replace(".", "__"))
                values[source].meta["node"] = node.path
    results: dict[str, Argument] = {}
    for node in nodes:
        if node.type not in _FEEDS:
            _write(graph, node, targets.get(node.home, ""), values, results)
    graph.output(results)
    return graph, tuple(feeds)


def _write(
    graph: fx.Graph,
    node: FlatNode,
    target: str,
    values: dict[Source, fx.Node],
    results: dict[str, Argument],
) -> None:
    """Add the call of one node."""
    inputs = tuple(values[source] for _, source in node.inputs)
    category = registry.get(node.type).category
    if category in {"metric", "view"}:
        results[node.path] = inputs
        return
    call = graph.call_module(target, inputs)
    call.meta["node"] = node.path
    if category == "loss":
        results[node.path] = call
    for index, port in enumerate(node.outputs):
        value = call
        if len(node.outputs) > 1:
            value = graph.call_function(operator.getitem, (call, index))
            value.meta["node"] = node.path
        values[Source(node.path, port)] = value


def graph_module(
    roots: nn.Module | dict[str, nn.Module], graph: fx.Graph
) -> fx.GraphModule:
    """Return the module of a graph; torch forgets its code when it goes.

    Args:
        roots: Where the graph's modules are found.
        graph: The calls.
    """
    module = fx.GraphModule(roots, graph, "Program")
    code = cast("Any", module.forward).__func__.__code__.co_filename
    weakref.finalize(module, _forget, code).atexit = False
    return module


def _forget(code: str) -> None:
    """Drop the text that torch keeps of a module for tracebacks, for ever."""
    linecache.cache.pop(code, None)
    kept = getattr(fx.graph_module, "_loader", None)
    getattr(kept, "eval_cache", {}).pop(code, None)
