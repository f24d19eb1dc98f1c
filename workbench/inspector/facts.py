"""What the engine knows of a node, as rows of words and numbers."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from engine.i18n import tr
from engine.protocol.messages import NodeInfo
from workbench.theme import fonts, text
from workbench.theme.label import Label
from workbench.theme.style import polish

UNKNOWN = "—"
_SEVERAL = 2
_DROP_PX = 4
"""Above a value in the middle of its row: its baseline is that of the words before."""


class Facts(QWidget):
    """Output shape, parameters, operations and memory of one node."""

    def __init__(self) -> None:
        super().__init__()
        self.labels: dict[str, Label] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(0)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnStretch(3, 1)
        self._add("output", tr("Output"), 0, 0, span=3)
        self._add("parameters", tr("Parameters"), 1, 0)
        self._add("flops", tr("FLOPs"), 1, 2)
        self._add("memory", tr("Memory"), 2, 0, span=3)
        self.labels["output"].setWordWrap(True)
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
        self.labels["output"].setText(_outputs(info) or UNKNOWN)
        exact = text.count(info.parameters)
        is_long = info.parameters > text.MOST_EXACT
        words = text.short(info.parameters) if is_long else exact
        self.labels["parameters"].setText(words)
        self.labels["parameters"].setToolTip(exact if is_long else "")
        self.labels["flops"].setText(text.short(info.flops))
        self.labels["memory"].setText(text.size(info.activation_bytes))

    def _add(self, key: str, title: str, row: int, column: int, span: int = 1) -> None:
        name, value = Label(title), Label(UNKNOWN)
        polish(name, "role", "secondary")
        value.setFont(fonts.mono())
        value.setContentsMargins(0, _DROP_PX, 0, 0)
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.labels[key] = value
        self._grid.addWidget(name, row, column)
        self._grid.addWidget(value, row, column + 1, 1, span)


def _outputs(info: NodeInfo) -> str:
    """Return all shapes, by port where there are several: `image 1×28×28 · label`."""
    if len(info.outputs) < _SEVERAL:
        return "".join(text.shape(shape) for shape in info.outputs.values())
    parts = [
        f"{port} {text.shape(shape)}" if shape[1:] else port
        for port, shape in info.outputs.items()
    ]
    return " · ".join(parts)
