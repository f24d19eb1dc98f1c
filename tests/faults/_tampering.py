"""What other programs do to a file that windows have open."""

import hashlib
import json
import os
import random
from pathlib import Path

OTHERS = ("write", "replace", "broken", "delete", "move", "folder", "read-only",
          "touch", "same time", "same again")  # fmt: skip


class Tamperer:
    """Another program.

    Args:
        path: The file.
        text: Of a project; what is written is this under another name.
        chance: Of what is done.
    """

    def __init__(self, path: Path, text: str, chance: random.Random) -> None:
        self.path, self._text, self._chance = path, text, chance
        self._number = 0

    def fresh(self) -> str:
        """Return the text of a project that nobody has seen yet."""
        self._number += 1
        return json.dumps(json.loads(self._text) | {"name": f"Theirs {self._number}"})

    def word(self) -> str:
        """Return the hash of the file; empty where there is none."""
        if not self.path.is_file():
            return ""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()

    def is_whole(self) -> bool:
        """Return whether the file is a project."""
        if not self.path.is_file():
            return False
        data = self.path.read_bytes()
        return data.startswith(b"{\n") or b'"Theirs' in data

    def is_locked(self) -> bool:
        """Return whether the file says that nobody shall write it."""
        return self.path.is_file() and not self.path.stat().st_mode & 0o222

    def mend(self) -> None:
        """Let there be an ordinary file again."""
        if self.path.is_dir():
            self.path.rmdir()
        self.path.write_text(self.fresh(), "utf-8")
        self.path.chmod(0o644)

    def do(self, what: str) -> None:
        """Do something; most of it needs a file to be there, and makes one."""
        if not self.path.is_file() and what != "folder":
            self.mend()
        {
            "write": lambda: self.path.write_text(self.fresh(), "utf-8"),
            "replace": self._replace,
            "broken": self._break,
            "delete": self.path.unlink,
            "move": lambda: self.path.rename(self._beside(f"moved-{self._number}")),
            "folder": self._make_folder,
            "read-only": lambda: self.path.chmod(0o444),
            "touch": lambda: os.utime(self.path),
            "same time": self._write_at_the_same_time,
            "same again": lambda: self.path.write_bytes(self.path.read_bytes()),
        }[what]()

    def _beside(self, name: str) -> Path:
        return self.path.with_name(f"{name}.bpw")

    def _replace(self) -> None:
        fresh = self._beside("fresh")
        fresh.write_text(self.fresh(), "utf-8")
        fresh.replace(self.path)

    def _break(self) -> None:
        self.path.write_bytes(self._chance.choice([b"", b"{", bytes(range(256))]))

    def _make_folder(self) -> None:
        if not self.path.is_dir():
            self.path.unlink(missing_ok=True)
            self.path.mkdir()

    def _write_at_the_same_time(self) -> None:
        facts = self.path.stat()
        self.path.write_text(self.fresh(), "utf-8")
        os.utime(self.path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
