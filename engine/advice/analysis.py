"""What is known of a document and what is wrong with it, quick enough to type by."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from engine.advice.checks.free_memory import room
from engine.advice.checks.memory import Needs, memory_problems
from engine.advice.checks.self_comparison import self_comparisons
from engine.advice.checks.unread import Unread
from engine.advice.checks.value_checks import with_loss_fixes
from engine.advice.document.bounded import first, most_problems
from engine.advice.document.guarded import advised
from engine.advice.document.validate import validate
from engine.advice.node_info import instances
from engine.advice.node_walk import NodeWalk
from engine.advice.ranking import ranked, unknown_places
from engine.advice.structure import Samples, structure_problems
from engine.compile.flatten import FlatNode, Flattener
from engine.compile.inferences import InferenceCache
from engine.compile.inspection import in_order
from engine.errors import EngineError
from engine.graph.model import Project
from engine.graph.problems import Problem
from engine.protocol.messages import Analysis, PhaseInfo


class Analyser:
    """Tells what is known of documents, and remembers it for the next time.

    Args:
        samples: Brings the training part of a data node, for a look at its values.
        inferences: Where what single nodes put out is remembered; its own if None.

    Threads: one thread at a time.
    """

    def __init__(
        self,
        samples: Samples | None = None,
        inferences: InferenceCache | None = None,
    ) -> None:
        self._inferences = inferences or InferenceCache()
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
        walk = NodeWalk(project, self._inferences, problems, has_advice=advice)
        for node in nodes:
            walk.visit(node)
        infos = {**walk.infos, **dict(instances(flattener, walk.shapes))}
        needs = Needs(project, nodes, walk.found)
        there = room(str(project.training.value("device")))
        problems += _unread(project, nodes, walk, problems)
        everything = [
            *(with_loss_fixes(project, problems, walk.flows) if advice else problems),
            *walk.problems,
            *self_comparisons(project, nodes, walk.found, walk.contexts),
            *advised(memory_problems, needs, there),
            *(walk.start_problems(folder) if folder is not None else ()),
        ]
        phases: tuple[PhaseInfo, ...] = ()
        if all(problem.severity != "error" for problem in everything):
            phases, whole, more = walk.whole(nodes)
            looks = advice or is_trial
            more += structure_problems(whole, self._samples) if looks else ()
            everything += more
        told, size = in_order(everything, nodes), sum(walk.shapes.weights.values())
        memory, moved = tuple(advised(_taken, needs)) or (0, 0)
        analysis = Analysis(revision, infos, told, size, phases, memory, moved)
        hidden = [path for path, info in infos.items() if not info.known]
        return analysis, unknown_places(hidden, everything)


def _unread(
    project: Project,
    nodes: list[FlatNode],
    walk: NodeWalk,
    problems: Sequence[Problem],
) -> Iterator[Problem]:
    """Yield what trains in vain; where wires are in order, or much would seem so."""
    if all(problem.severity != "error" for problem in problems):
        unread = Unread(project, nodes, walk.shapes.weights)
        told = {problem.node for problem in problems}
        yield from first(unread.problems(told), most_problems(project), "warning")


def _taken(needs: Needs) -> Iterator[int]:
    """Yield the bytes of a training and the weights that it moves, for `advised`."""
    yield needs.total_bytes
    yield needs.num_trained


def _plain_problem(error: EngineError) -> Problem:
    return Problem("", error.what, _text(error.expected), _text(error.got))


def _text(value: object) -> str:
    return "" if value is None else str(value)
