"""What gestures, edits and popups may use of the canvas, and nothing else."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from PySide6.QtCore import QPointF
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QWidget

from engine.graph.model import Edge, Endpoint
from workbench.canvas.geometry.camera import Camera
from workbench.canvas.scene.areas import Area
from workbench.canvas.scene.scene import CanvasScene
from workbench.canvas.scene.selection import Selection
from workbench.document import Document

_P = ParamSpec("_P")
_R = TypeVar("_R")


@dataclass(frozen=True)
class Choice:
    """One line of a list to choose from.

    Args:
        words: Shown and searched.
        do: What choosing it does.
        icon: Beside the words.
        others: Searched too.
    """

    words: str
    do: Callable[[], object]
    icon: QIcon
    others: tuple[str, ...] = ()


class Stage(Protocol):
    """Where a person works on a document: `CanvasView` is one."""

    @property
    def document(self) -> Document:
        """What is changed, through `attempt` alone."""

    @property
    def scene(self) -> CanvasScene:
        """What is shown."""

    @property
    def camera(self) -> Camera:
        """Zoom and pan, and the way between scene points and pixels."""

    @property
    def selection(self) -> Selection:
        """What tools work on, outside or inside an open block."""

    @property
    def may_move(self) -> bool:
        """Whether cards may glide to new places."""

    def viewport(self) -> QWidget:
        """Return what is painted: it has the cursor, and is painted anew by update."""

    def select(self, ids: Iterable[str], path: Iterable[str] = ()) -> None:
        """Select exactly these nodes; with a path, inside the open block there."""

    def attempt(
        self,
        action: Callable[Concatenate[Document, _P], _R],
        *args: _P.args,
        **options: _P.kwargs,
    ) -> _R | None:
        """Do something to the document; say why when it refuses, and return None."""

    def say(self, text: str) -> None:
        """Show a notice."""

    def ask_for_data(self) -> None:
        """Let a person choose a file of data of their own."""

    def ask(
        self, place: QPointF, words: str, take: Callable[[str], object], label: str = ""
    ) -> None:
        """Let a person type one line at a scene point."""

    def choose(self, choices: Sequence[Choice], label: str) -> None:
        """Let a person choose from a list with a search."""

    def quick_add(
        self,
        place: QPointF | None = None,
        end: Endpoint | Edge | None = None,
        area: Area | None = None,
    ) -> None:
        """Open the search for a node to add, at a port or into a wire of an area."""

    def fit(self) -> None:
        """Show the whole graph."""

    def show_path(self, path: Sequence[str]) -> None:
        """Show the inside of the last instance on a path; empty: the main graph."""

    def focus_node(self, node_id: str) -> None:
        """Select the node at a path and bring it into view."""

    def show_settings(self, node_id: str) -> None:
        """Lead to the settings of a node."""

    def tell_library(self) -> None:
        """Say that there are other blocks in the user's library."""

    def tell_pointed(self, path: str) -> None:
        """Say which node is under the pointer; empty for none."""

    def take_focus(self) -> None:
        """Let keys go to the canvas."""
