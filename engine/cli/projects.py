"""Finds the project that a word on the command line means."""

from pathlib import Path

from engine.errors import ConfigError
from engine.graph import weights
from engine.graph.files import serialize
from engine.graph.model import Project
from engine.graph.presets import library
from engine.graph.weights import absolute
from engine.i18n import tr
from engine.places import is_file

PRESETS = Path(__file__).parents[2] / "presets"


def find(word: str) -> Project:
    """Return the project of a file, or the preset of that name.

    Its paths of weights are counted from the folder of the file.

    Raises:
        DocumentError: When there is neither.
    """
    if _is_file(word):
        path = Path(word)
        return absolute(serialize.load(path), path.resolve().parent)
    return serialize.load(library.find(PRESETS, word))


def trusted(word: str, *, allowed: bool) -> Project:
    """Return the project that a word means, to be trained.

    Args:
        word: As of `find`.
        allowed: It may read files outside its folder.

    Raises:
        ConfigError: When it reads some and may not.
        DocumentError: When there is none.
    """
    project = find(word)
    check_allowed(weights.outside(project, folder_of(word)), allowed=allowed)
    return project


def check_allowed(places: tuple[str, ...], *, allowed: bool) -> None:
    """Refuse to read places outside a project's folder, unless that is allowed.

    Raises:
        ConfigError: Names them.
    """
    if places and not allowed:
        raise ConfigError(
            tr("The project reads files outside its folder"),
            got=", ".join(places),
            fix=tr("If you trust it with these, add --allow-paths."),
        )


def folder_of(word: str) -> str:
    """Return the folder of the project that a word means; of presets theirs."""
    return str(Path(word).resolve().parent if _is_file(word) else PRESETS)


def _is_file(word: str) -> bool:
    path = Path(word)
    looks_like_file = path.suffix == library.SUFFIX or len(path.parts) > 1
    return looks_like_file or is_file(path)
