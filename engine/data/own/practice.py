"""Steps that count in training alone: rare classes made up for, inputs varied.

Rows of the setting `steps`: `[target, "class_weights"]`, `[target, "oversample"]`,
`[image, "flip"]`, `[image, "shift", pixels]`, `[image, "crop", least share]` and
`[image, "noise", deviation]`; shift and noise are for signals, too. With
`[target, "mix_up", alpha]` samples are mixed in pairs, answers included.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.errors import ConfigError, did_you_mean
from engine.i18n import tr
from engine.layers.datasets.own import OwnColumn
from engine.layers.spec import Value

WEIGHTS, OVERSAMPLE = "class_weights", "oversample"
BALANCES = (WEIGHTS, OVERSAMPLE)
VARIATIONS = ("flip", "shift", "crop", "noise")
MIX = "mix_up"
STEPS = (*BALANCES, *VARIATIONS, MIX)
_KINDS: dict[str, tuple[str, ...]] = {
    "flip": ("image",),
    "shift": ("image", "signal"),
    "crop": ("image",),
    "noise": ("image", "signal"),
}
_LIMITS = {
    MIX: (0.01, 10.0),
    "shift": (1, 4096),
    "crop": (0.1, 0.99),
    "noise": (1e-6, 100.0),
}
"""Smallest and largest setting: α, pixels or moments, share of a side, deviation."""


@dataclass(frozen=True)
class Variation:
    """One way in which a training sample is varied, anew each time.

    Args:
        step: One of `VARIATIONS`.
        size: Its setting; 0 where it has none.
    """

    step: str
    size: float = 0.0


@dataclass(frozen=True)
class Practice:
    """All that training alone does with samples.

    Args:
        weighted: Target whose classes get weights in the loss.
        oversampled: Target whose rare classes are drawn more often.
        varied: Input → its variations, in order.
        mixed: α of mix-up; 0 for none.
    """

    weighted: frozenset[str] = frozenset()
    oversampled: str = ""
    varied: Mapping[str, tuple[Variation, ...]] = field(default_factory=dict)
    mixed: float = 0.0


def is_step(row: Value) -> bool:
    """Return whether a step of a document counts in training alone."""
    return isinstance(row, tuple) and len(row) > 1 and row[1] in STEPS


def of(steps: Sequence[Value], columns: Sequence[OwnColumn]) -> Practice:
    """Return what the steps of a document ask for.

    Args:
        steps: All of them; those of the features are passed over.
        columns: All of the document.

    Raises:
        ConfigError: When a step names no such column, or has no such setting.
    """
    known = {column.name: column for column in columns}
    weighted: set[str] = set()
    oversampled, varied, mixed = "", dict[str, tuple[Variation, ...]](), 0.0
    for row in steps:
        if not isinstance(row, tuple) or not is_step(row):
            continue
        name, step = str(row[0]), str(row[1])
        _check(known.get(name), name, step, known)
        if step == WEIGHTS:
            weighted.add(name)
        elif step == OVERSAMPLE:
            oversampled = name
        elif step == MIX:
            _check_mixable(columns, name)
            mixed = _size(row, name, step)
        else:
            _check_alone(columns, name, step)
            made = Variation(step, _size(row, name, step))
            varied[name] = (*varied.get(name, ()), made)
    return Practice(frozenset(weighted), oversampled, varied, mixed)


def _check(
    column: OwnColumn | None, name: str, step: str, known: Mapping[str, OwnColumn]
) -> None:
    if column is None:
        raise ConfigError(
            tr("A step names no column of this data"),
            where=name,
            expected=", ".join(known)[:200],
            fix=did_you_mean(name, known),
        )
    expected = tr("a target") if step == MIX else tr("a target with classes")
    if step in _KINDS:
        expected = tr("an input of this kind: {kinds}", kinds=", ".join(_KINDS[step]))
    if not _fits(column, step):
        raise ConfigError(
            tr("This step does not fit the column"),
            where=f"{name}, {step}",
            expected=expected,
            got=f"{column.role}, {column.kind}",
            fix=tr("Take the step away, or give the column its role back."),
        )


def _fits(column: OwnColumn, step: str) -> bool:
    if step == MIX:
        return column.role == "target"
    if step in BALANCES:
        return column.role == "target" and column.kind == "category"
    return column.role == "input" and column.kind in _KINDS[step]


def fitting(steps: Sequence[Value], columns: Sequence[OwnColumn]) -> tuple[Value, ...]:
    """Return the steps without those whose column can't have them any more.

    Args:
        steps: All of a document, those of the features among them.
        columns: As they are now.
    """
    known = {column.name: column for column in columns}
    kept = []
    for row in steps:
        column = known.get(str(row[0])) if isinstance(row, tuple) and row else None
        if not isinstance(row, tuple) or row[:1] == ("*",):
            is_there = True
        elif is_step(row):
            is_there = column is not None and _fits(column, str(row[1]))
        else:
            is_there = column is not None and column.is_feature
        kept += [row] * is_there
    return tuple(kept)


def _check_mixable(columns: Sequence[OwnColumn], name: str) -> None:
    """Refuse to mix what is no number: half a word is none."""
    texts = [c.name for c in columns if c.role == "input" and c.kind == "text"]
    if texts:
        raise ConfigError(
            tr("Samples with a text can't be mixed"),
            where=f"{name}, {MIX}",
            expected=tr("inputs that are numbers, images or signals"),
            got=tr("column “{name}”", name=texts[0]),
            fix=tr("Take the step away."),
        )


def _check_alone(columns: Sequence[OwnColumn], name: str, step: str) -> None:
    """Refuse to move an image away from an answer that is an image, too."""
    shaped = [c.name for c in columns if c.role == "target" and c.shape]
    if shaped and step != "noise":
        raise ConfigError(
            tr("The input would be moved, and what is to be predicted would not"),
            where=f"{name}, {step}",
            got=tr("column “{name}”", name=shaped[0]),
            fix=tr("Take the step away."),
        )


def _size(row: tuple[Value, ...], name: str, step: str) -> float:
    if step not in _LIMITS:
        return 0.0
    low, high = _LIMITS[step]
    value = row[2] if len(row) > 2 else None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and isinstance(value, int | float) and low <= value <= high:
        return float(value)
    raise ConfigError(
        tr("This step needs another number"),
        where=f"{name}, {step}",
        expected=f"{low:g} … {high:g}",
        got=str(value)[:80],
    )
