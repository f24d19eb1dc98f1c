"""One number of a held step, written out: formula, numbers, what comes out.

Axes: N samples of the batch.
"""

from dataclasses import replace
from functools import partial

from engine.errors import ConfigError
from engine.explain.answers import insides
from engine.explain.answers.moments import (
    alone,
    check,
    moment_of,
    samples_of,
    tensor_of,
)
from engine.explain.trace.held import Held
from engine.explain.tracers import writing
from engine.explain.tracers.moment import Moment
from engine.explain.tracers.table import tracer_of
from engine.explain.tracers.tracer import Lines, Tracer
from engine.i18n import tr
from engine.protocol.tracing import BATCH, CellLine, CellWritten, WriteCell

MOST = 4
"""Lines that are told; the last one is the number itself."""


def written(held: Held, command: WriteCell, type_id: str) -> CellWritten:
    """Return where one number of a node comes from.

    Raises:
        ConfigError: When the node has no such number.
    """
    moment = moment_of(held, command.node)
    count = samples_of(held)
    check(command.sample, count)
    tensor = tensor_of(held, moment, command, type_id)
    if len(command.cell) != tensor.dim() or any(
        not 0 <= place < size
        for place, size in zip(command.cell, tensor.shape, strict=True)
    ):
        raise ConfigError(
            tr("The tensor has no such place"),
            expected=", ".join(f"0 … {size - 1}" for size in tensor.shape),
            got=", ".join(map(str, command.cell)),
        )
    value = float(tensor[command.cell].detach())
    if command.piece.startswith(insides.PREFIX):
        at = (command.sample, count)
        lines = insides.lines(moment, at, type_id, command.piece, command.cell)
    else:
        lines = _lines(moment, tracer_of(type_id), command, count)
    told = tuple(
        CellLine(writing.formula(line), writing.figures(line), line.value)
        for line in lines[-MOST:]
    )
    return CellWritten(
        command.node, command.piece, command.cell, command.sample, value, told
    )


def _lines(moment: Moment, tracer: Tracer, command: WriteCell, count: int) -> Lines:
    """Return how a number comes about; nothing where it is a mean or a weight."""
    kind, _, name = command.piece.partition(":")
    if kind == "gradient":
        if command.sample == BATCH:
            return tracer.weight(moment, name, command.cell)
        return tracer.weight(
            _of_sample(moment, command.sample, count), name, command.cell
        )
    word = kind.rstrip("0123456789")
    port = int(kind[len(word) :] or 0)
    values = {"output": moment.outputs, "given": moment.given}.get(word)
    if values is None or values[port] is None:
        return ()
    place, own = command.cell, values[port]
    if own is not None and own.dim() > len(command.cell):
        if command.sample == BATCH:
            return ()
        place = (command.sample, *command.cell)
    act = tracer.output if kind.startswith("output") else tracer.given
    return act(moment, place, port)


def _of_sample(moment: Moment, sample: int, count: int) -> Moment:
    """Return a use in which only what one sample asks for comes back.

    Where samples can't be told apart all go in, but the gradients of the others are 0.
    """
    one = insides.alone(moment, sample, count)
    if one is not moment:
        return one
    only = partial(alone, sample=sample, count=count)
    return replace(moment, upstreams=tuple(map(only, moment.upstreams)))
