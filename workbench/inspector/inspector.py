"""The panel on the right: the selected layers, and the training."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QScrollArea,
    QStackedWidget,
    QTabBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.graph.edits import Edit
from engine.graph.model import ROOT
from engine.i18n import tr
from engine.protocol.messages import Analysis
from workbench.document import Document
from workbench.inspector.form import Form
from workbench.inspector.found_settings import Setting, settings_of
from workbench.inspector.node_panel import NodePanel
from workbench.inspector.section import scrolled
from workbench.inspector.switches import Switches
from workbench.inspector.training.form import TrainingForm
from workbench.theme import icons
from workbench.theme.label import Label
from workbench.theme.style import polish
from workbench.theme.text import word
from workbench.theme.tokens import SPACE_M, SPACE_XS

_TAB_LETTERS = 18
LAYER, TRAINING = 0, 1
"""Pages of the inspector."""


class Inspector(QWidget):
    """What is selected on one page, how it is trained on the other.

    Signals:
        close_wanted: The panel shall go.

    Args:
        document: Shown and edited.
    """

    close_wanted = Signal()
    file_wanted = Signal(str)

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self._ids: tuple[str, ...] = ()
        self._scope, self._prefix = ROOT, ""
        self._analysis: Analysis | None = None
        self.node_panel = NodePanel(document)
        self.node_panel.file_wanted.connect(self.file_wanted)
        self.switches = Switches(document)
        self.training = TrainingForm(document)
        self.hint = Label(tr("Select a layer to see and edit it."))
        self.hint.setWordWrap(True)
        polish(self.hint, "role", "secondary")
        self._lay_out()
        self.show_nodes(())
        document.changed.connect(self._on_changed)
        document.replaced.connect(lambda: self.show_nodes(()))

    def _lay_out(self) -> None:
        self.tabs, self.pages = QTabBar(), QStackedWidget()
        self.tabs.setExpanding(False)
        self.tabs.setElideMode(Qt.TextElideMode.ElideRight)
        self.tabs.setDrawBase(False)
        self.tabs.setAccessibleName(tr("Pages of the inspector"))
        polish(self.tabs, "inner", value=True)
        for title, widgets in (
            (tr("Layer"), (self.hint, self.node_panel)),
            (tr("Training"), (self.switches, self.training)),
        ):
            self.tabs.addTab(title)
            self.pages.addWidget(_page(widgets))
        self.tabs.currentChanged.connect(self.pages.setCurrentIndex)
        self.tabs.setCurrentIndex(TRAINING)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self._bar())
        outer.addWidget(self.pages, 1)

    def _bar(self) -> QWidget:
        """Return the tabs, and what closes the panel: it has no title beside them."""
        bar = QWidget()
        polish(bar, "innerbar", value=True)
        bar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(bar)
        row.setContentsMargins(0, 0, SPACE_XS, 1)  # above the line of the bar
        row.setSpacing(0)
        row.addWidget(self.tabs, 1)
        close = QToolButton()
        polish(close, "small", value=True)
        icons.bind(close, "close", "fg3")
        close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        close.setToolTip(tr("Close"))
        close.setAccessibleName(tr("Close"))
        close.clicked.connect(self.close_wanted)
        row.addWidget(close)
        return bar

    def show_nodes(
        self, ids: Sequence[str], scope: str = ROOT, prefix: str = ""
    ) -> None:
        """Show these nodes and turn to them; with none, turn to the training.

        Args:
            ids: Of one scope.
            scope: Block they are in, or the main graph.
            prefix: What stands before their ids in the engine's paths.
        """
        self._prefix = prefix
        is_new = tuple(ids) != self._ids or scope != self._scope
        if is_new and not self.training.phase_form.select(
            tuple(prefix + node_id for node_id in ids)
        ):
            self.tabs.setCurrentIndex(LAYER if ids else TRAINING)
        self._ids, self._scope = tuple(ids), scope
        self.hint.setVisible(not ids)
        self.node_panel.setVisible(bool(ids))
        if ids:
            self.node_panel.show_nodes(ids, scope)
            self._show_info()
        words = self.node_panel.title.text() if ids else tr("Layer")
        self.tabs.setTabText(LAYER, word(words, _TAB_LETTERS).replace("&", "&&"))

    @property
    def page(self) -> QWidget:
        """What is on the page that shows."""
        area = self.pages.currentWidget()
        inside = area.widget() if isinstance(area, QScrollArea) else area
        return inside or self.pages

    def focus_first(self) -> None:
        """Put the keyboard into the first setting of the shown nodes."""
        self.tabs.setCurrentIndex(LAYER)
        rows = list(self.node_panel.form.rows.values())
        first = rows[0].field if rows else self.node_panel.title
        first.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def focus_training(self) -> None:
        """Put the keyboard into the first setting of the training."""
        self.tabs.setCurrentIndex(TRAINING)
        field = first_field(self.training)
        if field is not None:
            field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def focused_setting(self, field: QWidget) -> str:
        """Return the name of the setting that a widget belongs to; '' for none."""
        forms = self.findChildren(Form)
        rows = ((name, row) for form in forms for name, row in form.rows.items())
        return next(
            (
                n
                for n, row in rows
                if row.field is field or row.field.isAncestorOf(field)
            ),
            "",
        )

    def settings(self) -> list[Setting]:
        """Return every setting of the shown nodes and of the training."""
        layer, training = self.node_panel, self.training
        found: list[Setting] = []
        if self._ids:
            name = layer.title.text()
            turn = partial(self.tabs.setCurrentIndex, LAYER)
            found = [*settings_of(layer, name, turn)]
        turn = partial(self.tabs.setCurrentIndex, TRAINING)
        return [*found, *settings_of(training, tr("Training"), turn)]

    def set_analysis(self, analysis: Analysis | None) -> None:
        """Show what the engine found out."""
        self._analysis = analysis
        self.training.set_analysis(analysis)
        if self._ids:
            self._show_info()

    def _show_info(self) -> None:
        known = self._analysis.nodes if self._analysis else {}
        self.node_panel.show_info(known.get(self._prefix + self._ids[0]))

    def _on_changed(self, _edits: Sequence[Edit]) -> None:
        project = self._document.project
        is_there = self._scope == ROOT or self._scope in project.blocks
        nodes = project.scope(self._scope).nodes if is_there else {}
        kept = [i for i in self._ids if i in nodes]
        self.show_nodes(kept, self._scope if is_there else ROOT, self._prefix)


def first_field(form: QWidget) -> QWidget | None:
    """Return the first widget of a form that takes the keyboard."""
    widget = form.nextInFocusChain()
    while widget is not None and form.isAncestorOf(widget):
        takes = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
        if takes and widget.isEnabled() and widget.isVisible():
            return widget
        widget = widget.nextInFocusChain()
    return None


def _page(widgets: Sequence[QWidget]) -> QScrollArea:
    """Return a page that scrolls downwards."""
    content = QWidget()
    polish(content, "panel", value=True)
    box = QVBoxLayout(content)
    box.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
    for widget in widgets:
        box.addWidget(widget)
    box.addStretch(1)
    return scrolled(content)
