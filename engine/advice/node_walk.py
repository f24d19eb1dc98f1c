"""A look at every node in turn: what is known of it, and what doesn't fit there."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from engine.advice.checks.batch_checks import Whole, update_problems, with_weights
from engine.advice.checks.phase_checks import PhaseCheck
from engine.advice.checks.value_checks import value_problems
from engine.advice.document.bounded import first, more, most_problems
from engine.advice.document.guarded import advised
from engine.advice.fixes import fixes_for
from engine.advice.fixes.fix_context import FixContext
from engine.advice.fixes.sharing import own_weights
from engine.advice.node_info import info_of, unfit_info
from engine.advice.weights.mismatches import mismatch_problems
from engine.advice.weights.sources import start_problems
from engine.compile.flatten import FlatNode
from engine.compile.infer import Flow, Inference
from engine.compile.inferences import InferenceCache
from engine.compile.inspection import misfit
from engine.compile.shape_walk import ShapeWalk, SharedWeightsError
from engine.errors import EngineError
from engine.graph.model import Project
from engine.graph.problems import Fix, Problem
from engine.protocol.messages import NodeInfo, PhaseInfo


class NodeWalk:
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
        self.contexts: dict[str, FixContext] = {}
        self._most = most_problems(project)
        wrong = {p.node for p in problems if p.severity == "error"}
        self.shapes = ShapeWalk(self._find, wrong)
        self.flows, self.found = self.shapes.flows, self.shapes.found

    def visit(self, node: FlatNode) -> None:
        """Find out about one node; all it depends on was visited before."""
        flows, answer = self.shapes.visit(node)
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
        check = PhaseCheck(self.project, nodes, self.shapes.weights)
        whole = Whole(self.project, nodes, self.found, self.contexts)
        most = most_problems(self.project)
        found = first(check.problems(), most, "warning")
        batches = first(advised(update_problems, whole), most, "error")
        return check.infos(), whole, [*with_weights(whole, found), *batches]

    def start_problems(self, folder: str) -> Iterator[Problem]:
        """Yield files of weights that aren't there, or that don't fit a layer."""
        yield from start_problems(self.project, folder)
        flows = {path: context.flows for path, context in self.contexts.items()}
        nodes = {path: context.node for path, context in self.contexts.items()}
        yield from mismatch_problems(self.project, flows, nodes, folder)

    def _refuse(
        self, node: FlatNode, error: EngineError, flows: tuple[Flow, ...]
    ) -> None:
        """Tell of a node that doesn't fit, while there is room for more problems."""
        if self._is_full():
            self.infos.setdefault(node.place, NodeInfo(known=False))
            return
        fixes = fixes_for(self._context(node, flows)) if self._has_advice else ()
        self._report(node, error, flows, fixes)

    def _is_full(self) -> bool:
        """Return whether enough problems are known; the last says that."""
        if len(self.problems) == self._most:
            self.problems.append(more("error"))
        return len(self.problems) > self._most

    def _context(self, node: FlatNode, flows: tuple[Flow, ...]) -> FixContext:
        return FixContext(self.project, node, flows, self._find, self.flows)

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
        self.infos.setdefault(node.place, unfit_info(node, flows))

    def _accept(
        self, node: FlatNode, found: Inference, flows: tuple[Flow, ...]
    ) -> None:
        self.contexts[node.path] = context = self._context(node, flows)
        for problem in () if self._is_full() else advised(value_problems, context):
            if problem not in self.problems:
                self.problems.append(problem)
        self.infos.setdefault(node.place, info_of(node, found, flows))
