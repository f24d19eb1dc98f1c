"""Shapes, sizes and problems of every node of a document, quick enough to type by."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from engine.advice.checks.batch_checks import Whole, update_problems, with_weights
from engine.advice.checks.ends import loss_offers, value_problems
from engine.advice.checks.free_memory import room
from engine.advice.checks.itself import self_comparisons
from engine.advice.checks.memory import Needs, memory_problems
from engine.advice.checks.phase_checks import PhaseCheck
from engine.advice.checks.unread import Unread
from engine.advice.document.bounded import first, more, most_problems
from engine.advice.document.guarded import advised
from engine.advice.document.validate import validate
from engine.advice.fixes import fixes_for
from engine.advice.fixes.fix_context import Spot
from engine.advice.fixes.sharing import own_weights
from engine.advice.ranking import ranked, unknown_places
from engine.advice.structure import Samples, structure_problems
from engine.advice.weights.mismatches import misfit_problems
from engine.advice.weights.sources import start_problems
from engine.compile.flatten import FlatNode, Flattener, Source
from engine.compile.infer import PROBE_BATCH, Flow, Inference
from engine.compile.inferences import InferenceCache
from engine.compile.inspection import in_order, misfit
from engine.compile.shape_text import Shape
from engine.compile.shape_walk import ShapeWalk, SharedWeightsError
from engine.errors import EngineError
from engine.graph.model import Project
from engine.graph.problems import Fix, Problem
from engine.protocol.messages import Analysis, NodeInfo, PhaseInfo


class ShapeCache:
    """Tells what is known of documents, and remembers it for the next time.

    Args:
        samples: Brings the training part of a data node, for a look at its values.

    Threads: one thread at a time.
    """

    def __init__(self, samples: Samples | None = None) -> None:
        self._inferences = InferenceCache()
        self._samples = samples

    def analyse(
        self,
        project: Project,
        revision: int = 0,
        folder: str | None = None,
        *,
        warn: bool = True,
    ) -> Analysis:
        """Return what is known of every node, and what is wrong.

        Args:
            project: Only read. Mistakes become problems; nothing is raised for them.
            revision: Handed through to the answer.
            folder: Of the document's file, that paths of weights count from; empty
                means the current one. None: don't look for files.
            warn: Look for what fits and is a mistake all the same, and try fixes.
        """
        found, unknown = self._analysis(project, revision, folder, advice=warn)
        if not warn:
            return found

        def judge(trial: Project) -> tuple[Problem, ...]:
            return self._analysis(trial, 0, folder, is_trial=True)[0].problems

        problems = advised(ranked, project, found.problems, unknown, judge)
        return replace(found, problems=problems or found.problems)

    def _analysis(
        self,
        project: Project,
        revision: int,
        folder: str | None,
        *,
        advice: bool = False,
        is_trial: bool = False,
    ) -> tuple[Analysis, frozenset[str]]:
        """Return the analysis, and the nodes that other problems keep unknown."""
        try:
            problems = validate(project)
            flattener = Flattener(project)
            nodes = flattener.flat()
        except EngineError as error:
            return Analysis(revision, {}, (_plain_problem(error),), 0), frozenset()
        walk = Walk(project, self._inferences, problems, has_advice=advice)
        for node in nodes:
            walk.visit(node)
        infos = {**walk.infos, **dict(_instances(flattener, walk))}
        needs = Needs(project, nodes, walk.found)
        there = room(str(project.training.value("device")))
        problems += _unread(project, nodes, walk, problems)
        everything = [
            *(loss_offers(project, problems, walk.flows) if advice else problems),
            *walk.problems,
            *self_comparisons(nodes, walk.found, walk.spots),
            *advised(memory_problems, needs, there),
            *(walk.start_problems(folder) if folder is not None else ()),
        ]
        phases: tuple[PhaseInfo, ...] = ()
        if all(problem.severity != "error" for problem in everything):
            phases, whole, more = walk.whole(nodes)
            looks = advice or is_trial
            more += structure_problems(whole, self._samples) if looks else ()
            everything += more
        told, size = in_order(everything, nodes), sum(walk.weights.values())
        memory = sum(advised(_memory, needs))
        analysis = Analysis(revision, infos, told, size, phases, memory)
        hidden = [path for path, info in infos.items() if not info.known]
        return analysis, unknown_places(hidden, everything)


def _unread(
    project: Project,
    nodes: list[FlatNode],
    walk: "Walk",
    problems: Sequence[Problem],
) -> Iterator[Problem]:
    """Yield what trains in vain; where wires are in order, or much would seem so."""
    if all(problem.severity != "error" for problem in problems):
        unread = Unread(project, nodes, walk.weights)
        told = {problem.node for problem in problems}
        yield from first(unread.problems(told), most_problems(project), "warning")


def _memory(needs: Needs) -> Iterator[int]:
    """Yield the bytes of a training, for `advised`."""
    yield needs.total_bytes


def _plain_problem(error: EngineError) -> Problem:
    return Problem("", error.what, _text(error.expected), _text(error.got))


def _text(value: object) -> str:
    return "" if value is None else str(value)


class Walk:
    """One pass over a document in topological order.

    Args:
        project: The document.
        inferences: Answers for single nodes.
        problems: Found without shapes; their nodes are not looked at again.
        has_advice: Whether fixes are looked for.
    """

    def __init__(
        self,
        project: Project,
        inferences: InferenceCache,
        problems: Iterable[Problem],
        *,
        has_advice: bool = True,
    ) -> None:
        self._has_advice, self._find = has_advice, inferences.find
        self.project = project
        self.infos: dict[str, NodeInfo] = {}
        self.problems: list[Problem] = []
        self.spots: dict[str, Spot] = {}
        self._most = most_problems(project)
        wrong = {p.node for p in problems if p.severity == "error"}
        self._shapes = ShapeWalk(self._find, wrong)
        self.flows, self.found = self._shapes.flows, self._shapes.found
        self.weights = self._shapes.weights

    def visit(self, node: FlatNode) -> None:
        """Find out about one node; all it depends on was visited before."""
        flows, answer = self._shapes.visit(node)
        if flows is None or answer is None:
            self.infos.setdefault(node.place, NodeInfo(known=False))
        elif isinstance(answer, SharedWeightsError):
            self._report(node, answer, flows, own_weights(self.project, node))
        elif isinstance(answer, EngineError):
            self._refuse(node, answer, flows)
        else:
            self._accept(node, answer, flows)

    def whole(
        self, nodes: list[FlatNode]
    ) -> tuple[tuple[PhaseInfo, ...], Whole, list[Problem]]:
        """Return the phases, the whole, and what only shows once every node fits."""
        check = PhaseCheck(self.project, nodes, self.weights)
        whole = Whole(self.project, nodes, self.found, self.spots)
        most = most_problems(self.project)
        found = first(check.problems(), most, "warning")
        batches = first(advised(update_problems, whole), most, "error")
        return check.infos(), whole, [*with_weights(whole, found), *batches]

    def start_problems(self, folder: str) -> Iterator[Problem]:
        """Yield files of weights that aren't there, or that don't fit a layer."""
        yield from start_problems(self.project, folder)
        flows = {path: spot.flows for path, spot in self.spots.items()}
        nodes = {path: spot.node for path, spot in self.spots.items()}
        yield from misfit_problems(self.project, flows, nodes, folder)

    def _refuse(
        self, node: FlatNode, error: EngineError, flows: tuple[Flow, ...]
    ) -> None:
        """Tell of a node that doesn't fit, while there is room for more problems."""
        if self._is_full():
            self.infos.setdefault(node.place, NodeInfo(known=False))
            return
        fixes = fixes_for(self._spot(node, flows)) if self._has_advice else ()
        self._report(node, error, flows, fixes)

    def _is_full(self) -> bool:
        """Return whether enough problems are known; the last says that."""
        if len(self.problems) == self._most:
            self.problems.append(more("error"))
        return len(self.problems) > self._most

    def _spot(self, node: FlatNode, flows: tuple[Flow, ...]) -> Spot:
        return Spot(self.project, node, flows, self._find, self.flows)

    def _report(
        self,
        node: FlatNode,
        error: EngineError,
        flows: tuple[Flow, ...],
        fixes: tuple[Fix, ...],
    ) -> None:
        problem = misfit(node, error)
        if fixes:  # They say better what to do than the error does.
            problem = replace(problem, text=error.what, fixes=fixes)
        if problem not in self.problems:
            self.problems.append(problem)
        self.infos.setdefault(
            node.place, NodeInfo(inputs=_shapes(node.inputs, flows), known=False)
        )

    def _accept(
        self, node: FlatNode, found: Inference, flows: tuple[Flow, ...]
    ) -> None:
        self.spots[node.path] = spot = self._spot(node, flows)
        for problem in () if self._is_full() else advised(value_problems, spot):
            if problem not in self.problems:
                self.problems.append(problem)
        self.infos.setdefault(node.place, _info(node, found, flows))


