"""`trace`: one step of a training, node by node: values, gradients, updates."""

from argparse import Namespace
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from engine.cli import projects
from engine.cli.microscope import cells, what_if, why
from engine.cli.output import write, write_json
from engine.data.own.resolving import resolved
from engine.errors import ConfigError, did_you_mean
from engine.evaluate.subject import Subject
from engine.explain.trace import summary
from engine.explain.trace.held import Held, coming
from engine.explain.trace.summary import Node
from engine.explain.tracers.moment import Moment
from engine.i18n import tr
from engine.protocol.tracing import Figures
from engine.training.loop.trainer import Trainer
from engine.training.parts import threads
from engine.training.parts.assembly import Assembly
from engine.training.parts.snapshot import Position

MOST = 10_000
"""Numbers of a tensor that are written; of a larger one none are."""
_ACCOUNT = "run.json"

Record = dict[str, Any]


def trace(options: Namespace) -> int:
    """Say what the coming step does at every node, or all about one."""
    for name in ("weight", "cell"):
        if getattr(options, name) and not options.node:
            words = tr("--{name} names a number of a node", name=name)
            raise ConfigError(words, fix="--node PATH")
    if options.step < 0:
        raise ConfigError(tr("No step has such a number"), expected="≥ 1",
                          got=options.step)  # fmt: skip
    threads.flush_denormals()
    try:
        parts, position = _moment(options)
        if options.what_if or options.slice:
            return _what_if(options, parts, position)
        found = [
            _Told.of(held, options.node, options.weight, _cell(parts, options))
            for held in coming(parts, position)
        ]
    finally:
        threads.flush_denormals(on=False)
    if options.node and not any(phase.nodes for phase in found):
        raise _unknown(parts, options.node)
    if options.json:
        records = [phase.record() for phase in found]
        write_json({"step": position.step + 1, "phases": records})
        return 0
    for phase in found:
        phase.write(position.step + 1)
    return 0


def _what_if(options: Namespace, parts: Assembly, position: Position) -> int:
    """Say what follows from a change in the first phase that knows of it."""
    if options.node and options.node not in {n.path for n in parts.program.nodes}:
        raise _unknown(parts, options.node)
    refused: ConfigError | None = None
    for held in coming(parts, position):
        try:
            found = what_if.of(held, parts, options)
        except ConfigError as error:
            refused = refused or error
            continue
        if options.json:
            write_json({"step": position.step + 1, "phase": held.run.name, **found})
            return 0
        for line in what_if.lines(found):
            write(line)
        return 0
    if refused is not None:
        raise refused
    return 0


def _unknown(parts: Assembly, node: str) -> ConfigError:
    known = [each.path for each in parts.program.nodes]
    return ConfigError(
        tr("No phase of this step computes such a node"),
        expected=", ".join(known),
        got=node,
        fix=did_you_mean(node, known),
    )


def _cell(parts: Assembly, options: Namespace) -> cells.Wanted | None:
    """Return which number is to be written out; None without."""
    if not options.cell or options.node not in {n.path for n in parts.program.nodes}:
        return None
    return cells.Wanted(parts.program.node(options.node).type, options.cell)


def _moment(options: Namespace) -> tuple[Assembly, Position]:
    """Return a training between two steps: of a run, or of a project that is begun.

    Raises:
        EngineError: When there is no such run, project, step or checkpoint.
    """
    if (Path(options.project) / _ACCOUNT).is_file():
        before = options.step - 1 if options.step > 0 else -1
        subject = Subject(Path(options.project), before)
        return subject.parts, subject.position
    project = projects.trusted(options.project, allowed=options.allow_paths)
    trainer = Trainer(resolved(project), device="cpu", threads=1, monitor=False)
    trainer.begin()
    if options.step > trainer.total_steps + 1:  # said before it trains for nothing
        trainer.close("stopped")
        raise _ends_before(trainer.total_steps + 1, options.step)
    with closing(trainer.steps()) as steps:
        while trainer.step < options.step - 1 or not trainer.at_border:
            if next(steps, None) is None:
                break
    trainer.close("stopped")
    if trainer.step < options.step - 1:  # it has stopped early
        raise _ends_before(trainer.step + 1, options.step)
    return trainer.parts, trainer.position


def _ends_before(last: int, step: int) -> ConfigError:
    return ConfigError(
        tr("The training ends before this step"),
        expected=f"1 … {last}",
        got=step,
        fix=f"--step {last}",
    )


