"""Reads the presets: documents in a folder that carry words and a target.

Presets are files like any other project; what is said about them stands in their
field `preset`, which a project keeps among its extra fields.
"""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from engine.errors import DocumentError, did_you_mean
from engine.graph.files.serialize import load
from engine.graph.model import Project
from engine.graph.presets.words import words_of
from engine.i18n import tr

Comparison = Literal["<", "<=", ">", ">="]
_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
SUFFIX = ".bpw"
DEFAULT = "mnist-cnn"
"""The preset that opens when nothing else is asked for."""
FAMILIES: dict[str, tuple[str, ...]] = {
    "Basics": ("xor", "spirals", "sine", "diabetes", "breast-cancer", "digits-mlp"),
    "Images": ("mnist-cnn", "mnist-resnet", "multimodal"),
    "Sequences": ("digits-lstm", "waveforms", "sunspots", "seq2seq"),
    "Language": ("char-lstm", "tiny-gpt", "fine-tune-gpt"),
    "Generative": (
        *("autoencoder", "vae", "gan-2d", "dcgan"),
        *("diffusion-2d", "diffusion-mnist"),
    ),
    "Transfer and forgetting": ("transfer", "forgetting"),
    "Broken on purpose": (
        *("vanishing", "exploding", "dead-relu", "too-fast", "too-slow"),
        *("overfit", "bad-labels", "unscaled"),
    ),
}
"""Headings of lists of presets, and the presets below them, in order."""
OTHERS = "More"
"""The heading above presets that no family names."""
_ORDER = (DEFAULT, *(name for family in FAMILIES.values() for name in family))


@dataclass(frozen=True)
class Target:
    """What a preset reaches on data that it never trained on.

    Args:
        metric: Id of the node whose value counts, or `loss`.
        comparison: How the value stands to the limit.
        value: The limit.
        text: The same in words.
    """

    metric: str
    comparison: Comparison
    value: float
    text: str

    def __post_init__(self) -> None:
        if self.comparison not in _COMPARISONS:
            raise ValueError(self.comparison)

    @classmethod
    def read(cls, record: Any) -> "Target":  # noqa: ANN401 - of a file
        """Return a target from its record; raises what is wrong with it in Python."""
        words = [str(record[key]) for key in ("metric", "comparison", "text")]
        metric, comparison, text = words
        if comparison not in _COMPARISONS:
            raise ValueError(comparison)
        return cls(metric, cast("Comparison", comparison), float(record["value"]), text)

    def met(self, value: float) -> bool:
        """Return whether `value` is good enough; NaN never is."""
        return _COMPARISONS[self.comparison](value, self.value)

    def worst(self, values: list[float]) -> float:
        """Return the value that is furthest on the wrong side."""
        return max(values) if self.comparison.startswith("<") else min(values)


@dataclass(frozen=True)
class PresetInfo:
    """What a list of presets shows.

    Args:
        id: Name of its file without the ending.
        title: Its name in lists.
        watch: Two sentences: what it is and what to watch.
        minutes: Expected time on two processor cores.
        target: What it reaches.
        words: Others by which it is found.
    """

    id: str
    title: str
    watch: str
    minutes: float
    target: Target
    words: tuple[str, ...] = ()

    @property
    def family(self) -> str:
        """The heading that it stands below."""
        named = (title for title, ids in FAMILIES.items() if self.id in ids)
        return next(named, OTHERS)


def info(project: Project, preset_id: str) -> PresetInfo:
    """Return what a project says about itself as a preset.

    Raises:
        DocumentError: When its field `preset` is missing or incomplete.
    """
    record: Any = project.extra.get("preset")
    try:
        return PresetInfo(
            id=preset_id,
            title=str(record["title"]),
            watch=str(record["watch"]),
            minutes=float(record["minutes"]),
            target=Target.read(record["target"]),
            words=words_of(project),
        )
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise DocumentError(
            tr("This is not a preset"),
            where=preset_id,
            expected=tr("“preset” with title, watch, minutes and target"),
        ) from error


def read_all(folder: Path) -> tuple[PresetInfo, ...]:
    """Return all presets of a folder, the default first."""
    return tuple(read_one(folder, name) for name in all_ids(folder))


def all_ids(folder: Path) -> tuple[str, ...]:
    """Return the ids of all presets of a folder, the default first."""
    names = (path.stem for path in folder.glob(f"*{SUFFIX}"))
    return tuple(sorted(names, key=_rank))


def read_one(folder: Path, preset_id: str) -> PresetInfo:
    """Return what one preset says about itself.

    Raises:
        DocumentError: When there is none of this name.
    """
    return info(load(find(folder, preset_id)), preset_id)


def _rank(preset_id: str) -> tuple[int, str]:
    known = preset_id in _ORDER
    return (_ORDER.index(preset_id) if known else len(_ORDER), preset_id)


def find(folder: Path, preset_id: str) -> Path:
    """Return the file of a preset.

    Raises:
        DocumentError: When there is none of this name.
    """
    paths = {path.stem: path for path in folder.glob(f"*{SUFFIX}")}
    if preset_id not in paths:
        raise DocumentError(
            tr("There is no preset “{id}”", id=preset_id),
            fix=did_you_mean(preset_id, paths),
        )
    return paths[preset_id]
