"""One number of a layer, written out: its formula, and the formula with its numbers."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any, NamedTuple

from torch import Tensor

from engine.cli.microscope.why import NAME, cell_of
from engine.errors import ConfigError
from engine.explain.trace.replay import back
from engine.explain.tracers.moment import Moment
from engine.explain.tracers.table import is_general, tracer_of
from engine.explain.tracers.tracer import Cell, Lines
from engine.explain.tracers.writing import figures, formula
from engine.i18n import tr

_PORT = re.compile(r"(output|input)(\d*)")
Record = dict[str, Any]


class Wanted(NamedTuple):
    """Which number is asked about.

    Args:
        type: Of the layer.
        name: `output[2,3]`, `input[2,0]` for ∂L/∂input, `weight[3,7]` for ∂L/∂w; the
            largest number of all without a place.
    """

    type: str
    name: str


def of(moment: Moment, wanted: Wanted) -> Record:
    """Return how a number comes about, as JSON values.

    Raises:
        ConfigError: When the layer has no such tensor or place.
    """
    matched = NAME.fullmatch(wanted.name)
    name = matched[1] if matched else wanted.name
    words = matched[2] if matched else None
    known = _tensors(moment)
    if matched is None or name not in known:
        raise ConfigError(
            tr("The layer has no such tensor"),
            where=moment.node,
            expected=", ".join(known),
            got=wanted.name,
        )
    cell = cell_of(words, known[name], moment.node)
    found = _written(moment, wanted.type, name, cell)
    return {
        "name": f"{name}[{','.join(map(str, cell))}]",
        "value": float(known[name][cell]),
        "general": is_general(wanted.type),
        "lines": [
            {"formula": formula(line), "figures": figures(line), "value": line.value}
            for line in found
        ],
    }


def _tensors(moment: Moment) -> dict[str, Tensor]:
    """Return all whose numbers can be asked about, by name."""
    found = {_name("output", i): y for i, y in enumerate(moment.outputs)}
    for index, x in enumerate(moment.given):
        if x is not None:
            found[_name("input", index)] = x
    return {**found, **back(moment).weights}


def _name(kind: str, index: int) -> str:
    return f"{kind}{index}" if index else kind


def _written(moment: Moment, type_id: str, name: str, cell: Cell) -> Lines:
    tracer, port = tracer_of(type_id), _PORT.fullmatch(name)
    if port is None:
        return tracer.weight(moment, name, cell)
    index = int(port[2] or 0)
    if port[1] == "output":
        return tracer.output(moment, cell, index)
    return tracer.given(moment, cell, index)


def lines(found: Record) -> Iterator[str]:
    """Yield how a number comes about, in words."""
    yield f"{found['name']} = {found['value']:.6g}"
    if found["general"]:
        yield "  " + tr("This layer has no formulas of its own: δ and slopes are told.")
    for line in found["lines"]:
        name = line["formula"].partition(" = ")[0]
        yield f"  {line['formula']}"
        width = sum(not unicodedata.combining(letter) for letter in name)
        yield f"  {' ' * width} = {line['figures']}"
