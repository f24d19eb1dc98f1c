"""One view in the panel: its controls, its face, and what was opened in it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from engine.i18n import tr
from engine.layers.spec import Value
from engine.protocol.messages import View
from workbench.plots.views.base import ViewFace, name
from workbench.plots.views.controls import CONTROLS, Controls
from workbench.plots.views.kinds.matrix_cell import face_for
from workbench.theme import icons
from workbench.theme.label import Label

_BACK = frozenset({Qt.Key.Key_Escape, Qt.Key.Key_Backspace, Qt.Key.Key_Back})


class Page(QWidget):
    """A face below its controls; a cell that was opened stands in its place.

    Args:
        kind: Of the view.
        face: Shows it.
    """

    changed = Signal()  # another face is shown
    edited = Signal(str, object)  # a setting of the view, and its value
    hovered = Signal(str)

    def __init__(self, kind: str, face: ViewFace) -> None:
        super().__init__()
        self.main = face
        self._cell: ViewFace | None = None
        self.controls = Controls(kind) if kind in CONTROLS else None
        self._stack = QStackedWidget()
        self._stack.addWidget(scrolling(face))
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        self._bar = self._back_bar()
        box.addWidget(self._bar)
        if self.controls is not None:
            self.controls.edited.connect(self.edited)
            self.controls.hide()
            box.addWidget(self.controls)
        box.addWidget(self._stack, 1)
        face.hovered.connect(self.hovered)

    def _back_bar(self) -> QWidget:
        """Return the way back, and which cell is open."""
        bar = QWidget()
        row = QHBoxLayout(bar)
        row.setContentsMargins(8, 0, 10, 2)
        self.back = QPushButton(tr("Back"))
        self.back.setProperty("small", True)
        icons.bind(self.back, "arrow-left", "fg2")
        self.back.setAccessibleName(tr("Back to the confusion matrix"))
        self.back.clicked.connect(self.close_cell)
        self.words = Label()
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        row.addWidget(self.back)
        row.addWidget(self.words, 1)
        bar.hide()
        return bar

    @property
    def face(self) -> ViewFace:
        """The face that is shown."""
        return self._cell or self.main

    def restyle(self) -> None:
        """Take the colours of the theme again."""
        self.main.restyle()
        if self._cell is not None:
            self._cell.restyle()

    def show_params(self, params: dict[str, Value] | None) -> None:
        """Show the settings of the view; None where they can't be changed."""
        if self.controls is not None:
            self.controls.setVisible(params is not None)
            if params is not None:
                self.controls.show_params(params)

    def open_cell(self, view: View) -> None:
        """Show the samples of a cell in place of the matrix."""
        has_focus = self.main.hasFocus() or self.back.hasFocus()
        self._drop_cell()
        self._cell = face_for(view)
        self._cell.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._cell.setAccessibleName(tr("Samples of a cell"))
        self._cell.hovered.connect(self.hovered)
        self._cell.show_view(view)
        self._stack.addWidget(scrolling(self._cell))
        self._stack.setCurrentIndex(1)
        self.words.setText(_words(view))
        self._bar.show()
        if has_focus:
            self._cell.setFocus()
        self.changed.emit()

    def close_cell(self) -> None:
        """Show the matrix again."""
        if self._cell is not None:
            self._drop_cell()
            self._bar.hide()
            self.main.setFocus()
            self.changed.emit()

    def _drop_cell(self) -> None:
        frame = self._stack.widget(1)
        if frame is not None:
            self._stack.removeWidget(frame)
            frame.deleteLater()
        self._cell = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go back from a cell with Escape or Backspace."""
        if self._cell is not None and event.key() in _BACK:
            self.close_cell()
        else:
            super().keyPressEvent(event)


def _words(view: View) -> str:
    """Return which cell a view shows."""
    labels, answers = view.arrays["labels"], view.arrays["answers"]
    if not len(labels):
        return ""
    names = view.words.get("classes", ())
    right, answer = name(names, int(labels[0])), name(names, int(answers[0]))
    if right == answer:
        return tr("{right}, recognised", right=right)
    return tr("{right} taken for {answer}", right=right, answer=answer)


class _Scroll(QScrollArea):
    """Scrolls a face that is higher than its room; in the panel's colour."""

    def __init__(self, face: ViewFace) -> None:
        super().__init__()
        self.setWidget(face)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)


def scrolling(face: ViewFace) -> QWidget:
    """Return a frame around a face that scrolls when it must."""
    return _Scroll(face)
