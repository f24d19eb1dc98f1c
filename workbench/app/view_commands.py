"""What the View and Model menus do, and those Edit entries that the canvas has."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from workbench import theme

if TYPE_CHECKING:
    from workbench.app.window import MainWindow

_ZOOM = 1.25


class ViewCommands:
    """Zoom, panels, theme.

    Args:
        window: Whose parts are shown.
    """

    def __init__(self, window: "MainWindow") -> None:
        self._window = window

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what each action does, by the action's id."""
        canvas = self._window.canvas
        return {
            "zoom_in": lambda: self._zoom(_ZOOM),
            "zoom_out": lambda: self._zoom(1 / _ZOOM),
            "fit": canvas.fit,
            "arrange": canvas.arrange,
            "quick_add": canvas.quick_add,
            "theme": self.flip_theme,
            "full_screen": self._full_screen,
            "reset_layout": self._window.docks.reset,
            "problems": lambda: self._window.docks.raise_("problems"),
        }

    def _zoom(self, factor: float) -> None:
        canvas = self._window.canvas
        middle = canvas.viewport().rect().center().toPointF()
        canvas.camera.zoom_by(factor, middle)

    def flip_theme(self) -> None:
        """Switch between dark and light and remember it."""
        name = "light" if theme.current().name == "dark" else "dark"
        app = QApplication.instance()
        if isinstance(app, QApplication):
            theme.apply(app, name)
            self._window.settings.theme = name

    def _full_screen(self) -> None:
        window = self._window
        if window.isFullScreen():
            window.showNormal()
        else:
            window.showFullScreen()
