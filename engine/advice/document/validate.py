"""What is wrong with a document, as far as it shows without shapes or data.

Every finding is a `Problem` at its node, in the words of the canvas, with the fixes
that one click can apply. Shapes are checked by `engine.advice.shapes`.
"""

from collections.abc import Iterator

from engine import plain
from engine.advice.document import loss_checks
from engine.advice.document.bounded import first, most_problems
from engine.advice.document.connect_fixes import MAX_FIXES
from engine.advice.document.data_checks import data_problems
from engine.advice.document.guarded import advised
from engine.advice.document.port_checks import port_problems
from engine.advice.document.wire_checks import missing_inputs, wire_problems
from engine.errors import ConfigError
from engine.graph import paths
from engine.graph.blocks.rewire import heal
from engine.graph.edits import Connect, Edit, Fix, Problem, SetParam, removal
from engine.graph.limits import MOST_NODES
from engine.graph.model import ROOT, Edge, Node, Project
from engine.graph.ports import BLOCK, title
from engine.i18n import tr
from engine.layers import registry
from engine.layers.spec import Param, Value


def validate(project: Project) -> list[Problem]:
    """Return every problem of the document, in the order of the graph."""
    if paths.unfolded(project)[0] > MOST_NODES:
        return [_too_unfolded()]
    most = most_problems(project)
    problems = [*first(_recursion(project), most, "error")]
    if problems:
        return problems
    problems.extend(first(_scope_problems(project, ROOT, ""), most, "error"))
    problems.extend(first(loss_checks.goals(project), most, "warning"))
    problems.extend(first(loss_checks.phases(project), most, "error"))
    return problems


def _too_unfolded() -> Problem:
    return Problem(
        "",
        tr("The network is too large once its blocks are unfolded"),
        expected=tr("at most {count} nodes", count=MOST_NODES),
    )


def _recursion(project: Project) -> Iterator[Problem]:
    """Find blocks that contain themselves; told at an instance, if there is one."""
    for name in project.blocks:
        if name in _blocks_inside(project, name):
            yield Problem(
                _instance_of(project, name),
                tr("The block “{name}” contains itself", name=name),
                expected=tr("blocks inside blocks, without a circle"),
                got=name,
                fixes=_without_circle(project, name),
            )


def _instance_of(project: Project, name: str) -> str:
    nodes = project.graph.nodes.values()
    return next((n.id for n in nodes if n.params.get("of") == name), "")


def _without_circle(project: Project, name: str) -> tuple[Fix, ...]:
    """Return the fix that takes out of a block what leads back to it."""
    nodes = project.blocks[name].graph.nodes.values()
    back = [
        node.id
        for node in nodes
        if node.type == BLOCK
        and name in {str(node.params.get("of")), *_inside_of(project, node)}
    ]
    words = tr("Remove “{inner}” from inside “{name}”", inner=name, name=name)
    return (Fix(words, tuple(heal(project, back, name))),)


def _inside_of(project: Project, node: Node) -> set[str]:
    return _blocks_inside(project, str(node.params.get("of", "")))


def _blocks_inside(project: Project, name: str) -> set[str]:
    found: set[str] = set()
    stack = [name]
    while stack:
        block = project.blocks.get(stack.pop())
        nodes = block.graph.nodes.values() if block else ()
        inner = {str(n.params.get("of", "")) for n in nodes if n.type == BLOCK}
        stack.extend(inner - found)
        found |= inner
    return found


def _scope_problems(project: Project, scope: str, prefix: str) -> Iterator[Problem]:
    """Check one graph and the blocks that stand in it, each block once."""
    graph = project.scope(scope)
    opened: set[str] = set()
    for node in graph.nodes.values():
        yield from _node_problems(project, scope, prefix, node)
        inner = str(node.params.get("of", ""))
        if node.type == BLOCK and inner in project.blocks and inner not in opened:
            opened.add(inner)
            yield from port_problems(project, prefix + node.id, node)
            yield from _scope_problems(project, inner, f"{prefix}{node.id}.")


