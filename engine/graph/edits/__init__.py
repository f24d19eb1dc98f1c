"""Every change a person can make to a document, as a plain value.

`apply` checks, changes the project and returns the edit that takes it back. Undo
commands, scripts and applied fixes all use these; nothing else changes a project.
"""

from engine.graph.edits.apply import Several, apply_all, removal
from engine.graph.edits.changes import (
    AddNode,
    Connect,
    Disconnect,
    Edit,
    Move,
    RemoveNode,
    Rename,
    ReplaceNode,
    SetBlock,
    SetExtra,
    SetParam,
    SetTraining,
    SetWeights,
)

__all__ = [
    "AddNode",
    "Connect",
    "Disconnect",
    "Edit",
    "Move",
    "RemoveNode",
    "Rename",
    "ReplaceNode",
    "SetBlock",
    "SetExtra",
    "SetParam",
    "SetTraining",
    "SetWeights",
    "Several",
    "apply_all",
    "removal",
]
