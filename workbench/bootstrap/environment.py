"""The checkout's own environment: where it is, and whether it is up to date."""

import hashlib
import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


class Environment:
    """The `.venv` of a checkout and the stamp that says what was put into it.

    Args:
        root: The folder that holds pyproject.toml.
    """

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root
        self.pyproject = root / "pyproject.toml"
        self.folder = root / ".venv"
        self.lock = root / ".venv.lock"
        self._stamp = self.folder / "workbench-stamp.json"
        self._unfinished = self.folder / "workbench-unfinished"

    @property
    def python(self) -> Path:
        """The interpreter inside."""
        inside = "Scripts/python.exe" if os.name == "nt" else "bin/python"
        return self.folder / inside

    @property
    def is_checkout(self) -> bool:
        """Whether this is a source folder rather than an installed package."""
        return self.pyproject.is_file()

    def is_running(self) -> bool:
        """Return whether the running interpreter is the one inside."""
        return Path(sys.prefix).resolve() == self.folder.resolve()

    def is_current(self, extras: Iterable[str] = ()) -> bool:
        """Return whether the stamp covers this pyproject.toml, Python and `extras`."""
        stamp = self._read_stamp()
        return (
            stamp.get("pyproject") == self._fingerprint()
            and stamp.get("python") == os.path.realpath(self.python)
            and (not self.is_running() or stamp.get("version") == _version())
            and set(extras) <= _words(stamp.get("extras"))
        )

    def extras(self) -> set[str]:
        """Return the extras that an up-to-date environment already holds."""
        return _words(self._read_stamp().get("extras")) if self.is_current() else set()

    def write_stamp(self, version: str, extras: Iterable[str]) -> None:
        """Record that everything for `extras` is installed; last thing of all."""
        stamp = {
            "pyproject": self._fingerprint(),
            "python": os.path.realpath(self.python),
            "version": version,
            "extras": sorted(extras),
        }
        self._stamp.write_text(json.dumps(stamp), "utf-8")
        self._unfinished.unlink(missing_ok=True)

    def begin(self) -> None:
        """Mark the environment as half-made until `write_stamp`."""
        self._stamp.unlink(missing_ok=True)
        self._unfinished.touch()

    def give_back(self) -> None:
        """Undo `begin` after pip failed in order: what was there still works."""
        self._unfinished.unlink(missing_ok=True)

    def is_unfinished(self) -> bool:
        """Return whether an earlier installation was cut off."""
        return self._unfinished.exists()

    def _read_stamp(self) -> dict[str, object]:
        try:
            stamp = json.loads(self._stamp.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return stamp if isinstance(stamp, dict) else {}

    def _fingerprint(self) -> str:
        return hashlib.sha256(self.pyproject.read_bytes()).hexdigest()


def _words(extras: object) -> set[str]:
    """Return the words in a list of the stamp; none if it holds something else."""
    return set(map(str, extras)) if isinstance(extras, list) else set()


def _version() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"