def _info(node: FlatNode, found: Inference, flows: tuple[Flow, ...]) -> NodeInfo:
    outputs = zip(node.outputs, found.outputs, strict=False)
    return NodeInfo(
        inputs=_shapes(node.inputs, flows),
        outputs={port: shown(flow.shape) for port, flow in outputs},
        parameters=found.parameters,
        flops=found.flops,
        activation_bytes=found.activation_bytes,
    )


def _shapes(
    inputs: tuple[tuple[str, Source], ...], flows: tuple[Flow, ...]
) -> dict[str, Shape]:
    pairs = zip(inputs, flows, strict=True)
    return {port: shown(flow.shape) for (port, _), flow in pairs}


def shown(shape: Shape) -> Shape:
    """Return a shape with −1 for the batch."""
    return (-1, *shape[1:]) if shape and shape[0] == PROBE_BATCH else shape


def _instances(flattener: Flattener, walk: Walk) -> Iterator[tuple[str, NodeInfo]]:
    """Yield what is known of every block instance, summed over what is inside."""
    inside = _inside(flattener.visited)
    for place, outputs in flattener.instances.items():
        inner = inside.get(place, [])
        found = [walk.found[node.path] for node in inner if node.path in walk.found]
        homes = {node.home for node in inner}
        yield (
            place,
            NodeInfo(
                inputs=_known(walk.flows, flattener.feeds[place]),
                outputs=_known(walk.flows, outputs),
                parameters=sum(walk.weights.get(home, 0) for home in homes),
                flops=sum(item.flops for item in found),
                activation_bytes=sum(item.activation_bytes for item in found),
                known=len(found) == len(inner),
            ),
        )


def _inside(nodes: Iterable[FlatNode]) -> dict[str, list[FlatNode]]:
    """Return the nodes inside of every instance, by its place."""
    found: dict[str, list[FlatNode]] = {}
    for node in nodes:
        steps = node.place.split(".")
        for depth in range(1, len(steps)):
            found.setdefault(".".join(steps[:depth]), []).append(node)
    return found


def _known(
    flows: Mapping[Source, Flow], ports: Mapping[str, Source]
) -> dict[str, Shape]:
    return {
        port: shown(flows[source].shape)
        for port, source in ports.items()
        if source in flows
    }
