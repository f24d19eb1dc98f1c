"""The panel that watches the inside of the network; behind a tab it costs nothing."""

import math

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QComboBox, QMenu, QStackedWidget, QWidget

from engine import plain
from engine.i18n import tr
from engine.protocol.messages import View
from engine.protocol.tracing.inside import FAILED, KINDS, node_of, title
from workbench.plots.inside import words
from workbench.plots.inside.curves import GradientNorm, Noise, SampleLosses
from workbench.plots.inside.rows import Activations, Attention, Rank, RowsFace
from workbench.plots.panels.panel import TRAINING, Panel, nothing_yet
from workbench.plots.parts import style
from workbench.plots.parts.table import Table
from workbench.plots.views.base import ViewFace
from workbench.plots.views.page import scrolling
from workbench.session.curves.history import History

HEADER_PX = 30
FACES: dict[str, type[ViewFace]] = {
    "activations": Activations,
    "gradient": GradientNorm,
    "attention": Attention,
    "noise": Noise,
    "rank": Rank,
    "sample_losses": SampleLosses,
}
_CENTRE = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignCenter
_TOP = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class InsidePanel(Panel):
    """Shows one kind of look at a time; only that one is measured.

    Args:
        history: Where the numbers come from.
        parent: Qt's owner.
    """

    file_stem = "inside"

    def __init__(self, history: History, parent: QWidget | None = None) -> None:
        super().__init__(history, every=2, parent=parent)
        self._readout = self._why_not = ""
        self.stack = QStackedWidget(self)
        self.chooser = QComboBox(self)
        self.chooser.setAccessibleName(tr("What is watched"))
        self.faces: dict[str, ViewFace] = {}
        for kind in KINDS:
            face = self.faces[kind] = FACES[kind]()
            face.setAccessibleName(title(kind))
            face.hovered.connect(self._on_hovered)
            self.stack.addWidget(scrolling(face))
            self.chooser.addItem(title(kind), kind)
        self.chooser.currentIndexChanged.connect(self._on_chosen)
        self.setAccessibleName(tr("Inside"))

    @property
    def kind(self) -> str:
        """What is chosen."""
        return str(self.chooser.currentData())

    @property
    def face(self) -> ViewFace:
        """The widget that shows it."""
        return self.faces[self.kind]

    def show_kind(self, kind: str) -> None:
        """Choose another kind."""
        self.chooser.setCurrentIndex(KINDS.index(kind))

    @property
    def _view(self) -> View | None:
        views = self.history.shown_views
        node = node_of(self.kind)
        return next((view for view in views if view.node == node), None)

    def news(self) -> object:
        """What is chosen, views, the run, and the age of what is shown."""
        view = self._view
        when = self._when(view) if view else ""
        seen = self.history
        return seen.runs_seen, seen.views_seen, self.kind, when

    def take_in(self) -> None:
        """Show the newest numbers of the kind that is chosen."""
        view, face = self._view, self.face
        failed = view.words.get(FAILED) if view is not None else None
        self._why_not = plain.sentence(failed[0]) if failed else ""
        if view is None or failed:
            face.view = None
        elif face.view is not view:
            if isinstance(face, RowsFace):
                known = self.history.names
                layers = view.words.get("layers", ())
                face.names = {path: known.layer(path) for path in layers}
            face.tried(view)
        self._arrange()
        self.update()

    def restyle(self) -> None:
        """Take the colours of the theme again."""
        for face in self.faces.values():
            face.restyle()
        super().restyle()

    def table(self) -> Table:
        """Return the numbers that are shown."""
        return self.face.safe_table()

    def fill_menu(self, menu: QMenu) -> None:
        """Offer the kinds."""
        for kind in KINDS:
            action = menu.addAction(title(kind))
            action.triggered.connect(lambda _=False, kind=kind: self.show_kind(kind))
            action.setCheckable(True)
            action.setChecked(kind == self.kind)

    def empty_words(self) -> str:
        """Return what stands where nothing can be shown: why, or when there will be."""
        return self._why_not or self.words(nothing_yet(title(self.kind)))

    def on_the_way(self) -> str:
        """Return the words before the first numbers."""
        return tr("Waiting for its turn: the first numbers are on the way.")

    def _when(self, view: View) -> str:
        """Return which step a view shows, how old that is, and what it costs."""
        step = tr("step {step}", step=f"{view.step:,}")
        age = self.history.age_s(view.node, view.step) if self.state == TRAINING else 0
        if age:
            step = tr("{step}, {s} s ago, waiting", step=step, s=age)
        cost = _cost(view)
        told = words.of_cost(cost) if math.isfinite(cost) else ""
        return "  ·  ".join(part for part in (step, told) if part)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the header, or the words of an empty panel."""
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), style.colour("bg1"))
            painter.setFont(style.tick_font())
            view = self.face.view
            if view is None:
                painter.setPen(style.colour("fg2"))
                room = self.rect().adjusted(24, 16, -24, -16)
                painter.drawText(room, _CENTRE, self.empty_words())
                return
            painter.setPen(style.colour("fg2"))
            box = QRectF(12, 2, self.chooser.x() - 20, HEADER_PX - 4)
            short = painter.fontMetrics().elidedText(
                self._when(view), Qt.TextElideMode.ElideRight, int(box.width())
            )
            painter.drawText(box, _LEFT, short)
            painter.setPen(style.colour("fg"))
            text = self._readout or self.face.summary()
            painter.drawText(self._words_box(), _TOP, text)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep chooser and face in their places."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        self.stack.setVisible(self.face.view is not None)
        hint = self.chooser.sizeHint()
        width = min(hint.width(), max(self.width() // 2, 60))
        height = min(hint.height(), HEADER_PX - 4)
        self.chooser.setGeometry(self.width() - width - 8, 2, width, height)
        top = round(self._words_box().bottom()) + 6
        self.stack.setGeometry(0, top, self.width(), max(self.height() - top, 0))

    def _words_box(self) -> QRectF:
        """Return where the sentence stands: it takes the lines that it needs."""
        width = max(self.width() - 24, 40)
        text = self.face.summary() if self.face.view is not None else ""
        room = QRectF(0, 0, width, 200)
        needed = style.metrics().boundingRect(room, _TOP, text).height()
        least = style.metrics().height()  # what is read under the mouse has one line
        return QRectF(12, HEADER_PX, width, max(needed, least))

    def _on_chosen(self, index: int) -> None:
        self.stack.setCurrentIndex(index)
        self._readout = ""
        self.setAccessibleDescription(tr("Shows: {what}", what=title(self.kind)))
        self.catch_up()

    def _on_hovered(self, text: str) -> None:
        self._readout = text
        self.update()


def _cost(view: View) -> float:
    """Return the seconds that a look took; NaN where its view doesn't say."""
    try:
        return float(view.words["cost"][0])
    except (LookupError, ValueError):
        return math.nan
