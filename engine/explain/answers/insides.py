"""What goes on within a layer for one sample: shares, statistics, gates, winners.

Their pieces are called `inside.NAME`; the names stand at each family's `Inside`.
"""

from collections.abc import Mapping
from dataclasses import replace

from torch import Tensor, nn

from engine.explain.tracers.families import attention, norm, pool, recurrent
from engine.explain.tracers.inside import Inside
from engine.explain.tracers.moment import Moment
from engine.explain.tracers.tracer import Cell, Lines

PREFIX = "inside."
_BETWEEN_SAMPLES = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)
"""With these one sample alone would not be this step."""
_INSIDES: Mapping[str, Inside] = {
    **pool.INSIDES,
    **norm.INSIDES,
    **attention.INSIDES,
    **recurrent.INSIDES,
}


def insides(
    moment: Moment, sample: int, count: int, type_id: str
) -> Mapping[str, Tensor]:
    """Return what is within a layer, by name of its piece; empty where nothing is.

    Args:
        moment: Of the whole batch.
        sample: Which.
        count: Samples in the batch.
        type_id: Of the layer.
    """
    inside = _INSIDES.get(type_id)
    if inside is None or not _has_samples(moment, count):
        return {}
    one, at = _one(moment, sample, count)
    return {PREFIX + name: values for name, values in inside.tensors(one, at).items()}


def lines(
    moment: Moment, at: tuple[int, int], type_id: str, name: str, cell: Cell
) -> Lines:
    """Return how one number within a layer comes about.

    Args:
        moment: Of the whole batch.
        at: Which sample, and of how many.
        type_id: Of the layer.
        name: Of the piece.
        cell: In it.
    """
    one, sample = _one(moment, *at)
    return _INSIDES[type_id].lines(one, sample, name.removeprefix(PREFIX), cell)


def _has_samples(moment: Moment, count: int) -> bool:
    first = moment.inputs[0]
    return bool(first.dim()) and len(first) == count


def _one(moment: Moment, sample: int, count: int) -> tuple[Moment, int]:
    """Return a use with one sample, and its place there."""
    one = alone(moment, sample, count)
    return one, sample if one is moment else 0


def alone(moment: Moment, sample: int, count: int) -> Moment:
    """Return a use of a node with one sample, where samples don't influence others."""
    parts = moment.module.modules()
    if moment.random is not None or any(isinstance(m, _BETWEEN_SAMPLES) for m in parts):
        return moment

    def one(values: Tensor) -> Tensor:
        has_samples = bool(values.dim()) and len(values) == count
        return values[sample : sample + 1] if has_samples else values

    def some(values: Tensor | None) -> Tensor | None:
        return None if values is None else one(values)

    return replace(
        moment,
        inputs=tuple(map(one, moment.inputs)),
        outputs=tuple(map(one, moment.outputs)),
        upstreams=tuple(map(some, moment.upstreams)),
        given=tuple(map(some, moment.given)),
    )
