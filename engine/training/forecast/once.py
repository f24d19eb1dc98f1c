"""What any training takes of memory once in a process, however small it is.

Libraries are read at the first use, kernels are compiled, threads begin: 90 MB that no
arithmetic from shapes knows. The smallest training shows how much that is.
"""

from functools import cache

from engine.data import catalog
from engine.graph.model import Edge, Graph, Node, Project
from engine.graph.settings import Training
from engine.training.forecast.forecast import Rehearsal
from engine.training.machine.highwater import resident_bytes
from engine.training.machine.scarcity import give_back

_DATA = "xor"
_WIRES = (
    ("data.point", "scores.input"),
    ("scores.out", "loss.input"),
    ("data.target", "loss.target"),
)


@cache
def at_rest() -> int:
    """Return what this process held when it was first asked: before any training."""
    return resident_bytes()


@cache
def once_bytes() -> int:
    """Return what any training adds to `at_rest` once; the first call trains a little.

    Data that a check has looked at doesn't count.

    Threads: one that may train; before the first training of this process.
    """
    Rehearsal(_smallest()).forecast(budget_s=0.0)
    give_back()
    return max(0, resident_bytes() - at_rest() - catalog.held_bytes())


def _smallest() -> Project:
    graph = Graph()
    for name, kind, params in (
        ("data", "data", {"source": _DATA}),
        ("scores", "linear", {"out_features": 1}),
        ("loss", "mse", {}),
    ):
        graph.add_node(Node(name, kind, params))
    for source, target in _WIRES:
        graph.connect(Edge.parse(source, target))
    training = Training({"steps": 3, "device": "cpu", "threads": 1}).checked()
    return Project("once", graph, training=training)
