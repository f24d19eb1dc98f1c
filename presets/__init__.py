"""The projects that ship: one `.bpw` document each, the same files a user saves."""

from pathlib import Path

from engine.graph import presets as _reading
from engine.graph import serialize
from engine.graph.model import Project
from engine.graph.presets import DEFAULT, PresetInfo, Target

__all__ = ["DEFAULT", "PresetInfo", "Target", "all_presets", "load", "path"]

_FOLDER = Path(__file__).parent


def all_presets() -> tuple[PresetInfo, ...]:
    """Return what there is, the default first. Loads no torch."""
    return _reading.read_all(_FOLDER)


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
