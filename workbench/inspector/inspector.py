"""The panel on the right: the selected layers above, the training below."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from engine.graph.model import ROOT
from engine.i18n import tr
from engine.protocol.frame import Analysis
from workbench.document import Document
from workbench.inspector.fields import polish
from workbench.inspector.node_panel import NodePanel
from workbench.inspector.training_form import TrainingForm
from workbench.theme.tokens import SPACE_M


class Inspector(QWidget):
    """Everything about what is selected, and how it is trained.

    Args:
        document: Shown and edited.
    """

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self._ids: tuple[str, ...] = ()
        self._scope = ROOT
        self._analysis: Analysis | None = None
        self.node_panel = NodePanel(document)
        self.training = TrainingForm(document)
        self.hint = QLabel(tr("Select a layer to see and edit it."))
        self.hint.setWordWrap(True)
        polish(self.hint, "role", "secondary")
        self._lay_out()
        self.show_nodes(())
        document.changed.connect(self._on_changed)
        document.replaced.connect(lambda: self.show_nodes(()))

    def _lay_out(self) -> None:
        content = QWidget()
        box = QVBoxLayout(content)
        box.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        box.setSpacing(SPACE_M)
        box.addWidget(self.hint)
        box.addWidget(self.node_panel)
        line = QFrame()
        line.setFrameShape(QFrame.Shape.HLine)
        polish(line, "role", "line")
        box.addWidget(line)
        box.addWidget(self.training)
        box.addStretch(1)
        self.scroll = QScrollArea()
        self.scroll.setWidget(content)
        self.scroll.setWidgetResizable(True)
        self.scroll.setFrameShape(QFrame.Shape.NoFrame)
        off = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.scroll.setHorizontalScrollBarPolicy(off)
        polish(self.scroll, "panel", value=True)
        polish(content, "panel", value=True)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.scroll)

    def show_nodes(self, ids: Sequence[str], scope: str = ROOT) -> None:
        """Show these nodes, or the hint when there are none."""
        self._ids, self._scope = tuple(ids), scope
        self.hint.setVisible(not ids)
        self.node_panel.setVisible(bool(ids))
        if ids:
            self.node_panel.show_nodes(ids, scope)
            self._show_info()

    def set_analysis(self, analysis: Analysis | None) -> None:
        """Show what the engine found out."""
        self._analysis = analysis
        if self._ids:
            self._show_info()

    def _show_info(self) -> None:
        known = self._analysis.nodes if self._analysis else {}
        self.node_panel.show_info(known.get(self._ids[0]))

    def _on_changed(self, _edits: object) -> None:
        nodes = self._document.project.scope(self._scope).nodes
        self.show_nodes([i for i in self._ids if i in nodes], self._scope)
