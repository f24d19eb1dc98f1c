"""The form of a command: its words, keys and icon, what it does, where it is offered.

Each package that can do something has one table of these. Menus, context menus, keys,
the command palette and the list of keys read the tables and know nothing by themselves.
"""

from collections.abc import Callable, Iterable
from dataclasses import KW_ONLY, dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from PySide6.QtGui import QKeySequence

from engine.i18n import tr
from workbench.theme.text import plain

Key = QKeySequence.StandardKey | str
"""What the system calls so, or the keys themselves, as they are shown."""
MENUS = {
    "file": "&File",
    "edit": "&Edit",
    "view": "&View",
    "model": "&Model",
    "train": "&Train",
    "help": "&Help",
}
"""The menu bar: ids and titles."""
C = TypeVar("C")
"""What a table's commands act on."""


class Place(NamedTuple):
    """Where a command is offered.

    Args:
        menu: Id of the menu.
        group: Its part of the menu; a line stands between two.
        order: Among the commands of the group.
        hides: It is left out where it can't apply, not shown in grey.
    """

    menu: str
    group: int
    order: int
    hides: bool = False


def _always(_where: object) -> bool:
    return True


def _nothing(_where: object) -> str:
    return ""


@dataclass(frozen=True)
class Command(Generic[C]):
    """One row of a table.

    Args:
        id: Stable name in the code.
        words: English, with `&` before the letter of the menu.
        run: What it does.
        keys: What does the same; the first is shown.
        icon: Name of its icon, or empty.
        tint: Token of the icon's colour.
        enabled: Whether it can apply now.
        now: Its words as things stand; empty: as always.
        why: Why it can't apply, for its tooltip.
        places: The menus that offer it.
        everywhere: Its keys work wherever the keyboard is, not only on the canvas.
        at_last: Its keys are taken only where nothing else wants them.
        explains: Run where it can't apply, it says what it needs.
        menu: Id of the menu that it opens instead of doing something.
        checked: Whether it is on, for what can be on or off.
    """

    id: str
    words: str
    run: Callable[[C], object] = _nothing
    _: KW_ONLY
    keys: tuple[Key, ...] = ()
    icon: str = ""
    tint: str = "fg2"
    enabled: Callable[[C], bool] = _always
    now: Callable[[C], str] = _nothing
    why: Callable[[C], str] = _nothing
    places: tuple[Place, ...] = ()
    everywhere: bool = False
    at_last: bool = False
    explains: bool = False
    menu: str = ""
    checked: Callable[[C], bool] | None = None

    @property
    def key(self) -> str:
        """The key that is shown, as people read it; empty for none."""
        return shown(self.keys[0]) if self.keys else ""


def shown(key: Key) -> str:
    """Return a key as people read it."""
    if isinstance(key, str):
        return key
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


class Bound(Generic[C]):
    """A command with what it acts on.

    Args:
        command: The row.
        where: Returns what it acts on, as things stand.
    """

    def __init__(self, command: Command[C], where: Callable[[], C]) -> None:
        self.command, self._where = command, where

    @property
    def words(self) -> str:
        """Its words as things stand, translated, with `&`."""
        return self.command.now(self._where()) or tr(self.command.words)

    @property
    def plain_words(self) -> str:
        """Its words without the `&`."""
        return plain(self.words)

    @property
    def is_enabled(self) -> bool:
        """Whether it can apply now."""
        return self.command.enabled(self._where())

    @property
    def is_checked(self) -> bool:
        """Whether it is on."""
        checked = self.command.checked
        return checked is not None and checked(self._where())

    @property
    def obstacle(self) -> str:
        """Why it can't apply now, where that is known."""
        return self.command.why(self._where())

    def run(self) -> None:
        """Do it."""
        self.command.run(self._where())


def offered(menu: str, bound: Iterable[Bound[Any]]) -> list[list[Bound[Any]]]:
    """Return what a menu offers, by its groups."""
    found: list[tuple[Place, Bound[Any]]] = [
        (place, one)
        for one in bound
        for place in one.command.places
        if place.menu == menu and (one.is_enabled or not place.hides)
    ]
    found.sort(key=lambda pair: pair[0][:3])
    groups: dict[int, list[Bound[Any]]] = {}
    for place, one in found:
        groups.setdefault(place.group, []).append(one)
    return list(groups.values())