def _node_problems(
    project: Project, scope: str, prefix: str, node: Node
) -> Iterator[Problem]:
    path = prefix + node.id
    yield from _param_problems(scope, path, node)
    yield from data_problems(scope, path, node)
    if node.type == BLOCK and str(node.params.get("of", "")) not in project.blocks:
        yield Problem(
            path,
            tr("This block has no definition"),
            expected=", ".join(project.blocks) or tr("a block of this project"),
            got=str(node.params.get("of", "")),
            fixes=_other_block(project, scope, node),
        )
        return
    yield from wire_problems(project, scope, path, node)
    yield from missing_inputs(project, scope, path, node)


def _other_block(project: Project, scope: str, node: Node) -> tuple[Fix, ...]:
    """Return fixes: another block with the same ports, or no block at all."""
    graph, fixes = project.scope(scope), []
    enters = {edge.target.port for edge in graph.edges_into(node.id)}
    leaves = {edge.source.port for edge in graph.edges_out_of(node.id)}
    for name, block in project.blocks.items():
        is_around = name == scope or scope in _blocks_inside(project, name)
        is_alike = enters <= set(block.inputs) and leaves <= set(block.outputs)
        if is_alike and not is_around:
            words = tr("Use the block “{name}”", name=name)
            fixes.append(Fix(words, (SetParam(node.id, "of", name, scope),)))
    return (*fixes[: MAX_FIXES - 1], _without(project, scope, node))


def _without(project: Project, scope: str, node: Node) -> Fix:
    """Return the fix that removes a node; its wires are joined where that is clear."""
    graph = project.scope(scope)
    words = tr("Remove “{title}”", title=title(node))
    into, behind = graph.edges_into(node.id), graph.edges_out_of(node.id)
    edits: list[Edit] = removal(project, [node.id], scope)
    if len(into) == 1:
        joined = [Edge(into[0].source, edge.target) for edge in behind]
        edits += [Connect(edge, scope) for edge in joined]
    return Fix(words, tuple(edits))


def _param_problems(scope: str, path: str, node: Node) -> Iterator[Problem]:
    spec = registry.get(node.type)
    for name, value in node.params.items():
        param = spec.param(name)
        if param is None:
            text = tr("{title} has no setting “{name}”", title=title(node), name=name)
            expected = ", ".join(tr(known.label) for known in spec.params)
            drop = Fix(
                tr("Remove the setting"), (SetParam(node.id, name, None, scope, True),)
            )
            yield Problem(path, text, expected, plain.value(value), fixes=(drop,))
            continue
        try:
            param.check(value)
        except ConfigError as error:
            fixes = advised(_better_values, scope, node, param, value)
            yield Problem(
                path, error.what, str(error.expected), str(error.got), fixes=fixes
            )


def _better_values(
    scope: str, node: Node, param: Param, value: Value
) -> tuple[Fix, ...]:
    """Return fixes: the nearest value that is allowed, and the default."""
    default = Fix(
        tr("Use the default"),
        (SetParam(node.id, param.name, scope=scope, reset=True),),
    )
    near = _limit(param, value)
    if near is None:
        return (default,)
    words = tr("Set {setting} to {n}", setting=tr(param.label), n=near)
    return Fix(words, (SetParam(node.id, param.name, near, scope),)), default


def _limit(param: Param, value: Value) -> float | int | None:
    """Return the limit that a number is beyond; None for anything else."""
    if param.kind not in {"int", "float", "size"} or isinstance(value, bool):
        return None
    if not isinstance(value, int | float):
        return None
    low, high = param.min, param.max
    limit = low if low is not None and value <= low else high
    if limit is None or not param.in_range(limit):
        return None
    return limit if param.kind == "float" else int(limit)
