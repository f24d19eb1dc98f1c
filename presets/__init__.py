"""The projects that ship: one `.bpw` document each, the same files a user saves."""

from pathlib import Path

from engine.graph.files import serialize
from engine.graph.model import Project
from engine.graph.presets import library as _reading
from engine.graph.presets.library import (
    DEFAULT,
    FAMILIES,
    OTHERS,
    PresetInfo,
    Target,
)

__all__ = [
    "DEFAULT",
    "FAMILIES",
    "OTHERS",
    "PresetInfo",
    "Target",
    "all_ids",
    "all_presets",
    "info",
    "load",
    "path",
    "thumbnail",
]

_FOLDER = Path(__file__).parent


def all_presets() -> tuple[PresetInfo, ...]:
    """Return what there is, the default first. Loads no torch."""
    return _reading.read_all(_FOLDER)


def all_ids() -> tuple[str, ...]:
    """Return the ids of all presets without reading them, the default first."""
    return _reading.all_ids(_FOLDER)


def info(preset_id: str) -> PresetInfo:
    """Return what one preset says about itself.

    Raises:
        DocumentError: When there is none of this name.
    """
    return _reading.read_one(_FOLDER, preset_id)


def load(preset_id: str) -> Project:
    """Return a fresh copy of one preset.

    Raises:
        DocumentError: When there is none of this name.
    """
    return serialize.load(path(preset_id))


def path(preset_id: str) -> Path:
    """Return the file of one preset.

    Raises:
        DocumentError: When there is none of this name.
    """
    return _reading.find(_FOLDER, preset_id)


def thumbnail(preset_id: str, theme: str) -> Path:
    """Return where the picture of a preset is, if it has one.

    Args:
        preset_id: Of the preset.
        theme: `dark` or `light`.
    """
    return _FOLDER / "thumbnails" / f"{preset_id}-{theme}.png"
