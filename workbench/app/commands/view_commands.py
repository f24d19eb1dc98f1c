"""What the View and Model menus do, and those Edit entries that the canvas has."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from workbench import theme
from workbench.app.docks.enlarge import Enlarging
from workbench.app.docks.layouts import BUILD, TRAIN, Layouts
from workbench.canvas.edits import blocks, edit, lora, notes
from workbench.canvas.widgets import node_chooser

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
        self.layouts = Layouts(window.docks, window.settings)
        self.enlarging = Enlarging(window)

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
            "enlarge": self.enlarging.toggle,
            "layout_build": lambda: self.layouts.switch(BUILD),
            "layout_train": lambda: self.layouts.switch(TRAIN),
            "reset_layout": self.layouts.reset,
            "problems": lambda: self._window.docks.raise_("problems"),
            "undo_list": lambda: self._window.docks.raise_("undo"),
            "overview": canvas.minimap.toggle,
            "motion": self._flip_motion,
            **self._graph_handlers(),
        }

    def _graph_handlers(self) -> dict[str, Callable[[], object]]:
        """Return what the canvas does with its selection."""
        canvas = self._window.canvas
        return {
            "heal": lambda: edit.heal(canvas),
            "go_to": lambda: node_chooser.go_to_node(canvas),
            "connect": lambda: node_chooser.connect(canvas),
            "group": lambda: blocks.group(canvas),
            "unpack": lambda: blocks.unpack(canvas),
            "enter": lambda: blocks.enter(canvas),
            "leave": lambda: blocks.go_up(canvas),
            "open_in_place": lambda: blocks.toggle_open(canvas),
            "save_block": lambda: blocks.save_to_library(canvas),
            "frame": lambda: notes.frame_selection(canvas),
            "comment": lambda: notes.add_comment(canvas),
            "lora": lambda: lora.adapt(canvas),
            "plain_linear": lambda: lora.restore(canvas),
        }

    def follow_settings(self) -> None:
        """Take over what the settings say of motion."""
        flag = self._window.settings.flag("reduced_motion", default=False)
        self._window.canvas.reduced_motion = flag
        self._window.actions_["motion"].setCheckable(True)
        self._window.actions_["motion"].setChecked(flag)

    def _flip_motion(self) -> None:
        canvas = self._window.canvas
        canvas.reduced_motion = not canvas.reduced_motion
        self._window.settings.set_flag("reduced_motion", on=canvas.reduced_motion)

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
