"""The table of tracers, a file for each family of the catalogue."""

from collections.abc import Mapping

from engine.explain.tracers.families import (
    activation,
    attention,
    conv,
    dense,
    loss,
    merge,
    norm,
    pool,
    recurrent,
    shape,
)
from engine.explain.tracers.general import GENERAL
from engine.explain.tracers.tracer import Tracer

FAMILIES: Mapping[str, Mapping[str, Tracer]] = {
    "dense": dense.TRACERS,
    "conv": conv.TRACERS,
    "pool": pool.TRACERS,
    "norm": norm.TRACERS,
    "activation": activation.TRACERS,
    "recurrent": recurrent.TRACERS,
    "attention": attention.TRACERS,
    "shape": shape.TRACERS,
    "merge": merge.TRACERS,
    "loss": loss.TRACERS,
}
"""Family → type id → tracer; a type without one has the general one."""


def tracer_of(type_id: str) -> Tracer:
    """Return the tracer of a type of the catalogue; the general one where none is."""
    for tracers in FAMILIES.values():
        if type_id in tracers:
            return tracers[type_id]
    return GENERAL


def is_general(type_id: str) -> bool:
    """Return whether a type has no formulas of its own."""
    return tracer_of(type_id) is GENERAL
