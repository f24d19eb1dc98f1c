"""Two tables: which rooms come first, and which tests stand nearest to a room."""

from pathlib import PurePosixPath

FIRST = (
    "engine/measure", "engine/explain", "engine/training/evaluation",
    "engine/training/loop", "engine/training/parts", "engine/training/baselines",
    "engine/compile/modules", "workbench/plots", "workbench/session",
    "workbench/canvas/live", "workbench/inspector",
)  # fmt: skip
"""Rooms whose numbers a panel, a hover or a finding shows."""
FIRST_WEIGHT = 6.0

_NEAREST = {
    "engine/advice": ["advice", "compile", "graph"],
    "engine/cli": ["cli"],
    "engine/compile": ["compile", "training"],
    "engine/data": ["data", "compile", "training"],
    "engine/errors.py": ["graph", "compile"],
    "engine/explain": ["explain"],
    "engine/export": ["export", "workbench/dialogs"],
    "engine/files.py": ["test_files.py", "folder"],
    "engine/folder": ["folder"],
    "engine/graph": ["graph", "compile"],
    "engine/host": ["host", "protocol", "training"],
    "engine/i18n.py": ["workbench/app"],
    "engine/layers": ["layers", "compile", "graph"],
    "engine/measure": ["measure", "training"],
    "engine/plain.py": ["test_plain.py"],
    "engine/protocol": ["protocol", "host", "training"],
    "engine/training": ["training", "host"],
    "workbench/app": ["workbench/app", "workbench/commands"],
    "workbench/bootstrap": ["workbench/bootstrap"],
    "workbench/canvas": ["workbench/canvas"],
    "workbench/commands": ["workbench/commands", "workbench/app", "workbench/canvas"],
    "workbench/data": ["workbench/app/data"],
    "workbench/dialogs": ["workbench/dialogs"],
    "workbench/document": ["workbench/document", "workbench/canvas", "graph"],
    "workbench/inspector": ["workbench/inspector"],
    "workbench/options.py": ["workbench/test_options.py"],
    "workbench/plots": ["workbench/plots"],
    "workbench/session": ["workbench/session", "workbench/plots"],
    "workbench/theme": ["workbench/theme"],
}
_LEFT_OUT = {"engine/__main__.py", "workbench/__main__.py"}


def room_of(path: str) -> str:
    """Return the second step of a path: "engine/measure", "engine/plain.py"."""
    return "/".join(PurePosixPath(path).parts[:2])


def is_first(path: str) -> bool:
    """Tell whether numbers on the screen come out of this file."""
    return path.startswith(tuple(f"{room}/" for room in FIRST))


def is_left_out(path: str) -> bool:
    """Tell files that hold nothing but a way in."""
    return path in _LEFT_OUT or PurePosixPath(path).name == "__init__.py"


def nearest(path: str) -> list[str]:
    """Return folders and files under tests/, the nearest first."""
    room = room_of(path)
    return [f"tests/{name}" for name in _NEAREST.get(room, [room.partition("/")[2]])]
