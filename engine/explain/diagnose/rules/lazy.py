"""No better than an answer that looks at no input: the result was not worth it."""

import math
from collections.abc import Iterator

from engine.compile.ignored import judged
from engine.explain.diagnose import course
from engine.explain.diagnose.record import Found, Record
from engine.graph.titles import path_title
from engine.i18n import tr
from engine.protocol.baselines import TOTAL, Baseline, total
from engine.protocol.findings import Comparison, Evidence, Finding, number
from engine.protocol.messages import Evaluation

FAULT = "no_better_than_lazy"
SOURCE = "Holte 1993 (always the most frequent class); Hyndman & Athanasopoulos, FPP"
ENOUGH = 50
"""Steps before which nobody expects anything."""
_ENDED = frozenset({"finished", "early"})
_ONE_SIDED = frozenset({"precision", "recall"})
"""Whoever always says yes finds everything: nothing can be better at that."""


def check(record: Record) -> Found:
    """Return the finding when a phase ends where a lazy answer begins.

    All metrics that have such an answer must fail; without any, the loss.
    """
    if record.ending not in _ENDED or record.step < ENOUGH:
        return None
    for index in range(len(record.goals)):
        told = _result(record, index)
        scores = list(_metrics(record, index)) or list(_loss(record, index))
        known = [
            (path, base, told.values[path])
            for path, base in scores
            if told and math.isfinite(told.values.get(path, math.nan))
        ]
        if known and not any(base.is_beaten_by(value) for _, base, value in known):
            return _finding(record, known)
    return None


def _result(record: Record, index: int) -> Evaluation | None:
    """Return the evaluation that a phase has ended with."""
    goal = record.goals[index]
    active = [each for each in record.evaluations if goal.is_active(each.step)]
    best = [each for each in active if each.best]
    keeps_best = record.project.training.value("keep_best")
    known = best if best and keeps_best else active
    return known[-1] if known else None


def _metrics(record: Record, index: int) -> Iterator[tuple[str, Baseline]]:
    """Yield the metrics of the scores that a phase trains, with their baselines."""
    by_path = {node.path: node for node in record.nodes}
    losses = record.losses_of(index)
    trained = {judged(by_path[path], by_path) for path in losses}
    for path, known in record.baselines.items():
        node = by_path.get(path)
        if node is None or path in record.all_losses or node.type in _ONE_SIDED:
            continue
        if len(record.goals) == 1 or judged(node, by_path) in trained:
            yield path, known


def _loss(record: Record, index: int) -> Iterator[tuple[str, Baseline]]:
    """Yield the loss of a phase: of several the only one, or else their sum."""
    goal = record.goals[index]
    whole = total(goal, record.baselines)
    if whole is None:
        return
    if len(goal.losses) == 1:
        path = next(iter(goal.losses))
        yield path, record.baselines[path]
    elif len(record.goals) == 1 and TOTAL not in record.all_losses:
        yield TOTAL, whole


def _title(known: Baseline) -> str:
    if known.answer:
        return tr("No better than always answering “{answer}”", answer=known.answer)
    return {
        "class": tr("No better than always the most frequent class"),
        "shares": tr("No better than the class frequencies"),
        "mean": tr("No better than always the mean"),
        "median": tr("No better than always the median"),
        "last": tr("No better than repeating the last value"),
        "several": tr("No better than always the same answer"),
    }[known.kind]


def _finding(record: Record, known: list[tuple[str, Baseline, float]]) -> Finding:
    by_path = {node.path: node for node in record.nodes}
    names = {
        path: path_title(record.project, path) if path in by_path else tr("Loss")
        for path, _, _ in known
    }
    path, base, value = known[0]
    return Finding(
        FAULT,
        _title(base),
        tr(
            "{score} is {value}; an answer without a look at the input reaches {lazy}.",
            score=names[path],
            value=number(value),
            lazy=number(base.value),
        ),
        tr(
            "See whether the input says anything about the target and reaches the "
            "scores; then train longer, or with a larger network."
        ),
        SOURCE,
        record.places(path for path, _, _ in known if path in by_path),
        tuple(
            _evidence(record, names[path], path, (base, value))
            for path, base, value in known
        ),
    )


def _evidence(
    record: Record, what: str, path: str, told: tuple[Baseline, float]
) -> Evidence:
    base, value = told
    sign: Comparison = "≤" if base.higher else "≥"
    best: Comparison = "≥" if base.higher else "≤"
    points = course.of_evaluations(record, lambda each: each.values.get(path), best)
    return Evidence(what, value, sign, base.value, points)
