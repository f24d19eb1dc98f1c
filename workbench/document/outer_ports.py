"""The ports of a block, and the instances that show them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from engine.graph.blocks.outer import (
    ends_of,
    instances,
    of,
    pruned,
    touches,
    with_ports,
)
from engine.graph.edits import SetBlock
from engine.graph.model import ID_PATTERN, ROOT, Block, Endpoint, Project
from engine.i18n import tr
from workbench.document.document import Document

__all__ = [
    "conceal",
    "ends_of",
    "expose",
    "identifier",
    "instances",
    "of",
    "pruned",
    "scopes",
    "shown_as",
    "touches",
    "with_ports",
]


def identifier(words: str, taken: Sequence[str] | Mapping[str, object] = ()) -> str:
    """Return a free name in small letters for words that a person typed."""
    name = re.sub(r"[^a-z0-9]+", "_", words.casefold()).strip("_")
    name = name if ID_PATTERN.fullmatch(name) else f"block_{name}".rstrip("_")
    stem, number = name, 2
    while name in taken:
        name, number = f"{stem}_{number}", number + 1
    return name


def scopes(project: Project, path: Sequence[str]) -> list[str]:
    """Return the scopes along a path of instances, the main one first.

    It ends where the path leads nowhere.
    """
    found = [ROOT]
    for step in path:
        node = project.scope(found[-1]).nodes.get(step)
        if node is None or of(node) not in project.blocks:
            break
        found.append(of(node))
    return found


def shown_as(block: Block, end: Endpoint, *, is_output: bool) -> str:
    """Return the block's port that leads to an inner port, or an empty string."""
    if is_output:
        return next((n for n, e in block.outputs.items() if e == end), "")
    return next((n for n, ends in block.inputs.items() if end in ends), "")


def expose(document: Document, scope: str, end: Endpoint, *, is_output: bool) -> None:
    """Make a port of an inner node a port of the block."""
    block = document.project.blocks[scope]
    if is_output:
        name = identifier(end.port, block.outputs)
        new = replace(block, outputs={**block.outputs, name: end})
    else:
        name = identifier(end.port, block.inputs)
        new = replace(block, inputs={**block.inputs, name: (end,)})
    document.apply([SetBlock(scope, new)], tr("Add port {name}", name=name))


def conceal(document: Document, scope: str, name: str, *, is_output: bool) -> None:
    """Take a port away from a block, with the wires that end there."""
    block = document.project.blocks[scope]
    inputs, outputs = dict(block.inputs), dict(block.outputs)
    (outputs if is_output else inputs).pop(name, None)
    edits = with_ports(document.project, scope, inputs, outputs)
    document.apply(edits, tr("Remove port {name}", name=name))
