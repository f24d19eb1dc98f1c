"""Type id → module: a closed table; nothing is imported by a name in a file."""

import math
from collections.abc import Mapping

import torch
from torch import nn

from engine.compile.build_context import Site
from engine.compile.builders.table import BUILDERS
from engine.compile.shape_text import Shape, kind_text, shape_text, shapes_text
from engine.errors import EngineError, ShapeError, UnknownLayerError
from engine.i18n import tr
from engine.layers import registry
from engine.layers.spec import Value


def build(
    type_id: str,
    params: Mapping[str, Value],
    input_shapes: tuple[Shape, ...],
    input_dtypes: tuple[torch.dtype, ...],
) -> nn.Module:
    """Return the module of a node; its forward takes the inputs in port order.

    Args:
        type_id: Id in the catalogue.
        params: Complete: defaults included.
        input_shapes: Of the connected inputs, with the batch; variadic ones in turn.
        input_dtypes: Of the same.

    Raises:
        ShapeError: When an input doesn't fit.
        ConfigError: When a parameter doesn't fit the input.
        UnknownLayerError: When there is no such type.
    """
    if type_id not in BUILDERS:
        raise UnknownLayerError(type_id, BUILDERS)
    site = Site(type_id, params, input_shapes, input_dtypes)
    _check_count(site)
    _check_inputs(site)
    try:
        return BUILDERS[type_id](site)
    except EngineError:
        raise
    except (RuntimeError, ValueError, TypeError, AssertionError, IndexError) as error:
        raise refusal(site) from error


def refusal(site: Site) -> ShapeError:
    """Return the error of last resort, without torch's own words."""
    return ShapeError(
        tr("{title} does not accept this input", title=site.title),
        expected=", ".join(port.doc for port in site.ports() if port.doc) or None,
        got=shapes_text(site.shapes),
    )


def _check_count(site: Site) -> None:
    """Raise ShapeError for more inputs, or fewer, than the node has ports for."""
    declared = registry.get(site.type_id).inputs
    most = math.inf if any(p.variadic for p in declared) else len(declared)
    least = sum(not port.optional for port in declared)
    if not least <= len(site.shapes) <= most:
        raise ShapeError(
            tr("{title} takes another number of inputs", title=site.title),
            expected=", ".join(port.name for port in declared) or tr("no input"),
            got=shapes_text(site.shapes),
        )


def _check_inputs(site: Site) -> None:
    """Raise ShapeError for a single number, or for the wrong kind of numbers."""
    for port, shape_, dtype in zip(site.ports(), site.shapes, site.dtypes, strict=True):
        is_number = port.kind == "metric" or site.type_id == "minimise"
        if not shape_ and not is_number:
            raise ShapeError(
                tr("{title} needs one value per sample", title=site.title),
                expected=port.doc or "N×…",
                got=shape_text(shape_),
            )
        wanted = {"float": True, "int": False}.get(port.kind)
        if wanted is not None and dtype.is_floating_point != wanted:
            raise ShapeError(
                tr("“{port}” takes another kind of number", port=port.name),
                expected=tr("decimal numbers") if wanted else tr("whole numbers"),
                got=kind_text(dtype),
                fix=tr("Cast turns one kind into the other."),
            )
