"""One step held still: what is asked about it, and plain answers of bounded size.

Whoever holds a step gets a copy: the training that it comes from goes on. A tensor
crosses as a `Piece` of at most some ten thousand numbers, however large it is.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.protocol import lessons
from engine.protocol.commands import Command
from engine.protocol.tracing.surface import ReadSurface, SurfaceRead
from engine.protocol.tracing.trials import TryWeight, WeightTried

if TYPE_CHECKING:
    from engine.protocol.arrays import Floats, Pixels

BATCH = -1
"""In place of the number of a sample: all of the batch."""


@dataclass(frozen=True)
class Figures:
    """What can be said of a tensor of any size.

    Args:
        shape: Its shape.
        norm: Euclidean, of its finite numbers.
        mean: Of its finite numbers; 0 where there are none.
        std: Their standard deviation.
        low: The smallest finite one.
        high: The largest finite one.
        negative: Share of numbers below 0.
        zero: Share of zeros.
        subnormal: Share of numbers too small for full precision, but not 0.
        nan: Count of NaN.
        infinite: Count of infinities.
    """

    shape: tuple[int, ...]
    norm: float
    mean: float
    std: float
    low: float
    high: float
    negative: float
    zero: float
    subnormal: float
    nan: int
    infinite: int


@dataclass(frozen=True)
class WeightStep:
    """A tensor of weights in the step.

    Args:
        name: Torch's, within its node.
        values: Before the update.
        gradient: ∂L/∂w, before clipping; None where none comes.
        step: Δw.
        terms: Name of a term of the update → its norm.
        again: A node before has the same tensor: it is moved once.
    """

    name: str
    values: Figures
    gradient: Figures | None
    step: Figures
    terms: dict[str, float]
    again: bool = False


@dataclass(frozen=True)
class NodeStep:
    """A node in the step.

    Args:
        path: Where it stands, with the numbers of repeats.
        type: Of the catalogue.
        sources: Paths of what it reads, in the order of its ports.
        inputs: Of each.
        outputs: Of each.
        upstreams: ∂L/∂output of each; None where none arrives.
        given: ∂L/∂input of each, as it hands it on; None where it hands on none.
        weights: Of those that the phase moves.
    """

    path: str
    type: str
    sources: tuple[str, ...]
    inputs: tuple[Figures, ...]
    outputs: tuple[Figures, ...]
    upstreams: tuple[Figures | None, ...]
    given: tuple[Figures | None, ...]
    weights: tuple[WeightStep, ...]


@dataclass(frozen=True)
class StepHeld:
    """One phase of one step, between its backward pass and its update.

    Args:
        step: Its number, from 1.
        epoch: Epochs made before it.
        phase: Which of `phases` this is.
        phases: Names of those that the step makes, one for every update.
        total: What the phase minimises.
        losses: Path of a loss → its value.
        rate: Learning rate.
        optimizer: Its id.
        samples: In the batch.
        nodes: In the order of the forward pass.
    """

    step: int
    epoch: float
    phase: int
    phases: tuple[str, ...]
    total: float
    losses: dict[str, float]
    rate: float
    optimizer: str
    samples: int
    nodes: tuple[NodeStep, ...]


@dataclass(frozen=True)
class HoldStep(Command[StepHeld]):
    """Hold the coming step of a training still, on a copy. Answer: `StepHeld`.

    Of the present run, unless a run or a document is named.

    Args:
        document: Text of a project that is not trained: its first step.
        run: Folder of a run: the step after its newest checkpoint.
        phase: Which update of the step, from 0.
        anew: False goes to another phase of the step that is held already.
    """

    document: str = ""
    run: str = ""
    phase: int = 0
    anew: bool = True


@dataclass(frozen=True)
class Piece:
    """A tensor, or a part of it, of a size that can be shown.

    Args:
        name: `input0`, `output0`, `upstream0`, `given0` (by port), and
            `weight:NAME`, `gradient:NAME`, `step:NAME`.
        shape: Of all of it, without the samples where one was picked.
        part: What was asked for, as numpy writes it; empty for all.
        values: Its numbers, 1 to 3 axes; where `block` is larger, means of blocks.
        largest: The largest size in every block; as `values`, or empty.
        block: How many numbers a value stands for, along every axis of `values`.
        figures: Of all of it.
    """

    name: str
    shape: tuple[int, ...]
    part: str
    values: "Floats"
    largest: "Floats"
    block: tuple[int, ...]
    figures: Figures


@dataclass(frozen=True)
class MomentOpened:
    """All that flows through a node.

    Args:
        node: Its path.
        sample: Which sample, or `BATCH`.
        pieces: Of its tensors.
        labels: Of a loss of classes the right ones.
    """

    node: str
    sample: int
    pieces: tuple[Piece, ...]
    labels: tuple[int, ...] = ()


@dataclass(frozen=True)
class OpenMoment(Command[MomentOpened]):
    """Ask for the tensors of a node. Answer: `MomentOpened`.

    Args:
        node: Its path.
        sample: Which sample of the batch, or `BATCH`: then values are means over it,
            gradients of weights their sums.
        part: Name of a piece → the part of it that is wanted, such as `0:8, ::2`.
    """

    node: str
    sample: int = BATCH
    part: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CellLine:
    """A line of a computation.

    Args:
        formula: With symbols: `z = Σ w·x + b`.
        figures: The right side with its numbers, and what comes out.
        value: What comes out.
    """

    formula: str
    figures: str
    value: float


@dataclass(frozen=True)
class CellWritten:
    """One number, written out.

    Args:
        node: Path.
        piece: Name of the tensor, see `Piece`.
        cell: Its place.
        sample: Which sample, or `BATCH`.
        value: The number, as the training has it.
        lines: What it needs first, itself last; none where it is a mean or a weight.
    """

    node: str
    piece: str
    cell: tuple[int, ...]
    sample: int
    value: float
    lines: tuple[CellLine, ...] = ()


@dataclass(frozen=True)
class WriteCell(Command[CellWritten]):
    """Ask where one number comes from. Answer: `CellWritten`.

    Args:
        node: Path.
        piece: Name of the tensor, see `Piece`.
        cell: Its place in it, without the sample.
        sample: Which sample, or `BATCH`.
    """

    node: str
    piece: str
    cell: tuple[int, ...]
    sample: int = BATCH


@dataclass(frozen=True)
class PathTold:
    """A way from a layer to a loss, and what comes along it to one weight.

    Args:
        nodes: Paths, from the layer to the loss.
        gradient: What comes along it.
        ports: Name of the input by which it enters each node behind the first, where
            more than one wire comes there from the node before; else empty.
    """

    nodes: tuple[str, ...]
    gradient: float
    ports: tuple[str, ...] = ()


@dataclass(frozen=True)
class WeightExplained:
    """Why one number of a layer's weights moves.

    Args:
        node: Path.
        name: Torch's name of the tensor.
        cell: Place of the number in it.
        before: Its value.
        after: After the update.
        gradient: ∂L/∂w before clipping; None where none comes.
        factor: What clipping multiplies it by; None without clipping.
        terms: Name of a term of the update → its part of Δw.
        hyper: Settings and memory of the optimizer that count here.
        samples: What each sample adds to the gradient; empty where that takes long
            and wasn't asked for.
        paths: The largest ways to the losses; empty where they weren't looked for.
    """

    node: str
    name: str
    cell: tuple[int, ...]
    before: float
    after: float
    gradient: float | None
    factor: float | None
    terms: dict[str, float]
    hyper: dict[str, float]
    samples: "Floats"
    paths: tuple[PathTold, ...]


@dataclass(frozen=True)
class ExplainWeight(Command[WeightExplained]):
    """Ask why a weight moves. Answer: `WeightExplained`.

    Args:
        node: Path.
        name: Torch's name of the tensor.
        cell: Of the number; empty is the one that moves farthest.
        paths: Look for the paths to the loss, too.
        samples: Tell the samples also where it takes long: it is a backward pass for
            each of them.
    """

    node: str
    name: str
    cell: tuple[int, ...] = ()
    paths: bool = False
    samples: bool = False


@dataclass(frozen=True)
class BatchShown:
    """The samples of the batch as people know them; what there isn't is empty.

    Args:
        pixels: N×H×W×C.
        features: N×F, in the units of the data set.
        columns: Names of the features.
        texts: N.
        labels: The right answers, N.
        answers: What the network says, N.
        classes: Names of the classes of the first loss.
        losses: Each sample's own part of the first loss, times N; N or none.
    """

    pixels: "Pixels"
    features: "Floats"
    columns: tuple[str, ...]
    texts: tuple[str, ...]
    labels: tuple[str, ...]
    answers: tuple[str, ...]
    classes: tuple[str, ...]
    losses: "Floats"


@dataclass(frozen=True)
class ShowBatch(Command[BatchShown]):
    """Ask for the samples of the batch. Answer: `BatchShown`."""


@dataclass(frozen=True)
class StripsRead:
    """Small pictures of what nodes put out for one sample.

    Args:
        sample: Which.
        strips: Path → K×H×W, 0 to 255; a row of numbers is 1×1×W.
    """

    sample: int
    strips: "dict[str, Pixels]"


@dataclass(frozen=True)
class ReadStrips(Command[StripsRead]):
    """Ask for small pictures of all outputs. Answer: `StripsRead`."""

    sample: int = 0


_ANSWERS = (StepHeld, MomentOpened, CellWritten, WeightExplained, BatchShown)
ANSWERS = (*_ANSWERS, StripsRead, WeightTried, SurfaceRead, lessons.Truths)
_QUESTIONS = (HoldStep, OpenMoment, WriteCell, ExplainWeight, ShowBatch)
QUESTIONS = (*_QUESTIONS, ReadStrips, TryWeight, ReadSurface, lessons.ReadTruths)
PARTS = (Figures, WeightStep, NodeStep, Piece, CellLine, PathTold, *lessons.PARTS)
