"""What the engine knows of a node, as rows of words and numbers."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from engine.i18n import tr
from engine.protocol.messages import NodeInfo
from workbench.theme import fonts, text
from workbench.theme.label import Label
from workbench.theme.style import polish

UNKNOWN = "—"
_MOST_EXACT = 9_999_999
"""Parameters for whose every digit a panel has room."""


class Facts(QWidget):
    """Output shape, parameters, operations and memory of one node."""

    def __init__(self) -> None:
        super().__init__()
        self.labels: dict[str, Label] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(1, 3)
        self._grid.setColumnStretch(3, 2)
        self._add("output", tr("Output"), 0, 0)
        self._add("parameters", tr("Parameters"), 0, 2)
        self._add("flops", tr("FLOPs"), 1, 0)
        self._add("memory", tr("Memory"), 1, 2)
        self.labels["flops"].setToolTip(
            tr("Floating-point operations of the forward pass per sample")
        )
        self.labels["memory"].setToolTip(tr("Memory of the output per sample"))

    def show_info(self, info: NodeInfo | None) -> None:
        """Show what is known; dashes for what is not."""
        if info is None or not info.known:
            for label in self.labels.values():
                label.setText(UNKNOWN)
            return
        shapes = ", ".join(text.shape(shape) for shape in info.outputs.values())
        self.labels["output"].setText(shapes or UNKNOWN)
        exact = text.count(info.parameters)
        is_long = info.parameters > _MOST_EXACT
        words = text.short(info.parameters) if is_long else exact
        self.labels["parameters"].setText(words)
        self.labels["parameters"].setToolTip(exact if is_long else "")
        self.labels["flops"].setText(text.short(info.flops))
        self.labels["memory"].setText(text.size(info.activation_bytes))

    def _add(self, key: str, title: str, row: int, column: int) -> None:
        name, value = Label(title), Label(UNKNOWN)
        polish(name, "role", "secondary")
        value.setFont(fonts.mono())
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.labels[key] = value
        self._grid.addWidget(name, row, column)
        self._grid.addWidget(value, row, column + 1)
