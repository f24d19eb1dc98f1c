"""What the application remembers between starts."""

import json
from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

from engine.places import is_file, is_folder

MAX_RECENT = 10
MAX_ALLOWED = 500
_ORGANISATION, _APPLICATION = "Backprop Workbench", "workbench"


class Settings:
    """Theme, language, window and recent files, kept by Qt where the system wants.

    Values that another version or a person has broken read as their defaults.
    """

    def __init__(self) -> None:
        self._store = _opened()

    @property
    def theme(self) -> str:
        """`dark` or `light`."""
        value = self._text("theme")
        return value if value in {"dark", "light"} else "dark"

    @theme.setter
    def theme(self, name: str) -> None:
        self._store.setValue("theme", name)

    @property
    def language(self) -> str:
        """Code of the language, or empty for the system's."""
        value = self._text("language")
        return value if value in {"en", "ja"} else ""

    @language.setter
    def language(self, code: str) -> None:
        self._store.setValue("language", code)

    @property
    def room(self) -> str:
        """Name of the room that the window was in; empty in a new one."""
        return self._text("room")

    @room.setter
    def room(self, name: str) -> None:
        self._store.setValue("room", name)

    @property
    def folder(self) -> Path:
        """Folder that the last file was opened from or saved to."""
        value = self._text("folder")
        return Path(value) if value and is_folder(Path(value)) else Path.home()

    @property
    def allowed(self) -> list[str]:
        """Places outside a project's folder that weights may be read from."""
        return self._list("allowed")

    def allow(self, places: Iterable[str]) -> None:
        """Remember places that weights may be read from, the newest first."""
        names = list(dict.fromkeys([*places, *self.allowed]))[:MAX_ALLOWED]
        self._store.setValue("allowed", json.dumps(names))

    @property
    def recent(self) -> list[Path]:
        """Files opened or saved last that still exist, the newest first."""
        return [path for path in self._recent() if is_file(path)]

    def _recent(self) -> list[Path]:
        return [Path(name) for name in self._list("recent")[:MAX_RECENT]]

    def _list(self, key: str) -> list[str]:
        """Return a list of words; an empty one for anything else."""
        try:
            names = json.loads(self._text(key) or "[]")
        except (ValueError, RecursionError):
            return []
        is_list = isinstance(names, list)
        return [n for n in names if isinstance(n, str)] if is_list else []

    def add_recent(self, path: Path) -> None:
        """Remember a file that was opened or saved."""
        path = path.resolve()
        rest = [old for old in self._recent() if old != path]
        names = [str(p) for p in [path, *rest][:MAX_RECENT]]
        self._store.setValue("recent", json.dumps(names))
        self._store.setValue("folder", str(path.parent))

    @property
    def last_commands(self) -> list[str]:
        """Ids of what was done from the command palette, the newest first."""
        return self._list("commands")[:MAX_RECENT]

    def add_command(self, command_id: str) -> None:
        """Remember what was done from the command palette."""
        rest = [old for old in self.last_commands if old != command_id]
        names = [command_id, *rest][:MAX_RECENT]
        self._store.setValue("commands", json.dumps(names))

    @property
    def lessons(self) -> dict[str, int]:
        """Id of a lesson → how many of its steps are done."""
        try:
            found = json.loads(self._text("lessons") or "{}")
        except (ValueError, RecursionError):
            return {}
        pairs = found.items() if isinstance(found, dict) else ()
        return {name: n for name, n in pairs if type(n) is int and n > 0}

    def set_lesson(self, name: str, steps: int) -> None:
        """Remember how far a lesson is."""
        self._store.setValue("lessons", json.dumps({**self.lessons, name: steps}))

    def flag(self, name: str, *, default: bool) -> bool:
        """Return a switch, such as `reduced_motion`."""
        value = self._text(f"flags/{name}")
        return default if value not in {"on", "off"} else value == "on"

    def set_flag(self, name: str, *, on: bool) -> None:
        """Keep a switch."""
        self._store.setValue(f"flags/{name}", "on" if on else "off")

    def window(self, part: str) -> QByteArray:
        """Return `geometry`, or a `saveState` by name; empty when there is none."""
        value = self._store.value(f"window/{part}")
        return value if isinstance(value, QByteArray) else QByteArray()

    def set_window(self, part: str, state: QByteArray) -> None:
        """Keep `geometry` or a `saveState`."""
        self._store.setValue(f"window/{part}", state)

    def save(self) -> bool:
        """Write to disk now; return whether the disk has taken it.

        What it refuses is kept in memory and tried again; the old file stays as it was.
        """
        store = _opened()  # one for all: but a refusal sticks to whom it was told
        store.sync()
        return store.status() == QSettings.Status.NoError

    def _text(self, key: str) -> str:
        value = self._store.value(key)
        return value if isinstance(value, str) else ""


def _opened() -> QSettings:
    form, scope = QSettings.Format.IniFormat, QSettings.Scope.UserScope
    return QSettings(form, scope, _ORGANISATION, _APPLICATION)
