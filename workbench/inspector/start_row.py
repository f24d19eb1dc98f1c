"""Says which file a node's weights start from, with a button that forgets it."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from engine.graph.model import Node
from engine.graph.weights import Start
from engine.i18n import tr
from workbench.theme import icons
from workbench.theme.label import Label
from workbench.theme.style import polish
from workbench.theme.text import tip
from workbench.theme.tokens import SPACE_S


class StartRow(QWidget):
    """Hidden while the weights start anew."""

    cleared = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.words, self.clear = Label(), QToolButton()
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        polish(self.words, "role", "secondary")
        icons.bind(self.clear, "close", "fg3")
        polish(self.clear, "small", value=True)
        self.clear.setToolTip(tr("Start anew, from the seed"))
        self.clear.setAccessibleName(tr("Start anew, from the seed"))
        self.clear.clicked.connect(lambda _checked=False: self.cleared.emit())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        row.addWidget(self.words, 1)
        row.addWidget(self.clear)
        self.hide()

    def show_nodes(self, nodes: Sequence[Node]) -> None:
        """Show where these nodes start."""
        words = (node.weights for node in nodes if node.weights)
        starts = [Start.parse(text) for text in dict.fromkeys(words)]
        paths = list(dict.fromkeys(start.path for start in starts))
        self.setVisible(bool(paths))
        names = ", ".join(Path(path).name for path in paths)
        prefix = starts[0].prefix if len(nodes) == len(starts) == 1 else ""
        inside = f" · {prefix}" if prefix else ""
        self.words.setText(tr("Starts from {file}", file=names) + inside)
        self.words.setToolTip(tip("\n".join(paths)))
