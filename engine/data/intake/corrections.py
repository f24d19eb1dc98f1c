"""Labels that somebody has corrected, and samples that somebody has left out."""

from collections.abc import Sequence

import numpy as np

from engine.data.own.choice import OwnSettings
from engine.data.parts import take
from engine.data.readers.reader import Array
from engine.errors import DataError
from engine.i18n import tr
from engine.layers.spec import Value


def corrected(
    arrays: dict[str, Array], wanted: OwnSettings, rows: Sequence[Value]
) -> dict[str, Array]:
    """Return the rows with the labels that somebody has corrected.

    Args:
        arrays: Column → numbers of all rows of a file.
        wanted: Its columns; the label is the first target that has classes.
        rows: Number of a row and its label; without one it is left out.

    Raises:
        DataError: When there is no such row or class.
    """
    if not rows:
        return arrays
    column = next((c for c in wanted.of_role("target") if c.kind == "category"), None)
    count = len(next(iter(arrays.values()), ()))
    kept, made = np.ones(count, bool), dict(arrays)
    labels = made[column.name].copy() if column else np.zeros(count, np.int64)
    for row in rows:
        match row:
            case (int(number),) if 0 <= number < count:
                kept[number] = False
            case (int(number), str(word)) if 0 <= number < count and column:
                if word not in column.classes:
                    raise _no_correction(wanted, row)
                labels[number] = column.classes.index(word)
            case _:
                raise _no_correction(wanted, row)
    if column:
        made[column.name] = labels
    return take(made, np.flatnonzero(kept))


def _no_correction(wanted: OwnSettings, row: Value) -> DataError:
    return DataError(
        tr("A correction names no sample or class of this data"),
        where=wanted.file.name,
        expected='[12, "class"]',
        got=str(row)[:80],
        fix=tr("Clear the corrections."),
    )
