"""Layouts of the panels, to build and to train; each is kept as it is left."""

from workbench.app.docks.docks import Docks
from workbench.document.settings import Settings

BUILD, TRAIN = "build", "train"
_HIDDEN = {
    BUILD: ("loss", "gradients", "weights", "accuracy", "views", "log"),
    TRAIN: (),
}
"""Panels that a layout does without, unless somebody opens them there."""
_PROBLEMS_PX = 130


class Layouts:
    """Switches between the layouts.

    Args:
        docks: The panels.
        settings: Keep how each layout was left.
    """

    def __init__(self, docks: Docks, settings: Settings) -> None:
        self._docks, self._settings = docks, settings
        is_build = settings.flag("build_layout", default=False)
        self.current = BUILD if is_build else TRAIN

    def switch(self, name: str) -> None:
        """Leave the present layout as it is, and show another as it was left."""
        if name == self.current:
            return
        self._settings.set_window(f"layout-{self.current}", self._docks.save())
        self._take(name)
        kept = self._settings.window(f"layout-{name}")
        if kept.isEmpty() or not self._docks.restore(kept):
            self.reset()

    def reset(self) -> None:
        """Show the present layout as in a new window."""
        self._docks.reset()
        for name in _HIDDEN[self.current]:
            self._docks[name].close()
        if self.current == BUILD:
            self._docks.set_height("problems", _PROBLEMS_PX)

    def _take(self, name: str) -> None:
        self.current = name
        self._settings.set_flag("build_layout", on=name == BUILD)
