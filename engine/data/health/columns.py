"""Checks of single columns: gaps, no change, strange values, mixed kinds, sizes."""

from typing import Any

import numpy as np

from engine.data.health.verdict import Case, Verdict, leave_out, listed, with_step
from engine.data.material.material import Material, Numbers
from engine.i18n import tr
from engine.layers.datasets.own import MISSING, is_own
from engine.protocol.data.surveys import DataFinding, FineCheck, Remedy

MUCH_MISSING = 0.2
"""Share of gaps from which filling them in makes up more than it saves."""
LARGEST_RATIO = 100.0
"""Between the deviations of two columns."""
FAR = 10.0
"""Robust deviations, both of the values and of their logarithms."""
_MOST_STRANGE = 0.02
"""Share of values up to which they are strange ones; more are a part of the data."""
_LEAST_ROWS = 20


def missing(case: Case) -> Verdict:
    """Tell gaps in what a network reads."""
    is_text = case.material.params.get("sample") == "text"
    facts = [] if is_text else [f for f in case.inputs if not f.shape]
    cells = case.material.looked_at * len(facts)
    found = sorted((f for f in facts if f.missing), key=lambda f: -f.missing)
    if not facts or not cells:
        return None
    if not found:
        return FineCheck("missing", tr("Nothing is missing"),
                         tr("0 of {n:cell|cells}", n=f"{cells:,}"))  # fmt: skip
    worst = found[0]
    share = worst.missing / case.material.looked_at
    text = tr("“{name}” has no value in {n} of {all} rows.", name=worst.name,
              n=f"{worst.missing:,}", all=f"{case.material.looked_at:,}")  # fmt: skip
    if len(found) > 1:
        text += " " + tr("So have {names}.", names=listed(f.name for f in found[1:]))
    numbers = [f.name for f in found if f.kind == "number"]
    if numbers and not _has(case.material, "impute"):
        text += " " + tr("Gaps get the median of the training part.")
    return DataFinding(
        "missing",
        "warning" if share > MUCH_MISSING else "info",
        tr("Missing values"),
        text,
        tuple(f.name for f in found),
        _for_gaps(case.material, [f.name for f in found if
                                  f.missing > MUCH_MISSING * case.material.looked_at],
                  numbers),
    )  # fmt: skip


def _for_gaps(
    material: Material, sparse: list[str], numbers: list[str]
) -> tuple[Remedy, ...]:
    mean = Remedy(
        tr("Fill in the mean"), with_step(material, numbers, "impute", "mean")
    )
    is_filled = not is_own(material.params) or not numbers or _has(material, "impute")
    return (*leave_out(material, sparse),) * bool(sparse) + (mean,) * (not is_filled)


def _has(material: Material, step: str) -> bool:
    rows = material.params.get("steps") or ()
    assert isinstance(rows, tuple)
    return any(isinstance(row, tuple) and step in row[1:2] for row in rows)


def constant(case: Case) -> Verdict:
    """Tell columns with one value in every row."""
    facts = [f for f in case.inputs if not f.shape and f.kind != "text"]
    found = [f.name for f in facts if f.distinct == 1]
    if len(facts) < 2 and not found:
        return None
    if not found:
        return FineCheck("constant", tr("Every column changes"),
                         tr("{n:column|columns}", n=len(facts)))  # fmt: skip
    return DataFinding(
        "constant",
        "warning",
        tr("Always the same value"),
        tr("{names} can't tell one row from another.", names=listed(found)),
        tuple(found),
        leave_out(case.material, found),
    )


def outliers(case: Case) -> Verdict:
    """Tell values that lie far from all others of their column."""
    worst: dict[str, tuple[int, float]] = {}
    columns = [c for c in case.material.of_role("input", "target")
               if c.kind == "number" and not c.shape]  # fmt: skip
    for column in columns:
        values = case.material.numbers_of(column)
        far = strange(values[np.isfinite(values)])
        is_tamed = _is_logged(case.material, column.name) and _keeps_sign(values, far)
        if len(far) and not is_tamed:
            worst[column.name] = (len(far), float(far[np.argmax(np.abs(far))]))
    if not columns:
        return None
    if not worst:
        return FineCheck("outliers", tr("No strange values"))
    name = max(worst, key=lambda each: abs(worst[each][1]))
    count, value = worst[name]
    text = tr("{n:value|values} of “{name}” lie far from all others, such as {value}.",
              n=count, name=name, value=f"{value:,.6g}")  # fmt: skip
    if len(worst) > 1:
        others = listed(each for each in worst if each != name)
        text += " " + tr("So do some of {names}.", names=others)
    text += " " + tr("Such a number often stands for “unknown”.")
    inputs = [n for n in worst if any(f.name == n for f in case.inputs)]
    log = Remedy(tr("Take logarithms"), with_step(case.material, inputs, "log"))
    all_same = all(
        _keeps_sign(case.material.values[each], np.array([worst[each][1]]))
        for each in inputs
    )
    is_able = is_own(case.material.params) and bool(inputs) and all_same
    return DataFinding("outliers", "warning", tr("Strange values"), text,
                       tuple(worst), ((log,) * is_able
                                      + leave_out(case.material, inputs)))  # fmt: skip


