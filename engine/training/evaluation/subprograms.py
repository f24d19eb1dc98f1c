"""Parts of a program: what some values need. They share its modules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from torch import Tensor, fx

from engine.compile.program import PhaseProgram, graph_module
from engine.graph.walks import walk

Wanted: TypeAlias = Any
"""Nodes of a graph, in any nest of dicts and tuples."""
Result: TypeAlias = Any
"""Tensors in the same nest."""


@dataclass(frozen=True)
class Subprogram:
    """A cut-out of a program.

    Args:
        module: Called with `given` first, if there is one, then with the feeds.
        feed_names: The feeds that it still needs.
    """

    module: fx.GraphModule
    feed_names: tuple[str, ...]

    def run(self, feeds: Mapping[str, Tensor], *given: Tensor) -> Result:
        """Return what the subprogram was cut for.

        Shape:
            as of the program that it was cut from
        """
        return self.module(*given, *[feeds[name] for name in self.feed_names])


def results(program: PhaseProgram) -> dict[str, Any]:
    """Return the graph's nodes by the name of the result that they make."""
    output = next(node for node in program.graph_module.graph.nodes if _ends(node))
    made: dict[str, Any] = dict(output.args[0])
    return made


def _ends(node: fx.Node) -> bool:
    return node.op == "output"


def cut(
    program: PhaseProgram, wanted: Wanted, given: Sequence[fx.Node] = ()
) -> Subprogram | None:
    """Cut out what `wanted` needs.

    Args:
        program: Left as it is.
        wanted: Nodes of its graph.
        given: Nodes whose values are handed in instead of being computed.

    Returns:
        The subprogram; None when nothing wanted depends on one of them.
    """
    needed = _needed(wanted, given)
    if not needed.issuperset(given):
        return None
    nodes = [node for node in program.graph_module.graph.nodes if node in needed]
    graph = fx.Graph()
    copies: dict[fx.Node, fx.Node] = {}
    for number, node in enumerate(given):
        copies[node] = graph.placeholder(f"given{number}")
    for node in nodes:
        if node not in given:
            copies[node] = graph.node_copy(node, copies.__getitem__)
    graph.output(fx.node.map_arg(wanted, copies.__getitem__))
    names = _feed_names(program, [node for node in nodes if node not in given])
    return Subprogram(graph_module(program.graph_module, graph), names)


def feeds_of(program: PhaseProgram, wanted: Wanted) -> tuple[str, ...]:
    """Return the feeds that `wanted` needs.

    Args:
        program: Left as it is.
        wanted: Nodes of its graph.
    """
    needed = _needed(wanted, ())
    nodes = program.graph_module.graph.nodes
    return _feed_names(program, [node for node in nodes if node in needed])


def _needed(wanted: Wanted, given: Sequence[fx.Node]) -> set[fx.Node]:
    starts: list[fx.Node] = []
    fx.node.map_arg(wanted, starts.append)
    return set(walk(starts, lambda n: () if n in given else n.all_input_nodes))


def _feed_names(program: PhaseProgram, nodes: Sequence[fx.Node]) -> tuple[str, ...]:
    feeds = [n for n in program.graph_module.graph.nodes if n.op == "placeholder"]
    names = dict(zip(feeds, program.feed_names, strict=True))
    return tuple(names[node] for node in nodes if node.op == "placeholder")
