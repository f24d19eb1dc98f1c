"""Losses and metrics that compare a tensor with itself: nothing is learned from them.

Two tensors are the same where the same is computed from the same: through layers that
only hand on or rearrange, through equal layers without weights, through shared weights.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence

from engine.advice.document.guarded import advised
from engine.advice.fixes.fix_context import FixContext
from engine.compile.flatten import FlatNode, Source
from engine.compile.infer import Inference
from engine.graph import ports
from engine.graph.model import Endpoint, Project
from engine.graph.problems import Fix, Problem
from engine.graph.titles import path_title, title
from engine.i18n import tr
from engine.layers import registry

_HANDS_ON = frozenset(
    {
        *("identity", "reroute", "stop_gradient", "gradient_reversal", "cast"),
        *("flatten", "unflatten", "reshape", "squeeze", "unsqueeze"),
    }
)
_RANDOM = frozenset(
    {
        *("noise", "dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout"),
        *(
            "feature_alpha_dropout",
            "gaussian_noise",
            "reparameterise",
            "noise_schedule",
        ),
    }
)
ITSELF = "itself"
_COMPARED = frozenset({"input", "target", "left", "right", "anchor", "positive"})
"""Ports whose values a judge compares with each other."""


def self_comparisons(
    project: Project,
    nodes: Sequence[FlatNode],
    found: Mapping[str, Inference],
    contexts: Mapping[str, FixContext],
) -> Iterator[Problem]:
    """Yield the losses and metrics that compare a tensor with itself.

    Args:
        project: Only read.
        nodes: In topological order.
        found: What is known of nodes, by path.
        contexts: Nodes with what flows into them, by path.
    """
    keys: dict[Source, Hashable] = {}
    for node in nodes:
        inputs = tuple((port, keys.get(source)) for port, source in node.inputs)
        for port in node.outputs:
            keys[Source(node.path, port)] = _key(node, port, inputs, found)
        if _is_judge(node) and _is_twice(inputs):
            yield _problem(project, node, contexts.get(node.path))


def _key(
    node: FlatNode,
    port: str,
    inputs: tuple[tuple[str, Hashable], ...],
    found: Mapping[str, Inference],
) -> Hashable:
    """Return what is equal for two outputs that always hold the same numbers."""
    if node.type in _HANDS_ON and len(inputs) == 1:
        return inputs[0][1]
    known = found.get(node.path)
    if node.type in _RANDOM or not inputs or known is None:
        return (node.path, port)
    # A hash instead of the nested inputs: a deep network would nest thousands of times.
    who = node.home if known.parameters else node.type
    return hash((who, tuple(map(str, node.params.items())), inputs, port))


def _is_judge(node: FlatNode) -> bool:
    return registry.get(node.type).category in {"loss", "metric"}


def _is_twice(inputs: tuple[tuple[str, Hashable], ...]) -> bool:
    keys = [key for port, key in inputs if port in _COMPARED and key is not None]
    return len(set(keys)) < len(keys)


def _problem(project: Project, node: FlatNode, context: FixContext | None) -> Problem:
    """Return what is told of a judge; with fixes where its shapes are known."""
    return Problem(
        node.place,
        tr(
            "{title} compares a tensor with itself",
            title=path_title(project, node.place),
        ),
        expected=tr("an output, and what it should be"),
        got=tr("the same numbers twice"),
        port=node.inputs[1][0],
        kind=ITSELF,
        fixes=advised(_other_targets, context) if context is not None else (),
    )


def _other_targets(context: FixContext) -> Iterator[Fix]:
    """Yield the outputs of data that would fit as the target."""
    for node in context.graph.nodes.values():
        if node.type != "data":
            continue
        for port in reversed(ports.output_ports(context.project, node)):
            words = tr(
                "Connect {title} · {port}",
                title=title(context.graph, node),
                port=port.name,
            )
            yield from context.replug(1, Endpoint(node.id, port.name), words)
