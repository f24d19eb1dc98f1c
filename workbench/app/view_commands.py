"""How the window looks: rooms, theme, motion, full screen."""

from PySide6.QtWidgets import QApplication

from workbench import theme
from workbench.app.bars.keeping import keep
from workbench.app.centre.enlarge import Enlarging
from workbench.app.desk import Desk


class ViewCommands:
    """Rooms, theme, motion.

    Args:
        desk: Whose parts are shown.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.enlarging = Enlarging(desk)

    def follow_settings(self) -> None:
        """Take over what the settings say of motion."""
        flag = self._desk.settings.flag("reduced_motion", default=False)
        self._desk.canvas.reduced_motion = flag

    def flip_motion(self) -> None:
        """Let cards glide to new places, or be there at once; and remember it."""
        canvas = self._desk.canvas
        canvas.reduced_motion = not canvas.reduced_motion
        self._desk.settings.set_flag("reduced_motion", on=canvas.reduced_motion)
        keep(self._desk.settings, self._desk.banner)

    def enter(self, room: str) -> None:
        """Go to a room."""
        self._desk.rooms.prefer(room, trains=self._desk.session.active)

    def flip_theme(self) -> None:
        """Switch between dark and light and remember it."""
        name = "light" if theme.current().name == "dark" else "dark"
        app = QApplication.instance()
        if isinstance(app, QApplication):
            theme.apply(app, name)
            self._desk.settings.theme = name
            keep(self._desk.settings, self._desk.banner)

    def full_screen(self) -> None:
        """Fill the screen with the window, or go back."""
        window = self._desk.widget.window()
        if window.isFullScreen():
            window.showNormal()
        else:
            window.showFullScreen()
