"""The room “Data”: sources at the left, rows in the middle, health at the right."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLayout,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from engine.i18n import tr
from engine.protocol.data.surveys import DataSurvey
from workbench.data import words
from workbench.data.column_bar import ColumnBar
from workbench.data.health_view import HealthView
from workbench.data.previews import PreviewPicture
from workbench.data.sources import Entry, SourceList
from workbench.data.split_view import SplitView
from workbench.data.steps_view import StepsView
from workbench.data.table import DataTable
from workbench.theme.label import Label
from workbench.theme.style import polish
from workbench.theme.text import place, word
from workbench.theme.tokens import SPACE_L, SPACE_M, SPACE_S

LEFT_PX, RIGHT_PX = 272, 344
_HEAD_PX = 40
_BAR = 1000


class DataPage(QWidget):
    """All of the room; it shows what it is given and tells what is wanted.

    Signals:
        network_wanted: A network is to be proposed for the source.
        again_wanted: The source is to be read again.
    """

    network_wanted = Signal()
    again_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        polish(self, "panel", value=True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.survey: DataSurvey | None = None
        self.sources, self.split = SourceList(), SplitView()
        self.table, self.column = DataTable(), ColumnBar()
        self.picture = PreviewPicture()
        self.health, self.steps = HealthView(), StepsView()
        self.title, self.about = Label(), Label()
        self.count, self.notes = Label(), Label()
        self.warned, self.well = Label(), Label()
        self.bar = QProgressBar()
        self.network = QPushButton(tr("Propose a network"))
        self.again = QPushButton(tr("Read again"))
        self.middle = QStackedWidget()
        self.faces: dict[str, QPushButton] = {}
        self.about_file = Label()
        self._lay_out()
        self._join()
        self.show_nothing(tr("No data yet"))

    def minimumSizeHint(self) -> QSize:
        """Never widen the window: panels come back beside what stands here."""
        return QSize(480, 320)

    def _join(self) -> None:
        self.table.column_chosen.connect(self._on_column)
        self.health.column_wanted.connect(self._show_column)
        self.network.clicked.connect(self.network_wanted)
        self.again.clicked.connect(self.again_wanted)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self._left())
        row.addWidget(self._middle(), 1)
        row.addWidget(self._right())

    def _left(self) -> QWidget:
        title = Label(tr("Data"))
        polish(title, "role", "dock")
        polish(self.count, "role", "secondary")
        inner = QVBoxLayout()
        inner.setContentsMargins(0, 0, 0, SPACE_M)
        inner.setSpacing(SPACE_M)
        inner.addWidget(self.sources)
        self._about_split = _section(tr("Split"), self.split)
        self._about_source = _section(tr("Source"), self.about_file)
        self.about_file.setWordWrap(True)
        policy = QSizePolicy.Policy
        self.about_file.setSizePolicy(policy.Ignored, policy.Minimum)
        polish(self.about_file, "role", "secondary")
        self._about_source.layout().addWidget(self.again)  # type: ignore[union-attr]
        inner.addWidget(self._about_split)
        inner.addWidget(self._about_source)
        inner.addStretch(1)
        return _side(LEFT_PX, [title, self.count], inner)

    def _middle(self) -> QWidget:
        made = QWidget()
        polish(made, "panel", value=True)
        made.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        box = QVBoxLayout(made)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        polish(self.title, "role", "dock")
        polish(self.about, "role", "secondary")
        polish(self.notes, "role", "secondary")
        head = _head([self.title, self.about])
        _into(head, self._switch())
        box.addWidget(head)
        self.bar.setRange(0, _BAR)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(4)
        self.bar.setAccessibleName(tr("Reading"))
        policy = self.bar.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.bar.setSizePolicy(policy)
        box.addWidget(self.bar)
        self.notes.setWordWrap(True)
        self.notes.setContentsMargins(SPACE_L, SPACE_S, SPACE_L, SPACE_S)
        box.addWidget(self.notes)
        box.addWidget(self._faces(), 1)
        return made

    def _faces(self) -> QWidget:
        rows = QWidget()
        box = QVBoxLayout(rows)
        box.setContentsMargins(0, 0, 0, SPACE_S)
        box.setSpacing(SPACE_S)
        box.addWidget(self.table, 1)
        inset = QHBoxLayout()
        inset.setContentsMargins(SPACE_S, 0, SPACE_S, 0)
        inset.addWidget(self.column)
        box.addLayout(inset)
        samples = QWidget()
        around = QVBoxLayout(samples)
        around.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        around.addWidget(self.picture, 1)
        for widget in (rows, samples):
            self.middle.addWidget(widget)
        return self.middle

    def _switch(self) -> QFrame:
        """Return the segments: rows, samples."""
        frame = QFrame()
        polish(frame, "segments", value=True)
        row = QHBoxLayout(frame)
        row.setContentsMargins(1, 1, 1, 1)
        row.setSpacing(0)
        for index, (name, text) in enumerate(
            (("rows", tr("Table")), ("samples", tr("Examples")))
        ):
            segment = QPushButton(text)
            polish(segment, "segment", value=True)
            segment.setCheckable(True)
            segment.setMinimumWidth(80)
            segment.setFixedHeight(24)
            segment.clicked.connect(lambda _on=False, index=index: self.turn(index))
            self.faces[name] = segment
            row.addWidget(segment)
        self.segments = frame
        return frame

    def turn(self, index: int) -> None:
        """Show the rows (0) or the samples (1)."""
        self.middle.setCurrentIndex(index)
        for number, segment in enumerate(self.faces.values()):
            segment.setChecked(number == index)

    def _right(self) -> QWidget:
        title = Label(tr("Health"))
        polish(title, "role", "dock")
        polish(self.warned, "chip", "warn")
        polish(self.well, "chip", "ok")
        inner = QVBoxLayout()
        inner.setContentsMargins(SPACE_S, SPACE_S, SPACE_S, SPACE_M)
        inner.setSpacing(SPACE_M)
        inner.addWidget(self.health)
        heading = tr("Preparation")
        self._about_steps = _section(heading, self.steps, indent=SPACE_S)
        inner.addWidget(self._about_steps)
        inner.addWidget(self.network)
        inner.addStretch(1)
        made = _side(RIGHT_PX, [title], inner)
        head = made.findChild(QWidget, "head")
        assert head is not None
        _into(head, self.warned)
        _into(head, self.well)
        return made

    def show_entries(self, entries: Sequence[Entry], chosen: str) -> None:
        """Show the sources of the document."""
        self.count.setText(tr("{n:source|sources}", n=len(entries)))
        self.sources.show_entries(entries, chosen)

    def show_nothing(self, text: str) -> None:
        """Show that there is no source, or that it can't be read."""
        self.survey = None
        self.bar.hide()
        self.title.setText("")
        self.about.setText("")
        self.notes.setText(text)
        self.notes.show()
        self.table.show_survey(None)
        self.column.show_column(None, {})
        self.health.show_health((), ())
        self._show_parts(on=False)

    def _show_parts(self, *, on: bool) -> None:
        parts = (self._about_split, self._about_source, self._about_steps)
        for widget in (*parts, self.segments, self.warned, self.well, self.middle):
            widget.setVisible(on)
        if not on:
            self.network.hide()

    def show_progress(self, share: float) -> None:
        """Show how far the reading is."""
        self.bar.show()
        self.bar.setValue(round(share * _BAR))

    def show_survey(self, survey: DataSurvey) -> None:
        """Show a source."""
        is_other = self.survey is None or self.survey.title != survey.title
        self.survey = survey
        self.bar.hide()
        self._show_parts(on=True)
        self.title.setText(word(survey.title, 48))
        self.about.setText(words.size(survey))
        told = [survey.trouble, *survey.notes, _part(survey)]
        self.notes.setText("\n".join(each for each in told if each))
        self.notes.setVisible(bool(self.notes.text()))
        self.table.show_survey(survey)
        self._show_samples(survey, is_other=is_other)
        self.column.show_column(
            self.table.cells.facts(self.table.chosen), survey.params
        )
        self.split.show_survey(survey)
        self.about_file.setText(_file(survey))
        self.again.setVisible("path" in survey.params)
        self.health.show_health(survey.findings, survey.fine)
        self.steps.show_steps(survey.steps)
        warnings = sum(f.severity == "warning" for f in survey.findings)
        self.warned.setText(tr("{n} to look at", n=warnings))
        self.warned.setVisible(warnings > 0)
        self.well.setText(tr("{n} fine", n=len(survey.fine)))
        self.well.setVisible(bool(survey.fine))

    def _show_samples(self, survey: DataSurvey, *, is_other: bool) -> None:
        wanted = [p for p in survey.previews if p.kind != "text"]
        shown = next(iter(wanted or survey.previews), None)
        self.picture.show_preview(shown)
        is_text = survey.sample == "text"
        self.segments.setVisible(shown is not None and not is_text)
        is_media = bool(wanted) or survey.sample == "text"
        if is_other or shown is None:
            self.turn(1 if shown is not None and is_media else 0)

    def _on_column(self, index: int) -> None:
        if self.survey is not None:
            self.column.show_column(self.table.cells.facts(index), self.survey.params)

    def _show_column(self, name: str) -> None:
        self.turn(0)
        self.table.choose_named(name)


