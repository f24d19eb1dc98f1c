"""The middle of the window: the canvas, and what a room shows beside and below it."""

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QSplitter, QStackedWidget, QWidget

_SHARES = ((52, 48), (58, 42))
"""Of the width: canvas and what is beside it; of the height: it and what is below."""


class Split(QSplitter):
    """The canvas alone, or with two neighbours.

    Args:
        centre: Holds the canvas, and what may stand in its place; this takes its
            place in the layout.
    """

    def __init__(self, centre: QStackedWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        around = centre.parentWidget()
        layout = around.layout() if around is not None else None
        if layout is not None:
            layout.replaceWidget(centre, self)
        self._left = QSplitter(Qt.Orientation.Vertical)
        self._left.addWidget(centre)
        centre.show()
        self.addWidget(self._left)
        self._neighbours: tuple[QWidget, ...] = ()
        for splitter in (self, self._left):
            splitter.setChildrenCollapsible(False)
            splitter.setHandleWidth(4)

    def put(self, beside: QWidget, below: QWidget) -> None:
        """Give the canvas its neighbours; they show when they are wanted."""
        self.addWidget(beside)
        self._left.addWidget(below)
        self._neighbours = (beside, below)
        for neighbour in self._neighbours:
            neighbour.hide()

    def show_neighbours(self, *, on: bool) -> None:
        """Show what stands beside and below the canvas, or the canvas alone."""
        for neighbour in self._neighbours:
            neighbour.setVisible(on)
        if on:
            across, down = _SHARES
            whole, high = max(self.width(), 100), max(self.height(), 100)
            self.setSizes([whole * share // 100 for share in across])
            self._left.setSizes([high * share // 100 for share in down])
            return
        # At once: panels that come back before Qt lays out anew would find no room
        # beside the neighbours' least sizes, and make the window larger.
        for widget in (self._left, self, self.parentWidget()):
            QCoreApplication.sendPostedEvents(widget, QEvent.Type.LayoutRequest)
