"""What a training tells while it goes on."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Literal

from engine import plain
from engine.graph.compare.score import is_share
from engine.graph.model import Project
from engine.graph.titles import path_title
from engine.i18n import tr
from engine.protocol import live_settings
from engine.protocol.arrays import Floats, Ints
from engine.protocol.baselines import TOTAL, Baselines, against
from engine.protocol.findings import Finding
from engine.protocol.messages import Evaluation, LayerSample, RunStarted, View
from engine.training.records.change import Change


class Step(Enum):
    """What was just done."""

    FORWARD = "forward"
    LOSS = "loss"
    BACKWARD = "backward"
    UPDATE = "update"
    EVALUATION = "evaluation"
    VIEW = "view"
    LOOK_BACK = "look back"
    HOLD = "hold"
    """Nothing: the disk takes nothing, see `TrainingState.holds`."""


@dataclass(frozen=True)
class Ending:
    """Why there are no more steps; see `messages.Outcome`."""

    kind: Literal["finished", "early", "stopped", "diverged"]
    text: str
    node: str = ""


@dataclass(frozen=True)
class Progress:
    """What happened since the last `Trainer.drain`; fields as in `messages.Frame`."""

    steps: Ints
    losses: Floats
    rates: Floats
    sample: LayerSample | None
    evaluations: tuple[Evaluation, ...]
    log: tuple[str, ...]
    views: tuple[View, ...] = ()
    changes: tuple[int, ...] = ()
    findings: tuple[Finding, ...] | None = None
    earlier: tuple[LayerSample, ...] = ()


def scores(values: Mapping[str, float], known: Baselines, project: Project) -> str:
    """Return evaluated values as the canvas calls them, beside their lazy answers.

    Args:
        values: By node id; `TOTAL` is the sum of the losses.
        known: By the same.
        project: Says names and kinds.
    """
    return ", ".join(
        against(
            tr("loss") if name == TOTAL else plain.name(path_title(project, name)),
            value,
            known.get(name),
            is_share=name != TOTAL and is_share(project, name),
        )
        for name, value in values.items()
    )


def sentence(evaluation: Evaluation, project: Project) -> str:
    """Return an evaluation as a line of the log."""
    values = scores(evaluation.values, {}, project)
    facts = {
        "step": evaluation.step,
        "epoch": f"{evaluation.epoch:.4g}",
        "values": values,
    }
    if evaluation.values != evaluation.train_values:
        return tr("Step {step}, epoch {epoch}: validation {values}", **facts)
    return tr("Step {step}, epoch {epoch}: training set {values}", **facts)


def result(values: Mapping[str, float], known: Baselines, project: Project) -> str:
    """Return what the training came to as a line of the log."""
    return tr("Result: {values}", values=scores(values, known, project))


def changed(change: Change, phase: str = "") -> str:
    """Return a changed setting as a line of the log.

    Args:
        change: The setting.
        phase: Name of the phase, where there are several.
    """
    facts = {
        "setting": live_settings.title(change.name),
        "value": f"{change.value:g}",
        "step": change.step + 1,
    }
    if phase:
        return tr(
            "{setting} {value} from step {step}, phase “{phase}”", **facts, phase=phase
        )
    return tr("{setting} {value} from step {step}", **facts)


def begun(started: RunStarted) -> str:
    """Return the beginning of a training as a line of the log."""
    facts = {"step": started.step + 1, "total": started.total_steps}
    return tr(
        "Training from step {step} to {total} on {device}",
        **facts,
        device=started.device,
    )
