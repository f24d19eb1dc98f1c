"""Whether there is something to minimise, and whether the phases name what is there."""

from collections.abc import Iterator

from engine.graph import paths
from engine.graph.blocks.outer import of
from engine.graph.checks.causes import NotMinimisable, NotUpdatable, Told
from engine.graph.model import Node, Project
from engine.graph.ports import BLOCK
from engine.graph.problems import Problem
from engine.graph.settings import Phase
from engine.graph.walks import walk
from engine.i18n import tr
from engine.layers import registry


def no_goal(project: Project) -> Iterator[Told]:
    """Yield that there is nothing to train on, or nothing to minimise."""
    if not project.graph.nodes:
        problem = Problem("", tr("The canvas is empty"), expected=tr("a network"))
        yield problem, None
    elif "loss" not in categories(project).values():
        problem = Problem(
            "",
            tr("There is nothing to minimise"),
            expected=tr("a loss, such as CrossEntropy or MSE"),
            got=tr("no loss"),
            kind="no_loss",
        )
        yield problem, None


def categories(project: Project) -> dict[str, str]:
    """Return the category of each node; that of a loss for a block with one inside."""
    inside = _blocks_with_losses(project)
    return {
        node.id: "loss"
        if node.type == BLOCK and node.params.get("of") in inside
        else registry.get(node.type).category
        for node in project.graph.nodes.values()
    }


def _blocks_with_losses(project: Project) -> set[str]:
    """Return the names of blocks with a loss inside, at any depth."""
    inner = {name: block.graph.nodes.values() for name, block in project.blocks.items()}
    around: dict[str, list[str]] = {}
    for name, nodes in inner.items():
        for node in nodes:
            around.setdefault(of(node), []).append(name)
    direct = [name for name, nodes in inner.items() if any(map(is_loss, nodes))]
    return set(walk(direct, lambda name: around.get(name, ())))


def is_loss(node: Node) -> bool:
    """Return whether a node is a loss itself."""
    return registry.get(node.type).category == "loss"


def phase_problems(project: Project) -> Iterator[Told]:
    """Yield the losses and nodes that a phase names and that are not there."""
    for index, phase in enumerate(project.training.phases):
        for path in phase.minimise:
            node = paths.find(project, path)
            if node is None or not is_loss(node):
                problem = _bad_phase(phase, tr("minimises"), tr("a loss"), path)
                yield problem, NotMinimisable(index, path)
        for path in phase.update:
            if paths.find(project, path) is None:
                problem = _bad_phase(phase, tr("updates"), tr("a node"), path)
                yield problem, NotUpdatable(index, path)


def _bad_phase(phase: Phase, verb: str, expected: str, node_id: str) -> Problem:
    text = tr(
        "The phase “{phase}” {verb} “{id}”, which is not there",
        phase=phase.name,
        verb=verb,
        id=node_id,
    )
    return Problem("", text, expected=expected, got=node_id)
