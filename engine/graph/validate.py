"""What is wrong with a document, as far as it shows without shapes or data.

Every finding is a `Problem` at its node, in the words of the canvas, with the fixes
that one click can apply. Shapes are checked by `engine.compile.shapes`.
"""

from collections.abc import Iterator, Mapping

from engine.errors import ConfigError
from engine.graph import paths
from engine.graph.edits import Connect, Disconnect, Edit, Fix, Problem, SetParam
from engine.graph.model import ROOT, Edge, Endpoint, Graph, Node, Project
from engine.graph.offers import MAX_FIXES, connections
from engine.graph.ports import (
    BLOCK,
    fits,
    input_port,
    input_ports,
    output_port,
    output_ports,
    title,
)
from engine.graph.settings import Training
from engine.i18n import tr
from engine.layers import registry
from engine.layers.spec import Port

_FED_BY_DATA = {"io"}
_ENDS = {"loss", "metric", "view"}
_WEIGHTLESS = {"act", "shape", "merge", "pool"}
"""Layers that are there only to be looked at need no path to a loss."""


def validate(project: Project) -> list[Problem]:
    """Return every problem of the document, in the order of the graph."""
    problems = [*_recursion(project)]
    if problems:
        return problems
    problems.extend(_scope_problems(project, ROOT, ""))
    problems.extend(_goals(project))
    problems.extend(_phases(project, project.training))
    return problems


def _recursion(project: Project) -> Iterator[Problem]:
    """Find blocks that contain themselves."""
    for name in project.blocks:
        if name in _blocks_inside(project, name):
            yield Problem(
                "",
                tr("The block “{name}” contains itself", name=name),
                expected=tr("blocks inside blocks, without a circle"),
                got=name,
            )


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
            yield from _scope_problems(project, inner, f"{prefix}{node.id}.")


def _node_problems(
    project: Project, scope: str, prefix: str, node: Node
) -> Iterator[Problem]:
    path = prefix + node.id
    yield from _param_problems(scope, path, node)
    if node.type == BLOCK and str(node.params.get("of", "")) not in project.blocks:
        yield Problem(
            path,
            tr("This block has no definition"),
            expected=", ".join(project.blocks) or tr("a block of this project"),
            got=str(node.params.get("of", "")),
        )
        return
    yield from _wire_problems(project, scope, path, node)
    yield from _missing_inputs(project, scope, path, node)


def _param_problems(scope: str, path: str, node: Node) -> Iterator[Problem]:
    spec = registry.get(node.type)
    for name, value in node.params.items():
        param = spec.param(name)
        reset = Fix(
            tr("Use the default"), (SetParam(node.id, name, scope=scope, reset=True),)
        )
        if param is None:
            text = tr("{title} has no setting “{name}”", title=title(node), name=name)
            yield Problem(path, text, got=repr(value), fixes=(reset,))
            continue
        try:
            param.check(value)
        except ConfigError as error:
            yield Problem(
                path, error.what, str(error.expected), str(error.got), fixes=(reset,)
            )


def _wire_problems(
    project: Project, scope: str, path: str, node: Node
) -> Iterator[Problem]:
    graph = project.scope(scope)
    used: set[str] = set()
    for edge in graph.edges_into(node.id):
        target = input_port(project, edge, scope)
        problem = _wire_problem(project, scope, path, edge)
        if problem is not None:
            yield problem
        elif target and not target.variadic and target.name in used:
            yield Problem(
                path,
                tr("Two wires end in “{port}”", port=target.name),
                expected=tr("one wire"),
                got=tr("several"),
                port=target.name,
                fixes=(_unplug(scope, edge),),
            )
        used.add(edge.target.port)


def _wire_problem(
    project: Project, scope: str, path: str, edge: Edge
) -> Problem | None:
    source = output_port(project, edge, scope)
    target = input_port(project, edge, scope)
    if target is None:
        return _no_port(project, scope, path, edge, edge.target)
    if source is None:
        return _no_port(project, scope, path, edge, edge.source)
    if fits(source, target):
        return None
    return Problem(
        path,
        tr("This wire carries the wrong kind of value"),
        expected=_kind(target),
        got=_kind(source),
        port=target.name,
        fixes=(_unplug(scope, edge), *_replugs(project, scope, edge, target)),
    )


def _kind(port: Port) -> str:
    words = {
        "any": tr("any tensor"),
        "float": tr("numbers"),
        "int": tr("labels or tokens (whole numbers)"),
        "loss": tr("a loss"),
        "metric": tr("a metric"),
    }
    return words[port.kind]


