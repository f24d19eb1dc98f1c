"""The closed table from type id to builder; a file for each family of the catalogue."""

from engine.compile.builders import (
    activation,
    attention,
    conv,
    dense,
    loss,
    merge,
    metric,
    norm,
    pool,
    recurrent,
    shape,
    source,
    view,
)
from engine.compile.builders.dense import Builder

FAMILIES = (
    source,
    dense,
    conv,
    pool,
    norm,
    activation,
    recurrent,
    attention,
    shape,
    merge,
    loss,
    metric,
    view,
)
BUILDERS: dict[str, Builder] = {
    type_id: builder
    for family in FAMILIES
    for type_id, builder in family.BUILDERS.items()
}
"""All types that are built; `data` and `noise` are fed, `block` is taken apart."""
