"""What is given to a network by hand, one widget for each kind of input."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPixmap
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from engine.i18n import tr
from workbench.dialogs.judging.colours import Colours
from workbench.dialogs.judging.drawing import Sheet
from workbench.theme import fonts, text
from workbench.theme.label import Label
from workbench.theme.style import polish
from workbench.theme.tokens import SPACE_M, SPACE_S

Record = Mapping[str, Any]
PICTURES = "*.png *.jpg *.jpeg *.bmp *.gif *.webp"
_PREVIEW_PX = 84


class Input(QWidget):
    """One input of the network.

    Args:
        record: As the engine describes it.
    """

    changed = Signal()

    def __init__(self, record: Record) -> None:
        super().__init__()
        self.record = record
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(0, 0, 0, 0)
        self.box.setSpacing(SPACE_S)

    @property
    def value(self) -> object:
        """What is given, as JSON values; None while there is nothing."""
        raise NotImplementedError


class RowInput(Input):
    """The cells of a row, with what is usual in them."""

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        inner = QWidget()
        form = QFormLayout(inner)
        form.setContentsMargins(0, 0, SPACE_S, 0)
        form.setVerticalSpacing(6)
        form.setHorizontalSpacing(SPACE_M)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.cells: dict[str, QLineEdit | QComboBox] = {}
        for column in record["columns"]:
            name = str(column["name"])
            cell = self._cell(column)
            cell.setAccessibleName(name)
            self.cells[name] = cell
            label = Label(text.word(name, 32))
            label.setToolTip(text.tip(name))
            form.addRow(label, cell)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(inner)
        self.box.addWidget(area, 1)

    def _cell(self, column: Record) -> QLineEdit | QComboBox:
        example = str(column.get("example", ""))
        if column["kind"] == "category":
            choice = QComboBox()
            for each in column["classes"]:
                choice.addItem(text.word(str(each), 40), str(each))
            choice.setCurrentIndex(max(0, choice.findData(example)))
            choice.currentIndexChanged.connect(self.changed)
            return choice
        field = QLineEdit(example)
        field.setPlaceholderText(tr("missing"))
        field.textChanged.connect(self.changed)
        return field

    @property
    def value(self) -> object:
        """Column → word."""
        return {
            name: str(cell.currentData()) if isinstance(cell, QComboBox)
            else cell.text().strip()
            for name, cell in self.cells.items()
        }  # fmt: skip


class DrawInput(Input):
    """A picture that is drawn, or comes out of a file."""

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        channels, rows, columns = (int(n) for n in record["shape"])
        dark = bool(record.get("is_dark", True))
        self.sheet = Sheet((channels, rows, columns), is_dark=dark)
        self._preview = Label()
        self._preview.setFixedSize(_PREVIEW_PX, _PREVIEW_PX * rows // columns)
        caption = Label(tr("As it is read: {n} × {m}", n=rows, m=columns))
        polish(caption, "role", "small")
        clear = self._button(tr("Clear"), self.sheet.clear)
        opened = self._button(tr("Picture…"), self._on_open)
        invert = self._button(tr("Invert"), self.sheet.invert)
        side = QVBoxLayout()
        side.setSpacing(SPACE_S)
        side.addWidget(self._preview)
        side.addWidget(caption)
        side.addSpacing(SPACE_S)
        self.colours = Colours() if channels > 1 else None
        if self.colours is not None:
            self.colours.chosen.connect(self._take_ink)
            side.addWidget(self.colours, 0, Qt.AlignmentFlag.AlignLeft)
        for button in (clear, opened, invert):
            side.addWidget(button)
        side.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(SPACE_M)
        row.addWidget(self.sheet, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(side, 1)
        self.box.addLayout(row)
        self.sheet.changed.connect(self._on_changed)
        self._show()

    def _button(self, words: str, act: Callable[[], object]) -> QPushButton:
        button = QPushButton(words)
        button.setAutoDefault(False)
        button.clicked.connect(lambda _=False: act())
        return button

    @property
    def value(self) -> object:
        """Numbers C×H×W, or nothing on an empty sheet."""
        if self.sheet.is_empty:
            return None
        return self.sheet.values(float(self.record.get("high", 255.0)))

    def _take_ink(self, colour: QColor) -> None:
        self.sheet.ink = colour

    def _on_open(self) -> None:
        words = tr("Pictures ({endings})", endings=PICTURES)
        path, _ = QFileDialog.getOpenFileName(self, tr("Open a picture"), "", words)
        if path:
            self.sheet.open(path)

    def _on_changed(self) -> None:
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        fast = Qt.TransformationMode.FastTransformation
        keep = Qt.AspectRatioMode.KeepAspectRatio
        pixmap = QPixmap.fromImage(self.sheet.seen())
        self._preview.setPixmap(pixmap.scaled(self._preview.size(), keep, fast))


class TextInput(Input):
    """A text."""

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        self.field = QPlainTextEdit()
        self.field.setFont(fonts.mono())
        self.field.setTabChangesFocus(True)
        self.field.setAccessibleName(tr("Text"))
        self.field.setPlaceholderText(tr("Type a text"))
        self.field.textChanged.connect(self.changed)
        self.box.addWidget(self.field, 1)

    @property
    def value(self) -> object:
        """The text, or nothing while it is empty."""
        return self.field.toPlainText() or None


class NumbersInput(Input):
    """Numbers with commas between."""

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        example: Sequence[float] = record.get("example", ())
        self.field = QPlainTextEdit(", ".join(f"{round(n, 5):.6g}" for n in example))
        self.field.setFont(fonts.mono())
        self.field.setTabChangesFocus(True)
        self.field.setAccessibleName(tr("Numbers"))
        self.field.textChanged.connect(self.changed)
        shape = "×".join(map(str, record["shape"]))
        words = tr("{n:number|numbers} ({shape})", n=len(example), shape=shape)
        names = ", ".join(record.get("columns", ()))
        note = Label(f"{words}: {names}" if names else words)
        note.setWordWrap(True)
        polish(note, "role", "small")
        self.box.addWidget(self.field, 1)
        self.box.addWidget(note)

    @property
    def value(self) -> object:
        """Numbers, or the words where one is none."""
        words = self.field.toPlainText().replace(",", " ").replace(";", " ").split()
        try:
            return [float(word) for word in words]
        except ValueError:
            return words


class FileInput(Input):
    """A file that is dropped or opened."""

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        note = Label(tr("Drop a file here, or open one below."))
        polish(note, "role", "secondary")
        note.setWordWrap(True)
        self.box.addWidget(note)
        self.box.addStretch(1)

    @property
    def value(self) -> object:
        """Nothing by hand."""
        return None


KINDS: dict[str, type[Input]] = {
    "row": RowInput,
    "image": DrawInput,
    "text": TextInput,
    "numbers": NumbersInput,
    "file": FileInput,
}


def made(record: Record) -> Input:
    """Return the widget for an input."""
    return KINDS.get(str(record.get("kind")), FileInput)(record)
