"""Columns that say what another column says already.

Axes: N rows, F columns.
"""

import numpy as np

from engine.data.health.verdict import Case, Verdict, leave_out, listed
from engine.i18n import tr
from engine.protocol.data.surveys import DataFinding, FineCheck

SAME = 1 - 1e-6
"""Size of the correlation (Pearson 1895) of a copy in other units, rounding allowed."""
_MOST_ROWS, _MOST_COLUMNS = 5_000, 500
_LEAST_ROWS = 30


def copies(case: Case) -> Verdict:
    """Tell number columns that rise and fall with an earlier one exactly."""
    columns = [c for c in case.material.of_role("input")
               if c.kind == "number" and not c.shape][:_MOST_COLUMNS]  # fmt: skip
    if len(columns) < 2 or case.material.looked_at < _LEAST_ROWS:
        return None
    found = _pairs([case.material.numbers_of(c)[:_MOST_ROWS] for c in columns])
    if not found:
        return FineCheck("copies", tr("No column repeats another"),
                         tr("{n:column|columns}", n=len(columns)))  # fmt: skip
    names = [columns[late].name for late in found]
    text = tr(
        "“{name}” is “{other}” once more, in the same or in other units: it tells "
        "nothing new, and the two share one weight between them.",
        name=names[0], other=columns[next(iter(found.values()))].name,
    )  # fmt: skip
    if names[1:]:
        text += " " + tr("So are {names}.", names=listed(names[1:]))
    return DataFinding("copies", "warning", tr("A column repeats another"), text,
                       tuple(names), leave_out(case.material, names))  # fmt: skip


def _pairs(columns: list[np.ndarray]) -> dict[int, int]:
    """Return the place of each copy → that of the first column it repeats.

    Shape:
        F columns of N
    """
    table_NF = np.stack(columns, axis=1).astype(np.float64)
    table_NF = table_NF[np.isfinite(table_NF).all(axis=1)]
    if len(table_NF) < _LEAST_ROWS:
        return {}
    centred_NF = table_NF - table_NF.mean(axis=0)
    sizes_F = np.sqrt((centred_NF**2).sum(axis=0))
    alive_F = sizes_F > 0
    unit_NF = centred_NF / np.where(alive_F, sizes_F, 1.0)
    alike_FF = np.triu(np.abs(unit_NF.T @ unit_NF) >= SAME, 1)
    return {
        int(late): int(np.flatnonzero(alike_FF[:, late])[0])
        for late in np.flatnonzero(alike_FF.any(axis=0) & alive_F)
    }
