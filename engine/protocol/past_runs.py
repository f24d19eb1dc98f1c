"""A run that was made before, as the engine reads it from its folder.

`OpenRun` is answered with an `OpenedRun`: all but the curves. These may be long, so
they come one `CurvesPart` for each `ReadCurves`.
"""

from __future__ import annotations  # numpy is 140 ms, and only for the types here

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.protocol.arrays import Floats, Ints
    from engine.protocol.baselines import Baseline
    from engine.protocol.findings import Finding
    from engine.protocol.goals import PhaseGoal
    from engine.protocol.messages import Evaluation, LayerSample

_OPEN = frozenset({"created", "running", "paused", "interrupted", "stopped", "failed"})
"""States in which a run has not reached its end."""


@dataclass(frozen=True)
class OpenedRun:
    """Answer to `OpenRun`: what a run says of itself.

    Args:
        run: Its folder, as it was asked for.
        document: Text of the project as it was at the start.
        state: How it ended; `running` and `paused` when nobody ended it.
        step: Of its newest weights, 0 without any.
        last_step: The last one of which the losses are known, 0 without any.
        num_phases: Phases whose losses are known.
        parts: How many `CurvesPart` its curves have; at least one.
        places: The places that its weights start from, when it has none of its own
            yet.
        layers: Node paths that the rows of its samples are about (axis L); empty in
            old runs.
        layer_phases: Index of the phase that updates each of the layers, −1 for none.
        device: Id of the device.
        threads: Threads that torch used.
        goals: What each of the phases minimises; empty in old runs.
        baselines: As of `RunStarted`.
        findings: What was found wrong with it.
        damage: Why some of its curves are missing, or nothing.
    """

    run: str
    document: str
    state: str
    step: int
    last_step: int
    num_phases: int
    parts: int
    places: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    layer_phases: tuple[int, ...] = ()
    device: str = "cpu"
    threads: int = 0
    goals: tuple[PhaseGoal, ...] = ()
    baselines: dict[str, Baseline] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    damage: str = ""

    @property
    def can_resume(self) -> bool:
        """Whether it can go on: from its newest weights, or else from its start."""
        return self.state in _OPEN


@dataclass(frozen=True)
class CurvesPart:
    """Answer to `ReadCurves`: some of what a run has recorded, in the order of steps.

    Args:
        run: Its folder, as it was asked for.
        part: Which one, from 0.
        steps: Numbers of the steps (K,).
        losses: Training loss, a column a phase (K, phases).
        rates: Learning rate, a column a phase (K, phases).
        samples: Of the layers.
        evaluations: On the validation data.
    """

    run: str
    part: int
    steps: Ints
    losses: Floats
    rates: Floats
    samples: tuple[LayerSample, ...] = ()
    evaluations: tuple[Evaluation, ...] = ()
