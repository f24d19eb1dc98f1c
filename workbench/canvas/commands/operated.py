"""What keys and menus may use of the canvas: the stage, and what only they operate."""

from typing import Protocol

from workbench.canvas.edits.arrange import Arranging
from workbench.canvas.gestures.pointer import Pointer
from workbench.canvas.stage import Stage


class Operated(Stage, Protocol):
    """A canvas as a person operates it: `CanvasView` is one."""

    @property
    def pointer(self) -> Pointer:
        """The mouse; keys give its gesture up."""

    @property
    def arranging(self) -> Arranging:
        """Cards on their way to new places."""

    def arrange(self) -> None:
        """Lay the selected nodes out anew; all when fewer than two are selected."""

    def toggle_overview(self) -> None:
        """Show the whole graph small in a corner, or hide it."""

    def show_training(self) -> None:
        """Lead to the settings of the training."""