def _no_port(
    project: Project, scope: str, path: str, edge: Edge, end: Endpoint
) -> Problem:
    node = project.scope(scope).node(end.node)
    outgoing = end == edge.source
    ports = output_ports(project, node) if outgoing else input_ports(project, node)
    target = input_port(project, edge, scope)
    fixes = _replugs(project, scope, edge, target) if outgoing and target else ()
    return Problem(
        path,
        tr("{title} has no port “{port}”", title=title(node), port=end.port),
        expected=", ".join(port.name for port in ports) or tr("no port"),
        got=end.port,
        port=edge.target.port,
        fixes=(*fixes, _unplug(scope, edge)),
    )


def _unplug(scope: str, edge: Edge) -> Fix:
    return Fix(tr("Remove the wire"), (Disconnect(edge, scope),))


def _replugs(project: Project, scope: str, edge: Edge, target: Port) -> tuple[Fix, ...]:
    """Offer the other outputs of the same node that fit."""
    node = project.scope(scope).node(edge.source.node)
    fixes = []
    for port in output_ports(project, node):
        better = Edge(Endpoint(node.id, port.name), edge.target)
        if port.name != edge.source.port and fits(port, target):
            edits: tuple[Edit, ...] = (Disconnect(edge, scope), Connect(better, scope))
            fixes.append(Fix(tr("Use “{port}” instead", port=port.name), edits))
    return tuple(fixes[:MAX_FIXES])


def _missing_inputs(
    project: Project, scope: str, path: str, node: Node
) -> Iterator[Problem]:
    graph = project.scope(scope)
    connected = {edge.target.port for edge in graph.edges_into(node.id)}
    connected |= _fed_from_outside(project, scope, node.id)
    for port in input_ports(project, node):
        if port.optional or port.name in connected:
            continue
        yield Problem(
            path,
            tr("Nothing is connected to “{port}”", port=port.name),
            expected=_kind(port),
            got=tr("no wire"),
            port=port.name,
            fixes=connections(project, scope, Endpoint(node.id, port.name), port),
        )


def _fed_from_outside(project: Project, scope: str, node_id: str) -> set[str]:
    if scope == ROOT:
        return set()
    ends = (end for ends in project.blocks[scope].inputs.values() for end in ends)
    return {end.port for end in ends if end.node == node_id}


def _goals(project: Project) -> Iterator[Problem]:
    """Check that there is something to train on and something to minimise."""
    graph = project.graph
    categories = {n.id: registry.get(n.type).category for n in graph.nodes.values()}
    if not graph.nodes:
        yield Problem("", tr("The canvas is empty"), expected=tr("a network"))
        return
    losses = [n for n, category in categories.items() if category == "loss"]
    if not losses:
        yield Problem(
            "",
            tr("There is nothing to minimise"),
            expected=tr("a loss, such as CrossEntropy or MSE"),
            got=tr("no loss"),
        )
        return
    yield from _outside_of_training(graph, categories, losses)


def _outside_of_training(
    graph: Graph, categories: Mapping[str, str], losses: list[str]
) -> Iterator[Problem]:
    """Warn of layers from which no loss can be reached."""
    trained = ancestors(graph, losses)
    ends = [n for n, category in categories.items() if category in _ENDS]
    shown = {n for n in ancestors(graph, ends) if categories[n] in _WEIGHTLESS}
    for node in graph.nodes.values():
        if node.id in trained | shown or categories[node.id] in _ENDS | _FED_BY_DATA:
            continue
        yield Problem(
            node.id,
            tr("No loss depends on {title}, so it is not trained", title=title(node)),
            expected=tr("a path to a loss"),
            got=tr("none"),
            severity="warning",
        )


def ancestors(graph: Graph, node_ids: list[str]) -> set[str]:
    """Return the nodes and all that they depend on."""
    seen = set(node_ids)
    stack = list(node_ids)
    while stack:
        for edge in graph.edges_into(stack.pop()):
            if edge.source.node not in seen:
                seen.add(edge.source.node)
                stack.append(edge.source.node)
    return seen


def _phases(project: Project, training: Training) -> Iterator[Problem]:
    for phase in training.phases:
        for path in phase.minimise:
            node = paths.find(project, path)
            if node is None or registry.get(node.type).category != "loss":
                yield _bad_phase(phase.name, tr("minimises"), tr("a loss"), path)
        for path in phase.update:
            if paths.find(project, path) is None:
                yield _bad_phase(phase.name, tr("updates"), tr("a node"), path)


def _bad_phase(phase: str, verb: str, expected: str, node_id: str) -> Problem:
    text = tr(
        "The phase “{phase}” {verb} “{id}”, which is not there",
        phase=phase,
        verb=verb,
        id=node_id,
    )
    return Problem("", text, expected=expected, got=node_id)
