"""How the network is trained: optimizer, schedule, length, regularisation."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from engine.errors import EngineError
from engine.graph.edits import Edit
from engine.graph.options import (
    OPTIMIZERS,
    PHASE_PARAMS,
    SCHEDULES,
    TRAINING_PARAMS,
)
from engine.graph.settings import Phase, Training
from engine.i18n import tr
from engine.layers.spec import Param, Value
from engine.protocol.live_settings import NAMES
from engine.protocol.messages import Analysis, Forecast
from workbench.document import Document, actions
from workbench.inspector.form import Form
from workbench.inspector.parts.legend import Legend
from workbench.inspector.section import Section
from workbench.inspector.training import summaries
from workbench.inspector.training.forecast import Outlook
from workbench.inspector.training.length import Length
from workbench.inspector.training.option_form import OptionForm
from workbench.inspector.training.phase_form import PhaseForm
from workbench.inspector.training.phase_panel import PhasePanel
from workbench.inspector.training.phase_table import PhaseTable
from workbench.theme import icons
from workbench.theme.guarded import guarded
from workbench.theme.tokens import SPACE_S

_MAIN = ("batch_size", "epochs", "steps")
_AVERAGING = ("ema",)
_EVALUATION = ("evaluate_every", "patience", "keep_best")
_PRECISION = ("precision", "seed", "threads")
_MORE = (*_AVERAGING, *_EVALUATION, *_PRECISION)
_HOLD = ("ewc", "ewc_of", "ewc_samples")
"""Settings that only make sense where there is another phase."""
_WHEN = ("every", "times", "first", "last")


def _params(names: tuple[str, ...]) -> list[Param]:
    return [TRAINING_PARAMS[name] for name in names]


class TrainingForm(QWidget):
    """All settings of a run; each edit is one undo step.

    Args:
        document: Its `training` is shown and edited.

    Signals:
        phase_shown: Index of the phase in view (−1: none, or there is only one), the
            paths of its losses and those of what it updates.
        fix_requested: What a problem of the phases offers.
    """

    phase_shown = Signal(int, tuple, tuple)
    fix_requested = Signal(object)  # Fix

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self._analysis: Analysis | None = None
        self.table, self.phase_form = PhaseTable(document), PhaseForm(document)
        self.optimizer = OptionForm(
            tr("Optimizer"), OPTIMIZERS, ("lr", "weight_decay", "momentum"), NAMES
        )
        self.legend = Legend()
        self.schedule = OptionForm(tr("Schedule"), SCHEDULES, None)
        self.main = Form(_params(_MAIN), live=NAMES)
        self.more = Form(_params(_MORE))
        others = {*_HOLD, *_WHEN}
        self._limited = tuple(n for n in PHASE_PARAMS if n not in others)
        self.limits = Form([PHASE_PARAMS[name] for name in self._limited])
        self.when = Form([PHASE_PARAMS[name] for name in _WHEN])
        self.hold = Form([PHASE_PARAMS[name] for name in _HOLD])
        self.length = Length(self.main)
        self.outlook = Outlook()
        self._lay_out()
        self._connect()
        document.changed.connect(self._show)
        document.replaced.connect(self._show)
        document.replaced.connect(lambda: self.outlook.show_analysis(None))
        self._show()

    def _lay_out(self) -> None:
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(SPACE_S)
        self.outlook_section = _section(tr("Forecast"), self.outlook, is_open=True)
        self._own = QWidget()
        self._own_box = _column(self._own, (self.optimizer,))
        self._run = Section(tr("Whole run"))
        self._when = _section(tr("When it runs"), self.when)
        self._schedule = _section(tr("Schedule"), self.schedule)
        self._limits = _section(tr("Clipping and sparsity"), self.limits)
        self._hold = _section(tr("Holding on to an earlier phase"), self.hold)
        self._more = _section(tr("Averaging, evaluation, precision"), self.more)
        self.panel = PhasePanel()
        sections = (self._when, self._schedule, self._limits, self._hold)
        for widget in (self.phase_form, self._own, *sections):
            self.panel.box.addWidget(widget)
        self.add_phase = QPushButton(tr("Add phase"))
        self.add_phase.setToolTip(
            tr("Train in turns: other losses, other weights, another optimizer.")
        )
        icons.bind(self.add_phase, "plus", "fg2", beside=True)
        self.add_phase.setIconSize(icons.beside(16))
        parts = (self.table, self.panel, self._run, self._more, self.outlook_section)
        for part in (*parts, self.add_phase):
            box.addWidget(part)

    def _connect(self) -> None:
        for form in (self.main, self.more):
            form.edited.connect(self._on_run_edited)
            form.reset_wanted.connect(self._on_run_reset)
        self.add_phase.clicked.connect(lambda _checked=False: self._on_phase_added())
        self.table.chosen.connect(self._show)
        self.table.edit_wanted.connect(self.phase_form.focus_name)
        self.table.fix_requested.connect(self.fix_requested)
        for form in (self.limits, self.hold, self.when):
            form.edited.connect(self._on_limit_edited)
            form.reset_wanted.connect(self._on_limit_reset)
        self.optimizer.chosen.connect(
            lambda c: self._set_phase("Optimizer", replace(self.phase, optimizer=c))
        )
        self.schedule.chosen.connect(
            lambda c: self._set_phase("Schedule", replace(self.phase, schedule=c))
        )

    @property
    def training(self) -> Training:
        """The settings as the document has them."""
        return self._document.project.training

    @property
    def phase_index(self) -> int:
        """Which phase the form shows."""
        return self.table.index

    @property
    def phase(self) -> Phase:
        """The phase that the form shows."""
        return self.training.phases[self.phase_index]

    def set_live(self, is_live: bool) -> None:
        """Foretell nothing while a run is active."""
        self.outlook_section.setVisible(not is_live)

    def show_forecast(self, forecast: Forecast | None) -> None:
        """Show what a training would take; None: not known, or not any more."""
        self.outlook.show_forecast(forecast)
        self.length.show_per_epoch(forecast.steps_per_epoch if forecast else 0)
        self._title_outlook()

    def show_last(self, steps: int, per_epoch: int, seconds: float) -> None:
        """Show what the run took that has ended; see `Outlook.show_last`."""
        self.length.show_per_epoch(per_epoch)
        self.outlook.show_last(steps, steps / max(1, per_epoch), seconds)
        self._title_outlook()

    def _title_outlook(self) -> None:
        is_past = self.outlook.is_past
        self.outlook_section.set_title(tr("Last run") if is_past else tr("Forecast"))
        self.outlook_section.show_value(self.outlook.summary)

    @property
    def is_simple(self) -> bool:
        """Whether there is one phase for everything: then no table is needed."""
        first, *others = self.training.phases
        return not (others or first.minimise or first.update)

    def set_analysis(self, analysis: Analysis | None) -> None:
        """Show what the engine found out about the phases."""
        self._analysis = analysis
        self.phase_form.set_analysis(analysis)
        self.table.set_analysis(analysis)
        self._show_phase()

    def _show(self, *_edits: Sequence[Edit]) -> None:
        self.table.show_document()
        training = self.training
        values = {name: training.value(name) for name in TRAINING_PARAMS}
        self.main.show_values(values)
        self.more.show_values(values)
        phase = self.phase
        values = {name: phase.value(name) for name in PHASE_PARAMS}
        for form in (self.limits, self.hold, self.when):
            form.show_values(values)
        self.optimizer.show_choice(phase.optimizer)
        self.schedule.show_choice(phase.schedule)
        self.length.show_training(training)
        self._sum_up()
        self._show_phase()

    def _sum_up(self) -> None:
        """Say beside the closed sections what they come to."""
        phase = self.phase
        self._when.show_value(summaries.when(phase))
        self._schedule.show_value(summaries.schedule(phase.schedule))
        self._limits.show_value(summaries.of_phase(phase, self._limited))
        self._hold.show_value(summaries.of_phase(phase, _HOLD))
        self._more.show_value(summaries.of_run(self.training, _MORE))

    def _show_phase(self) -> None:
        """Show the table and the current phase, or the simple form for one."""
        simple = self.is_simple
        for widget in (self.table, self.phase_form, self._run):
            widget.setVisible(not simple)
        self._hold.setVisible(len(self.training.phases) > 1)
        self.add_phase.setVisible(simple)
        home = self._own_box if simple else self._run.box
        if home.indexOf(self.main) < 0:
            for part in (self.main, self.legend):
                home.addWidget(part)
                part.show()
        self.panel.show_colour(-1 if simple else self.phase_index)
        if not simple:
            self.phase_form.show_phase(self.phase_index)
        self._tell_phase()

    def _tell_phase(self) -> None:
        """Tell which phase is in view, for the canvas."""
        if self.is_simple or not self.isVisible():
            self.phase_shown.emit(-1, (), ())
            return
        index, phase = self.phase_index, self.phase
        known = self._analysis.phases if self._analysis else ()
        losses, updates = phase.minimise, phase.update
        if len(known) == len(self.training.phases):
            losses, updates = known[index].losses, known[index].updates
        self.phase_shown.emit(index, losses, updates)

    @guarded
    def showEvent(self, event: QShowEvent) -> None:
        """Let the canvas mark the phase."""
        super().showEvent(event)
        self._tell_phase()

    @guarded
    def hideEvent(self, event: QHideEvent) -> None:
        """Let the canvas mark no phase."""
        super().hideEvent(event)
        self._tell_phase()

    def _on_phase_added(self) -> None:
        self.table.add()
        self.phase_form.focus_name()

    def _on_run_edited(self, name: str, value: Value) -> None:
        form = self.main if name in self.main.rows else self.more
        params = self.length.counted({**self.training.params, name: value}, name)
        label = TRAINING_PARAMS[name].label
        try:
            self._apply(replace(self.training, params=params), label)
        except EngineError as error:
            form.show_error(name, str(error))

    def _on_run_reset(self, name: str) -> None:
        params = _without(self.training.params, name)
        self._apply(replace(self.training, params=params), TRAINING_PARAMS[name].label)

    def _on_limit_edited(self, name: str, value: Value) -> None:
        try:
            params = {**self.phase.params, name: value}
            self._set_limits(name, params)
        except EngineError as error:
            forms = (self.hold, self.when, self.limits)
            next(f for f in forms if name in f.rows).show_error(name, str(error))

    def _on_limit_reset(self, name: str) -> None:
        params = _without(self.phase.params, name)
        self._set_limits(name, params)

    def _set_limits(self, name: str, params: Mapping[str, Value]) -> None:
        phase = replace(self.phase, params=params)
        self._set_phase(PHASE_PARAMS[name].label, phase)

    def _set_phase(self, label: str, phase: Phase) -> None:
        self._apply(self.training.with_phase(self.phase_index, phase), label)

    def _apply(self, training: Training, label: str) -> None:
        actions.set_training(self._document, training, tr(label))


def _section(title: str, content: QWidget, *, is_open: bool = False) -> Section:
    section = Section(title, is_open=is_open)
    section.box.addWidget(content)
    return section


def _column(holder: QWidget, widgets: Sequence[QWidget]) -> QVBoxLayout:
    box = QVBoxLayout(holder)
    box.setContentsMargins(0, 0, 0, 0)
    box.setSpacing(SPACE_S)
    for widget in widgets:
        box.addWidget(widget)
    return box


def _without(values: Mapping[str, Value], name: str) -> dict[str, Value]:
    return {key: value for key, value in values.items() if key != name}
