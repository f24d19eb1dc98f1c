"""The list of layers: whole in its panel, or behind a rail of icons."""

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QVBoxLayout, QWidget

from workbench.app.docks.docks import Docks
from workbench.canvas.widgets.layer_list import LayerList
from workbench.canvas.widgets.layer_rail import LayerRail
from workbench.theme.guarded import guarded
from workbench.theme.style import polish

_NAME = "layers"
FLYOUT_PX = 230
_MOST_PX = 560
"""Height of the list beside the rail."""


class Flyout(QFrame):
    """The list of layers beside the rail, over the canvas, until it isn't used.

    No popup of Qt's: a layer can be dragged out of it.

    Args:
        window: Stands in it.
        palette: Is shown.
    """

    def __init__(self, window: QWidget, palette: LayerList) -> None:
        super().__init__(window)
        self._window = window
        polish(self, "flyout", value=True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        box = QVBoxLayout(self)
        box.setContentsMargins(1, 1, 1, 1)
        box.addWidget(palette)
        self._palette = palette
        palette.layer_chosen.connect(self.hide)
        self.hide()

    def open(self, corner: QPoint) -> None:
        """Show it at a place of the window."""
        room = self._window.height() - corner.y()
        self.setGeometry(corner.x(), corner.y(), FLYOUT_PX, min(_MOST_PX, room))
        self._palette.show()
        self.show()
        self.raise_()
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.installEventFilter(self)

    @guarded
    def hideEvent(self, event: QHideEvent) -> None:
        """Listen to nothing more."""
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self)
        super().hideEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Close with Escape, or a click anywhere else."""
        if not isinstance(watched, QWidget):
            return False
        is_inside = watched is self or self.isAncestorOf(watched)
        kind = event.type()
        if kind == QEvent.Type.MouseButtonPress and not is_inside:
            self.hide()
        elif kind == QEvent.Type.KeyPress and is_inside and _is_escape(event):
            self.hide()
            return True
        return False


def _is_escape(event: QEvent) -> bool:
    return isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape


class Palette(QObject):
    """Puts the list where its room wants it.

    Args:
        docks: One of them is its own.
        layers: The list.
    """

    def __init__(self, docks: Docks, layers: LayerList) -> None:
        super().__init__(docks)
        self._docks, self._layers, self._window = docks, layers, docks.window
        self.rail: LayerRail | None = None
        self.flyout: Flyout | None = None

    def set_rail(self, *, on: bool) -> None:
        """Show the list whole, or as a rail."""
        if on == (self.rail is not None):
            return
        if on:
            self.rail = LayerRail()
            self.rail.category_wanted.connect(self._on_wanted)
            self.flyout = Flyout(self._window, self._layers)
            self._docks.put(_NAME, self.rail)
        else:
            self._docks.put(_NAME, self._layers)
            self._layers.show()
            self._drop()
        self._docks.set_bare(_NAME, on=on)

    def _drop(self) -> None:
        for part in (self.rail, self.flyout):
            if part is not None:
                part.hide()
                part.deleteLater()
        self.rail = self.flyout = None

    def _on_wanted(self, category: str) -> None:
        """Open the list beside the rail; the same icon again closes it."""
        rail, flyout = self.rail, self.flyout
        if rail is None or flyout is None:
            return
        self._layers.show_category(category)
        flyout.open(rail.mapTo(self._window, QPoint(rail.width(), 0)))
        self._layers.take_keyboard(searches=not category)
