"""A folder of images, in a folder for each class."""

from collections.abc import Mapping
from pathlib import Path

from engine.data.readers.media import pictures
from engine.data.readers.media.class_folders import rows_of
from engine.data.readers.media.media import IMAGE_SETTINGS, Media, form_of
from engine.data.readers.reader import Kinds, Reader
from engine.layers.spec import Params

_MOST_OTHERS = 0.5


def _takes(endings: Mapping[str, int]) -> bool:
    """Return whether images are at least half of the files."""
    images = sum(count for end, count in endings.items() if end in pictures.ENDINGS)
    return images > 0 and images >= _MOST_OTHERS * sum(endings.values())


def _open(path: Path, params: Params, _kinds: Kinds) -> Media:
    rows = rows_of(path, pictures.ENDINGS)
    form = form_of("image", path, rows.files, params)
    return Media(path, rows, rows.files, form, "image")


READER = Reader(
    id="images",
    title="Folders of images",
    suffixes=(),
    recognises=lambda _head: False,
    open=_open,
    settings=IMAGE_SETTINGS,
    takes=_takes,
)