@dataclass(frozen=True)
class _Told:
    """What is told of one phase.

    Args:
        name: Of the phase.
        loss: What it minimises.
        losses: Path → value.
        rate: The learning rate.
        optimizer: Its id.
        nodes: All, or the one that was asked about.
        numbers: Of this one all tensors.
        reasons: Why a weight of it moves.
        lines: How a number of it comes about.
    """

    name: str
    loss: float
    losses: Mapping[str, float]
    rate: float
    optimizer: str
    nodes: Sequence[Node]
    numbers: Record
    reasons: Record
    lines: Record

    @classmethod
    def of(
        cls, held: Held, node: str, weight: str, cell: cells.Wanted | None
    ) -> "_Told":
        """Return what is told of a phase while it is held."""
        nodes = [each for each in summary.nodes(held) if node in {"", each.node}]
        moment = held.recording.moments[node] if node and nodes else None
        return cls(
            held.run.name,
            held.recording.total,
            held.recording.losses,
            held.rate,
            held.run.optimizer.type,
            nodes,
            _numbers(held, moment) if moment and not (weight or cell) else {},
            why.of(held, moment, weight) if moment and weight else {},
            cells.of(moment, cell) if moment and cell else {},
        )

    def record(self) -> Record:
        """Return it as JSON values."""
        more = {
            "numbers": self.numbers,
            "why": self.reasons,
            "cell": self.lines,
        }
        extra = {name: value for name, value in more.items() if value}
        return {
            "phase": self.name,
            "loss": self.loss,
            "losses": dict(self.losses),
            "learning_rate": self.rate,
            "optimizer": self.optimizer,
            "nodes": [{**asdict(node), **extra} for node in self.nodes],
        }

    def write(self, step: int) -> None:
        """Write it: a line for every tensor, and the reasons."""
        words = tr(
            "step {step} · {phase}: loss {loss}, learning rate {rate}",
            step=f"{step:,}",
            phase=self.name,
            loss=f"{self.loss:.6g}",
            rate=f"{self.rate:.6g}",
        )
        write(words)
        for node in self.nodes:
            _tell(node)
        for line in why.lines(self.reasons) if self.reasons else ():
            write(f"    {line}")
        for line in cells.lines(self.lines) if self.lines else ():
            write(f"    {line}")


def _numbers(held: Held, moment: Moment) -> Record:
    places = {id(w): index for index, w in enumerate(held.run.parameters)}
    found: Record = {
        "inputs": _lists(moment.inputs),
        "outputs": _lists(moment.outputs),
        "upstreams": _lists(moment.upstreams),
        "given": _lists(moment.given),
        "weights": {},
    }
    for name, weight in moment.module.named_parameters():
        if id(weight) not in places:
            continue
        index = places[id(weight)]
        update = held.update(index)
        found["weights"][name] = {
            "before": _list(update.before),
            "gradient": _list(held.recording.gradients[index]),
            "terms": {term: _list(part) for term, part in update.terms.items()},
            "after": _list(update.after),
        }
    return found


def _lists(tensors: Sequence[Tensor | None]) -> list[object]:
    return [_list(tensor) for tensor in tensors]


def _list(tensor: Tensor | None) -> object:
    """Return the numbers of a tensor; those of a large one are left out, in words."""
    if tensor is None:
        return None
    if tensor.numel() > MOST:
        return tr("{n:number|numbers} left out", n=f"{tensor.numel():,}")
    return tensor.tolist()


def _tell(node: Node) -> None:
    """Write a node in a line, its tensors in a line each."""
    write(f"  {node.node}")
    for output, upstream in zip(node.outputs, node.upstreams, strict=True):
        write(f"    {tr('values')}  {_sizes(output)}")
        if upstream is not None:
            write(f"    δ  {_sizes(upstream)}")
    for name, weight in node.weights.items():
        terms = ", ".join(
            f"{why.term_words(term)} {size:.3g}" for term, size in weight.terms.items()
        )
        size = f"{weight.gradient.norm:.3g}" if weight.gradient else "–"
        write(
            f"    {name}  ‖w‖ {weight.values.norm:.4g}  ‖∂L/∂w‖ {size}"
            f"  ‖Δw‖ {weight.step.norm:.3g} ({terms}), {weight.change:.2e} ‖w‖"
        )


def _sizes(found: Figures) -> str:
    """Return size, spread and what is odd about a tensor."""
    shape = "×".join(map(str, found.shape)) or "1"
    odd = (
        (found.zero > 0, tr("{share} zero", share=f"{found.zero:.1%}")),
        (found.subnormal > 0, tr("{share} subnormal", share=f"{found.subnormal:.1%}")),
        (found.nan > 0, f"{found.nan} NaN"),
        (found.infinite > 0, f"{found.infinite} Inf"),
    )
    words = (
        f"{shape}  ‖·‖ {found.norm:.4g}  {found.mean:.3g} ± {found.std:.3g}"
        f"  [{found.low:.3g}, {found.high:.3g}]"
    )
    return "  ".join([words, *(text for is_so, text in odd if is_so)])