def _part(survey: DataSurvey) -> str:
    if survey.looked_at >= survey.rows:
        return ""
    return tr(
        "Figures and checks are of the first {n:row|rows}.", n=f"{survey.looked_at:,}"
    )


def _file(survey: DataSurvey) -> str:
    lines = [survey.reader, place(str(survey.params.get("path") or ""))]
    lines += [f"{what}: {value}" for what, value in survey.told]
    digest = str(survey.params.get("sha256") or "")
    lines += [f"SHA-256 {digest[:8]}…{digest[-4:]}"] if digest else []
    return "\n".join(line for line in lines if line)


def _head(widgets: Sequence[QWidget]) -> QWidget:
    head = QWidget()
    head.setObjectName("head")
    polish(head, "innerbar", value=True)
    head.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    head.setFixedHeight(_HEAD_PX)
    row = QHBoxLayout(head)
    row.setContentsMargins(SPACE_M, 0, SPACE_M, 0)
    row.setSpacing(SPACE_M)
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch(1)
    return head


def _into(head: QWidget, widget: QWidget) -> None:
    """Put something at the right end of a head, no higher than it has to be."""
    row = head.layout()
    assert isinstance(row, QHBoxLayout)
    row.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)


def _side(width: int, heading: Sequence[QWidget], inner: QLayout) -> QWidget:
    """Return a column of a fixed width that scrolls below its head."""
    side = QWidget()
    polish(side, "panel", value=True)
    side.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    side.setFixedWidth(width)
    box = QVBoxLayout(side)
    box.setContentsMargins(0, 0, 0, 0)
    box.setSpacing(0)
    box.addWidget(_head(heading))
    scroll = QScrollArea()
    polish(scroll, "panel", value=True)
    scroll.setWidgetResizable(True)
    scroll.setFrameShape(QFrame.Shape.NoFrame)
    scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what is in it is walked over
    scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    content = QWidget()
    content.setLayout(inner)
    scroll.setWidget(content)
    box.addWidget(scroll, 1)
    return side


def _section(title: str, content: QWidget, indent: int = SPACE_L) -> QWidget:
    """Return something below a heading, a line above both."""
    made = QWidget()
    box = QVBoxLayout(made)
    box.setContentsMargins(indent, 0, indent, 0)
    box.setSpacing(SPACE_S)
    line = QFrame()
    polish(line, "role", "line")
    line.setFixedHeight(1)
    box.addWidget(line)
    box.addSpacing(SPACE_S)
    heading = Label(title)
    polish(heading, "role", "dock")
    box.addWidget(heading)
    box.addWidget(content)
    return made
