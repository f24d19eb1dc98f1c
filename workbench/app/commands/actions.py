"""The table of everything that a menu, a key or the command palette can do."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow

from engine.i18n import tr
from workbench.commands.words import keys_of
from workbench.theme import icons
from workbench.theme.text import plain

Handler = Callable[[], object]
Keys = QKeySequence.StandardKey | str | None
_Std = QKeySequence.StandardKey


@dataclass(frozen=True)
class Entry:
    """One action.

    Args:
        id: Stable name in the code.
        menu: Id of its menu; groups are parted by `-` entries.
        text: English words with `&`.
        keys: Standard key or text, None for none.
        icon: Name of its icon, or empty.
        tint: Token of the icon's colour.
        hint: Keys that the canvas itself handles, shown only.
    """

    id: str
    menu: str
    text: str = ""
    keys: Keys = None
    icon: str = ""
    tint: str = "fg2"
    hint: str = ""


MENUS = {
    "file": "&File",
    "edit": "&Edit",
    "view": "&View",
    "model": "&Model",
    "train": "&Train",
    "help": "&Help",
}
_BAR = "-"


def _bar(menu: str) -> Entry:
    return Entry(_BAR, menu)


ENTRIES: tuple[Entry, ...] = (
    Entry("new", "file", "&New", _Std.New, "new"),
    Entry("open", "file", "&Open…", _Std.Open, "open"),
    Entry("preset", "file", "Open a &preset…", "Ctrl+Shift+O", "grid"),
    Entry("open_run", "file", "Open a r&un…", icon="open"),
    Entry("recent", "file", "Open &recent"),
    _bar("file"),
    Entry("save", "file", "&Save", _Std.Save, "save"),
    Entry("save_as", "file", "Save &as…", "Ctrl+Shift+S"),
    Entry("export", "file", "&Export weights…", "Ctrl+E", "export"),
    _bar("file"),
    Entry("quit", "file", "&Quit", "Ctrl+Q"),
    Entry("undo", "edit", "&Undo", _Std.Undo, "undo"),
    Entry("redo", "edit", "&Redo", _Std.Redo, "redo"),
    Entry("undo_list", "edit", "Show &undo steps"),
    _bar("edit"),
    Entry("cut", "edit", "Cu&t", hint="Ctrl+X"),
    Entry("copy", "edit", "&Copy", icon="copy", hint="Ctrl+C"),
    Entry("paste", "edit", "&Paste", hint="Ctrl+V"),
    Entry("duplicate", "edit", "&Duplicate", hint="Ctrl+D"),
    Entry("delete", "edit", "De&lete", icon="trash", hint="Del"),
    Entry("heal", "edit", "Delete and &heal the wire", hint="Ctrl+Del"),
    Entry("select_all", "edit", "Select &all", hint="Ctrl+A"),
    _bar("edit"),
    Entry("go_to", "edit", "&Go to a node…", icon="fit", hint="Ctrl+F"),
    Entry("palette", "edit", "Search &commands…", "Ctrl+K", "search"),
    Entry("zoom_in", "view", "Zoom &in", _Std.ZoomIn, "zoom-in"),
    Entry("zoom_out", "view", "Zoom &out", _Std.ZoomOut),
    Entry("fit", "view", "&Fit the network", icon="fit", hint="F"),
    Entry("overview", "view", "O&verview", hint="M"),
    Entry("motion", "view", "Reduce &motion"),
    _bar("view"),
    Entry("panels", "view", "&Panels"),
    Entry("enlarge", "view", "&Enlarge the panel", "Shift+F11", "enlarge"),
    Entry("layout_build", "view", "Layout to &build", "Ctrl+1"),
    Entry("layout_train", "view", "Layout to t&rain", "Ctrl+2"),
    Entry("reset_layout", "view", "&Reset the layout"),
    Entry("language", "view", "&Language"),
    Entry("theme", "view", "&Dark or light", "Ctrl+Shift+L", "theme"),
    Entry("full_screen", "view", "F&ull screen", "F11"),
    Entry("quick_add", "model", "&Add a layer…", icon="plus", hint="Tab"),
    Entry("connect", "model", "&Connect to…", icon="link", hint="C"),
    Entry("align", "model", "A&lign"),
    Entry("arrange", "model", "Arran&ge", icon="wand", hint="L"),
    _bar("model"),
    Entry("group", "model", "Group into a &block…", icon="layers", hint="Ctrl+G"),
    Entry("unpack", "model", "&Unpack the block", hint="Ctrl+Shift+G"),
    Entry("enter", "model", "&Open the block", hint="Enter"),
    Entry("leave", "model", "&Leave the block", hint="Alt+Up"),
    Entry("open_in_place", "model", "Open in pl&ace", hint="E"),
    Entry("save_block", "model", "&Save to My blocks"),
    _bar("model"),
    Entry("frame", "model", "&Frame…", hint="Shift+G"),
    Entry("comment", "model", "Add a co&mment…", hint="T"),
    Entry("weights", "model", "&Load weights…", icon="open"),
    Entry("lora", "model", "Fine-&tune with LoRA"),
    Entry("plain_linear", "model", "Back to a plai&n Linear"),
    _bar("model"),
    Entry("problems", "model", "Show &problems", "Ctrl+Shift+M", "warning"),
    Entry("train", "train", "T&rain", "F5", "play"),
    Entry("pause", "train", "&Pause", "F6", "pause"),
    Entry("stop", "train", "&Stop", "Shift+F5", "stop", "err"),
    _bar("train"),
    Entry("step", "train", "&One step", "F10", "step"),
    Entry("steps", "train", "&Several steps…", "Shift+F10"),
    Entry("epoch", "train", "Until the &epoch ends", "Ctrl+F10", "skip"),
    _bar("train"),
    Entry("restart", "train", "Restart with the &changes", "Ctrl+F5", "reset"),
    Entry("keep", "train", "Restart and &keep the weights that fit"),
    Entry("device", "train", "&Device", icon="device"),
    Entry("shortcuts", "help", "&Keyboard shortcuts", "?", "help"),
    Entry("runs", "help", "Where are my &runs?"),
    Entry("about", "help", "&About Backprop Workbench", icon="info"),
)
SUBMENUS = ("recent", "panels", "align", "language", "device")
"""Entries that open a menu instead of doing something."""


class Actions(Mapping[str, QAction]):
    """All actions by id, and the menus that hold them.

    Args:
        window: Gets the menu bar and the keys.
        handlers: What each action does.
    """

    def __init__(self, window: QMainWindow, handlers: Mapping[str, Handler]) -> None:
        self._window = window
        self._actions: dict[str, QAction] = {}
        bar = window.menuBar()
        self.menus = {key: bar.addMenu(tr(text)) for key, text in MENUS.items()}
        for entry in ENTRIES:
            self._add(entry, handlers)

    def __getitem__(self, key: str) -> QAction:
        return self._actions[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._actions)

    def __len__(self) -> int:
        return len(self._actions)

    def _add(self, entry: Entry, handlers: Mapping[str, Handler]) -> None:
        menu = self.menus[entry.menu]
        if entry.id == _BAR:
            menu.addSeparator()
        elif entry.id in SUBMENUS:
            self.menus[entry.id] = menu.addMenu(tr(entry.text))
        else:
            action = self._made(entry, handlers[entry.id])
            menu.addAction(action)
            self._window.addAction(action)
            self._actions[entry.id] = action

    def _made(self, entry: Entry, handler: Handler) -> QAction:
        text = tr(entry.text)
        action = QAction(f"{text}\t{entry.hint}" if entry.hint else text, self._window)
        if entry.keys is not None:
            action.setShortcut(QKeySequence(entry.keys))
        if entry.icon:
            icons.bind(action, entry.icon, entry.tint)
        action.setToolTip(_tip(text, keys_of(action)))
        action.triggered.connect(lambda _checked=False: handler())
        return action


def _tip(text: str, keys: str) -> str:
    words = plain(text).rstrip("…")
    return f"{words}  ({keys})" if keys else words
