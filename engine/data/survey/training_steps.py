"""Steps of a preparation that count in training alone, in words."""

from typing import Any

import numpy as np

from engine import plain
from engine.data.intake.rarities import MOST_TIMES, balanced, drawn_of_each
from engine.data.material.material import Material
from engine.data.own import practice
from engine.i18n import tr
from engine.layers.spec import Value

_MOST_CLASSES = 4


def in_training(material: Material, row: tuple[Value, ...]) -> str:
    """Return what a step does, to what, with its numbers.

    Args:
        material: The rows.
        row: A step that counts in training alone.
    """
    name, step = str(row[0]), str(row[1])
    size = row[2] if len(row) > 2 else ""
    if step == practice.WEIGHTS:
        return _weights(material, name)
    if step == practice.OVERSAMPLE:
        return _drawn(material, name)
    ways = {
        "flip": tr("every second time, left to right"),
        "shift": tr("by up to {n}", n=size),
        "crop": tr("a window of {share} of the sides or more", share=_percent(size)),
        "noise": tr("of deviation {n}", n=size),
        practice.MIX: tr("samples in pairs, answers too, α = {n}", n=size),
    }
    return f"{name}, {ways[step]} · " + tr("in training alone")


def _percent(size: Value) -> str:
    return plain.percent(size) if isinstance(size, int | float) else str(size)


def _labels(material: Material, name: str) -> tuple[tuple[str, ...], Any]:
    """Return classes and labels of the rows that train; no labels when unknown."""
    column = next((c for c in material.columns if c.name == name), None)
    values = material.values.get(name)
    if column is None or values is None or column.kind != "category":
        return (), np.zeros(0, np.int64)
    labels: Any = values[material.train] if len(material.train) else values
    return column.classes, labels[labels >= 0].astype(np.int64)


def _weights(material: Material, name: str) -> str:
    classes, labels = _labels(material, name)
    if not len(labels):
        return name
    numbers = balanced(labels, len(classes))
    pairs = list(zip(classes, numbers, strict=True))[:_MOST_CLASSES]
    words = ", ".join(f"{each} {weight:.3g}" for each, weight in pairs)
    words += ", …" if len(classes) > _MOST_CLASSES else ""
    count = tr("{n:row|rows}", n=f"{len(labels):,}")
    return f"{name}: {words}" + tr(", counted in {rows}", rows=count)


def _drawn(material: Material, name: str) -> str:
    classes, labels = _labels(material, name)
    if not len(labels):
        return name
    counts = np.bincount(labels, minlength=len(classes))
    drawn = drawn_of_each(counts)
    there = np.flatnonzero(counts)
    rarest = int(there[counts[there].argmin()])
    factor = drawn[rarest] / counts[rarest]
    words = f"{name}: " + tr(
        "{n:row|rows} become {more} an epoch, each “{rarest}” {factor}× · in training "
        "alone",
        n=f"{len(labels):,}",
        more=f"{int(drawn.sum()):,}",
        rarest=classes[rarest],
        factor=f"{factor:.3g}",
    )
    if drawn[rarest] == counts.max():
        return words
    return f"{words} · " + tr(
        "at most {n}×: such rare classes stay behind. More samples of them help, or "
        "class weights.",
        n=MOST_TIMES,
    )
