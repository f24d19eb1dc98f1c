"""What the engine tells: answers and frames. Frozen values, numpy arrays at most.

Array axes: L layers (in the order of `RunStarted.layers`), K steps since the last
frame, H bins of `histogram`.
"""

from __future__ import annotations  # numpy is 140 ms, and only for the types here

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import numpy.typing as npt

    from engine.graph.problems import Problem
    from engine.protocol.arrays import Floats, Ints
    from engine.protocol.baselines import Baseline
    from engine.protocol.device import Devices
    from engine.protocol.findings import Finding
    from engine.protocol.formats import ExportFormat
    from engine.protocol.goals import PhaseGoal


@dataclass(frozen=True)
class NodeInfo:
    """What is known of one node without running it on data.

    Args:
        inputs: Input port → shape with −1 for the batch.
        outputs: Output port → shape with −1 for the batch.
        parameters: Number of weights, inner ones of blocks included.
        flops: Floating-point operations of the forward pass per sample (estimate).
        activation_bytes: Bytes of its outputs per sample.
        known: False below a broken node.
    """

    inputs: dict[str, tuple[int, ...]] = field(default_factory=dict)
    outputs: dict[str, tuple[int, ...]] = field(default_factory=dict)
    parameters: int = 0
    flops: int = 0
    activation_bytes: int = 0
    known: bool = True


@dataclass(frozen=True)
class PhaseInfo:
    """What one training phase does.

    Args:
        losses: Paths of the losses that it minimises.
        updates: Paths of the nodes with weights that it moves, repeats as one.
        weights: Where these weights are: the same in two phases that share some.
    """

    losses: tuple[str, ...]
    updates: tuple[str, ...]
    weights: tuple[str, ...]


@dataclass(frozen=True)
class Analysis:
    """Answer to `Check`.

    Args:
        revision: As asked.
        nodes: Node path → what is known (`instance.inner` inside blocks).
        problems: In the order of the graph.
        parameters: Number of weights of the whole graph, shared ones once.
        trained: How many of them a training moves.
        phases: What every phase does; empty while errors keep it unknown.
        memory_bytes: What a training takes at most, by arithmetic from the shapes.
    """

    revision: int
    nodes: dict[str, NodeInfo]
    problems: tuple[Problem, ...]
    parameters: int
    phases: tuple[PhaseInfo, ...] = ()
    memory_bytes: int = 0
    trained: int = 0

    @cached_property
    def trainable(self) -> bool:
        """Whether nothing keeps the graph from training."""
        return all(problem.severity != "error" for problem in self.problems)


@dataclass(frozen=True)
class Forecast:
    """Answer to `Estimate`: what a run would take, by a few steps on a copy.

    What does not fit into memory is not rehearsed: then only its memory is known, by
    arithmetic, and all times are 0.

    Args:
        revision: Of the first request with this document.
        device: Id of the device.
        threads: Threads that torch uses.
        step_s: Mean seconds of a step alone.
        epoch_s: Seconds of an epoch on average over the run, with evaluations, views
            and measuring.
        total_s: Seconds of the whole run.
        total_steps: Length of the run.
        steps_per_epoch: Steps that make an epoch.
        memory_bytes: The most that this training takes at one moment: data, weights,
            gradients, optimizers, activations, checkpoint, views.
        once_bytes: What any training adds to that once in an engine: libraries that
            are loaded, kernels, threads. 0 where the system does not tell.
    """

    revision: int
    device: str
    threads: int
    step_s: float
    epoch_s: float
    total_s: float
    total_steps: int
    steps_per_epoch: int
    memory_bytes: int
    once_bytes: int = 0

    @property
    def rehearsed(self) -> bool:
        """Whether its times are known."""
        return self.total_steps > 0


@dataclass(frozen=True)
class RunStarted:
    """A run was compiled and is about to make its first step.

    Args:
        run: Folder of the run.
        layers: Node paths that have weights, in topological order (axis L); one that
            several phases update stands there once for each.
        layer_parameters: Weights of each of them.
        phases: Names of the phases.
        metrics: Names of the evaluation's values (`node id`), losses first.
        device: Id of the device.
        threads: Threads that torch uses.
        total_steps: Length of the run.
        steps_per_epoch: Steps that make an epoch.
        batch_size: At the start.
        parameters: Number of weights.
        step: Steps already made (a resumed run).
        averaged: A running mean of the weights is kept.
        layer_phases: Index of the phase that updates each of the layers, −1 for none.
        goals: What each of the phases minimises; empty where nobody knows.
        baselines: By node path what a lazy answer reaches, where there is an honest
            one; `loss` is that of the total.
    """

    run: str
    layers: tuple[str, ...]
    layer_parameters: tuple[int, ...]
    phases: tuple[str, ...]
    metrics: tuple[str, ...]
    device: str
    threads: int
    total_steps: int
    steps_per_epoch: int
    batch_size: int
    parameters: int
    step: int = 0
    averaged: bool = False
    layer_phases: tuple[int, ...] = ()
    goals: tuple[PhaseGoal, ...] = ()
    baselines: dict[str, Baseline] = field(default_factory=dict)


