"""The lessons that ship, in the language that people read."""

from pathlib import Path

from engine.i18n import language
from engine.lessons.lesson import Lesson
from engine.lessons.reading import read

FOLDER = Path(__file__).parents[2] / "assets" / "lessons"
_OTHERWISE = "en"


def all_lessons() -> tuple[Lesson, ...]:
    """Return all lessons in order, in the language that is set.

    Raises:
        DocumentError: When one of their files is broken.
    """
    folder = FOLDER / language()
    if not folder.is_dir():
        folder = FOLDER / _OTHERWISE
    return tuple(read(path) for path in sorted(folder.glob("*.json")))
