"""What would make a result too good: the answer in a column, an id, rows in both parts.

Axes: N rows.
"""

import numpy as np

from engine.data.health.verdict import Case, Verdict, leave_out, listed, with_role
from engine.data.material.material import Material, Numbers
from engine.data.own.roles import says_id
from engine.data.own.twins import row_keys
from engine.data.split import generator
from engine.i18n import tr
from engine.layers.datasets.own import OwnColumn, is_own
from engine.plain import percent
from engine.protocol.data.surveys import DataFinding, FineCheck, Remedy

ALONE = 0.99
"""Share of right answers from one column alone, from which it holds the answer."""
_SAME = 0.999
"""Rank correlation with a target that is a number."""
TWICE = 0.02
"""Share of the validation part that may stand in the training part too."""
_LEAST_TWICE = 3
_MOST_VALUES = 64
"""Different numbers that are looked at as classes are."""
_LEAST_ROWS = 30


def leak(case: Case) -> Verdict:
    """Tell columns that alone predict the target."""
    goal = case.material.target
    able = [c for c in case.material.of_role("input")
            if c.kind in {"number", "category", "date"} and not c.shape]  # fmt: skip
    if goal is None or not able or case.material.looked_at < _LEAST_ROWS:
        return None
    scores = {c.name: alone(case.material, c, goal) for c in able}
    limit = ALONE if goal.kind == "category" else _SAME
    found = [name for name, score in scores.items() if score >= limit]
    best = max(scores, key=scores.__getitem__)
    value = (
        percent(scores[best], 1) if goal.kind == "category" else f"{scores[best]:.3f}"
    )
    if not found:
        words = f"{best} {value}"
        return FineCheck("leak", tr("No column holds the answer"), words)
    told = {"name": best, "value": value, "target": goal.name}
    text = tr(
        "“{name}” alone is right in {value} of the rows: it probably is “{target}” in "
        "other words, or known only afterwards.",
        **told,
    )
    if goal.kind != "category":
        text = tr(
            "“{name}” rises and falls with “{target}” (rank correlation {value}): it "
            "probably is the same in other words.",
            **told,
        )
    return DataFinding("leak", "warning", tr("A column holds the answer"), text,
                       tuple(found), leave_out(case.material, found))  # fmt: skip


def alone(material: Material, column: OwnColumn, goal: OwnColumn) -> float:
    """Return how well a column alone predicts the target.

    For classes the share of right answers. Of up to 64 values the answer is the most
    frequent class of each in the training part, asked of all rows; of more it is what
    most of the four rows with the nearest values have, the row itself left out. For
    numbers the size of the rank correlation.

    Source: Spearman 1904; the first rule is 1R, Holte 1993; the other is that of
        nearest neighbours, Cover & Hart 1967.
    """
    one, other = material.numbers_of(column), material.numbers_of(goal)
    both = np.isfinite(one) & np.isfinite(other)
    if both.sum() < _LEAST_ROWS:
        return 0.0
    if goal.kind != "category":
        if column.kind == "category":
            return 0.0
        first, second = _ranks(one[both]), _ranks(other[both])
        is_flat = not first.std() or not second.std()
        return 0.0 if is_flat else abs(float(np.corrcoef(first, second)[0, 1]))
    codes = other[both].astype(np.int64)
    if column.kind != "category" and len(np.unique(one[both])) > _MOST_VALUES:
        return _fair(_like_neighbours(one[both], codes), codes)
    trains = np.zeros(len(one), bool)
    trains[material.train if len(material.train) else slice(None)] = True
    _, bins = np.unique(np.nan_to_num(one, nan=-1.0), return_inverse=True)
    return _one_rule(bins.reshape(-1)[both], codes, trains[both])


def _ranks(values: Numbers) -> Numbers:
    """Return ranks, equal values sharing the mean of theirs."""
    found, back, counts = np.unique(values, return_inverse=True, return_counts=True)
    del found
    last = np.cumsum(counts)
    made: Numbers = (last - (counts - 1) / 2)[back.reshape(-1)]
    return made


