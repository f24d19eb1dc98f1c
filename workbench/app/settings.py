"""What is remembered from one start to the next."""

from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

MAX_RECENT = 10


class Settings:
    """The user's settings, one property each.

    Args:
        store: Another place in tests.
    """

    def __init__(self, store: QSettings | None = None) -> None:
        self._store = store or QSettings("Backprop Workbench", "workbench")

    @property
    def theme(self) -> str:
        """`dark` or `light`."""
        name = str(self._store.value("theme", "dark"))
        return name if name in {"dark", "light"} else "dark"

    @theme.setter
    def theme(self, name: str) -> None:
        self._store.setValue("theme", name)

    @property
    def language(self) -> str:
        """Code of the language."""
        return str(self._store.value("language", "en"))

    @property
    def last_folder(self) -> Path:
        """Where the last file was opened or saved."""
        folder = Path(str(self._store.value("last_folder", "") or Path.home()))
        return folder if folder.is_dir() else Path.home()

    @last_folder.setter
    def last_folder(self, folder: Path) -> None:
        self._store.setValue("last_folder", str(folder))

    @property
    def recent(self) -> list[Path]:
        """Files opened or saved last, the newest first; those still there."""
        stored = self._store.value("recent", [])
        texts = [stored] if isinstance(stored, str) else stored or []
        return [path for text in texts if (path := Path(str(text))).is_file()]

    def add_recent(self, path: Path) -> None:
        """Put a file on top of the recent ones."""
        path = path.resolve()
        paths = [path, *(old for old in self.recent if old != path)]
        self._store.setValue("recent", [str(p) for p in paths[:MAX_RECENT]])

    def layout(self, name: str) -> QByteArray:
        """Return bytes of the window's `geometry` or `state`; empty at first."""
        value = self._store.value(f"window/{name}")
        return value if isinstance(value, QByteArray) else QByteArray()

    def set_layout(self, name: str, value: QByteArray) -> None:
        """Keep bytes of the window's `geometry` or `state`."""
        self._store.setValue(f"window/{name}", value)

    def sync(self) -> None:
        """Write to disk now."""
        self._store.sync()
