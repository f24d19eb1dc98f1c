"""Where a forecast could be copied from: the last value that the network sees.

Every number of a window is replaced by its place, and followed through all that only
rearranges: so it is known which places the target asks for and which are seen.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from engine.advice.structure.net import REARRANGED
from engine.compile.flatten import FlatNode, Source
from engine.compile.program import Program
from engine.data import catalog
from engine.data.scaling import Scaling
from engine.layers.datasets.catalogue import spec_of
from engine.training.baselines.ways import Ways
from engine.training.evaluation.sources import Batch

_WINDOW, _NEXT = "window", "next"


@dataclass(frozen=True)
class Earlier:
    """The value of a window that stands before each number of a target.

    Args:
        feed: Of the window.
        places: In a flat window, one for each number of a target.
        units: Scaling of the window and of the target, where they differ.
    """

    feed: str
    places: Tensor
    units: tuple[Scaling, Scaling] | None = None

    def give(self, batch: Batch, target: Tensor) -> tuple[Tensor, ...]:
        """Return the answer for a batch, and the target.

        Shape:
            target B×… → B×…, B×…
        """
        window = batch[self.feed].flatten(1)
        values = window[:, self.places.to(window.device)].reshape(target.shape)
        if self.units is not None:
            old, new = self.units
            raw = old.invert(values.cpu().numpy())
            values = torch.from_numpy(new.apply(raw)).to(target.device)
        return values, target


def earlier(program: Program, ways: Ways, score: FlatNode) -> Earlier | None:
    """Return what a forecast repeats; None where the target is no later value.

    Args:
        program: Only read.
        ways: Through it.
        score: A loss or metric of differences, with input and target.
    """
    wires = dict(score.inputs)
    data = [e for e in ways.above(wires["target"]) if ways.nodes[e.path].type == "data"]
    node = ways.nodes[data[0].path]
    if len(data) != 1 or spec_of(node.params).family != "series":
        return None
    window = Source(node.path, _WINDOW)
    if window not in ways.above(wires["input"]):
        return None
    found, _ = _followed(program, ways, data[0], wires["target"])
    asked = found.get(wires["target"])
    seen = _followed(program, ways, window, wires["input"])[1]
    if asked is None or not seen:
        return None
    feed = ".".join(window)
    if data[0].port == _NEXT:
        scaling = catalog.load(node.params).scaling
        units = (scaling[_WINDOW], scaling[_NEXT])
        same = units[0].as_dict() == units[1].as_dict()
        places = torch.full_like(asked, max(seen))
        return Earlier(feed, places, None if same else units)
    if int(asked.min()) > max(seen):
        return Earlier(feed, torch.full_like(asked, max(seen)))
    is_before = {int(place) - 1 for place in asked} <= seen
    return Earlier(feed, asked - 1) if is_before else None


def _followed(
    program: Program, ways: Ways, start: Source, end: Source
) -> tuple[dict[Source, Tensor], set[int]]:
    """Follow the places of a port on its way to another.

    Returns:
        Each port that only rearranges it → the places, flat; and those that something
        else reads, or that arrive.
    """
    shape = ways.flow(start).shape[1:]
    numbers = torch.arange(float(torch.Size(shape).numel())).reshape(1, *shape)
    found, seen = {start: numbers}, set[int]()
    needed = {each.path for each in ways.above(end)}
    for node in program.nodes:
        inputs = [source for _, source in node.inputs if source in found]
        if node.path not in needed or not inputs:
            continue
        if node.type not in REARRANGED:
            seen |= {int(p) for source in inputs for p in found[source].flatten()}
            continue
        out = Source(node.path, node.outputs[0])
        found[out] = program.modules.at(node.home).forward(found[inputs[0]])
    if end in found:
        seen |= {int(place) for place in found[end].flatten()}
    return {port: value.flatten().long() for port, value in found.items()}, seen
