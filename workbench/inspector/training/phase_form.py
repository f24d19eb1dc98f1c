"""The form of one phase among several: name, what it minimises and updates, when."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.errors import EngineError
from engine.graph.settings import Phase
from engine.graph.titles import path_title
from engine.i18n import tr
from engine.protocol.messages import Analysis
from workbench.document import Document, phases
from workbench.inspector.node_picker import Choice, NodePicker
from workbench.inspector.training import phase_choices
from workbench.theme.label import Label
from workbench.theme.line import Line
from workbench.theme.style import polish
from workbench.theme.tokens import SPACE_S


class PhaseForm(QWidget):
    """Edits name, losses and updated nodes of one phase; each edit is one undo step.

    Args:
        document: Its phases are edited.

    Signals:
        picking: The canvas is asked for nodes now, or no more.
    """

    picking = Signal(bool)

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document, self._index = document, 0
        self._analysis: Analysis | None = None
        self._selection: tuple[str, ...] = ()
        self.name, self.error = Line(), Label()
        self.name.setAccessibleName(tr("Name of the phase"))
        polish(self.name, "role", "title")
        self.name.editingFinished.connect(self._on_renamed)
        self.error.setWordWrap(True)
        self.error.setTextFormat(Qt.TextFormat.PlainText)
        polish(self.error, "role", "error")
        self.error.hide()
        self.minimise = NodePicker(tr("Minimises"), tr("all losses"))
        self.update_ = NodePicker(tr("Updates"), tr("all weights that its losses need"))
        self._setters = {
            self.minimise: phases.set_minimise,
            self.update_: phases.set_update,
        }
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(SPACE_S)
        for widget in (self.name, self.error, self.minimise, self.update_):
            box.addWidget(widget)
        for picker in self._setters:
            picker.opened.connect(lambda p=picker: p.show_choices(self._choices(p)))
            picker.changed.connect(lambda names, p=picker: self._set(p, names))
            picker.pick_toggled.connect(lambda on, p=picker: self._on_pick(p, on))

    @property
    def picker(self) -> NodePicker | None:
        """The one that waits for the canvas, if any."""
        return next((p for p in self._setters if p.pick.isChecked()), None)

    def set_analysis(self, analysis: Analysis | None) -> None:
        """Know which nodes have weights."""
        self._analysis = analysis

    def show_phase(self, index: int) -> None:
        """Show a phase as the document has it."""
        if index != self._index:
            self.stop_picking()
        self._index = index
        project, phase = self._document.project, self._phase
        if not self.name.hasFocus() or not self.name.isModified():
            self.name.setText(phase.name)
        self.error.hide()
        for picker, names in self._names(phase):
            words = [path_title(project, name) for name in names]
            picker.show_names(names, words)
            if picker.is_open:
                picker.show_choices(self._choices(picker))

    def _choices(self, picker: NodePicker) -> list[Choice]:
        """Return what can be named there."""
        project = self._document.project
        if picker is self.minimise:
            return phase_choices.losses(project)
        return phase_choices.weighted(project, self._analysis)

    def _names(self, phase: Phase) -> list[tuple[NodePicker, tuple[str, ...]]]:
        return [(self.minimise, phase.minimise), (self.update_, phase.update)]

    @property
    def _phase(self) -> Phase:
        all_phases = self._document.project.training.phases
        return all_phases[min(self._index, len(all_phases) - 1)]

    def select(self, paths: tuple[str, ...]) -> bool:
        """Take in what is selected on the canvas; returns whether it was asked for."""
        self._selection = paths
        picker = self.picker
        if picker is not None and paths:
            self._take(picker)
        return picker is not None

    def stop_picking(self) -> None:
        """Wait for the canvas no more."""
        for picker in self._setters:
            picker.pick.setChecked(False)

    def _on_pick(self, picker: NodePicker, on: bool) -> None:
        if not on:
            picker.say("")
            self.picking.emit(False)
            return
        for other in self._setters:
            if other is not picker:
                other.pick.setChecked(False)
        self.picking.emit(True)
        if self._selection:
            self._take(picker)
        else:
            picker.say(tr("Select nodes on the canvas."))

    def _take(self, picker: NodePicker) -> None:
        """Name the selected nodes, if some of them fit."""
        names = phase_choices.fitting(self._selection, self._choices(picker))
        if names:
            picker.pick.setChecked(False)
            self._set(picker, names)
        elif picker is self.minimise:
            picker.say(tr("None of the selected nodes is a loss. Select others."))
        else:
            picker.say(tr("None of the selected nodes has weights. Select others."))

    def _set(self, picker: NodePicker, names: tuple[str, ...]) -> None:
        self._setters[picker](self._document, self._index, names)

    def focus_name(self) -> None:
        """Put the keyboard into the name."""
        self.name.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.name.selectAll()

    def _on_renamed(self) -> None:
        if not self.name.isModified():
            return
        self.name.setModified(False)
        try:
            phases.rename(self._document, self._index, self.name.text())
        except EngineError as error:
            with QSignalBlocker(self.name):
                self.name.setText(self._phase.name)
            self.error.setText(str(error))
            self.error.show()
