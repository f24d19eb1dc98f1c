"""All that keeps a document from being built, in the order in which it is told."""

from collections.abc import Iterator

from engine import plain
from engine.errors import ConfigError
from engine.graph import paths
from engine.graph.blocks.outer import inside
from engine.graph.checks.block_ports import port_problems
from engine.graph.checks.causes import (
    BadValue,
    NoDefinition,
    Recursion,
    Told,
    UnknownSetting,
)
from engine.graph.checks.data_nodes import data_problems
from engine.graph.checks.goals import no_goal, phase_problems
from engine.graph.checks.wires import missing_inputs, wire_problems
from engine.graph.limits import MOST_NODES
from engine.graph.model import ROOT, Node, Project
from engine.graph.ports import BLOCK
from engine.graph.problems import Problem
from engine.graph.titles import title
from engine.i18n import tr
from engine.layers import registry


def problems(project: Project) -> Iterator[Problem]:
    """Yield what is wrong with a document; the parts below one after the other.

    Where blocks can't be unfolded, nothing else is looked at.
    """
    for check in (too_large, recursion):
        found = [problem for problem, _ in check(project)]
        if found:
            yield from found
            return
    for check in (scope_problems, no_goal, phase_problems):
        for problem, _ in check(project):
            yield problem


def too_large(project: Project) -> Iterator[Told]:
    """Yield that blocks in blocks are too many; quick, however many they are."""
    if paths.unfolded(project)[0] > MOST_NODES:
        problem = Problem(
            "",
            tr("The network is too large once its blocks are unfolded"),
            expected=tr("at most {count} nodes", count=MOST_NODES),
        )
        yield problem, None


def recursion(project: Project) -> Iterator[Told]:
    """Yield blocks that contain themselves; told at an instance, if there is one."""
    for name in project.blocks:
        if name in inside(project, name):
            problem = Problem(
                _instance_of(project, name),
                tr("The block “{name}” contains itself", name=name),
                expected=tr("blocks inside blocks, without a circle"),
                got=name,
            )
            yield problem, Recursion(name)


def _instance_of(project: Project, name: str) -> str:
    nodes = project.graph.nodes.values()
    return next((n.id for n in nodes if n.params.get("of") == name), "")


def scope_problems(
    project: Project, scope: str = ROOT, prefix: str = ""
) -> Iterator[Told]:
    """Yield the problems of one graph and of the blocks in it, each block once.

    Args:
        project: Its blocks don't contain themselves.
        scope: Of the graph.
        prefix: In front of the paths, with its dot.
    """
    graph = project.scope(scope)
    opened: set[str] = set()
    for node in graph.nodes.values():
        yield from _node_problems(project, scope, prefix, node)
        inner = str(node.params.get("of", ""))
        if node.type == BLOCK and inner in project.blocks and inner not in opened:
            opened.add(inner)
            yield from port_problems(project, prefix + node.id, node)
            yield from scope_problems(project, inner, f"{prefix}{node.id}.")


def _node_problems(
    project: Project, scope: str, prefix: str, node: Node
) -> Iterator[Told]:
    path = prefix + node.id
    yield from _param_problems(project, scope, path, node)
    yield from data_problems(scope, path, node)
    if node.type == BLOCK and str(node.params.get("of", "")) not in project.blocks:
        problem = Problem(
            path,
            tr("This block has no definition"),
            expected=", ".join(project.blocks) or tr("a block of this project"),
            got=str(node.params.get("of", "")),
        )
        yield problem, NoDefinition(scope, node)
        return
    yield from wire_problems(project, scope, path, node)
    yield from missing_inputs(project, scope, path, node)


def _param_problems(
    project: Project, scope: str, path: str, node: Node
) -> Iterator[Told]:
    spec = registry.get(node.type)
    called = title(project.scope(scope), node)
    for name, value in node.params.items():
        param = spec.param(name)
        if param is None:
            text = tr("{title} has no setting “{name}”", title=called, name=name)
            expected = ", ".join(tr(known.label) for known in spec.params)
            problem = Problem(path, text, expected, plain.value(value))
            yield problem, UnknownSetting(scope, node, name)
            continue
        try:
            param.check(value)
        except ConfigError as error:
            problem = Problem(path, error.what, str(error.expected), str(error.got))
            yield problem, BadValue(scope, node, param, value)
