"""Lets four ways of learning race on one net, in a window."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import presets
from engine.graph.files import serialize
from engine.i18n import tr
from engine.protocol.bench.race import RaceSizes, RaceTold, SizeRace, StartRace
from workbench.app.bench.trial_command import TrialCommand
from workbench.app.desk import Desk
from workbench.app.run.weights_dialog import rooted

if TYPE_CHECKING:
    from workbench.dialogs.bench.race.window import RaceWindow  # noqa: F401 - names the base

_NETS = ("xor", "spirals", "digits-mlp")
"""Presets that race in seconds."""


class RaceCommand(TrialCommand["RaceWindow"]):
    """Opens the window of the race and keeps it up to date.

    Args:
        desk: Whose document may race.
        may_read: Asks whether files outside the project's folder may be read.
    """

    def __init__(self, desk: Desk, may_read: Callable[[], bool]) -> None:
        super().__init__(desk, (SizeRace, StartRace), may_read)
        trials = desk.session.trials
        trials.race_sized.connect(self._on_sized)
        trials.raced.connect(self._on_raced)

    def ask(self) -> None:
        """Ask what races, in a window."""
        from workbench.dialogs.bench.race.window import RaceWindow

        dialog = RaceWindow(dict(self._documents()), self._desk.widget)
        dialog.sizes_wanted.connect(self._desk.session.trials.size_race)
        dialog.wanted.connect(self._desk.session.trials.race)
        dialog.unwanted.connect(self._desk.session.trials.call_off)
        dialog.finished.connect(self._on_closed)
        self.dialog = dialog
        dialog.open()
        dialog.begin()

    def _documents(self) -> Iterator[tuple[str, str]]:
        """Yield the nets that may race: the project, if it can, and small ones."""
        project = self._desk.document.project
        if (
            len(project.training.phases) == 1
            and project.graph.nodes
            and self._may_read()
        ):
            own = serialize.dumps(rooted(self._desk.document))
            yield tr("This project"), own
        for info in presets.all_presets():
            if info.id in _NETS:
                yield tr(info.title), serialize.dumps(presets.load(info.id))

    def _on_sized(self, told: RaceSizes) -> None:
        if self.dialog is not None:
            self.dialog.show_sizes(told)

    def _on_raced(self, told: RaceTold) -> None:
        if self.dialog is not None:
            self.dialog.show_race(told)
