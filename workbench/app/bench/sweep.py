"""Sweeps over settings: begun, followed, stopped, gone on with, and made use of."""

import secrets
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLockFile, QTimer, Signal

from engine.errors import EngineError
from engine.graph import weights
from engine.graph.files import serialize
from engine.graph.problems import Fix
from engine.graph.settings_text import Assign
from engine.graph.sweep.space import assignment
from engine.i18n import tr
from engine.protocol.bench.sweep import (
    StartSweep,
    SweepsFound,
    SweepTold,
    SweepTrial,
)
from workbench.app.bench import beside
from workbench.app.bench.trial_command import TrialCommand
from workbench.app.desk import Desk
from workbench.app.files.foreign_weights import ForeignWeights
from workbench.app.run.weights_dialog import rooted

if TYPE_CHECKING:
    from workbench.app.bars.banner import Kind
    from workbench.dialogs.bench.sweep.window import SweepWindow  # noqa: F401 - names the base

FOLDER, PROJECT = "sweeps", "project.bpw"
_ABOUT, _LOCK = "sweep", ".running"


class SweepCommand(TrialCommand["SweepWindow"]):
    """Opens the window of sweeps and keeps it up to date.

    Args:
        desk: Whose document is swept over.
        outside: Asks whether files outside the project's folder may be read.

    Signals:
        open_wanted: Folder of a run that somebody wants to see.
    """

    open_wanted = Signal(object)

    def __init__(self, desk: Desk, outside: ForeignWeights) -> None:
        super().__init__(desk, StartSweep, outside.may_read)
        self._outside = outside
        self.told: SweepTold | None = None
        self._running: QLockFile | None = None
        sweeps = desk.session.trials.sweeps
        sweeps.told.connect(self._on_told)
        sweeps.found.connect(self._on_found)
        desk.document.replaced.connect(self._on_document)
        desk.document.changed.connect(self._on_document)
        desk.canvas.selection_changed.connect(self._on_selected)
        QTimer.singleShot(0, self.offer_to_go_on)

    @property
    def folder(self) -> Path:
        """Where sweeps are kept."""
        return self._desk.session.runs_folder / FOLDER

    def offer_to_go_on(self) -> None:
        """Say that a sweep was cut off, if its window was: its lock is still there."""
        path = self.folder / _LOCK
        if not path.is_file():
            return
        lock = QLockFile(str(path))
        lock.setStaleLockTime(0)
        if lock.tryLock(0):  # whoever held it is gone
            lock.unlock()
            words = tr("A sweep was cut off. Its trials are kept, and it can go on.")
            self._desk.banner.say("info", words, [(tr("Show"), self.ask)], about=_ABOUT)

    def _hold(self) -> None:
        """Leave a sign that a sweep goes on; who is killed leaves it behind."""
        if self._running is None and self.folder.is_dir():
            self._running = QLockFile(str(self.folder / _LOCK))
            self._running.setStaleLockTime(0)
            self._running.tryLock(0)

    def ask(self) -> None:
        """Open the window, or bring it up."""
        from workbench.dialogs.bench.sweep.window import SweepWindow

        if self.dialog is None:
            document = self._desk.document
            self.dialog = dialog = SweepWindow(
                lambda: document.project, self._desk.widget
            )
            dialog.wanted.connect(self._begin)
            dialog.go_on_wanted.connect(self._go_on)
            dialog.unwanted.connect(self._desk.session.trials.sweeps.stop)
            dialog.use_wanted.connect(self._use)
            dialog.open_wanted.connect(self.open_wanted)
            dialog.finished.connect(self._on_closed)
            if self.told is not None:
                dialog.show_sweep(self.told)
            self._desk.session.trials.sweeps.find(self.folder)
            chosen = self._desk.canvas.selection
            dialog.plan.follow_canvas(chosen.ids, chosen.scope)
            beside.stand(dialog, self._desk.canvas)
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()

    def _begin(self, wish: StartSweep) -> None:
        if not self._may_read() or self.dialog is None:
            return
        name = f"{datetime.now():%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
        text = serialize.dumps(rooted(self._desk.document))
        self._start(replace(wish, folder=str(self.folder / name), document=text))

    def _go_on(self, folder: str) -> None:
        if self.dialog is not None and self._may_go_on(Path(folder)):
            plan = self.dialog.plan
            self._start(
                StartSweep(
                    folder, jobs=plan.jobs.value(), prunes=plan.prunes.isChecked()
                )
            )

    def _may_go_on(self, folder: Path) -> bool:
        """Ask about places that a project names, whose sweep may be anybody's."""
        try:
            project = serialize.load(folder / PROJECT)
        except EngineError:
            return True  # the engine says what is wrong with it
        return self._outside.may_open(weights.outside(project, str(folder)))

    def _start(self, wish: StartSweep) -> None:
        session = self._desk.session
        session.start_engine()
        session.trials.sweeps.start(wish)

    def _use(self, trial: SweepTrial) -> None:
        """Take the settings of a trial, as one undo step."""
        words = tuple(assignment(key, value) for key, value in trial.point.items())
        label = tr("Settings of trial {n}", n=trial.number + 1)
        if self._applied(Fix(label, (Assign(words),))):
            self._desk.canvas.say(label)

    def _on_told(self, told: SweepTold) -> None:
        self.told = told
        if told.is_running:
            self._hold()
        elif self._running is not None:
            self._running.unlock()
            self._running = None
        if self.dialog is not None:
            self.dialog.show_sweep(told)
        elif not told.is_running:
            self._say_the_end(told)

    def _say_the_end(self, told: SweepTold) -> None:
        """Say that it is over where nobody looks."""
        from workbench.dialogs.bench.sweep.window import best_words, num_words

        words = f"{tr('Sweep')}: {num_words(told)}. {told.failure or best_words(told)}"
        kind: Kind = "error" if told.failure else "info"
        self._desk.banner.say(kind, words, [(tr("Show"), self.ask)], about=_ABOUT)

    def _on_found(self, found: SweepsFound) -> None:
        if self.dialog is not None:
            self.dialog.show_earlier(found.sweeps)

    def _on_document(self, *_args: object) -> None:
        if self.dialog is not None:
            self.dialog.plan.follow_soon()

    def _on_selected(self, ids: list[str], scope: str, _inside: str) -> None:
        if self.dialog is not None:
            self.dialog.plan.follow_canvas(ids, scope)
