"""What a training tells while it goes on."""

from dataclasses import dataclass
from enum import Enum
from typing import Literal

from engine.i18n import tr
from engine.protocol.arrays import Floats, Ints
from engine.protocol.frame import Evaluation, LayerSample, View


class Step(Enum):
    """What was just done."""

    FORWARD = "forward"
    LOSS = "loss"
    BACKWARD = "backward"
    UPDATE = "update"
    EVALUATION = "evaluation"
    VIEW = "view"


@dataclass(frozen=True)
class Ending:
    """Why there are no more steps; see `frame.Outcome`."""

    kind: Literal["finished", "early", "stopped", "diverged"]
    text: str
    node: str = ""


@dataclass(frozen=True)
class Progress:
    """What happened since the last `Trainer.drain`; fields as in `frame.Frame`."""

    steps: Ints
    losses: Floats
    rates: Floats
    sample: LayerSample | None
    evaluations: tuple[Evaluation, ...]
    log: tuple[str, ...]
    views: tuple[View, ...] = ()


def sentence(evaluation: Evaluation) -> str:
    """Return an evaluation as a line of the log."""
    values = ", ".join(
        f"{name} {value:.4g}" for name, value in evaluation.values.items()
    )
    return tr(
        "Step {step}, epoch {epoch}: {values}",
        step=evaluation.step,
        epoch=f"{evaluation.epoch:.4g}",
        values=values,
    )


def divergence(step: int, node: str) -> str:
    """Return what is said when a loss is not finite any more."""
    where = {"node": node, "step": step}
    text = tr("The loss “{node}” is not a finite number in step {step}.", **where)
    return f"{text} {tr('Try a lower learning rate, or clip the gradient.')}"
