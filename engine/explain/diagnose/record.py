"""What a run has told so far: all that the rules of a diagnosis may look at.

Array axes: S samples, L layers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import compress

import numpy as np

from engine.compile.flatten import FlatNode
from engine.explain.diagnose.activations import Dead
from engine.explain.diagnose.curve import Curve
from engine.explain.diagnose.inputs import Input
from engine.graph.model import Edge, Project
from engine.graph.options import OPTIMIZERS
from engine.layers import registry
from engine.protocol.arrays import Floats
from engine.protocol.baselines import Baselines
from engine.protocol.findings import Finding
from engine.protocol.goals import PhaseGoal
from engine.protocol.messages import Evaluation, LayerSample
from engine.training.loop.causes import Cause

MOST_SAMPLES = 400
FEW = 3
"""Fewer measurements than this are chance."""


@dataclass
class Record:
    """The measurements of one training, and the document that it trains.

    Args:
        project: The run's frozen document.
        nodes: Its flat nodes in topological order.
        layers: Paths of the layers with weights (axis L).
        movers: Index of the phase that moves each layer, −1 for none.
        num_weights: Of each layer.
        inputs: What flows in, with its size.
        total_steps: Length of the run.
        ranks: Path → dimensions of what a node puts out, the batch among them.
        numbers: Path → how many numbers a node puts out for a sample.
        num_evaluated: Samples of an evaluation.
        goals: What each phase minimises, and when.
        baselines: What lazy answers reach, once the training has begun.
        is_whole: Everything since the first step is here (not a resumed run).
        from_files: Some weights began as those of a file or of another run.
        first_step: Steps made when it began to look.
        step: Steps made.
        loss: Training loss, all phases together.
        evaluations: In order.
        by_phase: Training loss of each phase.
        dead: Which ReLUs stay shut, as the last look has found.
        dead_at_start: The same before the first step.
        zero_layers: Layers of which all matrices held nothing but 0 at the start.
        dead_looks: Step and shares of every look at ReLUs.
        spreads: Step and deviation of made samples over that of real ones, each look.
        last_gradients: ‖g‖ of each layer in the last step before the loss was lost.
        cause: Where a number stopped being finite, once it is known.
        ending: As in `messages.Outcome`, empty while it goes on.
    """

    project: Project
    nodes: tuple[FlatNode, ...]
    layers: tuple[str, ...]
    inputs: tuple[Input, ...]
    total_steps: int
    ranks: Mapping[str, int] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    movers: tuple[int, ...] = ()
    num_weights: tuple[int, ...] = ()
    num_evaluated: int = 0
    goals: tuple[PhaseGoal, ...] = ()
    baselines: Baselines = field(default_factory=dict)
    is_whole: bool = True
    from_files: bool = False
    first_step: int = 0
    step: int = 0
    loss: Curve = field(default_factory=Curve)
    evaluations: list[Evaluation] = field(default_factory=list)
    by_phase: tuple[Curve, ...] = ()
    dead: Dead = field(default_factory=Dead)
    dead_at_start: Dead = field(default_factory=Dead)
    zero_layers: frozenset[str] = frozenset()
    dead_looks: list[tuple[int, Mapping[str, float]]] = field(default_factory=list)
    spreads: list[tuple[int, float]] = field(default_factory=list)
    last_gradients: Floats | None = None
    cause: Cause | None = None
    ending: str = ""
    _samples: list[LayerSample] = field(default_factory=list)
    _ratios: list[float] = field(default_factory=list)
    _columns: dict[str, Floats] = field(default_factory=dict)
    _stride: int = 1
    _seen: int = 0

    @property
    def num_phases(self) -> int:
        """Updates in a step."""
        return len(self.project.training.phases)

    @cached_property
    def _losses(self) -> tuple[FlatNode, ...]:
        is_loss = [registry.get(node.type).category == "loss" for node in self.nodes]
        return tuple(compress(self.nodes, is_loss))

    def losses_of(self, index: int) -> tuple[str, ...]:
        """Return the paths of the losses that a phase minimises."""
        named = self.project.training.phases[index].minimise
        return tuple(
            n.path for n in self._losses if not named or {n.path, n.place} & set(named)
        )

    @property
    def all_losses(self) -> set[str]:
        """Paths of all losses, trained or not."""
        return {node.path for node in self._losses}

    def trained_losses(self) -> set[str]:
        """Return the paths of all losses that some phase minimises."""
        phases = range(self.num_phases)
        return {path for index in phases for path in self.losses_of(index)}

    @property
    def has_ended(self) -> bool:
        """Whether there will be no more steps."""
        return bool(self.ending)

    @property
    def has_diverged(self) -> bool:
        """Whether a loss was no finite number."""
        return self.ending == "diverged" or self.loss.nonfinite

    @property
    def num_samples(self) -> int:
        """Measurements that are kept (axis S)."""
        return len(self._samples)

    def add_sample(self, sample: LayerSample) -> None:
        """Keep a measurement; of very many, every second, fourth … one."""
        # The first ones are never thinned out: what was huge before the first update
        # tells exploding gradients from too high a rate.
        keep = self._seen < FEW or self._seen % self._stride == 0
        self._seen += 1
        self._columns = {}
        if not keep:
            return
        # Rules read norms; 400 samples with histograms would take tens of MB for a GPT.
        bare = np.zeros((0, 0), dtype=np.int64)
        self._samples.append(
            replace(sample, grad_histogram=bare, weight_histogram=bare)
        )
        moving = sample.update_ratio[sample.update_ratio > 0]
        self._ratios.append(_median(moving) if len(moving) else 0.0)
        if len(self._samples) > MOST_SAMPLES:
            self._samples = self._samples[:FEW] + self._samples[FEW::2]
            self._ratios = self._ratios[:FEW] + self._ratios[FEW::2]
            self._stride *= 2

    def add_losses(self, losses: Floats) -> None:
        """Take in the losses of consecutive steps, a column a phase; NaN if not run."""
        if not len(losses):
            return
        trained = ~np.isnan(losses).all(axis=1)
        self.loss.extend(np.nansum(losses[trained], axis=1))
        self.by_phase = self.by_phase or tuple(Curve() for _ in losses[0])
        for curve, column in zip(self.by_phase, losses.T, strict=True):
            curve.extend(column)

    def add_dead(self, found: Dead) -> None:
        """Keep what a look at the ReLUs has found."""
        self.dead = found
        self.dead_looks.append((self.step, found.shares))
        if not self.step:
            self.dead_at_start = found

    @property
    def spread(self) -> float | None:
        """Deviation of made samples over that of real ones, as last looked at."""
        return self.spreads[-1][1] if self.spreads else None

    def column(self, name: str) -> Floats:
        """Return one value of `LayerSample` over time (S, L)."""
        if name not in self._columns:
            rows = [vars(sample)[name] for sample in self._samples]
            whole = np.array(rows, dtype=np.float64).reshape(-1, len(self.layers))
            self._columns[name] = whole
        return self._columns[name]

    def sample_steps(self) -> Floats:
        """Return the step of each measurement (S,)."""
        return np.array([sample.step for sample in self._samples], dtype=np.float64)

    def weight_norms(self) -> Floats:
        """Return ‖w‖ of all layers together (S,)."""
        with np.errstate(over="ignore"):
            squares: Floats = np.nansum(self.column("weight_norm") ** 2, axis=1)
            return np.sqrt(squares)

    @property
    def decays(self) -> bool:
        """Whether something pulls all weights towards 0."""
        phases = self.project.training.phases
        decay = (phase.optimizer.complete(OPTIMIZERS) for phase in phases)
        return any(each.get("weight_decay") for each in decay) or any(
            phase.value("l1") for phase in phases
        )

    def node(self, path: str) -> FlatNode:
        """Return the flat node with this path."""
        return self._by_path[path]

    @cached_property
    def _by_path(self) -> dict[str, FlatNode]:
        return {node.path: node for node in self.nodes}

    def below(self, path: str) -> set[str]:
        """Return the paths of the nodes that a node flows into, near or far."""
        found = {path}
        for node in self.nodes:  # in topological order
            if any(source.path in found for _, source in node.inputs):
                found.add(node.path)
        return found - {path}

    @cached_property
    def losses_below(self) -> Mapping[str, frozenset[str]]:
        """Path → types of the losses that the output of a node flows into."""
        found: dict[str, frozenset[str]] = dict.fromkeys(self._by_path, _NONE)
        for node in reversed(self.nodes):
            is_loss = registry.get(node.type).category == "loss"
            ends = found[node.path] | {node.type} if is_loss else found[node.path]
            for _, source in node.inputs:
                found[source.path] |= ends
        return found

    @cached_property
    def before_layers(self) -> frozenset[str]:
        """Paths of the nodes whose output flows into a layer with weights."""
        layers, found = set(self.layers), set[str]()
        for node in reversed(self.nodes):
            if node.path in layers or node.path in found:
                found |= {source.path for _, source in node.inputs}
        return frozenset(found)

    def above(self, path: str) -> set[str]:
        """Return the homes of the nodes that flow into a node, near or far."""
        found, homes = {path}, set()
        for node in reversed(self.nodes):
            if node.path in found:
                found |= {source.path for _, source in node.inputs}
                homes.add(node.home)
        return homes

    def places(self, paths: Iterable[str]) -> tuple[str, ...]:
        """Return where flat nodes stand on the canvas, each place once."""
        return tuple(dict.fromkeys(self.node(path).place for path in paths))

    def data_nodes(self) -> tuple[str, ...]:
        """Return the places of the data nodes."""
        return self.places([node.path for node in self.nodes if node.type == "data"])

    def rank(self, scope: str, node_id: str) -> int:
        """Return the dimensions of what a node of the document puts out."""
        path = self._first_paths.get((scope, node_id), "")
        return self.ranks.get(path, 0)

    @cached_property
    def _first_paths(self) -> dict[tuple[str, str], str]:
        """Of a node that several uses of a block have: that of the first one."""
        return {(n.scope, n.node.id): n.path for n in reversed(self.nodes)}

    def wire_number(self, scope: str, edge: Edge) -> int:
        """Return which in the order of its graph a wire of the document is, from 0."""
        if scope not in self._wires:
            edges = self.project.scope(scope).edges
            self._wires[scope] = {edge: number for number, edge in enumerate(edges)}
        return self._wires[scope][edge]

    @cached_property
    def _wires(self) -> dict[str, dict[Edge, int]]:
        return {}

    @property
    def is_pretrained(self) -> bool:
        """Whether some weights had been trained before."""
        named = bool(self.project.weights) or any(node.start for node in self.nodes)
        return named or self.from_files

    @property
    def accuracies(self) -> tuple[str, ...]:
        """Paths of the metrics that count right answers."""
        return tuple(node.path for node in self.nodes if node.type == "accuracy")

    def pairs(self, name: str) -> list[tuple[float, float]]:
        """Return (validation, training) values of all evaluations that have both."""
        found = [(each.values, each.train_values) for each in self.evaluations]
        return [
            (new[name], known[name])
            for new, known in found
            if new != known and name in new and name in known
        ]

    def moving_ratio(self) -> Floats:
        """Return ‖Δw‖/‖w‖ of the middle layer of those that move at all (S,)."""
        return np.array(self._ratios)


Found = Finding | None
_NONE: frozenset[str] = frozenset()


def _median(values: Floats) -> float:
    """Return the median; numpy's own imports another module first, in the training."""
    middle = len(values) // 2
    halves = np.partition(values, [middle, (len(values) - 1) // 2])
    return float((halves[middle] + halves[(len(values) - 1) // 2]) / 2)
