"""`trace --what-if`, `--slice`: another weight, sample or rate, and what follows."""

import math
import re
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from torch import Tensor, nn

from engine.cli.microscope.why import NAME, cell_of
from engine.errors import ConfigError
from engine.explain.trace.held import Held
from engine.explain.whatif import history, landscape, outcome
from engine.i18n import tr
from engine.training.parts.assembly import Assembly

FACTORS = (0.0, 0.1, 0.3, 1.0, 3.0, 10.0)
"""By which the learning rate is multiplied."""
POINTS = 11
"""Of a slice along each of its directions."""
_CHANGE = re.compile(r"(.+)=\s*([-+.\deE]+)\s*")
Record = dict[str, Any]


def of(held: Held, parts: Assembly, options: Namespace) -> Record:
    """Return what follows from a change, or a slice of the loss, as JSON values.

    Raises:
        ConfigError: When there is no such number.
    """
    if options.slice == "all":
        return _surface(held, history.earlier(held, parts, Path(options.project)))
    if options.slice:
        return _slice(held, _weight(held, parts, options.node, options.slice))
    if options.what_if == "rate":
        return _rates(held)
    return _changed(held, parts, options)


class _Spot(NamedTuple):
    """One number of a tensor of weights.

    Args:
        parameter: The tensor.
        cell: Its place.
        name: In words.
    """

    parameter: nn.Parameter
    cell: tuple[int, ...]
    name: str


def _weight(held: Held, parts: Assembly, node: str, words: str) -> _Spot:
    matched = NAME.fullmatch(words)
    known = {}
    if node in {each.path for each in parts.program.nodes}:
        home = parts.program.node(node).home
        if home in parts.program.modules:
            known = dict(parts.program.modules.at(home).named_parameters())
    moved = set(map(id, held.run.parameters))
    known = {name: w for name, w in known.items() if id(w) in moved}
    if matched is None or matched[1] not in known:
        feeds = (name.rpartition(".") for name in held.recording.feeds)
        names = [*known, *(port for owner, _, port in feeds if owner == node)]
        raise ConfigError(
            tr("The phase “{name}” moves no such weight", name=held.run.name),
            where=node,
            expected=", ".join(names) or tr("none"),
            got=words,
        )
    parameter = known[matched[1]]
    cell = cell_of(matched[2], parameter.detach(), node)
    return _Spot(parameter, cell, f"{matched[1]}[{','.join(map(str, cell))}]")


def _changed(held: Held, parts: Assembly, options: Namespace) -> Record:
    matched = _CHANGE.fullmatch(options.what_if)
    try:
        value = float(matched[2]) if matched else math.nan
    except ValueError:
        value = math.nan
    if matched is None or not math.isfinite(value):
        raise ConfigError(
            tr("This is no change"),
            expected="weight[3,7]=0.5, features[0,1]=2, rate",
            got=options.what_if,
        )
    feed = NAME.fullmatch(matched[1])
    name = f"{options.node}.{feed[1]}" if feed else ""
    if feed and name in held.recording.feeds:
        cell = cell_of(feed[2], held.recording.feeds[name], options.node)
        found = outcome.number(held, name, cell, value)
        title = f"{name}[{','.join(map(str, cell))}]"
    else:
        spot = _weight(held, parts, options.node, matched[1])
        found = outcome.weight(held, spot.parameter, spot.cell, value)
        title = spot.name
    return {
        "change": f"{title} = {value:g}",
        "before": found.before,
        "after": found.after,
        "predicted": found.predicted,
        "stepped_before": found.stepped_before,
        "stepped_after": found.stepped_after,
        "nodes": {path: each.change for path, each in found.nodes.items()},
    }


def _rates(held: Held) -> Record:
    losses = outcome.rates(held, FACTORS)
    return {
        "before": held.recording.total,
        "rates": [held.rate * factor for factor in FACTORS],
        "losses": losses,
    }


def _slice(held: Held, spot: _Spot) -> Record:
    now = float(spot.parameter.detach()[spot.cell])
    reach = max(1.0, 2 * abs(now))
    values = [now + reach * t for t in np.linspace(-1, 1, POINTS).tolist()]
    losses = landscape.along(held, spot.parameter, spot.cell, values)
    return {"slice": spot.name, "now": now, "values": values, "losses": losses}


def _surface(held: Held, path: list[list[Tensor]]) -> Record:
    """Return the loss in the plane of a run's path, or in two random directions."""
    steps = np.linspace(-1, 1, POINTS).tolist()
    has_path = len(path) > 2  # this step's own weights are among them
    plane = landscape.plane_of(held, path) if has_path else landscape.plane(held)
    losses = list(landscape.grid(held, plane, steps))
    now = [w.detach() for w in held.run.parameters]
    places = [
        plane.place([a - b for a, b in zip(weights, now, strict=True)])
        for weights in path
    ]
    rows = [losses[start : start + POINTS] for start in range(0, len(losses), POINTS)]
    return {
        "slice": "all",
        "values": steps,
        "losses": rows,
        "directions": "path" if has_path else "random",
        "path": places,
    }


def lines(found: Record) -> Iterator[str]:
    """Yield what follows, in words."""
    if "rates" in found:
        yield tr("loss of this batch after the step, by learning rate:")
        for rate, loss in zip(found["rates"], found["losses"], strict=True):
            yield f"  {rate:<10.4g}  {loss:.6g}"
    elif found.get("slice") == "all":
        yield from _grid(found)
    elif "slice" in found:
        yield tr("loss of this batch by {weight}:", weight=found["slice"])
        for value, loss in zip(found["values"], found["losses"], strict=True):
            yield f"  {value:<12.5g}  {loss:.6g}"
    else:
        yield from _outcome(found)


def _grid(found: Record) -> Iterator[str]:
    if found["directions"] == "random":
        yield tr("loss of this batch around all weights, in two random directions:")
    else:
        yield tr("loss of this batch around all weights, in the plane of the path:")
    for row in found["losses"]:
        yield "  " + "  ".join(f"{loss:>9.4g}" for loss in row)
    if found["directions"] == "path":
        places = "  ".join(f"({a:.3g}, {b:.3g})" for a, b in found["path"])
        yield tr("the start and the checkpoints that are kept: {places}", places=places)


def _outcome(found: Record) -> Iterator[str]:
    yield tr("what if {change}:", change=found["change"])
    yield "  " + tr(
        "loss {before} → {after}; the gradient foretells {predicted}",
        before=f"{found['before']:.6g}",
        after=f"{found['after']:.6g}",
        predicted=f"{found['predicted']:.6g}",
    )
    yield "  " + tr(
        "after the coming step {before} → {after}",
        before=f"{found['stepped_before']:.6g}",
        after=f"{found['stepped_after']:.6g}",
    )
    for path, change in found["nodes"].items():
        told = f"{change:.2%}" if change < _MANY else f"× {change:.3g}"
        yield f"  {path:<20} {told}"


_MANY = 100.0
"""From this change on it is told how many times as large it is."""
