"""The answer as an input: what is to be predicted flows into the prediction."""

from collections.abc import Iterator

from engine.compile.flatten import FlatNode
from engine.explain.diagnose.record import Found, Record
from engine.graph.blocks.rewire import heal
from engine.graph.edits import Disconnect, Edit, apply_all, removal
from engine.graph.model import Project
from engine.graph.problems import Fix
from engine.graph.titles import path_title
from engine.i18n import tr
from engine.layers import registry
from engine.layers.datasets.catalogue import spec_of
from engine.protocol.findings import Evidence, Finding

FAULT = "answer_as_input"
SOURCE = "Kaufman et al. 2012, Leakage in Data Mining"
_SHIFTS = {"token_shift", "slice", "select", "roll", "pad1d"}
"""What hands on a part of the answer, such as the tokens before the one asked for."""
_Port = tuple[str, str]
"""Path of a data node, and one of its ports."""


def check(record: Record) -> Found:
    """Return the finding when a loss's target also reaches what is judged.

    With noise on the way something is made for a label, which may well be known.
    """
    for loss in record.nodes:
        if loss.path in record.trained_losses():
            for path, port in sorted(_leaks(record, loss)):
                return _finding(record, loss, path, port)
    return None


def _leaks(record: Record, loss: FlatNode) -> set[_Port]:
    ports = dict(loss.inputs)
    if not {"input", "target"} <= ports.keys():
        return set()
    judged = set(_sources(record, ports["input"].path, ports["input"].port))
    wanted = set(_sources(record, ports["target"].path, ports["target"].port))
    if any(record.node(path).type == "noise" for path, _ in judged):
        return set()
    return {each for each in judged & wanted if _is_target(record.node(each[0]), each)}


def _sources(record: Record, path: str, port: str) -> Iterator[_Port]:
    """Yield the ports without inputs of their own that something follows from whole."""
    by_path = {node.path: node for node in record.nodes}
    waiting: list[_Port] = [(path, port)]
    seen: set[_Port] = set()
    while waiting:
        here = waiting.pop()
        if here in seen:
            continue
        seen.add(here)
        node = by_path[here[0]]
        inputs = () if node.type in _SHIFTS else node.inputs
        if not node.inputs:
            yield here
        waiting += [(source.path, source.port) for _, source in inputs]


def _is_target(node: FlatNode, port: _Port) -> bool:
    if node.type != "data":
        return False
    ports = spec_of(node.params).ports(node.params)
    return any(each.is_target and each.port.name == port[1] for each in ports)


def _finding(record: Record, loss: FlatNode, path: str, port: str) -> Finding:
    return Finding(
        FAULT,
        tr("The answer is an input"),
        tr(
            "“{port}” of “{data}” is what “{loss}” asks for, and it also flows into "
            "what is judged: the network need only copy it.",
            port=port,
            data=path_title(record.project, path),
            loss=path_title(record.project, loss.path),
        ),
        tr("Take it out of the inputs: for new samples nobody knows it."),
        SOURCE,
        record.places([path, loss.path]),
        (Evidence(tr("Ways from the target to the prediction"), 1.0, "≥", 1.0),),
        _cut(record, loss, (path, port)),
    )


def _cut(record: Record, loss: FlatNode, leak: _Port) -> tuple[Fix, ...]:
    """Offer to take out what carries the answer, as far as it carries nothing else."""
    project = record.project
    if leak[0] not in project.graph.nodes or loss.path not in project.graph.nodes:
        return ()
    trial = project.copy()
    edits: list[Edit] = []
    for step in _steps(trial, leak):
        edits += step
        apply_all(trial, step)
    return (Fix(tr("Take the answer out of the inputs"), tuple(edits)),)


def _steps(trial: Project, leak: _Port) -> Iterator[list[Edit]]:
    """Yield edits, each to be made before the next: wires, and nodes left alone."""
    graph = trial.graph
    ends = {"loss", "metric", "view"}
    waiting = [e for e in graph.edges_out_of(leak[0]) if e.source.port == leak[1]]
    while waiting:
        edge = waiting.pop()
        node = edge.target.node
        if node not in graph.nodes or _category(trial, node) in ends:
            continue
        others = [e for e in graph.edges_into(node) if e != edge]
        if not others:
            waiting += graph.edges_out_of(node)
            yield [*removal(trial, [node])]
        elif edge in graph.edges:
            yield [Disconnect(edge)]
        if others and len(others) == 1 and node in graph.nodes:
            yield [*heal(trial, [node])]


def _category(project: Project, node: str) -> str:
    return registry.get(project.graph.nodes[node].type).category
