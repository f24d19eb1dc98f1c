"""Document → names and shapes of its weights, without memory and without chance.

It may be made while something trains: it draws nothing from torch's generators.
"""

from dataclasses import dataclass

import torch

from engine.compile.builders.table import BUILDERS
from engine.compile.flatten import FlatNode
from engine.compile.inspection import inspected
from engine.compile.program import Folder, module_of
from engine.graph.model import Project


@dataclass(frozen=True)
class Outline:
    """A document whose weights are on torch's meta device.

    Args:
        modules: As in `Program`.
        nodes: All flat nodes in topological order.
    """

    modules: Folder
    nodes: tuple[FlatNode, ...]


def outline(project: Project) -> Outline:
    """Return the names and shapes of all weights of a document.

    Raises:
        EngineError: The first problem of the document.
    """
    nodes, _, flows = inspected(project)
    root = Folder()
    with torch.device("meta"):
        for node in nodes:
            if node.type in BUILDERS and node.home not in root:
                inputs = [flows[source] for _, source in node.inputs]
                root.put(node.home, module_of(node, inputs))
    return Outline(root, tuple(nodes))
