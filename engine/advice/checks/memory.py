"""What a training takes of memory, by arithmetic from the shapes alone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from engine.advice.checks.free_memory import Room
from engine.compile.flatten import FlatNode, Source
from engine.compile.infer import PROBE_BATCH, Flow, Inference
from engine.compile.phase_reach import Reach
from engine.graph.model import Project
from engine.graph.options import OPTIMIZERS
from engine.graph.problems import Problem
from engine.graph.settings import Choice
from engine.i18n import tr
from engine.layers.datasets.catalogue import spec_of

_WEIGHT = 4
"""Bytes of a weight, of its gradient, and of each number kept beside it."""
EVALUATED, _EVALUATED_BYTES = 256, 2**28
"""Samples that are evaluated at once, and bytes that their largest tensor may have."""
_KEPT = {"adam": 2, "adamw": 2, "nadam": 2, "rmsprop": 1, "adagrad": 1, "sgd": 0}
"""Numbers that an optimizer keeps for each weight."""
_ON_THE_WAY = {"rmsprop": 1, "nadam": 2}
"""Numbers for each weight that an update needs for a moment."""

_WINDOWS = 4
"""Windows of a text that share each character."""


def fitting(found: Iterable[Inference]) -> int:
    """Return how many samples can be evaluated at once, at least one.

    A language model scores tens of thousands of tokens at every place.

    Args:
        found: What is known of all nodes.
    """
    widest = max((each.activation_bytes for each in found), default=0)
    return max(1, _EVALUATED_BYTES // max(1, widest))


@dataclass(frozen=True)
class Needs:
    """What a training takes at its fullest moment.

    Args:
        project: The document.
        nodes: Its flat nodes in topological order.
        found: Node path → what is known of it; nodes that are unknown are left out.
    """

    project: Project
    nodes: Sequence[FlatNode]
    found: Mapping[str, Inference]

    @property
    def total_bytes(self) -> int:
        """Bytes of data and weights, and of a step or an evaluation beside them."""
        # A backward pass frees layer by layer, but at its start everything is kept,
        # with a gradient beside; an evaluation keeps but a few tensors on the way.
        widest = max((f.activation_bytes for f in self.found.values()), default=0)
        step = sum(self._kept.values()) + 2 * self._batch * widest
        at_once = min(EVALUATED, fitting(self.found.values()), self._count)
        evaluation = 3 * at_once * widest
        return self._data + sum(self._weights.values()) + max(step, evaluation)

    @property
    def num_trained(self) -> int:
        """How many weights a training moves, shared ones once."""
        moved = self._per_weight
        homes = {node.home: node for node in self._known if node.home in moved}
        return sum(self.found[node.path].trainable for node in homes.values())

    @property
    def checkpoint_bytes(self) -> int:
        """Bytes of a checkpoint: all weights, and what optimizers keep of moved ones.

        Frozen weights are written, too: a run stands without the file they came from.
        """
        training, reach = self.project.training, Reach(self.project, self.nodes)
        homes = {node.home: self.found[node.path] for node in self._known}
        copies = 1 + bool(training.decay) + bool(training.value("keep_best"))
        numbers = sum(copies * (f.parameters + f.fixed) for f in homes.values())
        for phase in training.phases:
            moved = {n.home for n in reach.moved(phase)} & homes.keys()
            kept = _in_state(phase.optimizer)
            numbers += kept * sum(homes[home].trainable for home in moved)
        return _WEIGHT * numbers

    @property
    def largest(self) -> str:
        """Path of the node that costs most.

        What a node puts out is its own cost, not that of those behind that keep it.
        """

        def cost(path: str) -> int:
            held, out = self.found[path].held, self.found[path].activation_bytes
            return self._weights[path] + self._batch * (held.inside_bytes + 3 * out)

        return max(self._kept, key=cost)

    @cached_property
    def _kept(self) -> dict[str, int]:
        """Node path → bytes that a step keeps of it until its backward pass."""
        return {
            node.path: self._batch
            * (self.found[node.path].held.inside_bytes + self._kept_outputs(node))
            for node in self._known
        }

    @cached_property
    def _weights(self) -> dict[str, int]:
        """Node path → bytes of its weights with all beside them, shared ones once."""
        costs, homes = {}, set()
        for node in self._known:
            each = self._per_weight.get(node.home, _WEIGHT)
            is_first = node.home not in homes
            homes.add(node.home)
            found = self.found[node.path]
            held = each * found.trainable + _WEIGHT * (found.frozen + found.fixed)
            costs[node.path] = is_first * held
        return costs

    @cached_property
    def _known(self) -> list[FlatNode]:
        return [node for node in self.nodes if node.path in self.found]

    @cached_property
    def _flows(self) -> dict[Source, Flow]:
        return {
            Source(node.path, port): flow
            for node in self._known
            for port, flow in zip(
                node.outputs, self.found[node.path].outputs, strict=False
            )
        }

    @cached_property
    def _wanted(self) -> set[Source]:
        """What nodes keep of that which flows into them."""
        return {
            self._origin(node.inputs[index][1])
            for node in self._known
            for index in self.found[node.path].held.inputs
            if index < len(node.inputs)
        }

    def _origin(self, source: Source) -> Source:
        """Return where the numbers come from that another node only shows otherwise."""
        while source.path in self.found:
            alias, node = self.found[source.path].held.alias, self._by_path[source.path]
            if not 0 <= alias < len(node.inputs):
                break
            source = node.inputs[alias][1]
        return source

    @cached_property
    def _by_path(self) -> dict[str, FlatNode]:
        return {node.path: node for node in self.nodes}

    def _kept_outputs(self, node: FlatNode) -> int:
        found = self.found[node.path]
        sources = [Source(node.path, port) for port in node.outputs]
        if found.held.outputs:
            return found.activation_bytes
        return sum(
            _sample_bytes(self._flows[source])
            for source in sources
            if source in self._wanted and source in self._flows
        )

    @cached_property
    def _batch(self) -> int:
        """Samples of a step: no more than there are."""
        return min(self.project.training.number("batch_size"), self._count)

    @cached_property
    def _count(self) -> int:
        """Samples that there are."""
        counts = [_samples(node) for node in self.nodes if node.type == "data"]
        return max(counts, default=self.project.training.number("batch_size"))

    @cached_property
    def _data(self) -> int:
        """Bytes of the samples, which stay on the device."""
        return sum(
            _samples(node) * self.found[node.path].activation_bytes
            for node in self._known
            if node.type == "data"
        )

    @cached_property
    def _per_weight(self) -> dict[str, int]:
        """Home of weights that move → bytes of one weight with all beside it."""
        training, reach = self.project.training, Reach(self.project, self.nodes)
        beside = 3 + bool(training.decay) + bool(training.value("keep_best"))
        found: dict[str, int] = {}
        for phase in training.phases:
            kept = _kept(phase.optimizer)
            for node in reach.moved(phase):
                # the weight, its gradient, a copy for measuring how far it moves
                found.setdefault(node.home, beside * _WEIGHT)
                found[node.home] += kept * _WEIGHT
        return found


def _kept(choice: Choice) -> int:
    """Return how many numbers an update needs beside each weight and its gradient."""
    return _in_state(choice) + _ON_THE_WAY.get(choice.type, 0)


def _in_state(choice: Choice) -> int:
    """Return how many numbers an optimizer keeps of each weight."""
    values = choice.complete(OPTIMIZERS)
    more = bool(values.get("momentum")) + bool(values.get("centered"))
    more += bool(values.get("amsgrad"))
    return _KEPT.get(choice.type, 2) + more


def _samples(node: FlatNode) -> int:
    """Return how many samples a data node brings."""
    spec, wanted = spec_of(node.params), node.params.get("samples")
    count = wanted if isinstance(wanted, int) else spec.num_samples
    if spec.family != "text" or not spec.context:
        return count
    context = node.params.get("context")
    length = context if isinstance(context, int) else spec.context
    return max(1, count * _WINDOWS // length)


def _sample_bytes(flow: Flow) -> int:
    size = flow.dtype.itemsize
    for length in flow.shape:
        size *= length
    return size // PROBE_BATCH


def memory_problems(needs: Needs, there: Room) -> Iterable[Problem]:
    """Yield the problem of a training that can't be held, at what costs most.

    Args:
        needs: What it takes.
        there: What there is.
    """
    needed = needs.total_bytes
    if there.total and needed > there.total:
        yield Problem(
            needs.largest,
            tr("The training needs more memory than there is"),
            expected=tr("at most {size} GB", size=_gb(there.total)),
            got=tr("{size} GB for training", size=_gb(needed)),
        )
    elif there.free and needed > there.free:
        yield Problem(
            needs.largest,
            tr("The training needs more memory than is free now"),
            expected=tr("at most {size} GB", size=_gb(there.free)),
            got=tr("{size} GB for training", size=_gb(needed)),
            severity="warning",
        )


def _gb(size: int) -> str:
    return f"{size / 1e9:,.1f}"
