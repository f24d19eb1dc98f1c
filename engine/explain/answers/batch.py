"""The samples of a held batch as people know them: pictures, rows, texts, answers.

Axes: N samples, C classes.
"""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from engine.compile.modules.losses import CrossEntropy
from engine.data import catalog
from engine.data.catalog import Dataset
from engine.explain.answers.moments import samples_of
from engine.explain.trace.held import Held
from engine.layers.datasets.spec import DataPort
from engine.measure.views import pixels
from engine.measure.views.subject import flat, host
from engine.protocol.tracing import BatchShown, StripsRead
from engine.training.parts.assembly import Assembly

MOST_COLUMNS, MOST_CHARACTERS = 6, 200
"""Features of a row, and characters of a text, that are shown."""
_PICTURE_PX, _MAP_PX, _MAPS, _ROW = 64, 24, 8, 96
"""Largest side of a sample's picture and of a map, maps of a node, numbers of a row."""


class _Port(NamedTuple):
    """One port of a data node, as it comes into the step."""

    feed: Tensor
    dataset: Dataset
    port: DataPort


def shown(parts: Assembly, held: Held) -> BatchShown:
    """Return all samples of the batch, as far as there is something to show."""
    count = samples_of(held)
    ports = _ports(parts, held, count)
    inputs = [found for found in ports if not found.port.is_target]
    empty = BatchShown(
        np.zeros((0, 1, 1, 1), np.uint8),
        np.zeros((0, 0)),
        (),
        (),
        (),
        (),
        (),
        np.zeros(0),
    )
    shown_ = {**vars(empty)}
    if inputs:
        image = [p for p in inputs if pixels.is_image(tuple(p.feed.shape[1:]))]
        shown_ |= _sample(image[0] if image else inputs[0])
    shown_ |= _answers(parts, held, ports, count)
    return BatchShown(**shown_)


def _ports(parts: Assembly, held: Held, count: int) -> list[_Port]:
    found = []
    for name, feed in held.recording.feeds.items():
        path, _, port_name = name.rpartition(".")
        node = parts.program.node(path)
        if node.type != "data" or len(feed) != count:
            continue
        dataset = catalog.load(node.params)
        port = next(p for p in dataset.ports if p.port.name == port_name)
        found.append(_Port(feed, dataset, port))
    return found


def _sample(found: _Port) -> dict[str, object]:
    """Return what the network reads, in the form in which people know it."""
    feed, dataset, port = found
    if port.classes and not feed.is_floating_point():
        rows = feed.reshape(len(feed), -1)[:, :MOST_CHARACTERS].tolist()
        known = dict(enumerate(port.classes))
        return {"texts": tuple("".join(known.get(n, "?") for n in r) for r in rows)}
    if pixels.is_image(tuple(feed.shape[1:])):
        images = host(feed).astype(np.float64)
        tiles = pixels.tiles(images, *pixels.limits(images, "automatic"))
        step = -(-max(tiles.shape[1:3]) // _PICTURE_PX)
        return {"pixels": np.ascontiguousarray(tiles[:, ::step, ::step])}
    values = flat(feed)
    scaling = dataset.scaling.get(port.port.name)
    if scaling is not None:
        values = scaling.invert(values)
    names = port.columns or ((port.port.name,) if values.shape[1] == 1 else ())
    return {"features": values[:, :MOST_COLUMNS], "columns": names[:MOST_COLUMNS]}


def _answers(
    parts: Assembly, held: Held, ports: list[_Port], count: int
) -> dict[str, object]:
    """Return labels, answers and losses of single samples, where there are any."""
    path = held.recording.phase.losses[0]
    moment = held.recording.moments[path]
    kind = parts.program.node(path).type
    if len(moment.inputs) != 2 or any(
        len(x) != count for x in moment.inputs if x.dim()
    ):
        return {}
    outputs, target = moment.inputs
    if kind == "cross_entropy" and outputs.dim() == 2 and target.dim() == 1:
        classes = next((p.port.classes for p in ports if p.feed is target), ())
        classes = classes or next((p.port.classes for p in ports if p.port.classes), ())
        losses = _shares(moment.module, outputs.float(), target)
        return {
            "labels": _named(target, classes),
            "answers": _named(outputs.argmax(1), classes),
            "classes": tuple(map(str, classes)),
            "losses": host(losses).astype(float),
        }
    if kind in {"mse", "l1"} and outputs.numel() == target.numel():
        gap = outputs.float().reshape(count, -1) - target.float().reshape(count, -1)
        losses = gap.square().mean(1) if kind == "mse" else gap.abs().mean(1)
        return {"losses": host(losses).astype(float)}
    return {}


def _shares(loss: nn.Module, scores: Tensor, target: Tensor) -> Tensor:
    """Return what each sample has in a mean, times N: smoothed, weighted, left out.

    Shape:
        N×C, N → N
    """
    assert isinstance(loss, CrossEntropy)
    each: Tensor = loss.loss(scores, target, "none")
    _, divisor = loss.total(scores, target)
    return each * (len(each) / divisor) if divisor else each


def _named(classes_N: Tensor, names: tuple[str, ...]) -> tuple[str, ...]:
    known = dict(enumerate(names))
    return tuple(known.get(n, str(n)) for n in classes_N.tolist())


def strips(held: Held, sample: int) -> StripsRead:
    """Return small pictures of what every node puts out for one sample."""
    count = samples_of(held)
    found = {}
    for path, moment in held.recording.moments.items():
        output = moment.outputs[0] if moment.outputs else None
        if output is None or output.dim() < 2 or len(output) != count:
            continue
        if output.is_floating_point():
            found[path] = _strip(output[sample].detach().float())
    return StripsRead(sample, found)


def _strip(values: Tensor) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
    """Return maps, or a row of numbers, as levels from the least to the greatest.

    Shape:
        any → K×H×W, 1×1×W of what has one axis
    """
    if values.dim() == 1:
        values = values[None, None, :_ROW]
    elif values.dim() == 2:
        values = values[None, : 2 * _MAP_PX, :_ROW]
    else:
        step = -(-max(values.shape[-2:]) // _MAP_PX)
        values = values.reshape(-1, *values.shape[-2:])[:_MAPS, ::step, ::step]
    values = torch.nan_to_num(values)
    low, high = float(values.min()), float(values.max())
    scaled = (values - low) / ((high - low) or 1.0) * 255
    return np.ascontiguousarray(host(scaled.round()).astype(np.uint8))
