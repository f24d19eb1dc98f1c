"""Both parts of a split beside each other: are they alike?

Axes: B bars.
"""

import numpy as np

from engine.data.material.material import Material
from engine.data.survey.columns import MOST_CLASSES, histogram
from engine.layers.datasets.own import OwnColumn
from engine.protocol.data.surveys import SplitFacts


def facts(material: Material) -> SplitFacts | None:
    """Return how a source is split; None while it can't be."""
    if material.num_held is not None:
        train, held = material.rows - material.num_held, material.num_held
        return SplitFacts("end", "", train, held, np.zeros(0), np.zeros(0))
    if not len(material.train) or not len(material.held):
        return None
    compared = material.target or next(
        (c for c in material.of_role("input") if c.kind != "text" and not c.shape), None
    )
    share = material.rows / max(1, material.looked_at)
    train, held = round(len(material.train) * share), round(len(material.held) * share)
    plain = SplitFacts(material.how, material.cut_by, train, held,
                       np.zeros(0), np.zeros(0))  # fmt: skip
    if compared is None:
        return plain
    return _compared(material, compared, plain)


def _compared(material: Material, column: OwnColumn, plain: SplitFacts) -> SplitFacts:
    values = material.numbers_of(column)
    one, other = values[material.train], values[material.held]
    one, other = one[np.isfinite(one)], other[np.isfinite(other)]
    if not len(one) or not len(other):
        return plain
    low = float(min(one.min(), other.min()))
    high = float(max(one.max(), other.max()))
    labels: tuple[str, ...] = ()
    if column.kind == "category":
        size = len(column.classes)
        bars = [np.bincount(v.astype(np.int64), minlength=size) for v in (one, other)]
        order = np.argsort(-bars[0], kind="stable")[:MOST_CLASSES]
        bars = [each[order] for each in bars]
        labels = tuple(column.classes[index] for index in order)
    else:
        bars = [histogram(v, low, high) for v in (one, other)]
    first, second = (each / max(1, each.sum()) for each in bars)
    gap = float(np.abs(first - second).sum() / 2)
    return SplitFacts(plain.how, plain.column, plain.train, plain.held, first, second,
                      column.name, low, high, labels, gap)  # fmt: skip