@dataclass(frozen=True)
class LayerSample:
    """What was measured at one step, per layer (all weights of a node together).

    Args:
        step: Number of the step, from 1.
        grad_histogram: Counts (L, HISTOGRAM_BINS), of the elements that were looked at.
        weight_histogram: Counts (L, HISTOGRAM_BINS), after the update.
        grad_norm: ‖g‖ (L,), exact.
        weight_norm: ‖w‖ (L,), before the update, exact.
        update_ratio: ‖Δw‖/‖w‖ (L,), exact; NaN where ‖w‖ is 0.
        grad_zeros: Share of exact zeros in the gradient (L,), of those looked at.
        grad_nonfinite: Share of inf and NaN (L,), of those looked at.
        phase: Index of the phase.
    """

    step: int
    grad_histogram: Ints
    weight_histogram: Ints
    grad_norm: Floats
    weight_norm: Floats
    update_ratio: Floats
    grad_zeros: Floats
    grad_nonfinite: Floats
    phase: int = 0


@dataclass(frozen=True)
class Evaluation:
    """Losses and metrics on the validation data after a step.

    Args:
        step: Steps made.
        epoch: Epochs made, with fraction.
        values: Node id → value; `loss` is the total.
        train_values: The same on as much training data, when it was measured.
        best: This is the lowest validation loss so far.
    """

    step: int
    epoch: float
    values: dict[str, float]
    train_values: dict[str, float] = field(default_factory=dict)
    best: bool = False


@dataclass(frozen=True)
class View:
    """What a view node showed after a step; arrays and words depend on the kind.

    The file of each kind in engine.measure.views says what they hold.

    Args:
        node: Path of the view node.
        kind: Its id in the catalogue, such as `decision_boundary`.
        step: Steps made.
        arrays: Numbers by name, in the units of the data set.
        words: Names of classes, axes and columns.
    """

    node: str
    kind: str
    step: int
    arrays: dict[str, npt.NDArray[Any]]
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Views:
    """Answer to `Look`."""

    views: tuple[View, ...]


State = Literal["training", "paused"]


@dataclass(frozen=True)
class Frame:
    """All that happened since the last frame; at most 30 a second.

    Args:
        step: Steps made.
        epoch: Epochs made, with fraction.
        state: Of the runner.
        steps: Numbers of the steps (K,).
        losses: Training loss, a column a phase (K, phases); NaN where not run.
        rates: Learning rate, a column a phase (K, phases).
        sample: The newest measurement since the last frame.
        earlier: Measurements before it since then, see `samples`.
        evaluations: Those since the last frame.
        samples_per_s: Over the last second of training; 0 while paused.
        overhead: Time for measuring as a share of training time.
        eta_s: Seconds left, NaN where unknown.
        log: Lines for the log since the last frame.
        views: Those that were made anew since the last frame, the newest of each.
        changes: First steps with a setting that was changed since the last frame.
        findings: All faults of the training, the cause of the rest first; None while
            they are the same as in the last frame.
        held: Why it paused by itself: the disk takes nothing; empty otherwise.
    """

    step: int
    epoch: float
    state: State
    steps: Ints
    losses: Floats
    rates: Floats
    sample: LayerSample | None = None
    evaluations: tuple[Evaluation, ...] = ()
    samples_per_s: float = 0.0
    overhead: float = 0.0
    eta_s: float = float("nan")
    log: tuple[str, ...] = ()
    views: tuple[View, ...] = ()
    changes: tuple[int, ...] = ()
    findings: tuple[Finding, ...] | None = None
    held: str = ""
    earlier: tuple[LayerSample, ...] = ()


@dataclass(frozen=True)
class Moved:
    """Answer to `MoveRun`.

    Args:
        folder: Where the run is from now on.
    """

    folder: str


@dataclass(frozen=True)
class Outcome:
    """How a run ended.

    Args:
        kind: `finished` (its length), `early` (no better any more), `stopped` (asked
            to), `diverged` (a loss that is not finite) or `failed`.
        run: Folder of the run.
        step: Steps made.
        text: One sentence.
        node: Path of the node where it failed, or empty.
        details: Traceback for a bug report, or empty.
    """

    kind: Literal["finished", "early", "stopped", "diverged", "failed"]
    run: str
    step: int
    text: str
    node: str = ""
    details: str = ""


@dataclass(frozen=True)
class Exported:
    """Weights were written, read back and found equal.

    Args:
        path: The file.
        format: `safetensors` or `pt`.
        tensors: How many.
        bytes: Size of the file.
        step: Step of the weights.
    """

    path: str
    format: str
    tensors: int
    bytes: int
    step: int


@dataclass(frozen=True)
class Failed:
    """A request could not be answered.

    Args:
        text: The message for the user.
        details: Traceback when it is a bug of ours, otherwise empty.
        node: Path of the node it is about, or empty.
        earlier: Step of a whole checkpoint, when the newest is damaged; otherwise −1.
    """

    text: str
    details: str = ""
    node: str = ""
    earlier: int = -1


@dataclass(frozen=True)
class EngineReady:
    """The engine has imported torch and answers; `formats` are those it writes."""

    devices: Devices
    formats: tuple[ExportFormat, ...] = ()


@dataclass(frozen=True)
class Pong:
    """Answer to `Ping`: the engine's process lives, whatever it is busy with."""


@dataclass(frozen=True)
class EngineGone:
    """The engine's process has ended by itself (crash, out of memory).

    Args:
        text: One sentence.
        details: The last that it printed.
    """

    text: str
    details: str = ""


@dataclass(frozen=True)
class Message:
    """Something from the engine, with the number of the request it answers.

    Args:
        number: Of the request; 0 when nobody asked.
        body: One of the classes above.
    """

    number: int
    body: object
