"""Rooms: what stands around the canvas to build, to train; each kept as it is left."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from workbench.app.docks.docks import Docks
from workbench.app.docks.palette import Palette
from workbench.canvas.widgets.layer_list import LayerList
from workbench.document.settings import Settings

_STAYS = "stays_in_build"
"""Switch: to train leads to no other room."""


@dataclass(frozen=True)
class Room:
    """One row of the table; nothing else has to know of a room.

    Args:
        id: Stable name, also of its layout in the settings.
        title: On its segment in the bar.
        words: In the menu, with `&` before the letter.
        keys: That lead there.
        has_rail: The list of layers is a rail of icons.
        has_bottom: The panels of the bottom are open, not closed to a strip.
        is_bare: No panel stands around canvas or page; a window never starts there.
        page: Makes what stands where the canvas is; without one the canvas does.
    """

    id: str
    title: str
    words: str
    keys: str
    has_rail: bool = False
    has_bottom: bool = False
    is_bare: bool = False
    page: Callable[[], QWidget] | None = None

    @property
    def command(self) -> str:
        """Id of the command that leads there."""
        return f"room_{self.id}"


BUILD, TRAIN, EXPLAIN = "build", "train", "explain"
ROOMS = (
    Room(BUILD, "Build", "&Build room", "Ctrl+1"),
    Room("data", "Data", "&Data room", "Ctrl+2", is_bare=True),
    Room(TRAIN, "Train", "&Train room", "Ctrl+3", has_rail=True, has_bottom=True),
    Room(EXPLAIN, "Explain", "E&xplain room", "Ctrl+4", has_rail=True, is_bare=True),
)
"""From left to right."""


class Rooms(QObject):
    """Leads from room to room.

    Args:
        docks: The panels.
        layers: The list of them.
        centre: Shows canvas or page.
        settings: Keep the room, and how each was left.
        rooms: All there are.

    Attributes:
        current: The room that shows.
        palette: Puts the list of layers where a room wants it.
    """

    leaving = Signal()
    changed = Signal()

    def __init__(
        self,
        docks: Docks,
        layers: LayerList,
        centre: QStackedWidget,
        settings: Settings,
        rooms: Iterable[Room] = ROOMS,
    ) -> None:
        super().__init__(centre)
        self._docks = docks
        self.palette = Palette(docks, layers)
        self._centre, self._settings = centre, settings
        self._rooms = {room.id: room for room in rooms}
        self._pages: dict[str, QWidget] = {}
        self._makers = {r.id: r.page for r in self._rooms.values() if r.page}
        self._has_led = False
        self._last = next(iter(self._rooms))
        first = next(iter(self._rooms.values()))
        self.current = self._rooms.get(settings.room, first)

    def enter(self, name: str) -> None:
        """Leave the present room as it is, and show another as it was left."""
        if name != self.current.id:
            self.leaving.emit()
            self.keep()
            self._put_back()
            self._last, self.current = self.current.id, self._rooms[name]
            if not self.current.is_bare:
                self._settings.room = name
            self.show()
        self.changed.emit()  # in any case: the segment that was clicked stays down

    def leave(self) -> None:
        """Go back to the room before."""
        self.enter(self._last)

    def offer(self, name: str, make: Callable[[], QWidget]) -> None:
        """Let a room have a page, which is made when it is first entered."""
        self._makers[name] = make

    def _put_back(self) -> None:
        """Let panels come again; the next room says which."""
        if self.current.is_bare:
            self._docks.bring_back(())

    def keep(self) -> None:
        """Keep how the present room is laid out."""
        if not self.current.is_bare:
            self._settings.set_window(f"room-{self.current.id}", self._docks.save())

    def show(self) -> None:
        """Show the present room as it was left."""
        self.palette.set_rail(on=self.current.has_rail)
        if self.current.is_bare:
            self._docks.put_away()
            self._docks.bottom.show_strip()
            self._show_page()
            return
        kept = self._settings.window(f"room-{self.current.id}")
        if kept.isEmpty() or not self._docks.restore(kept):
            self._arrange()
        self._show_page()

    def reset(self) -> None:
        """Show the present room as in a new window."""
        self._settings.set_flag(_STAYS, on=False)
        if self.current.is_bare:
            self.show()
            return
        self.palette.set_rail(on=self.current.has_rail)
        self._arrange()
        self._show_page()

    def _arrange(self) -> None:
        self._docks.reset(has_bottom=self.current.has_bottom)

    def _show_page(self) -> None:
        """Show what stands in the middle, unless a start page does."""
        room, centre = self.current, self._centre
        if room.id in self._makers and room.id not in self._pages:
            self._pages[room.id] = self._makers[room.id]()
            centre.addWidget(self._pages[room.id])
        canvas = centre.widget(0)
        shown = self._pages.get(room.id, canvas)
        is_ours = centre.currentWidget() in {canvas, *self._pages.values()}
        if is_ours and shown is not None:
            centre.setCurrentWidget(shown)

    def follow_training(self) -> None:
        """Go where a training can be seen, once, when it can't be seen here.

        Who has opened panels here, or went back here from a training, stays.
        """
        room, goal = self.current, self._rooms.get(TRAIN)
        stays = self._settings.flag(_STAYS, default=False)
        if self._has_led or stays or room.has_bottom or goal is None:
            return
        if self._docks.bottom.is_open:
            return
        self._has_led = True
        self.enter(goal.id)

    def prefer(self, name: str, *, trains: bool) -> None:
        """Go to a room by hand; to leave a running training says: don't lead me there.

        Args:
            name: Of the room.
            trains: A training is under way.
        """
        room = self._rooms[name]
        if trains and self._has_led and not (room.has_bottom or room.is_bare):
            self._settings.set_flag(_STAYS, on=True)
        self.enter(name)
