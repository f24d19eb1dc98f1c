"""The table of tracers, a file for each family of the catalogue that has one."""

from collections.abc import Mapping

from engine.explain.tracers import dense
from engine.explain.tracers.tracer import Tracer

FAMILIES: Mapping[str, Mapping[str, Tracer]] = {"dense": dense.TRACERS}
"""Family → type id → tracer; a type without one is shown as inputs and gradients."""


def tracer_of(type_id: str) -> Tracer | None:
    """Return the tracer of a type of the catalogue; None where there is none yet."""
    for tracers in FAMILIES.values():
        if type_id in tracers:
            return tracers[type_id]
    return None
