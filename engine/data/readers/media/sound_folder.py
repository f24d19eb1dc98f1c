"""A folder of sounds, in a folder for each class."""

from collections.abc import Mapping
from pathlib import Path

from engine.data.readers.media.class_folders import rows_of
from engine.data.readers.media.media import ENDINGS, SOUND_SETTINGS, Media, form_of
from engine.data.readers.reader import Kinds, Reader
from engine.layers.spec import Params

_MOST_OTHERS = 0.5


def _takes(endings: Mapping[str, int]) -> bool:
    """Return whether sounds are at least half of the files."""
    sounds = sum(count for end, count in endings.items() if end in ENDINGS["signal"])
    return sounds > 0 and sounds >= _MOST_OTHERS * sum(endings.values())


def _open(path: Path, params: Params, _kinds: Kinds) -> Media:
    rows = rows_of(path, ENDINGS["signal"])
    form = form_of("signal", path, rows.files, params)
    return Media(path, rows, rows.files, form, "signal")


READER = Reader(
    id="sounds",
    title="Folders of sounds",
    suffixes=(),
    recognises=lambda _head: False,
    open=_open,
    settings=SOUND_SETTINGS,
    takes=_takes,
)
