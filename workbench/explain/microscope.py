"""Where one looks: the held step, the stop on the way, the sample, the number."""

from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, QTimer, Signal

from engine.graph.model import Project
from engine.protocol import tracing
from engine.protocol.tracing import (
    BATCH,
    BatchShown,
    MomentOpened,
    StripsRead,
    WeightExplained,
)
from engine.protocol.tracing.surface import ReadSurface, SurfaceRead
from engine.protocol.tracing.trials import TryWeight, WeightTried
from workbench.explain.around import grid
from workbench.explain.layer.places import Index
from workbench.explain.walk import Part, Walk
from workbench.session.session import Session
from workbench.session.writing import Writing

_SOON_MS = 200
"""A step that is only passed by is not explained: that takes longer than to see it."""


@dataclass(frozen=True)
class Origin:
    """Which training a held step is of.

    Args:
        kind: `run`, `past` or `document`.
        run: Folder of a run that has ended.
    """

    kind: str
    run: str = ""


class Microscope(QObject):
    """Asks the engine and keeps what it has told; knows no widget.

    Args:
        session: The engine.
        parent: Qt's owner.

    Attributes:
        walk: The held step; None before the first.
        side: Which side of the layer is looked at.
        sample: Of the batch, or `BATCH`.
        opened: Tensors of the node that is looked at.
        why: Of the weight that is looked at.
        batch: The samples.
        refused: Why no step can be held; empty where one is, or will be.
        trial: What follows if that weight were another; None until it is asked for.
        around: The loss around all weights; None until it is asked for.

    Signals:
        held: Another step, or another phase of it, is held.
        moved: Another stop is looked at.
        told: Something was told about what is looked at.
        failed: Why something can't be told.

    Threads: the GUI thread.
    """

    held = Signal()
    moved = Signal()
    told = Signal()
    written = Signal(object)  # tracing.CellWritten
    failed = Signal(str)

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._tracing = session, session.tracing
        self._writing = Writing(self)
        self.walk: Walk | None = None
        self.origin = Origin("document")
        self.side, self.sample = "forward", 0
        self.part: dict[str, str] = {}
        self.opened: MomentOpened | None = None
        self.why: WeightExplained | None = None
        self.batch: BatchShown | None = None
        self.strips: StripsRead | None = None
        self.trial: WeightTried | None = None
        self.around: grid.Around | None = None
        self.is_asking, self.refused, self._at = False, "", 0
        self._is_on = False
        self._explained = ""
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._explain_here)
        self._tracing.answered.connect(self._on_answered)
        self._tracing.failed.connect(self._on_failed)

    def hold(self, project: Project) -> None:
        """Hold the coming step of what there is: a training, a run, the document.

        Args:
            project: What stands on the canvas; counts where nothing was trained.
        """
        run, self.is_asking = self._session.looking.folder, True
        self._is_on = True
        self.refused = ""
        if self._session.active or run:
            self.origin = Origin("past", run) if run else Origin("run")
            self._tracing.ask(tracing.HoldStep(run=run))
        else:
            self.origin = Origin("document")
            self._writing.start(
                project, lambda text: self._tracing.ask(tracing.HoldStep(text))
            )
        self.told.emit()

    def let_go(self) -> None:
        """Look at nothing any more."""
        self._writing.close()
        self._soon.stop()
        self._tracing.forget()
        self._drop()
        self._at, self.refused = 0, ""
        self.is_asking = self._is_on = False

    def _drop(self) -> None:
        self.walk = self.opened = self.why = self.batch = self.strips = None
        self.trial = self.around = None

    def show_phase(self, phase: int) -> None:
        """Hold another phase of the same step."""
        self.is_asking = True
        self._tracing.ask(tracing.HoldStep(phase=phase, anew=False))

    # The way -----------------------------------------------------------------

    def next(self) -> None:
        """Go on to the next stop; from the last phase's end nowhere."""
        walk = self.walk
        if walk is None:
            return
        if walk.following is None and walk.held.phase + 1 < len(walk.held.phases):
            self.show_phase(walk.held.phase + 1)
            return
        self._go(walk.at + 1)

    def back(self) -> None:
        """Go back to the stop before; nothing is computed anew."""
        if self.walk is not None:
            self._go(self.walk.at - 1)

    def go_to(self, part: Part) -> None:
        """Go to the first stop of a part."""
        if self.walk is not None:
            at = self.walk.find(part)
            if at is not None:
                self._go(at)

    def look_at(self, path: str) -> None:
        """Go to the stop at a node, of the present part where there is one."""
        if self.walk is not None:
            at = self.walk.nearest(path)
            if at is not None:
                self._go(at)

    def _go(self, at: int) -> None:
        walk = self.walk
        if walk is not None and walk.go(at):
            part = walk.stop.part
            self.side = "forward" if part == "loss" else part
            self.part, self.opened = {}, None
            self._open()
            self.moved.emit()

    def _open(self) -> None:
        """Ask for the numbers of what is looked at."""
        walk = self.walk
        if walk is None:
            return
        path, part = walk.stop.path, dict(self.part)
        self._tracing.ask(tracing.OpenMoment(path, self.sample, part))
        self._soon.start(_SOON_MS)

    def _explain_here(self) -> None:
        """Ask why a weight of the node moves that one has stayed at."""
        walk = self.walk
        if walk is None:
            return
        path, weights = walk.stop.path, walk.node.weights
        if weights and self._explained != path:
            self.explain(weights[0].name)
        elif not self._explained:
            self._explain_some(walk)

    def _explain_some(self, walk: Walk) -> None:
        """Explain a weight of the last layer that has some, until one is chosen."""
        last = next((n for n in reversed(walk.held.nodes) if n.weights), None)
        if last is not None:
            self._explained, name = last.path, last.weights[0].name
            self._tracing.ask(tracing.ExplainWeight(last.path, name))

    # What is looked at -------------------------------------------------------

    def show_side(self, side: str) -> None:
        """Look at another side of the layer."""
        self.side = side
        self.told.emit()

    def pick_sample(self, sample: int) -> None:
        """Look at another sample, or at all of the batch."""
        if self.walk is None or sample == self.sample:
            return
        self.sample = max(BATCH, min(sample, self.walk.held.samples - 1))
        self._open()
        if self.sample != BATCH:
            self._tracing.ask(tracing.ReadStrips(self.sample))
        self.told.emit()

    def cut(self, name: str, part: str) -> None:
        """Look at a part of a tensor: `0:8, ::2`; empty for all."""
        self.part = {**self.part, name: part}
        self._open()

    def write(self, name: str, cell: Index) -> None:
        """Ask where a number comes from."""
        if self.walk is not None:
            path = self.walk.stop.path
            self._tracing.ask(tracing.WriteCell(path, name, cell, self.sample))

    def look_for_paths(self) -> None:
        """Ask for the paths of the weight that is explained."""
        why = self.why
        if why is not None:
            asked = tracing.ExplainWeight(why.node, why.name, why.cell, paths=True)
            self._tracing.ask(asked)

    def try_weight(self, value: float | None) -> None:
        """Ask what follows if the weight that is explained were another.

        Args:
            value: What it would be; None leaves it to the engine.
        """
        why = self.why
        if why is not None:
            is_first = self.trial is None
            asked = TryWeight(why.node, why.name, why.cell, value, is_first)
            self._tracing.ask(asked)

    def look_around(self, directions: str, reach: float) -> None:
        """Ask for the loss around all weights."""
        if self.walk is not None:
            self.around = None
            self._tracing.ask(grid.begun(directions, reach))
            self.told.emit()

    def explain(self, name: str, cell: Index = (), *, whole: bool = False) -> None:
        """Ask why a weight of the layer moves.

        Args:
            name: Of the tensor.
            cell: Of the weight; empty is the one that moves farthest.
            whole: Tell its samples also where that takes long.
        """
        if self.walk is not None:
            self._explained = path = self.walk.stop.path
            self._tracing.ask(tracing.ExplainWeight(path, name, cell, samples=whole))

    # Answers -------------------------------------------------------------------

    def _on_answered(self, command: object, body: object) -> None:
        if not self._is_on:
            return  # it was asked for before somebody left
        if isinstance(body, tracing.CellWritten):
            self.written.emit(body)
            return
        if isinstance(body, tracing.StepHeld):
            self._take(body)
        elif isinstance(body, SurfaceRead):
            self._add(command, body)
        else:
            self._note(body)
        self.told.emit()

    def _note(self, body: object) -> None:
        """Keep what was told of the held step."""
        match body:
            case tracing.MomentOpened():
                if self.walk is not None and body.node == self.walk.stop.path:
                    self.opened = body
            case tracing.WeightExplained():
                self.why = _more(self.why, body)
                self.trial = self.trial if _is_same(self.why, self.trial) else None
            case WeightTried() if _is_same(self.why, body):
                self.trial = _with_slice(self.trial, body)
            case tracing.BatchShown():
                self.batch = body
            case tracing.StripsRead():
                self.strips = body

    def _add(self, asked: object, told: SurfaceRead) -> None:
        """Add a part of the loss around the weights, and ask for the next."""
        if self.walk is None or not isinstance(asked, ReadSurface):
            return
        self.around = grid.with_part(self.around, asked, told)
        following = self.around.following
        if following is not None:
            self._tracing.ask(following)

    def _take(self, body: tracing.StepHeld) -> None:
        at = self.walk.at if self.walk is not None else self._at
        is_other_phase = self.walk is not None and self.walk.held.phase != body.phase
        self.walk, self.is_asking = Walk(body), False
        self.walk.go(0 if is_other_phase else at)
        part = self.walk.stop.part
        self.side = "forward" if part == "loss" else part
        self.sample = max(BATCH, min(self.sample, body.samples - 1))
        self.opened = self.why = self.trial = self.around = None
        self._explained = ""
        self._tracing.ask(tracing.ShowBatch())
        self._tracing.ask(tracing.ReadStrips(max(self.sample, 0)))
        self._open()
        self.held.emit()
        self.moved.emit()

    def _on_failed(self, command: object, words: str) -> None:
        if not self._is_on:
            return
        if isinstance(command, tracing.HoldStep):
            self.is_asking = False
        if isinstance(command, tracing.HoldStep) and command.anew:
            self._refuse(words)
        else:
            self.failed.emit(words)
        self.told.emit()

    def _refuse(self, words: str) -> None:
        """Forget the step before: what stands on the canvas can't be held."""
        self._at = self.walk.at if self.walk is not None else self._at
        self.refused = words
        self._soon.stop()
        self._drop()
        self.moved.emit()


def _is_same(why: WeightExplained | None, trial: WeightTried | None) -> bool:
    """Return whether both are about the same weight."""
    if why is None or trial is None:
        return False
    return all(getattr(why, n) == getattr(trial, n) for n in ("node", "name", "cell"))


def _with_slice(known: WeightTried | None, told: WeightTried) -> WeightTried:
    """Return a trial with the loss along the weight that was told before."""
    if known is None or len(told.values):
        return told
    return replace(told, values=known.values, losses=known.losses)


def _more(known: WeightExplained | None, told: WeightExplained) -> WeightExplained:
    """Return an answer with what another one has told of the same weight before."""
    same = ("node", "name", "cell")
    if known is None or any(getattr(known, n) != getattr(told, n) for n in same):
        return told
    return replace(
        told,
        samples=told.samples if len(told.samples) else known.samples,
        paths=told.paths or known.paths,
    )