def _is_logged(material: Material, name: str) -> bool:
    rows = material.params.get("steps") or ()
    found = rows if isinstance(rows, tuple) else ()
    return any(isinstance(r, tuple) and r[:2] == (name, "log") for r in found)


def _keeps_sign(values: Numbers, far: Numbers) -> bool:
    """Return whether far values have the sign of the others: a logarithm tames them."""
    return bool((np.sign(far) != -np.sign(np.nanmedian(values))).all())


def strange(
    values: Numbers,
) -> Numbers:
    """Return the values that lie far out, but not those of a long tail.

    Far out on a plain scale, and on a logarithmic one too or of the other sign than
    the median: a long tail is far out on the plain scale alone. The scale is 1.4826
    times the median distance from the median; where half of the values are equal, that
    of the others.

    Source: Iglewicz & Hoaglin 1993, How to Detect and Handle Outliers.
    """
    if len(values) < _LEAST_ROWS:
        return values[:0]
    sizes = np.abs(values)
    unit = float(np.median(sizes[sizes > 0])) if sizes.any() else 1.0
    logs = np.sign(values) * np.log1p(sizes / unit)
    usual = np.sign(np.median(values))
    is_odd = np.sign(values) == -usual  # a long tail never changes its sign
    is_far = (_distance(values) > FAR) & ((_distance(logs) > FAR) | is_odd)
    is_some = 0 < is_far.sum() <= max(1, _MOST_STRANGE * len(values))
    return values[is_far] if is_some else values[:0]


def _distance(
    values: Numbers,
) -> Numbers:
    away = np.abs(values - np.median(values))
    some = away[away > 0]
    if len(some) * 4 < len(values):
        return np.zeros(len(values))  # nearly all are equal: the others are no strays
    middle = float(np.median(away)) or float(np.median(some))
    made: Numbers = away / (1.4826 * middle)
    return made


def mixed(case: Case) -> Verdict:
    """Tell columns in which numbers and words stand."""
    found = []
    for column in case.material.of_role("input", "ignore"):
        values: Any = case.material.values[column.name]
        if column.kind == "category":
            words = [w for w in column.classes if w != MISSING]
        elif column.kind == "text" and values.dtype.kind == "O":
            words = [str(v) for v in values[:5000] if v is not None]
        else:
            continue
        numbers = sum(_is_number(word) for word in words)
        if len(words) > 2 and len(words) / 2 < numbers < len(words):
            found.append((column.name, next(w for w in words if not _is_number(w))))
    if not found:
        return None
    name, word = found[0]
    text = tr("Most values of “{name}” are numbers, others are not, such as “{word}”: "
              "it is read as words.", name=name, word=word[:30])  # fmt: skip
    return DataFinding("mixed", "warning", tr("Numbers and words in one column"), text,
                       tuple(n for n, _ in found))  # fmt: skip


def _is_number(word: str) -> bool:
    try:
        float(word.replace(",", "."))
    except ValueError:
        return False
    return True


def sizes(case: Case) -> Verdict:
    """Tell columns so large that they would take all of the gradient."""
    columns = [
        c
        for c in case.material.of_role("input")
        if c.kind == "number" and not c.shape and case.deviation(c.name)
    ]
    if len(columns) < 2:
        return None
    kind = case.material.params.get("scaling") or case.material.spec.scaling
    plain = [c.name for c in columns if _is_plain(case.material, c.name, str(kind))]
    spread = {name: case.deviation(name) or 0.0 for name in plain}
    if len(plain) < 2:
        words = tr("{n:column|columns}", n=len(columns))
        return FineCheck("sizes", tr("Columns are of one size"), words)
    large, small = (
        max(spread, key=spread.__getitem__),
        min(spread, key=spread.__getitem__),
    )
    ratio = spread[large] / spread[small]
    if ratio < LARGEST_RATIO:
        return FineCheck("sizes", tr("Columns are of one size"),
                         tr("at most {n} to 1", n=f"{ratio:.3g}"))  # fmt: skip
    text = tr("“{large}” varies {n} times as much as “{small}”: it would take all of "
              "the gradient.", large=large, small=small, n=f"{ratio:,.3g}")  # fmt: skip
    remedy = Remedy(tr("Standardise all columns"), {"scaling": "standardise"})
    if any(name for name in plain if _chosen_scale(case.material, name)):
        remedy = Remedy(
            tr("Standardise {n:column|columns}", n=len(plain)),
            with_step(case.material, plain, "standardise"),
        )
    return DataFinding("sizes", "warning", tr("Columns of very different size"), text,
                       (large, small), (remedy,))  # fmt: skip


def _is_plain(material: Material, name: str, kind: str) -> bool:
    return (_chosen_scale(material, name) or kind) == "none"


def _chosen_scale(material: Material, name: str) -> str:
    """Return the last scale that the steps of a document give a column."""
    found = ""
    rows = material.params.get("steps") or ()
    for row in rows if isinstance(rows, tuple) else ():
        if isinstance(row, tuple) and len(row) > 1 and row[0] in {name, "*"}:
            found = (
                str(row[1]) if row[1] in {"none", "standardise", "min_max"} else found
            )
    return found
