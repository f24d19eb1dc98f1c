"""How the network is trained: optimizer, schedule, length, regularisation."""

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QComboBox, QLabel, QVBoxLayout, QWidget

from engine.errors import EngineError
from engine.graph.edits import SetTraining
from engine.graph.options import (
    OPTIMIZERS,
    PHASE_PARAMS,
    SCHEDULES,
    TRAINING_PARAMS,
)
from engine.graph.settings import Phase, Training
from engine.i18n import tr
from engine.layers.spec import Param, Value
from workbench.document import Document
from workbench.inspector.fields import polish
from workbench.inspector.forecast import Outlook
from workbench.inspector.form import Form
from workbench.inspector.option_form import OptionForm
from workbench.inspector.section import Section
from workbench.theme.tokens import SPACE_S

LIVE = ("lr", "momentum", "weight_decay", "batch_size")
"""Settings that change the running training at once."""
_MAIN = ("batch_size", "epochs", "steps")
_MORE = (
    "ema",
    "evaluate_every",
    "patience",
    "keep_best",
    "precision",
    "seed",
    "threads",
)
_HOLD = ("ewc", "ewc_of", "ewc_samples")
"""Settings that only make sense where there is another phase."""


def _params(names: tuple[str, ...]) -> list[Param]:
    return [TRAINING_PARAMS[name] for name in names]


class TrainingForm(QWidget):
    """All settings of a run; each edit is one undo step.

    Args:
        document: Its `training` is shown and edited.
    """

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self.phases = QComboBox()
        self.phases.setAccessibleName(tr("Phase"))
        self.phases.currentIndexChanged.connect(self._show)
        self.optimizer = OptionForm(
            tr("Optimizer"), OPTIMIZERS, ("lr", "weight_decay", "momentum")
        )
        self.schedule = OptionForm(tr("Schedule"), SCHEDULES, None)
        self.main, self.more = Form(_params(_MAIN)), Form(_params(_MORE))
        self.limits = Form([p for n, p in PHASE_PARAMS.items() if n not in _HOLD])
        self.hold = Form([PHASE_PARAMS[name] for name in _HOLD])
        self.live_note = self._make_note()
        self.outlook = Outlook()
        self._lay_out()
        self._connect()
        document.changed.connect(self._show)
        document.replaced.connect(self._show)
        self._show()

    def _make_note(self) -> QLabel:
        text = tr(
            "While it trains, the learning rate, momentum, weight decay and batch size "
            "change the running training at once."
        )
        note = QLabel(text)
        note.setWordWrap(True)
        polish(note, "role", "note")
        note.hide()
        return note

    def _lay_out(self) -> None:
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(SPACE_S)
        box.addWidget(self.phases)
        training = Section(tr("Training"))
        training.box.addWidget(self.live_note)
        for widget in (self.optimizer, self.main):
            training.box.addWidget(widget)
        schedule = Section(tr("Schedule"), is_open=False)
        schedule.box.addWidget(self.schedule)
        limits = Section(tr("Clipping and sparsity"), is_open=False)
        limits.box.addWidget(self.limits)
        self._hold = Section(tr("Holding on to an earlier phase"), is_open=False)
        self._hold.box.addWidget(self.hold)
        more = Section(tr("Averaging, evaluation, precision"), is_open=False)
        more.box.addWidget(self.more)
        outlook = Section(tr("Forecast"))
        outlook.box.addWidget(self.outlook)
        self._outlook = outlook
        for section in (outlook, training, schedule, limits, self._hold, more):
            box.addWidget(section)

    def _connect(self) -> None:
        for form in (self.main, self.more):
            form.edited.connect(self._on_run_edited)
            form.reset_wanted.connect(self._on_run_reset)
        for form in (self.limits, self.hold):
            form.edited.connect(self._on_limit_edited)
            form.reset_wanted.connect(self._on_limit_reset)
        self.optimizer.chosen.connect(lambda c: self._set_phase(optimizer=c))
        self.schedule.chosen.connect(lambda c: self._set_phase(schedule=c))

    @property
    def training(self) -> Training:
        """The settings as the document has them."""
        return self._document.project.training

    @property
    def phase_index(self) -> int:
        """Which phase the form shows."""
        last = len(self.training.phases) - 1
        return min(max(self.phases.currentIndex(), 0), last)

    @property
    def phase(self) -> Phase:
        """The phase that the form shows."""
        return self.training.phases[self.phase_index]

    def set_live(self, is_live: bool) -> None:
        """Say which fields count at once, while a run is active."""
        self.live_note.setVisible(is_live)
        self._outlook.setVisible(not is_live)

    def _show(self, *_ignored: object) -> None:
        self._show_phases()
        training = self.training
        values = {name: training.value(name) for name in TRAINING_PARAMS}
        self.main.show_values(values)
        self.more.show_values(values)
        phase = self.phase
        values = {name: phase.value(name) for name in PHASE_PARAMS}
        self.limits.show_values(values)
        self.hold.show_values(values)
        self.optimizer.show_choice(phase.optimizer)
        self.schedule.show_choice(phase.schedule)

    def _show_phases(self) -> None:
        names = [phase.name for phase in self.training.phases]
        index = self.phase_index
        with QSignalBlocker(self.phases):
            self.phases.clear()
            self.phases.addItems(names)
            self.phases.setCurrentIndex(index)
        self.phases.setVisible(len(names) > 1)
        self._hold.setVisible(len(names) > 1)

    def _on_run_edited(self, name: str, value: Value) -> None:
        form = self.main if name in self.main.rows else self.more
        params = {**self.training.params, name: value}
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
            self._set_phase(params={**self.phase.params, name: value})
        except EngineError as error:
            form = self.hold if name in _HOLD else self.limits
            form.show_error(name, str(error))

    def _on_limit_reset(self, name: str) -> None:
        self._set_phase(params=_without(self.phase.params, name))

    def _set_phase(self, **changes: object) -> None:
        phases = list(self.training.phases)
        phases[self.phase_index] = replace(self.phase, **changes)  # type: ignore[arg-type]
        words = {"optimizer": "Optimizer", "schedule": "Schedule", "params": "Phase"}
        label = words[next(iter(changes))]
        self._apply(replace(self.training, phases=tuple(phases)), label)

    def _apply(self, training: Training, label: str) -> None:
        text = tr("Set {label}", label=tr(label))
        self._document.apply([SetTraining(training)], text)


def _without(values: Mapping[str, Value], name: str) -> dict[str, Value]:
    return {key: value for key, value in values.items() if key != name}
