"""What a file is, and what will be made of it: asked before anything changes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from engine.advice.document.starter import Starter
from engine.i18n import tr
from engine.layers.datasets.catalogue import spec_of
from engine.protocol.data.surveys import DataPreview, DataSurvey
from workbench.data import words
from workbench.data.previews import PreviewPicture
from workbench.data.table import ROW_PX, DataTable
from workbench.dialogs.base import Dialog
from workbench.theme.label import Label
from workbench.theme.style import polish
from workbench.theme.text import word
from workbench.theme.tokens import SPACE_L, SPACE_M, SPACE_S

_ROWS, _FEW_ROWS = 5, 3
_PICTURE_PX = 150
_ROW_OF_IMAGES = 12
_BAR = 1000


@dataclass(frozen=True)
class Way:
    """One way to use a source.

    Args:
        id: `network`, `node`, or the id of the data node whose place it takes.
        title: What is made.
        text: Of what it consists.
    """

    id: str
    title: str
    text: str = ""


class AddDataDialog(Dialog):
    """Shows a source and the ways to use it; tells which is chosen.

    Args:
        survey: What was read.
        others: Data nodes that it may take the place of: id and words.
        wanted: The one whose place it takes, unless somebody says otherwise; empty for
            none: nothing that is there is touched.
        is_empty: Nothing stands on the canvas.
        parent: The window.
    """

    accepted_way = Signal(str)  # id of a `Way`
    target_chosen = Signal(str)  # a column, or nothing

    def __init__(
        self,
        survey: DataSurvey,
        others: Sequence[tuple[str, str]],
        *,
        wanted: str = "",
        is_empty: bool,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(tr("Open data"), parent)
        self.resize(880, 560)
        self.survey = survey
        self._others, self._is_empty, self._wanted = others, is_empty, wanted
        self.name, self.about = Label(), Label()
        self.target = QComboBox()
        self.bar = QProgressBar()
        self.table, self.picture = DataTable(), PreviewPicture()
        self.note = Label()
        self._ways = QVBoxLayout()
        self.group = QButtonGroup(self)
        self._lay_out()
        self._cancel = self.add_button(tr("Cancel"))
        self._cancel.clicked.connect(self.reject)
        self.add = self.add_button(tr("Add"), accent=True)
        self.add.clicked.connect(self._on_add)
        self.add.setFocus()
        self.target.activated.connect(self._on_target)

    def _lay_out(self) -> None:
        polish(self.name, "role", "title")
        polish(self.about, "role", "secondary")
        polish(self.note, "role", "secondary")
        self.note.setWordWrap(True)
        self.bar.setRange(0, _BAR)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(tr("Reading"))
        self._keep_room(self.bar)
        self.box.addWidget(self.name)
        self.box.addWidget(self.about)
        self.box.addLayout(self._question())
        self.box.addWidget(self.bar)
        self.box.addWidget(self.picture)
        self.box.addWidget(self.table)
        self.box.addWidget(self.note)
        self._ways.setSpacing(SPACE_S)
        self.box.addSpacing(SPACE_S)
        self.box.addLayout(self._ways)
        self.box.addStretch(1)

    def _keep_room(self, widget: QWidget) -> None:
        policy = widget.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        widget.setSizePolicy(policy)
        widget.hide()

    def _question(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(0, SPACE_S, 0, 0)
        row.setSpacing(SPACE_M)
        self._asks = Label(tr("To be predicted"))
        row.addWidget(self._asks)
        self.target.setAccessibleName(tr("To be predicted"))
        self.target.setMinimumWidth(200)
        row.addWidget(self.target)
        row.addStretch(1)
        return row

    def show_survey(self, survey: DataSurvey, starter: Starter | None) -> None:
        """Show a source, or the same one read another way."""
        self.survey = survey
        self.bar.hide()
        self.name.setText(word(survey.title, 60))
        parts = [survey.reader, words.size(survey)]
        self.about.setText(" · ".join(part for part in parts if part))
        self._show_target()
        has_cells = any(survey.cells) and survey.sample != "text"
        self.table.setVisible(has_cells)
        self.table.show_survey(survey)
        preview = next((p for p in survey.previews if p.kind != "text" or
                        survey.sample == "text" or not has_cells), None)  # fmt: skip
        self.picture.setVisible(preview is not None)
        rows = _ROWS if preview is None else _FEW_ROWS
        self.table.setFixedHeight(self.table.head_px + rows * ROW_PX + 2)
        self.picture.setFixedHeight(_PICTURE_PX if has_cells else 2 * _PICTURE_PX)
        few = _ROW_OF_IMAGES if has_cells else 2 * _ROW_OF_IMAGES
        self.picture.show_preview(_from_all_over(preview, few))
        warnings = [f.text for f in survey.findings if f.severity == "warning"]
        told = [survey.trouble, *warnings[:1], *survey.notes[:1]]
        self.note.setText("\n".join(each for each in told if each))
        self.note.setVisible(bool(self.note.text()))
        self._show_ways(starter)

    def show_progress(self, share: float) -> None:
        """Show how far another reading is."""
        self.bar.show()
        self.add.setEnabled(False)
        self.bar.setValue(round(share * _BAR))

    def show_error(self, text: str) -> None:
        """Say why it can't be read in the way that was chosen; all stays as it was."""
        self.bar.hide()
        self._show_target()
        self.add.setEnabled(self.group.checkedButton() is not None)
        self.note.setText(text)
        self.note.show()

    def _show_target(self) -> None:
        columns = [c for c in self.survey.columns if not c.shape and c.kind != "text"]
        wanted = next((c.name for c in columns if c.role == "target"), "")
        can_ask = self.survey.sample != "text" and len(self.survey.columns) > 1
        for widget in (self.target, self._asks):
            widget.setVisible(can_ask)
        self.target.clear()
        self.target.addItem(tr("nothing"), "")
        for column in columns:
            self.target.addItem(word(column.name), column.name)
        self.target.setCurrentIndex(max(0, self.target.findData(wanted)))

    def _on_target(self, index: int) -> None:
        self.show_progress(0.0)  # what shows is not what would be added
        self.target_chosen.emit(str(self.target.itemData(index)))

    def _show_ways(self, starter: Starter | None) -> None:
        for button in self.group.buttons():
            self.group.removeButton(button)
        while item := self._ways.takeAt(0):
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for index, way in enumerate(self.ways(starter)):
            self._ways.addWidget(self._way(way, is_first=index == 0))
        self.add.setEnabled(bool(self.group.buttons()))

    def ways(self, starter: Starter | None) -> list[Way]:
        """Return what can be made of it, the likeliest first."""
        if not spec_of(self.survey.params).layout:
            return []
        node = Way("node", tr("A Data node"), self._ports())
        others = [
            Way(node_id, tr("In place of {name}", name=word(title)), self._ports())
            for node_id, title in self._others
        ]
        there = sorted(
            [*others, node], key=lambda way: way.id != (self._wanted or "node")
        )
        if starter is None:
            return there
        parts = " → ".join(starter.parts)
        network = Way("network", tr("A Data node and a network: {title}",
                                    title=starter.title), parts)  # fmt: skip
        return [network, *there] if self._is_empty else [*there, network]

    def _ports(self) -> str:
        ports = spec_of(self.survey.params).ports(self.survey.params)
        shapes = ["×".join(["N", *map(str, p.shape)]) for p in ports]
        pairs = zip(ports, shapes, strict=True)
        return " · ".join(f"{p.port.name} {shape}" for p, shape in pairs)

    def _way(self, way: Way, *, is_first: bool) -> QFrame:
        frame = QFrame()
        box = QVBoxLayout(frame)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        button = QRadioButton(way.title)
        button.setProperty("way", way.id)
        button.setChecked(is_first)
        button.setAccessibleDescription(way.text)
        self.group.addButton(button)
        box.addWidget(button)
        more = Label(way.text)
        polish(more, "role", "small")
        more.setWordWrap(True)
        more.setContentsMargins(SPACE_L + SPACE_S, 0, 0, 0)
        box.addWidget(more)
        return frame

    def _on_add(self) -> None:
        button = self.group.checkedButton()
        if button is not None:
            self.accepted_way.emit(str(button.property("way")))
            self.accept()


def _from_all_over(preview: DataPreview | None, few: int) -> DataPreview | None:
    """Return some images from all over: the first ones often are of one class."""
    if preview is None or preview.kind != "images" or len(preview.samples) <= few:
        return preview
    some = [n * len(preview.samples) // few for n in range(few)]
    named = [preview.words[n] for n in some if n < len(preview.words)]
    return replace(preview, samples=preview.samples[some], words=tuple(named))
