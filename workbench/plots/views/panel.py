"""The panel that shows what the view nodes of the document show."""

from collections.abc import Iterable, Mapping
from functools import partial

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QComboBox, QMenu, QStackedWidget, QWidget

from engine.i18n import tr
from engine.layers.spec import Value
from engine.protocol.messages import View
from workbench.plots.panels.panel import TRAINING, Panel, nothing_yet
from workbench.plots.parts import style
from workbench.plots.parts.table import Table
from workbench.plots.views.base import ViewFace
from workbench.plots.views.page import Page
from workbench.plots.views.table import FACES, title
from workbench.session.curves.history import History
from workbench.theme.text import word

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
    cell_wanted = Signal(str, int, int)  # path of a matrix, right class, answer
    edited = Signal(str, str, object)  # path of a view, name and value of a setting

    def __init__(self, history: History, parent: QWidget | None = None) -> None:
        super().__init__(history, every=2, parent=parent)
        self._pages: dict[str, Page] = {}
        self._params: Mapping[str, dict[str, Value]] = {}
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
        page = self._pages.get(self.node)
        return page.face if page else None

    def show_node(self, node: str) -> None:
        """Show the view of a node, if it is there."""
        self.chooser.setCurrentIndex(max(self.chooser.findData(node), 0))

    def set_views(self, views: Iterable[View]) -> None:
        """Take other views; those of other nodes stay."""
        for view in views:
            page = self._pages.get(view.node)
            if page is None or not isinstance(
                page.main, FACES.get(view.kind, ViewFace)
            ):
                page = self._add(view)
            is_new = page is not None and page.main.view is not view
            if page is not None and is_new and not page.main.tried(view):
                self._remove(view.node)
        self._arrange()

    def expect(self, has_views: bool) -> None:
        """Say whether the document has view nodes, for the words of the empty panel."""
        self._waiting = has_views
        self.update()

    def show_cell(self, view: View) -> None:
        """Show the samples of a cell in place of their matrix."""
        page = self._pages.get(view.node)
        if page is not None:
            page.open_cell(view)

    def set_params(self, params: Mapping[str, dict[str, Value]]) -> None:
        """Show the settings of views by their path; others can't be changed."""
        self._params = params
        for node, page in self._pages.items():
            page.show_params(params.get(node))

    def await_views(self, nodes: Iterable[str]) -> None:
        """Say which more views are on their way, with other settings.

        Args:
            nodes: Their paths; empty when all have come.
        """
        awaited = set(nodes)
        for node, page in self._pages.items():
            still = bool(awaited) and page.main.is_awaited
            page.main.wait(on=still or node in awaited)
        self.update()

    def page(self, node: str) -> Page | None:
        """Return what the panel shows for a node."""
        return self._pages.get(node)

    def _add(self, view: View) -> Page | None:
        """Make the page of a node."""
        if view.kind not in FACES:
            return None
        node = view.node
        self._remove(node)
        page = Page(view.kind, FACES[view.kind]())
        page.main.setAccessibleName(title(view.kind))
        page.main.cell_chosen.connect(
            lambda right, answer: self.cell_wanted.emit(node, right, answer)
        )
        page.hovered.connect(self._on_hovered)
        page.changed.connect(self._on_changed)
        page.edited.connect(lambda name, value: self.edited.emit(node, name, value))
        page.show_params(self._params.get(node))
        self._pages[node] = page
        self.stack.addWidget(page)
        self.chooser.addItem(word(self._words(view)), node)
        return page

    def _words(self, view: View) -> str:
        """Return the node's name; where it has none, what its kind is called."""
        known = self.history.names.layer(view.node)
        return known if known != view.node else title(view.kind)

    def _remove(self, node: str) -> None:
        index = self.chooser.findData(node)
        if index < 0:
            return
        page = self._pages.pop(node)
        self.stack.removeWidget(page)
        page.deleteLater()
        self.chooser.removeItem(index)

    def clear(self) -> None:
        """Forget all views, for another run."""
        for node in list(self._pages):
            self._remove(node)
        self._readout = ""
        self._arrange()

    def news(self) -> object:
        """Views decide, the run, and the age of what is shown."""
        face = self.face
        words = self._step_words(face.view) if face and face.view else ""
        return self.history.runs_seen, self.history.views_seen, words

    def take_in(self) -> None:
        """Show the newest views of the history."""
        if self._run_seen != self.history.runs_seen:
            self._run_seen = self.history.runs_seen
            self.clear()
        if self.history.looked_at is not None:
            for page in self._pages.values():
                page.close_cell()  # its samples are of the newest step
        self.set_views(self.history.shown_views)
        self.update(0, 0, self.width(), HEADER_PX)

    def restyle(self) -> None:
        """Take the colours of the theme again."""
        for page in self._pages.values():
            page.restyle()
        super().restyle()

    def table(self) -> Table:
        """Return the numbers of the view that is shown."""
        return self.face.safe_table() if self.face else ([], [])

    def fill_menu(self, menu: QMenu) -> None:
        """Offer the views."""
        for index in range(self.chooser.count()):
            text = self.chooser.itemText(index).replace("&", "&&")
            node = self.chooser.itemData(index)
            action = menu.addAction(text, partial(self.show_node, node))
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
        step = self._step_words(face.view)
        words = face.waiting_words() if face.is_awaited else face.summary()
        return "  ·  ".join(part for part in (name, words, step) if part)

    def _step_words(self, view: View) -> str:
        """Return which step a view shows, and its age while the run is further on."""
        step = tr("step {step}", step=f"{view.step:,}")
        age = self.history.age_s(view.node, view.step) if self.state == TRAINING else 0
        return tr("{step}, {s} s ago, waiting", step=step, s=age) if age else step

    def on_the_way(self) -> str:
        """Return the words before the first view of a run."""
        return tr("The first view is on the way.")

    def _paint_empty(self, painter: QPainter) -> None:
        words = self.words(nothing_yet(tr("what the network puts out")))
        if not self._waiting:
            words = tr(
                "This network has no view.\n\nDrag one from “View” in the layers onto "
                "the canvas, such as a decision boundary, a confusion matrix or "
                "predictions, and connect what it shall show."
            )
        painter.setPen(style.colour("fg2"))
        painter.drawText(self.rect().adjusted(24, 16, -24, -16), _CENTRE, words)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep header and view in their places."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        several = self.chooser.count() > 1
        self.chooser.setVisible(several)
        self.stack.setVisible(bool(self._pages))
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

    def _on_changed(self) -> None:
        self._readout = ""
        self.update()
