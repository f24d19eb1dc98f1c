"""Everything that a window says: labels, tooltips, rows, items of the canvas."""

from collections.abc import Iterator

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPointF, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QLabel,
    QTabBar,
    QTextEdit,
    QWidget,
)

_MOST_COLUMNS = 20
Said = tuple[str, str]
"""Where, and the words as Qt gets them."""


def tooltips(top: QWidget) -> Iterator[Said]:
    """Yield all that Qt shows as a tooltip or whatever else may be HTML."""
    for widget in (top, *top.findChildren(QWidget)):
        kind = type(widget).__name__
        for words in (widget.toolTip(), widget.statusTip(), widget.whatsThis()):
            yield f"{kind} tooltip", words
        yield from _own(kind, widget)
    for action in top.findChildren(QAction):
        yield "QAction", action.toolTip()


def _own(kind: str, widget: QWidget) -> Iterator[Said]:
    """Yield what only widgets of its kind have."""
    if isinstance(widget, QLabel):
        is_auto = widget.textFormat() == Qt.TextFormat.AutoText
        yield (
            f"{kind} in {type(widget.parent()).__name__}",
            (widget.text() if is_auto else ""),
        )
    if isinstance(widget, QTabBar):
        for tab in range(widget.count()):
            yield f"{kind} tab", widget.tabToolTip(tab)
    if isinstance(widget, QTextEdit):
        yield f"{kind} text", widget.toHtml()
    if isinstance(widget, QAbstractItemView | QComboBox) and widget.model():
        yield from _rows(kind, widget.model(), QModelIndex())


def _rows(kind: str, model: QAbstractItemModel, parent: QModelIndex) -> Iterator[Said]:
    for row in range(model.rowCount(parent)):
        for column in range(_MOST_COLUMNS):
            index = model.index(row, column, parent)
            if not index.isValid():
                break
            for role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.StatusTipRole):
                yield f"{kind} row", str(index.data(role) or "")
        yield from _rows(kind, model, model.index(row, 0, parent))


def canvas_tips(view) -> Iterator[Said]:
    """Yield the tooltips of a canvas, over nodes, ports, wires and open cards."""
    for item in view.scene.items():
        yield type(item).__name__, item.toolTip()
        box = item.sceneBoundingRect()
        for across in (0.02, 0.25, 0.5, 0.75, 0.98):
            for down in (0.1, 0.5, 0.9):
                x = box.left() + across * box.width()
                y = box.top() + down * box.height()
                yield "help of the canvas", view.pointer.hover.help_at(QPointF(x, y))
