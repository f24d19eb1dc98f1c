"""Files that a project names outside its own folder: asked about once, then read."""

from collections.abc import Sequence

from engine.graph import weights
from engine.i18n import tr
from workbench.app.desk import Desk

ABOUT = "outside"
_MOST_SHOWN = 4


class ForeignWeights:
    """Knows which places may be read, and asks about others before one is opened.

    Args:
        desk: Of the document; its banner asks.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._asked: tuple[str, ...] = ()
        desk.session.allowed = tuple(desk.settings.allowed)
        self._is_trusted = False
        desk.document.replaced.connect(self._on_replaced)
        desk.document.saving.connect(self._on_saving)
        desk.document.saved.connect(self._on_saved)

    def begin(self) -> None:
        """Ask after each check; called last, so that no other words cover these."""
        self._desk.session.analysis_ready.connect(lambda _analysis: self.ask())

    @property
    def held(self) -> tuple[str, ...]:
        """The places outside the document's folder that are not allowed yet."""
        allowed = self._desk.session.allowed
        return tuple(place for place in self._named() if place not in allowed)

    def _named(self) -> tuple[str, ...]:
        return weights.outside(self._desk.document.project, self._folder)

    @property
    def _folder(self) -> str:
        path = self._desk.document.path
        return str(path.parent) if path else ""

    def ask(self) -> None:
        """Ask about places that nobody was asked about yet."""
        held = self.held
        if not held:
            self._desk.banner.withdraw(ABOUT)
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
        allowed = self._desk.session.allowed
        if held := tuple(place for place in places if place not in allowed):
            self._say(held)
        return not held

    def _say(self, held: tuple[str, ...]) -> None:
        self._asked = held
        words = tr(
            "This project wants to read files outside its folder: {places}. Nothing "
            "was opened yet.",
            places=_listed(held),
        )
        offers = [(tr("Allow reading"), lambda: self.allow(held))]
        self._desk.banner.say("warning", words, offers, about=ABOUT)

    def allow(self, places: Sequence[str]) -> None:
        """Let places be read, now and in the future."""
        desk = self._desk
        desk.settings.allow(places)
        desk.session.allowed = tuple(desk.settings.allowed)
        desk.banner.withdraw(ABOUT)
        desk.session.check(desk.document.project, self._folder)

    def choose(self, path: str) -> None:
        """Let a file be read that somebody has just chosen."""
        place = weights.whole(path, self._folder)
        if place in self.held:
            self.allow((place,))

    def _on_saving(self, _path: object) -> None:
        self._is_trusted = not self.held

    def _on_saved(self) -> None:
        """Go on reading what was read before, from another folder."""
        if self._is_trusted and (held := self.held):
            self.allow(held)

    def _on_replaced(self) -> None:
        self._asked = ()


def _listed(places: tuple[str, ...]) -> str:
    more = len(places) - _MOST_SHOWN
    words = ", ".join(places[:_MOST_SHOWN])
    return words + (tr(" and {n} more", n=more) if more > 0 else "")
