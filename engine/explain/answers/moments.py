"""One node of a held step: its tensors, and where single numbers come from.

Axes: N samples of the batch.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

import torch
from torch import Tensor

from engine.errors import ConfigError
from engine.explain.answers import pieces
from engine.explain.answers.insides import PREFIX, insides
from engine.explain.trace.held import Held
from engine.explain.trace.replay import replayed
from engine.explain.tracers.moment import Moment
from engine.i18n import tr
from engine.protocol.tracing import BATCH, MomentOpened, OpenMoment, Piece, WriteCell

_MOST_INSIDE = 4 * pieces.MOST
"""Numbers of a piece of what goes on within a layer: heads are many."""


def opened(held: Held, command: OpenMoment, type_id: str) -> MomentOpened:
    """Return all tensors of a node, as large as they can be shown.

    Args:
        held: The phase.
        command: What is asked.
        type_id: Of the node.

    Raises:
        ConfigError: When the phase doesn't run it, or has no such sample or part.
    """
    moment = moment_of(held, command.node)
    found = list(_pieces(held, moment, command.sample, command.part))
    found += _inside(held, moment, command, type_id)
    return MomentOpened(
        command.node,
        command.sample,
        tuple(found),
        _labels(moment, command.sample, type_id),
    )


def _inside(
    held: Held, moment: Moment, command: OpenMoment, type_id: str
) -> list[Piece]:
    """Return what goes on within the node for one sample; of the batch nothing."""
    if command.sample == BATCH:
        return []
    known = insides(moment, command.sample, samples_of(held), type_id)
    return [
        pieces.piece(name, values, command.part.get(name, ""), _MOST_INSIDE)
        for name, values in known.items()
    ]


def moment_of(held: Held, node: str) -> Moment:
    """Return what was recorded of a node.

    Raises:
        ConfigError: When the phase doesn't run it.
    """
    moment = held.recording.moments.get(node)
    if moment is None:
        raise ConfigError(
            tr("No phase of this step computes such a node"),
            got=node,
        )
    return moment


def samples_of(held: Held) -> int:
    """Return how many samples the batch has."""
    return max((len(x) for x in held.recording.feeds.values() if x.dim()), default=0)


def _labels(moment: Moment, sample: int, type_id: str) -> tuple[int, ...]:
    """Return the right classes of a loss of classes: of one sample, or of all."""
    if type_id not in {"cross_entropy", "nll"} or len(moment.inputs) < 2:
        return ()
    target = moment.inputs[1]
    if target.is_floating_point() or target.numel() > pieces.MOST:
        return ()
    chosen = target if sample == BATCH else target[sample]
    return tuple(int(label) for label in chosen.reshape(-1).tolist())


def _pieces(
    held: Held, moment: Moment, sample: int, part: Mapping[str, str]
) -> Iterator[Piece]:
    count = samples_of(held)
    check(sample, count)
    named: list[tuple[str, Sequence[Tensor | None]]] = [
        ("input", moment.inputs),
        ("output", moment.outputs),
        ("upstream", moment.upstreams),
        ("given", moment.given),
    ]
    for name, tensors in named:
        for port, values in enumerate(tensors):
            if values is not None:
                key = f"{name}{port}"
                shown = _of_sample(values, sample, count)
                yield pieces.piece(key, shown, part.get(key, ""))
    gradients = _gradients(held, moment, sample, count)
    places = {id(w): index for index, w in enumerate(held.run.parameters)}
    for name, weight in moment.module.named_parameters():
        tensors_by_kind = {"weight": weight.detach()}
        if name in gradients:
            tensors_by_kind["gradient"] = gradients[name]
        if id(weight) in places:
            tensors_by_kind["step"] = held.step(places[id(weight)])
        for kind, values in tensors_by_kind.items():
            key, index = f"{kind}:{name}", places.get(id(weight), -1)
            is_known = kind != "gradient" or (
                sample == BATCH and _is_alone(held, weight)
            )
            told = held.figures.get((kind, index)) if is_known else None
            yield pieces.piece(key, values, part.get(key, ""), told=told)


def _is_alone(held: Held, weight: Tensor) -> bool:
    """Return whether one node alone has a tensor of weights."""
    moments = held.recording.moments.values()
    return sum(w is weight for m in moments for w in m.module.parameters()) == 1


def check(sample: int, count: int) -> None:
    """Refuse a sample that the batch doesn't have.

    Raises:
        ConfigError: Says how many it has.
    """
    if not BATCH <= sample < count:
        raise ConfigError(
            tr("The batch has no such sample"),
            expected=f"0 … {count - 1}",
            got=str(sample),
        )


def _of_sample(values: Tensor, sample: int, count: int) -> Tensor:
    """Return one sample of a tensor, or the mean; what has no samples as it is."""
    if not values.dim() or len(values) != count:
        return values
    return values.float().mean(0) if sample == BATCH else values[sample]


def _gradients(
    held: Held, moment: Moment, sample: int, count: int
) -> dict[str, Tensor]:
    """Return ∂L/∂w of this use: of the whole batch, or of what one sample asks for."""
    cotangents = moment.upstreams
    if sample != BATCH:
        cotangents = tuple(map(partial(alone, sample=sample, count=count), cotangents))
    moved = {id(w) for w in held.run.parameters}
    named = moment.module.named_parameters()
    own = {name for name, weight in named if id(weight) in moved}
    if not own:
        return {}
    with replayed(moment) as again:
        found = again.back(cotangents).weights
    return {name: found[name] for name in own}


def alone(delta: Tensor | None, sample: int, count: int) -> Tensor | None:
    """Return a gradient at an output with that of one sample alone."""
    if delta is None or not delta.dim() or len(delta) != count:
        return delta
    alone = torch.zeros_like(delta)
    alone[sample] = delta[sample]
    return alone


def tensor_of(held: Held, moment: Moment, command: WriteCell, type_id: str) -> Tensor:
    """Return the tensor that a cell is in.

    Args:
        held: The phase.
        moment: Of the node.
        command: Names the tensor.
        type_id: Of the node.

    Raises:
        ConfigError: When the node has no such tensor.
    """
    if command.piece.startswith(PREFIX):
        at = (command.sample, samples_of(held))
        known = insides(moment, *at, type_id) if command.sample != BATCH else {}
        found = known.get(command.piece)
    elif ":" in command.piece:
        found = _weight(held, moment, command)
    else:
        found = _flow(moment, command.piece)
        count = samples_of(held)
        found = None if found is None else _of_sample(found, command.sample, count)
    if found is None:
        raise ConfigError(tr("The node has no such tensor"), got=command.piece)
    return found


def _weight(held: Held, moment: Moment, command: WriteCell) -> Tensor | None:
    """Return a tensor of weights, of their gradients, or of their steps."""
    kind, _, name = command.piece.partition(":")
    own = dict(moment.module.named_parameters()).get(name)
    if own is None:
        return None
    if kind == "weight":
        return own.detach()
    places = [id(w) for w in held.run.parameters]
    if kind == "step" and id(own) in places:
        return held.step(places.index(id(own)))
    gradients = _gradients(held, moment, command.sample, samples_of(held))
    return gradients.get(name) if kind == "gradient" else None


def _flow(moment: Moment, piece: str) -> Tensor | None:
    """Return what flows in or out, or back, by port."""
    named = {
        "input": moment.inputs,
        "output": moment.outputs,
        "upstream": moment.upstreams,
        "given": moment.given,
    }
    word = piece.rstrip("0123456789")
    number, tensors = piece[len(word) :], named.get(word, ())
    is_there = number.isdecimal() and int(number) < len(tensors)
    return tensors[int(number)] if is_there else None
