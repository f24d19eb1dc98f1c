"""What mix-up of own data asks of a network: something that takes a mixed answer."""

from collections.abc import Iterator

from engine.data.own import practice
from engine.errors import ConfigError
from engine.graph.edits import ReplaceNode
from engine.graph.model import ROOT, Node, Project
from engine.graph.problems import Fix, Problem
from engine.graph.scopes import scoped_nodes
from engine.graph.titles import title
from engine.i18n import tr
from engine.layers import registry
from engine.layers.datasets import own
from engine.layers.spec import Value

_WATCH = frozenset(("metric", "view"))
"""Categories of nodes that see no sample of a training step."""


def problems(project: Project) -> Iterator[Problem]:
    """Yield an error for each data node whose mixed labels something can't take."""
    for path, scope, node in scoped_nodes(project):
        if words := _unfit(project, scope, node):
            kept = tuple(row for row in _rows(node) if not _mixes(row))
            edit = ReplaceNode(node.with_param("steps", kept), scope)
            yield Problem(
                path,
                tr("Mix-up makes answers that this can't take"),
                expected=tr("labels wired to nothing but CrossEntropy, metrics, views"),
                got=words,
                fixes=(Fix(tr("Take mix-up away"), (edit,)),),
            )


def refuse(project: Project) -> None:
    """Refuse to train where mixed labels can't be taken.

    Raises:
        ConfigError: Names the data node and what reads its labels.
    """
    for problem in problems(project):
        raise ConfigError(
            problem.text,
            where=problem.node,
            expected=problem.expected,
            got=problem.got,
            fix=tr("Take the step away."),
        )


def _rows(node: Node) -> tuple[Value, ...]:
    found = node.params.get("steps")
    return found if isinstance(found, tuple) else ()


def _mixes(row: Value) -> bool:
    return isinstance(row, tuple) and len(row) > 1 and row[1] == practice.MIX


def _unfit(project: Project, scope: str, data: Node) -> str:
    """Return what reads labels that mix-up has mixed, and can't; empty for nothing."""
    if data.type != "data" or not own.is_own(data.params):
        return ""
    if not any(map(_mixes, _rows(data))):
        return ""
    ports = own.spec_of(data.params).ports(data.params)
    labels = {port.port.name for port in ports if port.classes}
    graph = project.scope(scope)
    shown = project.blocks[scope].outputs.values() if scope != ROOT else ()
    if any(end.node == data.id and end.port in labels for end in shown):
        return scope  # what is outside of a block may be anything
    for edge in graph.edges_out_of(data.id):
        reader = graph.node(edge.target.node)
        if edge.source.port in labels and not _takes(reader, edge.target.port):
            return title(graph, reader)
    return ""


def _takes(reader: Node, port: str) -> bool:
    if reader.type == "cross_entropy":
        ignored = reader.params.get("ignore_index")
        return port == "target" and not (isinstance(ignored, int) and ignored >= 0)
    return registry.get(reader.type).category in _WATCH