def _like_neighbours(values: Numbers, codes: Numbers) -> Numbers:
    """Return whether each row has the class of most of its four nearest neighbours.

    Where two and two say different things the nearest one counts. No limit between
    classes is drawn: one that runs through a part of the rows would hide a leak.

    Shape:
        N, N → N
    """
    # Equal values stand in a drawn order: many files are sorted by their labels.
    order = np.lexsort((generator(0).random(len(values)), values))
    sorted_N, codes_N = values[order], codes[order]
    padded = np.pad(codes_N, 2, constant_values=-1)
    around = [padded[n : n + len(codes)] for n in (0, 1, 3, 4)]
    same = np.sum([each == codes_N for each in around], axis=0)
    most_other = np.zeros(len(codes), np.int64)
    for one in around:
        is_other = (one != codes_N) & (one >= 0)
        count = np.sum([each == one for each in around], axis=0)
        most_other = np.maximum(most_other, np.where(is_other, count, 0))
    gaps = np.diff(sorted_N)
    before = np.concatenate([[np.inf], gaps])
    after = np.concatenate([gaps, [np.inf]])
    nearest = np.where(before <= after, around[1], around[2])
    right = np.empty(len(codes), bool)
    right[order] = (same > most_other) | ((same == most_other) & (nearest == codes_N))
    return right


def _one_rule(bins: Numbers, codes: Numbers, trains: Numbers) -> float:
    """Return how right the most frequent class of each value is."""
    table = np.zeros((int(bins.max()) + 1, int(codes.max()) + 1))
    np.add.at(table, (bins[trains], codes[trains]), 1)
    usual = int(np.bincount(codes[trains]).argmax())
    answer = np.where(table.sum(1) > 0, table.argmax(1), usual)
    return _fair(answer[bins] == codes, codes)


def _fair(right: Numbers, codes: Numbers) -> float:
    """Return the share of right answers, or the mean over classes where it is less.

    The rarest classes have to be right too, or a constant answer would do as well.
    """
    each = [float(right[codes == k].mean()) for k in np.unique(codes)]
    return min(float(right.mean()), float(np.mean(each)))


def identity(case: Case) -> Verdict:
    """Tell inputs that only tell rows apart."""
    rows = case.material.looked_at
    found = []
    for facts in case.inputs:
        column = next(c for c in case.material.columns if c.name == facts.name)
        if facts.shape or rows < _LEAST_ROWS or column.name not in case.material.values:
            continue
        is_unique = facts.distinct >= 0.99 * rows and facts.missing == 0
        if is_unique and (says_id(facts.name) or _counts(case.material, column)):
            found.append(facts.name)
    if not found:
        return None
    text = tr("{names} has another value in every row: a network would learn rows by "
              "heart.", names=listed(found))  # fmt: skip
    if len(found) > 1:
        text = tr("{names} have another value in every row: a network would learn rows "
                  "by heart.", names=listed(found))  # fmt: skip
    params = with_role(case.material, found, "id")
    remedy = (Remedy(tr("It only names rows"), params),) if params else ()
    return DataFinding("id", "warning", tr("A number of the row"), text, tuple(found),
                       remedy)  # fmt: skip


def _counts(material: Material, column: OwnColumn) -> bool:
    """Return whether a column counts the rows."""
    if column.kind != "number":
        return False
    steps = np.diff(material.numbers_of(column))
    return bool(len(steps)) and bool((steps == 1).all())


def twins(case: Case) -> Verdict:
    """Tell rows of the validation part that stand in the training part too."""
    material = case.material
    if not len(material.train) or not len(material.held) or material.how == "end":
        return None
    used = material.of_role("input")
    if not used:
        return None
    keys = list(row_keys(material.values, used))
    known = {keys[row] for row in material.train.tolist()}
    count = sum(keys[row] in known for row in material.held.tolist())
    held = len(material.held)
    told = tr("{n} of {all}", n=f"{count:,}", all=f"{held:,}")
    is_many = count >= _LEAST_TWICE and count > TWICE * held
    if not is_many:
        return FineCheck("twins", tr("No row is in both parts") if not count else
                         tr("Hardly a row is in both parts"), told)  # fmt: skip
    has_image = any(c.kind == "image" for c in used)
    what = tr("images") if has_image else tr("rows")
    text = tr("{told} {what} of the validation part are in the training part too, "
              "the same or nearly so: validation looks better than it is.",
              told=told, what=what)  # fmt: skip
    title = tr("The same rows in both parts")
    is_drawn = is_own(material.params) and material.how in {"random", "stratified"}
    remedy = Remedy(tr("Keep equal rows together"), {"together": True})
    return DataFinding("twins", "warning", title, text, (), (remedy,) * is_drawn)
