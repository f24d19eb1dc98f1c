"""What is said of runs beside each other: results, settings; which is the best."""

import math
from typing import NamedTuple

from engine.i18n import tr
from engine.protocol.listing.layers import LayersCompared
from engine.protocol.past_runs import ComparedRun, Comparison, CurveTitle
from workbench.app.compare.states import state_words
from workbench.canvas.cards import labels
from workbench.theme import text


class ResultRow(NamedTuple):
    """A row of the table.

    Args:
        words: What it is.
        cells: One for each run.
        best: Index of the best; −1 where none is better.
        path: Of the node that it is about; empty for none.
    """

    words: str
    cells: tuple[str, ...]
    best: int = -1
    path: str = ""


class Section(NamedTuple):
    """Rows under a heading."""

    title: str
    rows: tuple[ResultRow, ...]


def sections(told: Comparison) -> list[Section]:
    """Return all that is said of runs: what is different, then how good they are."""
    values = [row for title in told.titles for row in _of_value(told, title)]
    settings = tuple(
        ResultRow(row.words, row.values, path=row.path) for row in told.settings
    )
    nothing = (ResultRow(tr("Nothing"), ()),)
    return [
        Section(tr("What is different"), settings or nothing),
        Section(tr("Results"), (*values, *_of_runs(told))),
    ]


def of_layers(told: LayersCompared) -> list[Section]:
    """Return how far the weights of each layer moved, and how far runs are apart."""
    if not any(run.since >= 0 for run in told.runs):
        return []
    since = {run.since for run in told.runs if run.since > 0}
    words = tr("Weights moved, ‖w − w₀‖ / ‖w₀‖")
    if since:
        words += " " + tr("(w₀: the earliest kept)")
    moved = tuple(
        _of_layer(told, row, [float(run.moved[row]) for run in told.runs])
        for row in range(len(told.names))
    )
    apart = tuple(
        _of_layer(told, row, [float(run.apart[row]) for run in told.runs])
        for row in range(len(told.names))
    )
    return [
        Section(words, moved),
        Section(tr("Last weights, ‖w − w_A‖ / ‖w_A‖"), apart),
    ]


def _of_layer(told: LayersCompared, row: int, values: list[float]) -> ResultRow:
    cells = tuple(text.percent(v) if math.isfinite(v) else "–" for v in values)
    return ResultRow(told.names[row], cells, path=told.paths[row])


def marks(told: Comparison) -> dict[str, str]:
    """Return path of a node → token of its colour: new, changed or gone."""
    tokens = {"added": "ok", "removed": "err"}
    found = {row.path: tokens.get(row.kind, "warn") for row in told.settings}
    return {path: token for path, token in found.items() if path}


def _of_value(told: Comparison, title: CurveTitle) -> list[ResultRow]:
    """Return last and best of a value; of a training loss only the last."""
    last = [_last(run, title) for run in told.runs]
    shown = [ResultRow(title.words, *_cells(last, title))]
    if not title.name.startswith("train:"):
        best = [_best(run, title) for run in told.runs]
        shown.append(
            ResultRow(tr("{value}, best", value=title.words), *_cells(best, title))
        )
    return shown


def _cells(values: list[float], title: CurveTitle) -> tuple[tuple[str, ...], int]:
    cells = tuple(
        labels.value(value, title.kind) if math.isfinite(value) else "–"
        for value in values
    )
    known = [value for value in values if math.isfinite(value)]
    if len(known) < 2:
        return cells, -1
    best = values.index((min if title.is_lower else max)(known))
    return cells, best if cells.count(cells[best]) == 1 else -1


def _last(run: ComparedRun, title: CurveTitle) -> float:
    curve = run.curves.get(title.name)
    return float(curve[1][-1]) if curve is not None and curve.size else math.nan


def _best(run: ComparedRun, title: CurveTitle) -> float:
    curve = run.curves.get(title.name)
    if curve is None or not curve.size:
        return math.nan
    return float(curve[1].min() if title.is_lower else curve[1].max())


def _of_runs(told: Comparison) -> list[ResultRow]:
    """Return how far they went, how long it took, how they ended."""
    all_ = [run.summary for run in told.runs]
    steps = tuple(text.count(run.last_step) for run in told.runs)
    took = tuple(text.duration(s.took_s) or "–" for s in all_)
    each = tuple(_each_ms(run) for run in told.runs)
    ended = tuple(state_words(s)[0] or tr("finished") for s in all_)
    found = [
        ResultRow(tr("Steps"), steps),
        ResultRow(tr("Time"), took),
        ResultRow(tr("Time of a step"), each),
        ResultRow(tr("Ended"), ended),
    ]
    if any(s.goal for s in all_):
        goals = tuple(_goal(s.goal, s.is_met) for s in all_)
        found.append(ResultRow(tr("Goal"), goals))
    return found


def _each_ms(run: ComparedRun) -> str:
    if not (run.last_step and run.summary.took_s >= 0):
        return "–"
    return f"{text.figure(1000 * run.summary.took_s / run.last_step)} ms"


def _goal(words: str, is_met: bool) -> str:
    if not words:
        return "–"
    return tr("reached") if is_met else tr("not reached")
