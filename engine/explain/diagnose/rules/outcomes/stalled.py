"""The rate has run out: long before the end of the run no step counts any more."""

import numpy as np

from engine.explain.diagnose import course
from engine.explain.diagnose.record import FEW, Found, Record
from engine.graph.problems import Fix
from engine.graph.settings_text import Assign
from engine.i18n import tr
from engine.protocol.findings import Evidence, Finding, number

FAULT = "rate_ran_out"
SOURCE = "Robbins & Monro 1951: rates whose sum stays finite stop short of the goal"
FADED = 0.01
"""‖Δw‖/‖w‖ now over the largest."""
LONG = 0.25
"""Share of the run that was spent so."""
LEFT = 0.3
"""Of the first loss: what has fallen further may have arrived."""
_FALL = {"step", "plateau"}
"""Schedules that don't know how long the run is."""


def check(record: Record) -> Found:
    """Return the finding when steps have faded away and the loss is still high."""
    ratio, steps = record.moving_ratio(), record.sample_steps()
    first = record.loss.first
    if not _falls_alone(record) or not record.is_whole or len(ratio) <= FEW:
        return None
    most = float(ratio.max())
    left = float(record.loss.tenths()[-1]) / first if first > 0 else 0.0
    if not most > 0 or left < LEFT:
        return None
    large = np.flatnonzero(ratio > FADED * most)
    since = int(steps[large[-1]])
    idle = (record.step - since) / record.total_steps
    if idle < LONG or len(ratio) - 1 - large[-1] < FEW:
        return None
    now = float(ratio[large[-1] + 1 :].max()) / most
    return Finding(
        FAULT,
        tr("The learning rate has run out"),
        tr(
            "Since step {step} no step has changed the weights by {share} % of what "
            "the largest did, and the loss stands.",
            step=f"{since:,}",
            share=number(100 * FADED),
        ),
        tr("Let the rate fall more slowly, over the whole run."),
        SOURCE,
        record.places(record.layers[-1:]),
        (
            Evidence(
                tr("‖Δw‖/‖w‖ since then, over the largest"),
                now,
                "≤",
                FADED,
                course.of_samples(record, ratio / most, "≥"),
            ),
            Evidence(tr("Share of the run since then"), idle, "≥", LONG),
            course.share_of_first(record, left, LEFT),
        ),
        _over_all(),
    )


def _over_all() -> tuple[Fix, ...]:
    label = tr("Let the rate fall over the whole run")
    return (Fix(label, (Assign(("schedule=cosine",)),)),)


def _falls_alone(record: Record) -> bool:
    phases = record.project.training.phases
    return len(phases) == 1 and phases[0].schedule.type in _FALL
