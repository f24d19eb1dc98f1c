"""The line above the canvas that says which block is open, and leads back."""

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from engine.graph.titles import title
from engine.i18n import tr
from workbench.canvas.edits import blocks
from workbench.canvas.stage import Stage
from workbench.theme import icons
from workbench.theme.label import Label
from workbench.theme.text import tip, word

HEIGHT_PX = 34


class Breadcrumbs(QWidget):
    """Main › generator › part; a click goes there.

    Args:
        stage: The canvas.
        parent: Its widget.

    Signals:
        height_changed: How many pixels it needs at the upper edge: none, or a line.
    """

    height_changed = Signal(int)

    def __init__(self, stage: Stage, parent: QWidget) -> None:
        super().__init__(parent)
        self._stage, self._parent = stage, parent
        self.setObjectName("pathBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("panel", True)
        self.setAccessibleName(tr("Open blocks"))
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(10, 0, 10, 0)
        self._row.setSpacing(2)
        parent.installEventFilter(self)
        stage.scene.path_changed.connect(self.refresh)
        self.hide()

    @property
    def words(self) -> list[str]:
        """The names from the main graph to what is open."""
        scene = self._stage.scene
        names = [tr("Main")]
        for step, scope in zip(scene.path, scene.crumbs(), strict=False):
            graph = self._stage.document.project.scope(scope)
            names.append(title(graph, graph.node(step)))
        return names

    def refresh(self) -> None:
        """Show the path as it is now."""
        self._clear()
        names = self.words
        for depth, name in enumerate(names):
            if depth:
                self._add_arrow()
            self._add_step(depth, name, is_last=depth == len(names) - 1)
        self._row.addStretch(1)
        is_inside = len(names) > 1
        self.height_changed.emit(HEIGHT_PX if is_inside else 0)
        self.setVisible(is_inside)
        self._place()

    def _clear(self) -> None:
        while item := self._row.takeAt(0):
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()

    def _add_arrow(self) -> None:
        arrow = Label()
        arrow.setPixmap(
            icons.pixmap("chevron-right", "fg2", 12, self.devicePixelRatioF())
        )
        self._row.addWidget(arrow)

    def _add_step(self, depth: int, name: str, *, is_last: bool) -> None:
        step = QToolButton()
        step.setText(word(name))
        step.setAutoRaise(True)
        step.setIconSize(QSize(14, 14))
        if is_last:
            font = step.font()
            font.setWeight(font.Weight.DemiBold)
            step.setFont(font)
        else:
            step.setToolTip(tip(tr("Go back to {name}", name=name)))
        step.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        step.clicked.connect(lambda _checked=False: blocks.go_to(self._stage, depth))
        self._row.addWidget(step)

    def _place(self) -> None:
        self.setGeometry(0, 0, self._parent.width(), HEIGHT_PX)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Be as wide as the canvas."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)
