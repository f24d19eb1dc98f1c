"""The panel that shows what the view nodes of the document show."""

from collections.abc import Iterable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QMenu,
    QScrollArea,
    QStackedWidget,
    QWidget,
)

from engine.i18n import tr
from engine.protocol.frame import View
from workbench.plots import style
from workbench.plots.panel import Panel, Table, nothing_yet
from workbench.plots.views.base import ViewFace
from workbench.plots.views.table import FACES, title
from workbench.session.history import History

HEADER_PX = 30
_CENTRE = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class ViewPanel(Panel):
    """Shows one view at a time, with a chooser when there are several.

    Args:
        history: Where the views come from.
        parent: Qt's owner.
    """

    file_stem = "view"

    def __init__(self, history: History, parent: QWidget | None = None) -> None:
        super().__init__(history, every=2, parent=parent)
        self._faces: dict[str, ViewFace] = {}
        self._run_seen = history.runs_seen
        self._readout = ""
        self._waiting = False
        self.stack = QStackedWidget(self)
        self.chooser = QComboBox(self)
        self.chooser.setAccessibleName(tr("View"))
        self.chooser.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.chooser.currentIndexChanged.connect(self._on_chosen)
        self.chooser.hide()
        self.setAccessibleName(tr("Views"))

    @property
    def node(self) -> str:
        """Path of the view node that is shown, or empty."""
        return str(self.chooser.currentData() or "")

    @property
    def face(self) -> ViewFace | None:
        """The widget that is shown."""
        return self._faces.get(self.node)

    def show_node(self, node: str) -> None:
        """Show the view of a node, if it is there."""
        self.chooser.setCurrentIndex(max(self.chooser.findData(node), 0))

    def set_views(self, views: Iterable[View]) -> None:
        """Take other views; those of other nodes stay."""
        for view in views:
            face = self._faces.get(view.node)
            if not isinstance(face, FACES.get(view.kind, ViewFace)):
                face = self._add(view)
            if face is not None and face.view is not view:
                face.show_view(view)
        self._arrange()

    def expect(self, has_views: bool) -> None:
        """Say whether the document has view nodes, for the words of the empty panel."""
        self._waiting = has_views
        self.update()

    def _add(self, view: View) -> ViewFace | None:
        """Make the widget of a node."""
        if view.kind not in FACES:
            return None
        self._remove(view.node)
        face = FACES[view.kind]()
        face.setAccessibleName(title(view.kind))
        face.hovered.connect(self._on_hovered)
        self._faces[view.node] = face
        self.stack.addWidget(_scrolling(face))
        self.chooser.addItem(self._words(view), view.node)
        return face

    def _words(self, view: View) -> str:
        """Return the node's name; where it has none, what its kind is called."""
        known = self.history.names.layer(view.node)
        return known if known != view.node else title(view.kind)

    def _remove(self, node: str) -> None:
        index = self.chooser.findData(node)
        if index < 0:
            return
        del self._faces[node]
        frame = self.stack.widget(index)
        self.stack.removeWidget(frame)
        frame.deleteLater()
        self.chooser.removeItem(index)

    def clear(self) -> None:
        """Forget all views, for another run."""
        for node in list(self._faces):
            self._remove(node)
        self._readout = ""
        self._arrange()

    def news(self) -> object:
        """Views decide, and the run."""
        return self.history.runs_seen, self.history.views_seen

    def take_in(self) -> None:
        """Show the newest views of the history."""
        if self._run_seen != self.history.runs_seen:
            self._run_seen = self.history.runs_seen
            self.clear()
        self.set_views(self.history.views.values())

    def restyle(self) -> None:
        """Take the colours of the theme again."""
        for face in self._faces.values():
            face.restyle()
        super().restyle()

    def table(self) -> Table:
        """Return the numbers of the view that is shown."""
        return self.face.table() if self.face else ([], [])

    def fill_menu(self, menu: QMenu) -> None:
        """Offer the views."""
        for index in range(self.chooser.count()):
            text = self.chooser.itemText(index).replace("&", "&&")
            node = self.chooser.itemData(index)
            action = menu.addAction(text, lambda node=node: self.show_node(node))
            action.setCheckable(True)
            action.setChecked(index == self.chooser.currentIndex())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the header above the view, or the words of an empty panel."""
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), style.colour("bg1"))
            face = self.face
            if face is None or face.view is None:
                self._paint_empty(painter)
                return
            painter.setFont(style.tick_font())
            right = self.chooser.x() if self.chooser.isVisible() else self.width()
            box = QRectF(12, 2, right - 20, HEADER_PX - 4)
            painter.setPen(style.colour("fg" if self._readout else "fg2"))
            text = self._readout or self._header(face)
            metrics = painter.fontMetrics()
            room = int(box.width())
            short = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
            painter.drawText(box, _LEFT, short)

    def _header(self, face: ViewFace) -> str:
        """Return name, a few words and the step of a view."""
        assert face.view is not None
        name = "" if self.chooser.isVisible() else self.chooser.currentText()
        step = tr("step {step}", step=f"{face.view.step:,}")
        return "  ·  ".join(part for part in (name, face.summary(), step) if part)

    def _paint_empty(self, painter: QPainter) -> None:
        words = nothing_yet(tr("what the network puts out"))
        if not self._waiting:
            hint = tr(
                "Views on the canvas, such as a decision boundary, a confusion matrix "
                "or predictions, show their node's output here."
            )
            words += f"\n\n{hint}"
        painter.setPen(style.colour("fg2"))
        painter.drawText(self.rect().adjusted(24, 16, -24, -16), _CENTRE, words)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep header and view in their places."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        several = self.chooser.count() > 1
        self.chooser.setVisible(several)
        self.stack.setVisible(bool(self._faces))
        width = min(self.chooser.sizeHint().width(), max(self.width() // 2, 60))
        height = min(self.chooser.sizeHint().height(), HEADER_PX - 4)
        self.chooser.setGeometry(self.width() - width - 8, 2, width, height)
        self.stack.setGeometry(
            0, HEADER_PX, self.width(), max(self.height() - HEADER_PX, 0)
        )
        self.update()

    def _on_chosen(self, index: int) -> None:
        self.stack.setCurrentIndex(index)
        self._readout = ""
        self.setAccessibleDescription(
            tr("Shows: {what}", what=self.chooser.currentText())
        )
        self.update()

    def _on_hovered(self, text: str) -> None:
        self._readout = text
        self.update(0, 0, self.width(), HEADER_PX)


class _Scroll(QScrollArea):
    """Scrolls a face that is higher than its room; in the panel's colour."""

    def __init__(self, face: ViewFace) -> None:
        super().__init__()
        self.setWidget(face)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)


def _scrolling(face: ViewFace) -> QWidget:
    """Return a frame around a face that scrolls when it must."""
    return _Scroll(face)
