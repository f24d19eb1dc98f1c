"""Files that a project names outside its own folder: asked about once, then read."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.graph import weights
from engine.i18n import tr

if TYPE_CHECKING:
    from workbench.app.window import MainWindow

ABOUT = "outside"
_MOST_SHOWN = 4


class OutsidePaths:
    """Knows which places may be read, and asks about others before one is opened.

    Args:
        window: Of the document; its banner asks.
    """

    def __init__(self, window: "MainWindow") -> None:
        self._window = window
        self._asked: tuple[str, ...] = ()
        window.session.allowed = tuple(window.settings.allowed)
        window.session.analysis_ready.connect(lambda _analysis: self.ask())
        window.training.may_read = self.may_read
        window.training.may_open = self.may_open
        window.document.replaced.connect(self._on_replaced)

    @property
    def held(self) -> tuple[str, ...]:
        """The places outside the document's folder that are not allowed yet."""
        allowed = self._window.session.allowed
        return tuple(place for place in self._named() if place not in allowed)

    def _named(self) -> tuple[str, ...]:
        return weights.outside(self._window.document.project, self._folder)

    @property
    def _folder(self) -> str:
        path = self._window.document.path
        return str(path.parent) if path else ""

    def ask(self) -> None:
        """Ask about places that nobody was asked about yet."""
        held = self.held
        if not held:
            self._window.banner.withdraw(ABOUT)
        elif held != self._asked:
            self._say(held)

    def may_read(self) -> bool:
        """Return whether nothing is held back; ask again otherwise."""
        held = self.held
        if held:
            self._say(held)
        return not held

    def may_open(self, places: Sequence[str]) -> bool:
        """Return whether all of these places are allowed; ask about others."""
        allowed = self._window.session.allowed
        if held := tuple(place for place in places if place not in allowed):
            self._say(held)
        return not held

    def _say(self, held: tuple[str, ...]) -> None:
        self._asked = held
        words = tr(
            "This project wants to read weights outside its folder: {places}. Nothing "
            "was opened yet.",
            places=_listed(held),
        )
        offers = [(tr("Allow reading"), lambda: self.allow(held))]
        self._window.banner.say("warning", words, offers, about=ABOUT)

    def allow(self, places: Sequence[str]) -> None:
        """Let places be read, now and in the future."""
        window = self._window
        window.settings.allow(places)
        window.session.allowed = tuple(window.settings.allowed)
        window.banner.withdraw(ABOUT)
        window.session.check(window.document.project, self._folder)

    def choose(self, path: str) -> None:
        """Let a file be read that somebody has just chosen."""
        place = weights.place(path, self._folder)
        if place in self.held:
            self.allow((place,))

    def _on_replaced(self) -> None:
        self._asked = ()


def _listed(places: tuple[str, ...]) -> str:
    more = len(places) - _MOST_SHOWN
    words = ", ".join(places[:_MOST_SHOWN])
    return words + (tr(" and {n} more", n=more) if more > 0 else "")
