"""A copy of the tree in which bugs are put and taken out again."""

import contextlib
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.mutants.bugs import Bug

_LEFT_OUT = {".git", ".venv", "__pycache__", "screenshots", "build", "dist", "runs"}


def copy_of(root: Path, to: Path) -> Path:
    """Copy what git tracks or would track; without git, everything."""
    for name in _names(root):
        source, target = root / name, to / name
        if source.is_file() and not _LEFT_OUT & set(Path(name).parts):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    return to


def _names(root: Path) -> list[str]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        done = subprocess.run(command, cwd=root, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return [p.relative_to(root).as_posix() for p in root.rglob("*")]
    return [name for name in done.stdout.decode().split("\0") if name]


@contextlib.contextmanager
def planted(tree: Path, bug: Bug) -> Iterator[None]:
    """Put a bug into the copy for as long as the block runs."""
    place = tree / bug.path
    before, times = place.read_bytes(), place.stat()
    # Same size, same second: Python would go on with what it compiled before.
    cached = Path(importlib.util.cache_from_source(str(place)))
    cached.unlink(missing_ok=True)
    place.write_text(bug.apply(before.decode("utf-8")), "utf-8")
    try:
        yield
    finally:
        place.write_bytes(before)
        os.utime(place, ns=(times.st_atime_ns, times.st_mtime_ns))
        cached.unlink(missing_ok=True)
