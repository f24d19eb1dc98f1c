"""A window with runs over each other: pictures above, results and settings below."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QBrush, QColor, QIcon
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QSplitter,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from engine.files import atomic_write
from engine.i18n import tr
from engine.protocol.listing.layers import LayersCompared
from engine.protocol.past_runs import Comparison
from workbench.app.compare import plots, report
from workbench.app.compare.plots import Plots
from workbench.app.compare.results import ResultRow, Section, of_layers, sections
from workbench.dialogs.base import Dialog
from workbench.plots.compare.overlay import AXES, letter
from workbench.plots.panels import export
from workbench.plots.parts.switch import Switch
from workbench.theme import current, fonts, icons, signals
from workbench.theme.text import tip, word
from workbench.theme.tokens import SPACE_S

_SIZE = (1120, 840)
_DOT_PX = 16
_PATH = Qt.ItemDataRole.UserRole


class CompareWindow(Dialog):
    """Stays beside the main window until it is closed.

    Args:
        told: The runs.
        parent: In front of which it opens.

    Signals:
        node_wanted: Path of a node that somebody wants to see.
    """

    topic = "panel/compare"
    node_wanted = Signal(str)

    def __init__(self, told: Comparison, parent: QWidget | None = None) -> None:
        words = tr("{n:run|runs} beside each other", n=len(told.runs))
        super().__init__(words, parent)
        self.told, self.sections = told, sections(told)
        self.resize(*_SIZE)
        self.plots, self.table = Plots(), QTreeWidget()
        self.plot = self.plots.curves
        self.kind = Switch(plots.words(), self)
        self.value, self.axis = QComboBox(), Switch(_axis_words(), self)
        self.scale = Switch([tr("Linear"), tr("Logarithmic")], self)
        self._savers: list[QPushButton] = []
        self._lay_out()
        self._fill_table()
        self._wait()
        for title in told.titles:
            self.value.addItem(word(title.words, 60))
        self.value.currentIndexChanged.connect(lambda _index: self._show())
        self.axis.changed.connect(lambda _index: self._show())
        self.scale.changed.connect(lambda _index: self._show())
        self.kind.changed.connect(self.show_kind)
        self.table.itemActivated.connect(self._on_row)
        signals.changed.connect(self._tint)
        self.value.setCurrentIndex(_first(told))
        self._show()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(SPACE_S)
        self.value.setAccessibleName(tr("Value"))
        top.addWidget(self.kind)
        top.addSpacing(SPACE_S)
        top.addWidget(self.value)
        top.addStretch(1)
        top.addWidget(self.scale)
        top.addSpacing(SPACE_S)
        top.addWidget(self.axis)
        self.box.addLayout(top)
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(self.plots)
        split.addWidget(self.table)
        split.setSizes([380, 360])
        split.setChildrenCollapsible(False)
        self.box.addWidget(split, 1)
        if self.told.refused:
            self.add_text(self.told.refused, "secondary")
        for words, act in (
            (tr("Picture…"), lambda: export.ask(self.plots.current, "png")),
            (tr("Table…"), self.save_table),
            (tr("Report…"), self.save_report),
        ):
            button = self.add_button(words)
            button.clicked.connect(act)
            self._savers.append(button)
        self._close = self.add_button(tr("Close"))
        self._close.clicked.connect(self.reject)

    def _fill_table(self) -> None:
        table = self.table
        table.setRootIsDecorated(False)
        table.setIndentation(0)
        table.setAccessibleName(tr("Results and settings"))
        table.setSelectionMode(QTreeWidget.SelectionMode.SingleSelection)
        names = [self._name(index) for index in range(len(self.told.runs))]
        table.setHeaderLabels(["", *names])
        header = table.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        header.setMinimumSectionSize(80)
        self._add_rows(self.sections)

    def _add_rows(self, found: list[Section]) -> None:
        for section in found:
            head = QTreeWidgetItem([section.title])
            head.setFlags(Qt.ItemFlag.ItemIsEnabled)
            self.table.addTopLevelItem(head)
            head.setFirstColumnSpanned(True)
            head.setFont(0, fonts.ui(weight=fonts.SEMIBOLD))
            for row in section.rows:
                self.table.addTopLevelItem(self._item(row))
        self._tint()

    def _wait(self) -> None:
        """Offer nothing that would lack the layers, until they have come."""
        for button in self._savers[1:]:
            button.setEnabled(False)
            button.setToolTip(tr("The layers are being read."))

    def take_layers(self, told: LayersCompared) -> None:
        """Show the layers too; what is missing of them is said."""
        self.plots.take(told)
        found = of_layers(told)
        self.sections += found
        self._add_rows(found)
        for button in self._savers:
            button.setEnabled(True)
            button.setToolTip("")
        if told.refused:
            self.add_text(told.refused, "secondary")

    def show_kind(self, kind: int) -> None:
        """Show curves, histograms or the change of weights."""
        self.plots.show_kind(kind)
        for widget in (self.value, self.axis, self.scale):
            widget.setVisible(kind == plots.CURVES)

    def _name(self, index: int) -> str:
        return f"{letter(index)}  {word(self.told.runs[index].summary.heading, 40)}"

    def _item(self, row: ResultRow) -> QTreeWidgetItem:
        item = QTreeWidgetItem([word(row.words, 60), *(word(c, 60) for c in row.cells)])
        item.setData(0, _PATH, row.path)
        item.setToolTip(0, tip(row.words))
        for column, cell in enumerate(row.cells, 1):
            item.setToolTip(column, tip(cell))
            if column - 1 == row.best:
                item.setFont(column, fonts.ui(weight=fonts.SEMIBOLD))
        return item

    def _tint(self) -> None:
        """Give each run its colour, and what is quiet less."""
        tokens, header = current(), self.table.headerItem()
        for index in range(len(self.told.runs)):
            tint = tokens.series[index % len(tokens.series)]
            dot = icons.pixmap("dot", tint, _DOT_PX, self.devicePixelRatioF())
            header.setIcon(index + 1, QIcon(dot))
        for number in range(self.table.topLevelItemCount()):
            item = self.table.topLevelItem(number)
            if item is not None and not item.isFirstColumnSpanned():
                item.setForeground(0, QBrush(QColor(tokens.fg2)))

    def _show(self) -> None:
        """Draw what is chosen."""
        self.plot.axis = AXES[self.axis.current]
        self.plot.is_log = self.scale.current == 1
        index = self.value.currentIndex()
        if 0 <= index < len(self.told.titles):
            self.plot.show_runs(self.told, self.told.titles[index])

    def _on_row(self, item: QTreeWidgetItem, _column: int) -> None:
        if item.data(0, _PATH):
            self.node_wanted.emit(str(item.data(0, _PATH)))

    def save_table(self) -> None:
        """Ask where to, and write results and settings as CSV."""
        self._save("csv", lambda: report.table(self.told, self.sections))

    def save_report(self) -> None:
        """Ask where to, and write everything as one HTML file."""
        self._save("html", self._page)

    def _page(self) -> str:
        return report.page(self.told, self.sections, dict(self.plots.pictures()))

    def _save(self, ending: str, make: Callable[[], str]) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, self.windowTitle(), f"comparison.{ending}", f"*.{ending}"
        )
        if not name:
            return
        path = Path(name)
        path = path if path.suffix.lower() == f".{ending}" else Path(f"{name}.{ending}")
        try:
            atomic_write(path, make())
        except OSError as error:
            words = tr("{path} could not be written: {error}", path=path, error=error)
            self.add_text(words, "error")


def _axis_words() -> list[str]:
    return [tr("Step"), tr("Epoch"), tr("Time")]


def _first(told: Comparison) -> int:
    """Return which value is shown first: the validation loss, or else the first."""
    names = [title.name for title in told.titles]
    return names.index("loss") if "loss" in names else 0
