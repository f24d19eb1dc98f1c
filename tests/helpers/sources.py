"""The project's own files, for tests that look at the source."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("engine", "workbench", "presets", "tests", "assets")
_SKIPPED = {".venv", ".git", "__pycache__", "build", "dist", "runs"}


@cache
def python_files(*packages: str) -> tuple[Path, ...]:
    """Return every Python file of `packages`, or of all."""
    found = []
    for package in packages or PACKAGES:
        found += sorted((ROOT / package).rglob("*.py"))
    return tuple(path for path in found if not _SKIPPED & set(path.parts))


@cache
def tracked_files() -> tuple[Path, ...]:
    """Return what git tracks; without git, every file that is not generated."""
    try:
        listing = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
        ).stdout.decode()
    except (OSError, subprocess.CalledProcessError):
        return tuple(
            path
            for path in ROOT.rglob("*")
            if path.is_file() and not _SKIPPED & set(path.relative_to(ROOT).parts)
        )
    paths = (ROOT / name for name in listing.split("\0") if name)
    return tuple(path for path in paths if path.is_file())


@cache
def tree(path: Path) -> ast.Module:
    """Return the syntax tree of a file."""
    return ast.parse(path.read_text("utf-8"), str(path))


def name_of(path: Path, line: int | None = None) -> str:
    """Return how a failure names a place: relative to the project."""
    name = path.relative_to(ROOT).as_posix()
    return name if line is None else f"{name}:{line}"
