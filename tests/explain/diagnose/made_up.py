"""Records of a training that nobody made: a preset with measurements put in by hand."""

import re
from dataclasses import replace
from functools import cache

import numpy as np

import presets
from engine.explain.diagnose.activations import Dead
from engine.explain.diagnose.curve import Curve
from engine.explain.diagnose.watch import attach
from engine.graph.settings_text import assign
from engine.protocol.messages import LayerSample
from engine.training.loop.trainer import Trainer

EMPTY = np.zeros((0, 0), dtype=np.int64)


@cache
def blank(name, *words):
    project = presets.load(name)
    assign(project, words)
    trainer = Trainer(project, threads=1, seed=0)
    record = attach(trainer, project).record
    trainer.close("stopped")
    return record


def record_of(name, *words, losses=(1.0,) * 200, samples=(), **changes):
    """Return a record of a preset with measurements put in by hand.

    `samples` are pairs or triples of rows: ‖g‖, ‖w‖ and ‖Δw‖/‖w‖ of each layer.
    """
    made = replace(
        blank(name, *words),
        loss=Curve(), evaluations=[], by_phase=(), dead=Dead(), dead_at_start=Dead(),
        dead_looks=[], spreads=[],
        _samples=[], _ratios=[], _columns={}, _stride=1, _seen=0,
    )  # fmt: skip
    made.add_losses(np.array(losses, dtype=float)[:, None])
    for step, rows in enumerate(samples, 1):
        grads, weights, ratios = (np.array(row, dtype=float) for row in rows)
        nothing = np.zeros(len(grads))
        made.add_sample(
            LayerSample(step, EMPTY, EMPTY, grads, weights, ratios, nothing, nothing)
        )
    made.step = changes.pop("step", len(losses))
    return replace(made, **changes)


def row(value, record_name="too-fast"):
    """The same number for each layer."""
    return [value] * len(blank(record_name).layers)


def told(finding):
    """Return every number in the text of a finding."""
    text = finding.text.replace(",", "")
    return [float(found) for found in re.findall(r"\d+(?:\.\d+)?", text)]


def values(finding):
    return [(e.value, e.comparison, e.limit) for e in finding.evidence]


def relus():
    return [n.path for n in blank("dead-relu").nodes if n.type == "relu"]


def shut(*shares, start=1.0):
    known = dict(zip(relus(), shares, strict=False))
    before = dict.fromkeys(known, start)
    return record_of(
        "dead-relu", dead=Dead(640, known), dead_at_start=Dead(640, before)
    )
