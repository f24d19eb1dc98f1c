"""The right side of the room: one layer with its numbers, its sample, its update."""

from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.graph.options import OPTIMIZERS
from engine.i18n import tr
from engine.protocol.tracing import CellWritten, WeightExplained
from workbench.explain import saving, words
from workbench.explain.ask_first import AskFirst
from workbench.explain.layer.body import Body
from workbench.explain.layer.cell_card import CellCard
from workbench.explain.layer.formulas import formula_of
from workbench.explain.layer.places import around_largest, largest
from workbench.explain.layer.subject import Subject
from workbench.explain.layer.typeset import Formula
from workbench.explain.sample_bar import SampleBar
from workbench.explain.segments import Segments
from workbench.explain.update_rows import UpdateRows
from workbench.theme import fonts, icons, text
from workbench.theme.label import Label, Shortened
from workbench.theme.style import polish
from workbench.theme.tokens import SPACE_L, SPACE_M, SPACE_S

_LATE_MS = 300
"""So long numbers of the layer before may stand below the name of the next."""
_WIDE = 0.5
"""Share of the page beyond which a formula stands above its sentence."""


class LayerPage(QWidget):
    """Shows what it is told and tells what is wanted; asks nobody itself.

    Signals:
        side_wanted: `forward`, `backward` or `update`.
        pointed: Name of a piece and the place of a number, or None.
        chosen: The same, clicked.
        cut_wanted: Name of a piece, and the part of it that is wanted.
    """

    side_wanted = Signal(str)
    pointed = Signal(str, object)
    chosen = Signal(str, object)
    cut_wanted = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        polish(self, "panel", value=True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._subject: Subject | None = None
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.timeout.connect(self._on_late)
        self.body, self.card = Body(), CellCard()
        self.samples, self.rows = SampleBar(), UpdateRows()
        self.ask = AskFirst(self.rows)
        self.body.pointed.connect(self.pointed)
        self.body.chosen.connect(self.chosen)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addLayout(self._head())
        box.addLayout(self._second_row())
        box.addWidget(self._strip())
        box.addSpacing(SPACE_S)
        box.addWidget(self.body, 1)
        box.addWidget(self.card)
        box.addWidget(_line())
        box.addWidget(self.samples)
        box.addWidget(_line())
        box.addLayout(self._update_head())
        box.addWidget(self.ask)
        box.addWidget(self.rows)
        box.addSpacing(SPACE_S)

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, 0)
        row.setSpacing(SPACE_S)
        self.title, self.subtitle = Label(), Label()
        self.title.setFont(fonts.ui(fonts.VALUE, fonts.SEMIBOLD))
        polish(self.subtitle, "role", "secondary")
        self.title.setMinimumWidth(120)
        row.addWidget(self.title, 1)
        sides = [(name, words.title(name)) for name in words.SIDES]
        self.sides = Segments(sides, tr("Side of the layer"))
        self.sides.picked.connect(self.side_wanted)
        row.addWidget(self.sides)
        self.more = QToolButton()
        icons.bind(self.more, "export", "fg2")
        self.more.setToolTip(tr("Copy or save the picture"))
        self.more.setAccessibleName(self.more.toolTip())
        self.more.clicked.connect(self._show_menu)
        row.addWidget(self.more)
        return row

    def _second_row(self) -> QHBoxLayout:
        """Return shapes, and what finds a part of large weights."""
        row = QHBoxLayout()
        row.setContentsMargins(SPACE_L, 0, SPACE_L, SPACE_S)
        row.setSpacing(SPACE_S)
        self.subtitle.setMinimumWidth(120)
        self.subtitle.setMinimumHeight(28)
        row.addWidget(self.subtitle, 1)
        self._add_search(row)
        return row

    def _add_search(self, row: QHBoxLayout) -> None:
        """Add what finds a part of large weights."""
        self.slice = QLineEdit()
        self.slice.setPlaceholderText("0:8, ::2")
        self.slice.setToolTip(tr("Part of the weights, as numpy writes it"))
        self.slice.setAccessibleName(self.slice.toolTip())
        self.slice.setFixedWidth(92)
        polish(self.slice, "slim", value=True)
        self.slice.returnPressed.connect(self._on_cut)
        row.addWidget(self.slice)
        self.largest = QToolButton()
        icons.bind(self.largest, "pick", "fg2")
        said = tr("Go to the largest number, or to the first that is none")
        self.largest.setToolTip(said)
        self.largest.setAccessibleName(said)
        self.largest.clicked.connect(self._on_largest)
        row.addWidget(self.largest)

    def _strip(self) -> QFrame:
        strip = QFrame()
        polish(strip, "formula", "strip")
        row = self._strip_box = QHBoxLayout(strip)
        row.setContentsMargins(SPACE_L, SPACE_S, SPACE_L, SPACE_S)
        row.setSpacing(SPACE_L)
        self.formula, self.sentence = Formula(), Label()
        self.sentence.setWordWrap(True)
        polish(self.sentence, "role", "secondary")
        row.addWidget(self.formula)
        row.addWidget(self.sentence, 1)
        return strip

    def _update_head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(SPACE_L, SPACE_S, SPACE_L, 4)
        row.setSpacing(SPACE_S)
        self.update_title, self.update_words = Label(), Shortened()
        self.update_title.setFont(fonts.ui(fonts.BODY, fonts.SEMIBOLD))
        polish(self.update_words, "role", "secondary")
        self.applied = Label(tr("not applied yet"))
        polish(self.applied, "role", "ok")
        row.addWidget(self.update_title)
        row.addWidget(self.update_words, 1)
        row.addWidget(self.applied)
        row.addWidget(self.ask.button)
        return row

    # What it is told -----------------------------------------------------------

    def show_subject(self, subject: Subject | None, title: str, kind: str) -> None:
        """Show a layer.

        Args:
            subject: Its numbers; None while they are on their way.
            title: What the canvas calls it.
            kind: What the catalogue calls its type.
        """
        self._subject = subject
        self.title.setText(title)
        self.title.setToolTip(text.tip(title))
        if subject is None:
            self.subtitle.setText(kind)
            self._late.start(_LATE_MS)
            return
        self._late.stop()
        self.subtitle.setText(words.subtitle(subject.node, kind))
        self.sides.show_picked(subject.side)
        self.sides.buttons["update"].setEnabled(bool(subject.node.weights))
        formula, sentence = formula_of(subject.node, subject.side)
        self.body.show_subject(subject)
        if self.body.page.is_general:
            more = tr("Such a layer has no view of its own: these are all its tensors.")
            sentence = f"{sentence} {more}"
        elif self.body.page.plain:
            sentence = f"{sentence} {self.body.page.plain}"
        self._say(formula, sentence)
        for widget in (self.slice, self.largest):
            widget.setVisible(bool(subject.node.weights))

    def _say(self, formula: str, sentence: str) -> None:
        self.formula.setText(formula)
        self.sentence.setText(sentence)
        # Beside a wide formula a sentence would be a column of single words.
        is_wide = self.formula.sizeHint().width() > self.width() * _WIDE
        way = QBoxLayout.Direction
        self._strip_box.setDirection(way.TopToBottom if is_wide else way.LeftToRight)
        self._strip_box.setSpacing(4 if is_wide else SPACE_L)

    def _on_late(self) -> None:
        """Take numbers of another layer away: its own are late."""
        self.body.show_nothing(tr("One moment…"))
        self._say("", "")

    def show_nothing(self, why: str, *, is_coming: bool) -> None:
        """Show that there is no step to look at.

        Args:
            why: What stands against it; may be empty.
            is_coming: One is on its way.
        """
        self._subject = None
        self._late.stop()
        moment, none = tr("One moment…"), tr("Nothing is held still yet")
        self.title.setText(moment if is_coming else none)
        self.subtitle.setText("")
        self._say("", "")
        self.body.show_nothing(why)
        self.card.say(None)
        self.samples.say(0, 0, None)
        self.show_update(None, "", "", is_walked=False)

    def show_cell(self, found: CellWritten | None) -> None:
        """Show where a number comes from."""
        self.card.say(found)

    def show_update(
        self, why: WeightExplained | None, optimizer: str, name: str, *, is_walked: bool
    ) -> None:
        """Show how the update of a weight comes about.

        Args:
            why: What is told of it.
            optimizer: Its id.
            name: What the weight is called.
            is_walked: One looks at the update, not before it.
        """
        self.rows.say(why, optimizer)
        self.ask.say(why, name)
        self.update_title.setText(tr("Update") if is_walked else tr("Next: update"))
        self.update_words.setText(
            f"{OPTIMIZERS[optimizer].title} · {name}"
            if name
            else tr("Click a weight to see how it moves.")
        )
        self.applied.setVisible(why is not None)

    # What is wanted --------------------------------------------------------------

    def _weights(self) -> str:
        """Return the name of the piece with the weights of the side; or nothing."""
        subject = self._subject
        if subject is None or not subject.node.weights:
            return ""
        kinds = {"forward": "weight", "backward": "gradient", "update": "step"}
        return f"{kinds[subject.side]}:{subject.node.weights[0].name}"

    def _on_cut(self) -> None:
        name = self._weights()
        if name:
            self.cut_wanted.emit(name, self.slice.text())

    def _on_largest(self) -> None:
        """Choose the largest number; of blocks, cut out the one with the largest."""
        name, subject = self._weights(), self._subject
        piece = subject.pieces.get(name) if subject is not None else None
        if piece is None:
            return
        part = around_largest(piece)
        if part:
            self.slice.setText(part)
            self.cut_wanted.emit(name, part)
            return
        cell = largest(piece)
        if cell is not None:
            self.chosen.emit(name, cell)

    def _show_menu(self) -> None:
        menu = QMenu(self)
        menu.addAction(tr("Copy picture"), lambda: saving.copy(self.body))
        for ending in saving.FORMATS:
            words_ = tr("Save as {format}…", format=ending.upper())
            menu.addAction(words_, partial(saving.ask, self.body, ending))
        menu.exec(self.more.mapToGlobal(self.more.rect().bottomLeft()))


def _line() -> QFrame:
    line = QFrame()
    polish(line, "role", "line")
    line.setFixedHeight(1)
    return line
