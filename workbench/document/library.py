"""The user's own blocks: a folder of small projects, one block each."""

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QStandardPaths

from engine.errors import DocumentError, EngineError, GraphError
from engine.files import atomic_write
from engine.graph.blocks.outer import inside
from engine.graph.files import reading, serialize
from engine.graph.model import ROOT, Node, Position, Project
from engine.graph.ports import BLOCK
from engine.i18n import tr
from workbench.document import clipboard
from workbench.document.document import SUFFIX, Document


@dataclass(frozen=True)
class Saved:
    """One block of the library."""

    name: str
    path: Path


def folder() -> Path:
    """Return where the blocks are kept."""
    kind = QStandardPaths.StandardLocation.AppLocalDataLocation
    return Path(QStandardPaths.writableLocation(kind)) / "blocks"


def entries() -> list[Saved]:
    """Return the saved blocks by name."""
    paths = sorted(folder().glob(f"*{SUFFIX}"))
    return [Saved(path.stem, path) for path in paths]


def save(document: Document, name: str) -> Path:
    """Write a block, with the blocks inside it, to the library.

    Raises:
        EngineError: There is no such block, or the disk refuses.
    """
    project = document.project
    if name not in project.blocks:
        raise GraphError(tr("There is no block “{name}”", name=name))
    names = [name, *sorted(inside(project, name))]
    part = Project(name=name)
    part.blocks = {n: project.blocks[n] for n in names if n in project.blocks}
    part.layout = {n: project.layout[n] for n in names if n in project.layout}
    part.graph.add_node(Node(name, BLOCK, {"of": name}))
    part.layout[ROOT] = {name: (0.0, 0.0)}
    path = folder() / f"{name}{SUFFIX}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        atomic_write(path, serialize.dumps(part))
    except OSError as error:
        raise DocumentError(
            tr("The block can't be saved"),
            where=str(path),
            got=error.strerror or str(error),
        ) from error
    return path


def insert(document: Document, name: str, at: Position, scope: str = ROOT) -> str:
    """Add an instance of a saved block and return its id.

    Raises:
        EngineError: There is no such block, or its file is broken.
    """
    path = folder() / f"{name}{SUFFIX}"
    text = reading.read_text(path)
    words = tr("Add {title}", title=name)
    ids = clipboard.paste(document, text, at, scope, words)
    if not ids:
        raise DocumentError(tr("There are no nodes in this file"), where=str(path))
    return ids[0]


def remove(name: str) -> None:
    """Delete a block from the library; nothing happens when it is not there."""
    (folder() / f"{name}{SUFFIX}").unlink(missing_ok=True)


def problem(name: str) -> str:
    """Return why a saved block can't be used, or an empty string."""
    try:
        serialize.load(folder() / f"{name}{SUFFIX}")
    except (EngineError, OSError) as error:
        return str(error)
    return ""
