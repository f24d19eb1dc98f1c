"""The number under the cursor, written out: symbols, numbers, what comes out."""

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QVBoxLayout

from engine.i18n import tr
from engine.protocol.tracing import CellLine, CellWritten
from workbench.explain import words
from workbench.theme import fonts, icons
from workbench.theme.label import Label
from workbench.theme.style import polish
from workbench.theme.tokens import SPACE_L, SPACE_S

_LINES = 3
_SYMBOLS = {
    "input": "x", "output": "y", "upstream": "δ", "given": "∂L/∂x",
    "weight": "w", "gradient": "∂L/∂w", "step": "Δw",
    "inside.share": "a", "inside.score": "∂L/∂s", "inside.h": "h",
    "inside.reach": "‖δ‖",
}  # fmt: skip


def symbol(piece: str) -> str:
    """Return what stands for a tensor in a formula."""
    kind, _, name = piece.partition(":")
    found = _SYMBOLS.get(kind.rstrip("0123456789"), "")
    return f"{found} {name}" if name and name != "weight" else found


class CellCard(QFrame):
    """Says where a number comes from, as many lines as it takes; the number copies."""

    def __init__(self) -> None:
        super().__init__()
        polish(self, "panel", value=True)
        box = QVBoxLayout(self)
        box.setContentsMargins(SPACE_L, 0, SPACE_L, SPACE_S)
        box.setSpacing(2)
        head = QHBoxLayout()
        head.setSpacing(SPACE_S)
        self.title, self.copy_button = Label(), QToolButton()
        self.title.setFont(fonts.ui(fonts.BODY, fonts.SEMIBOLD))
        polish(self.copy_button, "small", value=True)
        icons.bind(self.copy_button, "copy", "fg2")
        self.copy_button.setToolTip(tr("Copy the number"))
        self.copy_button.setAccessibleName(tr("Copy the number"))
        self.copy_button.clicked.connect(self.copy)
        head.addWidget(self.title)
        head.addWidget(self.copy_button)
        head.addStretch(1)
        box.addLayout(head)
        self.lines = [Label() for _ in range(_LINES)]
        for line in self.lines:
            line.setFont(fonts.mono(fonts.SECONDARY))
            line.setWordWrap(True)
            box.addWidget(line)
        self.setMinimumHeight(100)
        self._number = ""
        self.say(None)

    @property
    def text(self) -> str:
        """All that is said."""
        shown = [line.text() for line in self.lines if line.text()]
        return "\n".join([self.title.text(), *shown])

    def say(self, found: CellWritten | None) -> None:
        """Show a number; None says how to get one."""
        self.copy_button.setVisible(found is not None)
        if found is None:
            self._number = ""
            self.title.setText(tr("Point at a number"))
            self._write([tr("Its formula with all its numbers stands here then.")])
            return
        self._number = words.whole(found.value)
        name = symbol(found.piece)
        self.title.setText(
            f"{name}{words.place(found.cell)} = {words.number(found.value)}"
        )
        shown = found.lines[-_LINES:]
        self._write([_joined(line) for line in shown])

    def _write(self, texts: list[str]) -> None:
        for index, line in enumerate(self.lines):
            line.setText(texts[index] if index < len(texts) else "")
            line.setVisible(index < len(texts))

    def copy(self) -> None:
        """Put the number on the clipboard, with all its digits."""
        if self._number:
            QGuiApplication.clipboard().setText(self._number)


def _joined(line: CellLine) -> str:
    """Return formula, numbers and value in a line; what is said twice, once."""
    parts = f"{line.formula} = {line.figures}".split(" = ")
    kept = [part for at, part in enumerate(parts) if not at or part != parts[at - 1]]
    return " = ".join(kept)
