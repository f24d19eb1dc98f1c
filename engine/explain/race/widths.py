"""The same net with more weights or fewer: its hidden layers wider or narrower."""

from engine.compile.program import compile_project
from engine.errors import ConfigError, EngineError
from engine.graph.model import Graph, Project
from engine.graph.network import Node
from engine.i18n import tr
from engine.layers import registry
from engine.protocol.bench.race import RaceSizes

_SIZES = ("out_features", "out_channels", "hidden_size", "embedding_dim")
"""Settings that say how many numbers a layer puts out."""
_FACTORS = tuple(2.0**power for power in range(-6, 9))
_MOST_WEIGHTS, _MOST_WIDTH = 100_000, 4096


def widened(project: Project, factor: float) -> Project:
    """Return a copy whose hidden layers are wider by a factor, at least 1 wide.

    What the loss reads keeps its size: it depends on the data.
    """
    copy = project.copy()
    for node, key in _hidden(copy.graph):
        width = max(1, round(_width(node, key) * factor))
        copy.graph.replace_node(node.with_param(key, width))
    return copy


def sizes(project: Project) -> RaceSizes:
    """Return how large the net may be made; as it is, it is one of the sizes.

    Raises:
        EngineError: When the project can't be trained, or has several phases.
    """
    own = num_weights(project)
    found = {1.0: own}
    widths = [_width(*each) for each in _hidden(project.graph)]
    for factor in _FACTORS if widths else ():
        if factor == 1 or max(widths) * factor > _MOST_WIDTH:
            continue
        try:
            count = num_weights(widened(project, factor))
        except EngineError:  # heads or groups that no longer divide a width
            continue
        if count in found.values():
            continue
        if count > max(_MOST_WEIGHTS, own):
            break
        found[factor] = count
    factors = tuple(sorted(found))
    return RaceSizes(factors, tuple(found[factor] for factor in factors))


def num_weights(project: Project) -> int:
    """Return how many numbers the only phase of a project moves.

    Raises:
        EngineError: When it can't be trained, or has several phases.
    """
    phases = project.training.phases
    if len(phases) != 1:
        raise ConfigError(
            tr("A race needs a project with one phase"), expected=1, got=len(phases)
        )
    (phase,) = compile_project(project, seed=0).phases
    return sum(weight.numel() for weight in phase.parameters)


def _hidden(graph: Graph) -> list[tuple[Node, str]]:
    """Return layers that others of a size stand behind, and the setting of each."""
    sized = {id_: key for id_, node in graph.nodes.items() if (key := _key(node))}
    return [
        (graph.node(id_), key)
        for id_, key in sized.items()
        if not sized.keys().isdisjoint(_behind(graph, id_))
    ]


def _behind(graph: Graph, start: str) -> set[str]:
    """Return all nodes that read from a node, directly or not."""
    seen, todo = set[str](), [start]
    while todo:
        for edge in graph.edges_out_of(todo.pop()):
            if edge.target.node not in seen:
                seen.add(edge.target.node)
                todo.append(edge.target.node)
    return seen


def _key(node: Node) -> str:
    """Return the setting of a node's size; empty where it has none."""
    known = registry.get(node.type).defaults() if registry.has(node.type) else {}
    return next((key for key in _SIZES if key in known), "")


def _width(node: Node, key: str) -> int:
    value = node.params.get(key, registry.get(node.type).defaults()[key])
    return value if isinstance(value, int) else 1
