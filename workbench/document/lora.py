"""Linear layers that are fine-tuned with LoRA, and the way back."""

from collections.abc import Sequence
from dataclasses import replace

from engine.graph.edits import ReplaceNode
from engine.graph.model import ROOT, Node
from engine.i18n import tr
from engine.layers import registry
from workbench.document import wires
from workbench.document.document import Document

LINEAR = "linear"
LORA = "lora_linear"


def adapt(document: Document, node_ids: Sequence[str], scope: str = ROOT) -> list[str]:
    """Fine-tune the Linear layers among nodes with LoRA, as one step.

    They keep their id, and so the names of `weight` and `bias`; the correction is
    there to be trained, so a frozen layer is let go.

    Returns:
        The ids of the layers that have changed.
    """
    return _change(document, node_ids, scope, LORA)


def restore(
    document: Document, node_ids: Sequence[str], scope: str = ROOT
) -> list[str]:
    """Make plain Linear layers of the LoRALinear ones among nodes, as one step.

    Returns:
        The ids of the layers that have changed.
    """
    return _change(document, node_ids, scope, LINEAR)


def _change(
    document: Document, node_ids: Sequence[str], scope: str, goal: str
) -> list[str]:
    graph = document.project.scope(scope)
    nodes = [graph.node(node_id) for node_id in node_ids]
    asked = [node for node in nodes if node.type == _other(goal)]
    if asked:
        edits = [ReplaceNode(_changed(node, goal), scope) for node in asked]
        document.apply(edits, _words(asked, goal))
    return [node.id for node in asked]


def _other(type_id: str) -> str:
    return LINEAR if type_id == LORA else LORA


def _changed(node: Node, goal: str) -> Node:
    """Return a node of the other kind; settings that it lacks are left behind."""
    known = {param.name for param in registry.get(goal).params}
    params = {name: value for name, value in node.params.items() if name in known}
    trainable = node.trainable or goal == LORA
    return replace(node, type=goal, params=params, trainable=trainable)


def _words(nodes: Sequence[Node], goal: str) -> str:
    if goal == LINEAR:
        return tr("Back to a plain Linear")
    if len(nodes) == 1:
        return tr("Fine-tune {title} with LoRA", title=wires.name_of(nodes[0]))
    return tr("Fine-tune {count} layers with LoRA", count=len(nodes))
