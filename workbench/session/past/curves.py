"""The curves of a run that was made before, as they come from the engine in parts."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from engine.graph.model import Project
from engine.graph.settings import Training
from engine.protocol.messages import Analysis, Frame, LayerSample, RunStarted
from engine.protocol.past_runs import CurvesPart, OpenedRun
from workbench.session.curves.history import History

Piece = Frame | LayerSample


@dataclass
class PastCurves:
    """All parts of the curves of a run that have come so far.

    Args:
        run: Folder of the run.
        num_parts: How many there will be; 0 while nobody knows.
        parts: Those that are there, in order; None where one was taken already: a long
            run is not kept twice.
        is_over: No more will come, though some are missing.
        is_taken: Somebody has begun to take the pieces, which come but once.
    """

    run: str
    num_parts: int = 0
    parts: list[CurvesPart | None] = field(default_factory=list)
    is_over: bool = False
    is_taken: bool = False

    @property
    def is_complete(self) -> bool:
        """Whether nothing more will come."""
        return self.is_over or 0 < self.num_parts <= len(self.parts)

    def pieces(self, until: int = 0) -> Iterator[Piece | None]:
        """Yield small pieces for a history, in order; None while the next is awaited.

        They come once; who needs them again has them read again.

        Args:
            until: Leave out what came after this step: it is made again; 0 is all.
        """
        self.is_taken = True
        epoch, last, number = 0.0, 0, 0
        # Parts may still come while the first are taken: None lets the caller wait.
        while not self.is_complete or number < len(self.parts):
            if number == len(self.parts):
                yield None
                continue
            part, self.parts[number] = self.parts[number], None
            number += 1
            if part is None:
                continue
            yield from (s for s in part.samples if not 0 < until < s.step)
            frame = _frame(part, until, epoch, last)
            epoch, last = frame.epoch, frame.step
            yield frame


def put(history: History, piece: Piece) -> None:
    """Put a piece into a history; samples of other layers are left out."""
    if isinstance(piece, Frame):
        history.add(piece)
    elif len(piece.grad_norm) == len(history.layers.paths):
        history.add_sample(piece)


def _frame(part: CurvesPart, until: int, epoch: float, last: int) -> Frame:
    """Return the losses and evaluations of a part up to a step."""
    count = int(part.steps.searchsorted(until, side="right")) if until else None
    steps = part.steps[:count]
    known = tuple(e for e in part.evaluations if not 0 < until < e.step)
    return Frame(
        step=int(steps[-1]) if len(steps) else last,
        epoch=known[-1].epoch if known else epoch,
        state="paused",
        steps=steps,
        losses=part.losses[:count],
        rates=part.rates[:count],
        evaluations=known,
        views=tuple(v for v in part.views if not 0 < until < v.step),
        eta_s=math.nan,
    )


def started(opened: OpenedRun, project: Project, analysis: Analysis) -> RunStarted:
    """Return what the run would have told at its start, as far as it is known.

    Args:
        opened: What the run says of itself.
        project: Its document.
        analysis: Of the project: the shapes of the layers.
    """
    training = project.training
    known = {path: info.parameters for path, info in analysis.nodes.items()}
    learning = tuple(path for path, count in known.items() if count)
    layers = opened.layers or learning
    phases = tuple(phase.name for phase in training.phases)
    return RunStarted(
        run=str(Path(opened.run)),
        layers=layers,
        layer_parameters=tuple(known.get(_place(path), 0) for path in layers),
        phases=phases[: opened.num_phases],
        metrics=(),
        device=opened.device,
        threads=opened.threads,
        total_steps=_length(opened, training),
        steps_per_epoch=opened.steps_per_epoch
        or max(1, opened.last_step // max(1, training.number("epochs"))),
        batch_size=training.number("batch_size"),
        parameters=analysis.parameters,
        averaged=training.decay > 0,
        layer_phases=opened.layer_phases or tuple(-1 for _ in layers),
        goals=opened.goals,
        baselines=opened.baselines,
    )


def _length(opened: OpenedRun, training: Training) -> int:
    """Return the steps of a run: those it made, or is to make if it can go on."""
    if not opened.can_resume:
        return opened.last_step
    epochs = training.number("epochs") * opened.steps_per_epoch
    return max(opened.last_step, training.number("steps") or epochs)


def _place(path: str) -> str:
    """Return a path without the numbers of repeats, as an analysis has it."""
    return ".".join(step for step in path.split(".") if not step.isdecimal())
