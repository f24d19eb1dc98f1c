"""What the View and Model menus do, and those Edit entries that the canvas has."""

from collections.abc import Callable

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication

from workbench import theme
from workbench.app.centre.enlarge import Enlarging
from workbench.app.desk import Desk
from workbench.app.docks.layouts import BUILD, TRAIN, Layouts
from workbench.canvas.edits import blocks, edit, lora, notes
from workbench.canvas.widgets import node_chooser

_ZOOM = 1.25


class ViewCommands:
    """Zoom, panels, theme.

    Args:
        desk: Whose parts are shown.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.layouts = Layouts(desk.docks, desk.settings)
        self.enlarging = Enlarging(desk)

    def handlers(self) -> dict[str, Callable[[], object]]:
        """Return what each action does, by the action's id."""
        canvas = self._desk.canvas
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
            "problems": lambda: self._desk.docks.raise_("problems"),
            "undo_list": lambda: self._desk.docks.raise_("undo"),
            "overview": canvas.minimap.toggle,
            "motion": self._flip_motion,
            **self._graph_handlers(),
        }

    def _graph_handlers(self) -> dict[str, Callable[[], object]]:
        """Return what the canvas does with its selection."""
        canvas = self._desk.canvas
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

    def follow_settings(self, motion: QAction) -> None:
        """Take over what the settings say of motion; its action shows it."""
        flag = self._desk.settings.flag("reduced_motion", default=False)
        self._desk.canvas.reduced_motion = flag
        motion.setCheckable(True)
        motion.setChecked(flag)

    def _flip_motion(self) -> None:
        canvas = self._desk.canvas
        canvas.reduced_motion = not canvas.reduced_motion
        self._desk.settings.set_flag("reduced_motion", on=canvas.reduced_motion)

    def _zoom(self, factor: float) -> None:
        canvas = self._desk.canvas
        middle = canvas.viewport().rect().center().toPointF()
        canvas.camera.zoom_by(factor, middle)

    def flip_theme(self) -> None:
        """Switch between dark and light and remember it."""
        name = "light" if theme.current().name == "dark" else "dark"
        app = QApplication.instance()
        if isinstance(app, QApplication):
            theme.apply(app, name)
            self._desk.settings.theme = name

    def _full_screen(self) -> None:
        window = self._desk.widget.window()
        if window.isFullScreen():
            window.showNormal()
        else:
            window.showFullScreen()
