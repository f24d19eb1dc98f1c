"""What all panels have: a pace, a face when there is nothing to show, and export."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QShowEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from engine.i18n import tr
from workbench import theme
from workbench.plots.panels import export
from workbench.session.curves.history import History
from workbench.theme.figures import Figure, Figures
from workbench.theme.guarded import guarded
from workbench.theme.menu import Menu
from workbench.theme.tokens import SPACE_M, SPACE_S

TRAINING = "training"
UNDER_WAY = frozenset({"compiling", TRAINING})
"""States of the session in which there will soon be something to show."""


class Panel(export.Plot):
    """A plot of the history that is drawn again only when there is news.

    Args:
        history: Where every number comes from.
        every: Look for news at each `every`-th tick of the 33 ms timer.
        parent: Qt's owner.
    """

    turn = 0
    """Which of its ticks, so that panels take turns instead of drawing together."""

    def __init__(
        self, history: History, every: int = 1, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.history = history
        self._every, self._ticks = every, 0
        self._seen: object = None
        self.state = ""
        self.figures = Figures(parent=self)
        policy = QSizePolicy.Policy.Expanding
        self.setSizePolicy(policy, policy)
        self.setMinimumSize(120, 80)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        theme.signals.changed.connect(self.restyle)

    def refresh(self) -> None:
        """Take in and draw what is new; costs next to nothing when nothing is."""
        self._ticks += 1
        if self._ticks % self._every == self.turn % self._every and self.isVisible():
            self.catch_up()

    def catch_up(self) -> None:
        """Take in what is new, without waiting for this panel's turn."""
        news = self.news()
        if news != self._seen:
            self._seen = news
            self.take_in()
            self.figures.say(self.headline())

    def news(self) -> object:
        """Return a value that differs when there is something new to draw."""
        raise NotImplementedError

    def take_in(self) -> None:
        """Read the history and draw."""
        raise NotImplementedError

    def headline(self) -> list[Figure]:
        """Return the newest values, for the panel's head."""
        return []

    def hold_figures(self) -> None:
        """Take the figures back from a title bar."""
        self.figures.setParent(self)
        self.figures.show()
        self.place_figures()

    def place_figures(self) -> None:
        """Put the figures at the top left, unless a title bar holds them."""
        if self.figures.parent() is self:
            right = self.free_right() - SPACE_S
            self.figures.setGeometry(SPACE_M, 4, max(right - SPACE_M, 0), 20)

    def free_right(self) -> int:
        """Return where the room for figures ends, px."""
        return self.width()

    def set_state(self, state: str) -> None:
        """Take the session's state, for the words while there is nothing to show."""
        if state != self.state:
            self.state = state
            self.show_words()

    def show_words(self) -> None:
        """Show the words while there is nothing else, as they now are."""
        self.update()

    def words(self, empty: str) -> str:
        """Return what to say while there is nothing to show.

        Args:
            empty: While no run is on.
        """
        if self.state == "paused":
            return tr("Paused before the first numbers: resume, or make one step.")
        return self.on_the_way() if self.state in UNDER_WAY else empty

    def on_the_way(self) -> str:
        """Return the words before the first numbers of a run."""
        return tr("The first numbers are on the way.")

    def restyle(self) -> None:
        """Take the colours of the theme again."""
        self.again()

    def again(self) -> None:
        """Draw everything again, as if it were new."""
        self._seen = None
        if self.isVisible():
            self.catch_up()

    @guarded
    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what was not drawn while hidden."""
        super().showEvent(event)
        self.catch_up()

    def menu(self) -> QMenu:
        """Return a new context menu."""
        menu = Menu(parent=self)
        self.fill_menu(menu)
        export.add_actions(menu, self)
        return menu

    def fill_menu(self, menu: QMenu) -> None:
        """Add the panel's own actions before those for export."""

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open the menu at the mouse, or in the middle for the keyboard."""
        keyboard = event.reason() == QContextMenuEvent.Reason.Keyboard
        self.open_menu(self.mapToGlobal(self.rect().center()) if keyboard else None)

    def open_menu(self, position: QPoint | None = None) -> None:
        """Show the context menu."""
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(position or self.cursor().pos())


def nothing_yet(what: str) -> str:
    """Return the words of an empty panel."""
    return tr("Press Train to see {what}", what=what)
