"""Everything that one training consists of, put together from a document."""

from dataclasses import dataclass

import torch

from engine.advice.refusal import refuse
from engine.compile.inferences import InferenceCache
from engine.compile.program import Program, compile_project
from engine.data.intake import mixing
from engine.graph.model import Project
from engine.graph.settings import Training
from engine.measure.budget import MEASURING, Budget
from engine.protocol.baselines import Baselines
from engine.protocol.messages import RunStarted
from engine.training.evaluation.evaluation import Evaluator
from engine.training.evaluation.feeds import Feeds
from engine.training.evaluation.weighing import weigh
from engine.training.machine import devices
from engine.training.machine.precision import keep_losses_exact
from engine.training.machine.scarcity import ScarcityError, is_scarce
from engine.training.parts.monitor import Monitor, Rows, rows_of
from engine.training.parts.phases import PhaseRun
from engine.training.parts.run_length import Length
from engine.training.parts.stopping import BestWeights, EarlyStopping
from engine.training.views.maker import Viewing
from engine.training.weights import ewc
from engine.training.weights.averaging import AveragedWeights


@dataclass
class Assembly:
    """The parts of a training, in their state before the first step.

    Args:
        training: Settings, checked.
        device: Where everything lives.
        seed: Of weights, order, noise and dropout.
        program: The compiled document.
        phases: Its phases with their optimizers.
        feeds: Its batches.
        length: Its steps.
        averaged: The running mean of its weights, if it keeps one.
        evaluator: Its losses and metrics.
        stopping: Early stopping.
        best: The best weights so far.
    """

    training: Training
    device: torch.device
    seed: int
    program: Program
    phases: list[PhaseRun]
    feeds: Feeds
    length: Length
    averaged: AveragedWeights
    evaluator: Evaluator
    stopping: EarlyStopping
    best: BestWeights

    @property
    def rows(self) -> Rows:
        """What the rows of a sample are about."""
        phases = [phase.parameters for phase in self.phases]
        return rows_of(self.program.layer_parameters, phases)

    def monitor(self, *, enabled: bool) -> Monitor:
        """Return what measures its layers."""
        phases = [phase.parameters for phase in self.phases]
        layers = self.program.layer_parameters
        return Monitor(layers, phases, Budget(MEASURING), enabled=enabled)

    def viewing(self, *, enabled: bool) -> Viewing:
        """Return what makes its views."""
        half = self.training.value("precision") == "bf16"
        return Viewing(
            self.program,
            self.feeds,
            half=half,
            enabled=enabled,
            looked_at=self.averaged.in_place,
        )


def assemble(project: Project, device: str = "", seed: int | None = None) -> Assembly:
    """Compile a project and make all it needs to train.

    Args:
        project: Only read.
        device: Overrides the document's unless empty.
        seed: Overrides the document's unless None.

    Raises:
        EngineError: When the project can't be trained.
    """
    training = project.training.checked()
    place = devices.resolve(device or str(training.value("device")))
    try:
        return _assembled(project, training, place, seed)
    except (RuntimeError, MemoryError) as error:
        if not is_scarce(error):
            raise
        raise ScarcityError(error, str(place)) from None


def _assembled(
    project: Project, training: Training, place: torch.device, seed: int | None
) -> Assembly:
    seed = training.number("seed") if seed is None else seed
    half = training.value("precision") == "bf16"
    known = InferenceCache()
    refuse(project, known)
    mixing.refuse(project)
    program = compile_project(project, seed=seed, find=known.find)
    weigh(program)
    program.modules.to(place).train()
    if half:
        keep_losses_exact(program, place)
    feeds = Feeds(program, training.number("batch_size"), place, seed)
    phases = [
        PhaseRun(phase, compiled, half=half)
        for phase, compiled in zip(training.phases, program.phases, strict=True)
    ]
    averaged = AveragedWeights(program.modules, training.decay)
    held = ewc.consolidations(program, training.phases)
    for phase_run, consolidation in zip(phases, held, strict=True):
        phase_run.ewc = consolidation
    return Assembly(
        training,
        place,
        seed,
        program,
        phases,
        feeds,
        Length(training, feeds.order),
        averaged,
        Evaluator(program, feeds, half=half, looked_at=averaged.in_place),
        EarlyStopping(training.number("patience")),
        BestWeights(program.modules, averaged),
    )


def facts(
    parts: Assembly, run: str, threads: int, step: int, known: Baselines
) -> RunStarted:
    """Return what is known before the first step.

    Args:
        parts: The training.
        run: Folder of the run.
        threads: Threads that torch uses.
        step: Steps already made.
        known: Baselines by node path.
    """
    layers, order = parts.program.layer_parameters, parts.feeds.order
    counts = {path: sum(w.numel() for w in ws) for path, ws in layers.items()}
    whole = parts.program.modules.parameters()
    return RunStarted(
        run=run,
        layers=tuple(path for path, _ in parts.rows),
        layer_parameters=tuple(counts[path] for path, _ in parts.rows),
        phases=tuple(phase.name for phase in parts.phases),
        metrics=parts.evaluator.names,
        device=str(parts.device),
        threads=threads,
        total_steps=parts.length.total_steps,
        steps_per_epoch=order.batches_per_epoch,
        batch_size=order.batch_size,
        parameters=sum(weights.numel() for weights in whole),
        step=step,
        averaged=parts.averaged.decay > 0,
        layer_phases=tuple(phase for _, phase in parts.rows),
        goals=tuple(phase.goal for phase in parts.phases),
        baselines=dict(known),
    )
