"""The table of tensors that the dialog of weights shows, beside those in the file."""

from collections.abc import Sequence

from PySide6.QtGui import QBrush, QColor
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem

from engine.i18n import tr
from engine.protocol.weights import TensorFit, WeightsPreview
from workbench.theme import fonts, icons, signals, tokens
from workbench.theme.text import tip

_COLOURS = {"matched": "ok", "new": "accent", "missing": "warn", "differs": "err"}
_WORDS = {
    "matched": "Matched",
    "new": "New",
    "missing": "Missing",
    "differs": "Shape differs",
}
_FIT = 4
_MANY = 30
"""So many names stand in a tooltip; all of them in the rows."""


class FitTable(QTreeWidget):
    """One row for each tensor, and below them the names that nothing takes."""

    def __init__(self) -> None:
        super().__init__()
        self._preview: WeightsPreview | None = None
        self._unused: QTreeWidgetItem | None = None
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setAccessibleName(tr("Weights"))
        words = [tr("Weights"), tr("In the file"), tr("Shape"), tr("There")]
        self.setHeaderLabels([*words, tr("Match")])
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        for column in (0, 1):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        self.itemClicked.connect(_toggle)
        self.itemExpanded.connect(self._on_toggled)
        self.itemCollapsed.connect(self._on_toggled)
        signals.changed.connect(self._tint)

    def show_preview(self, preview: WeightsPreview | None) -> None:
        """Show how each tensor fits; nothing for None."""
        self.clear()
        self._preview, self._unused = preview, None
        if preview is None:
            return
        self.addTopLevelItems([_row(tensor) for tensor in preview.tensors])
        if preview.unused:
            self._unused = _unused(preview.unused)
            self.addTopLevelItem(self._unused)
            self._unused.setFirstColumnSpanned(True)
        self._tint()

    def _on_toggled(self, item: QTreeWidgetItem) -> None:
        if item is self._unused:
            self._tint()

    def _tint(self) -> None:
        """Colour the words in the last column, readable on the table."""
        theme = tokens.current()
        for index, tensor in enumerate(self._preview.tensors if self._preview else ()):
            item = self.topLevelItem(index)
            assert item is not None
            colour = theme.colour(_COLOURS[kind(tensor)])
            readable = tokens.readable(colour, theme.bg1)
            item.setForeground(_FIT, QBrush(QColor(readable)))
        if self._unused is not None:
            name = "down" if self._unused.isExpanded() else "right"
            self._unused.setIcon(0, icons.icon(f"chevron-{name}", "fg2"))
            self._unused.setForeground(0, QBrush(QColor(theme.fg2)))


def kind(tensor: TensorFit) -> str:
    """Return how a tensor fits; `new` for one that a file need not have."""
    return "new" if tensor.is_new else tensor.fit


def _row(tensor: TensorFit) -> QTreeWidgetItem:
    words = [
        tensor.name,
        tensor.source if tensor.fit != "missing" else "—",
        _shape(tensor.expected),
        "—" if tensor.got is None else _shape(tensor.got),
        _words(tensor),
    ]
    item = QTreeWidgetItem(words)
    for column in range(_FIT):
        item.setFont(column, fonts.mono())
    item.setToolTip(_FIT, tip(_help(tensor)))
    return item


def _unused(names: Sequence[str]) -> QTreeWidgetItem:
    """Return the row that opens into the names that nothing takes."""
    item = QTreeWidgetItem([tr("In the file, but not used: {n}", n=len(names))])
    more = "\n…" if names[_MANY:] else ""
    item.setToolTip(0, tip("\n".join(names[:_MANY]) + more))
    for name in names:
        child = QTreeWidgetItem(["", name])
        child.setFont(1, fonts.mono())
        item.addChild(child)
    return item


def _toggle(item: QTreeWidgetItem, _column: int) -> None:
    if item.childCount():
        item.setExpanded(not item.isExpanded())


def _words(tensor: TensorFit) -> str:
    if tensor.fit == "differs" and tensor.got == tensor.expected:
        return tr("Kind of number differs")
    return tr(_WORDS[kind(tensor)])


def _help(tensor: TensorFit) -> str:
    if tensor.is_new:
        return tr("A file need not have it: it starts at its own value.")
    if tensor.fit == "missing":
        return tr("The file has no “{name}”.", name=tensor.source)
    return ""


def _shape(sizes: Sequence[int]) -> str:
    return "×".join(map(str, sizes)) or "1"
