"""Values of the protocol as bytes and back: JSON plus raw numpy segments, no pickle.

    magic "BPW1" · length of the JSON (u32) · length of the segments (u64)
    JSON, padded with spaces to a multiple of 8
    segments, each padded with zeros to a multiple of 8

In the JSON a bare list is a tuple, and an object has exactly one key: `{}` a dict,
`[]` a list, `#` an array (dtype, shape) whose bytes are the next segment, and any
other key one of the classes in `TAGS`, with its fields in order. Nothing outside that
closed table can be built.
"""

import json
import math
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from operator import attrgetter
from typing import Any, NoReturn, Protocol, TypeAlias

import numpy as np

from engine.errors import EngineError
from engine.graph import edits, model, problems, settings, settings_text
from engine.protocol import (
    baselines,
    commands,
    device,
    findings,
    formats,
    goals,
    messages,
    past_runs,
    tracing,
    weights,
)
from engine.protocol.bench import better, preflight, proof, race, sweep
from engine.protocol.data import surveys
from engine.protocol.listing import commands as listed
from engine.protocol.listing import layers

MAX_JSON_BYTES = 1 << 28
MAX_SEGMENT_BYTES = 1 << 30
_HEAD = struct.Struct("<4sIQ")
_MAGIC = b"BPW1"
_DTYPES = {
    name: np.dtype(name)
    for name in ("<f8", "<f4", "<f2", "<i8", "<i4", "<i2", "|i1", "|u1", "|b1")
}
_BROKEN = (ValueError, TypeError, AttributeError, RecursionError)
_Json: TypeAlias = Any
_PLAIN = (str, int, float, bool, type(None))

_CLASSES: tuple[type, ...] = (
    commands.Check,
    commands.Estimate,
    commands.ListDevices,
    commands.Train,
    commands.ResumeRun,
    commands.OpenRun,
    commands.ReadCurves,
    listed.ListRuns,
    listed.MarkRun,
    listed.DiscardRuns,
    listed.EmptyTrash,
    listed.WeighTrash,
    listed.RestoreRuns,
    listed.CompareLayers,
    listed.CompareRuns,
    listed.ListKept,
    listed.BranchRun,
    commands.Pause,
    commands.Resume,
    commands.Step,
    commands.RunToEpochEnd,
    commands.Stop,
    commands.SetHyper,
    commands.Export,
    commands.PreviewWeights,
    commands.Look,
    commands.OpenCell,
    commands.Watch,
    commands.MoveRun,
    commands.Ping,
    commands.SettleRun,
    commands.Close,
    preflight.LookAhead,
    preflight.CallOff,
    preflight.CalledOff,
    preflight.Trying,
    preflight.Answered,
    preflight.RangeTest,
    preflight.Preflight,
    better.Compare,
    better.Seeded,
    better.Compared,
    proof.Prove,
    proof.Proving,
    proof.Proved,
    race.SizeRace,
    race.RaceSizes,
    race.StartRace,
    race.RaceLane,
    race.RaceTold,
    sweep.StartSweep,
    sweep.StopSweep,
    sweep.FindSweeps,
    sweep.SweepTrial,
    sweep.SweepTold,
    sweep.SweepsFound,
    commands.Request,
    device.Device,
    device.Devices,
    messages.NodeInfo,
    messages.PhaseInfo,
    messages.Analysis,
    messages.Forecast,
    messages.RunStarted,
    messages.LayerSample,
    messages.Evaluation,
    messages.View,
    messages.Views,
    messages.Frame,
    past_runs.OpenedRun,
    past_runs.CurvesPart,
    past_runs.RunMarks,
    past_runs.RunSummary,
    past_runs.RunsPart,
    layers.LayersCompared,
    layers.LayersOfRun,
    past_runs.RunsMoved,
    past_runs.TrashEmptied,
    past_runs.TrashPart,
    past_runs.CurveTitle,
    past_runs.SettingRow,
    past_runs.ComparedRun,
    past_runs.Comparison,
    past_runs.KeptWeights,
    messages.Moved,
    messages.Outcome,
    messages.Exported,
    messages.Failed,
    messages.EngineReady,
    messages.Pong,
    messages.EngineGone,
    messages.Message,
    formats.ExportFormat,
    findings.Evidence,
    findings.Finding,
    goals.PhaseGoal,
    baselines.Baseline,
    *tracing.QUESTIONS,
    *tracing.ANSWERS,
    *tracing.PARTS,
    *surveys.QUESTIONS,
    *surveys.PARTS,
    weights.TensorFit,
    weights.WeightsPreview,
    edits.AddNode,
    edits.RemoveNode,
    edits.Connect,
    edits.Disconnect,
    edits.SetParam,
    edits.ReplaceNode,
    edits.Move,
    edits.SetTraining,
    edits.Rename,
    edits.SetBlock,
    edits.SetWeights,
    edits.Several,
    settings_text.Assign,
    problems.Fix,
    problems.Problem,
    model.Endpoint,
    model.Edge,
    model.Node,
    model.Block,
    settings.Choice,
    settings.Phase,
    settings.Training,
)
TAGS: dict[str, type] = {kind.__name__: kind for kind in _CLASSES}
_GRAPH = "Graph"


class WireError(ValueError):
    """Bytes that are not one of our messages."""


def refuse(reason: str) -> NoReturn:
    """Raise a `WireError` with this reason."""
    raise WireError(reason)


def _refuse_value(what: str) -> NoReturn:
    raise TypeError(what)


class Readable(Protocol):
    """The end of a pipe that bytes come from."""

    def read(self, size: int, /) -> bytes | None:
        """Return up to `size` bytes; none at the end."""


def _getter(kind: type) -> Callable[[Any], tuple[object, ...]]:
    """Return a function that gives all fields of a `kind` as a tuple."""
    names = [item.name for item in fields(kind)]
    if not names:
        return lambda _value: ()
    get = attrgetter(*names)
    return get if len(names) > 1 else lambda value: (get(value),)


_GETTERS = {kind: _getter(kind) for kind in _CLASSES}
_SIZES = {name: len(fields(kind)) for name, kind in TAGS.items()}


def encode(value: object) -> bytes:
    """Return `value` as one framed message.

    Raises:
        TypeError: When it holds something that is not of the protocol (our bug).
    """
    segments: list[np.ndarray[Any, Any]] = []
    text = json.dumps(_pack(value, segments), separators=(",", ":"))
    head = text.encode("ascii")
    head += b" " * (-len(head) % 8)
    body = [piece for segment in segments for piece in _padded(segment)]
    size = sum(map(len, body))
    return b"".join((_HEAD.pack(_MAGIC, len(head), size), head, *body))


def _padded(segment: np.ndarray[Any, Any]) -> tuple[bytes, bytes]:
    raw = segment.tobytes()
    return raw, b"\0" * (-len(raw) % 8)


def _pack(value: object, segments: list[np.ndarray[Any, Any]]) -> object:
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is tuple:
        return [_pack(item, segments) for item in value]  # type: ignore[attr-defined]
    get = _GETTERS.get(kind)
    if get:
        return {kind.__name__: [_pack(item, segments) for item in get(value)]}
    return _pack_container(value, segments)


def _pack_container(value: object, segments: list[np.ndarray[Any, Any]]) -> object:
    if isinstance(value, np.ndarray):
        name = value.dtype.newbyteorder("<").str
        if name not in _DTYPES:
            _refuse_value(f"an array of {value.dtype} can't cross")
        segments.append(value.astype(name, order="C", copy=False))
        return {"#": [name, list(value.shape)]}
    if isinstance(value, Mapping):
        if any(type(key) is not str for key in value):
            _refuse_value("a dict can cross only with keys that are str")
        return {"{}": {key: _pack(item, segments) for key, item in value.items()}}
    if isinstance(value, list):
        return {"[]": [_pack(item, segments) for item in value]}
    if isinstance(value, model.Graph):
        parts = (tuple(value.nodes.values()), value.edges)
        return {_GRAPH: [_pack(part, segments) for part in parts]}
    if isinstance(value, np.generic):
        return _pack(value.item(), segments)
    _refuse_value(f"{type(value).__name__} can't cross a process border")


def decode(data: bytes) -> _Json:
    """Return the value of one framed message.

    Arrays in it are read-only views of `data`.

    Raises:
        WireError: When the bytes are anything else.
    """
    json_size, _body_size = _lengths(data[: _HEAD.size], len(data) - _HEAD.size)
    start = _HEAD.size + json_size
    return _decode(data[_HEAD.size : start], memoryview(data)[start:])


def _decode(head: bytes, body: memoryview) -> _Json:
    try:
        tree = json.loads(head)
        segments = _Segments(body)
        value = _unpack(tree, segments)
    except WireError:
        raise
    except (*_BROKEN, EngineError) as error:
        raise WireError(str(error)) from error
    segments.finish()
    return value


def _lengths(head: bytes, rest: int | None = None) -> tuple[int, int]:
    """Check the head of a message and return the lengths of its two parts."""
    if len(head) < _HEAD.size:
        refuse("the message is cut off")
    magic, json_size, body_size = _HEAD.unpack(head)
    if magic != _MAGIC:
        refuse("this is not a message")
    if json_size > MAX_JSON_BYTES or body_size > MAX_SEGMENT_BYTES:
        refuse("the message is too large")
    if rest is not None and rest != json_size + body_size:
        refuse("the message has another length than it says")
    return json_size, body_size


class _Segments:
    """Hands out the arrays behind the JSON one after the other."""

    def __init__(self, body: memoryview) -> None:
        self._body, self._offset = body, 0

    def take(self, name: object, shape: object) -> np.ndarray[Any, Any]:
        dtype = _DTYPES.get(name) if isinstance(name, str) else None
        if dtype is None or not isinstance(shape, list):
            refuse("an array of unknown form")
        if any(type(size) is not int or size < 0 for size in shape):
            refuse("an array of unknown shape")
        count = math.prod(shape)
        end = self._offset + count * dtype.itemsize
        if end > len(self._body):
            refuse("an array is cut off")
        array = np.frombuffer(self._body[self._offset : end], dtype).reshape(shape)
        self._offset = end + -end % 8
        return array

    def finish(self) -> None:
        if self._offset != len(self._body):
            refuse("there is more data than the message names")


def _unpack(tree: _Json, segments: _Segments) -> _Json:
    if type(tree) in _PLAIN:
        return tree
    if type(tree) is list:
        return tuple([_unpack(item, segments) for item in tree])
    if len(tree) != 1:
        refuse("an object with more than one tag")
    ((tag, content),) = tree.items()
    kind = TAGS.get(tag)
    if kind is None:
        return _unpack_container(tag, content, segments)
    if len(content) != _SIZES[tag]:
        refuse(f"{tag} with another number of fields")
    return kind(*[_unpack(item, segments) for item in content])


def _unpack_container(tag: str, content: _Json, segments: _Segments) -> _Json:
    if tag == "#":
        return segments.take(*content)
    if tag == "{}":
        return {key: _unpack(item, segments) for key, item in content.items()}
    if tag == "[]":
        return [_unpack(item, segments) for item in content]
    if tag == _GRAPH:
        return _graph(*(_unpack(item, segments) for item in content))
    refuse(f"there is no message “{tag}”")


def _graph(nodes: tuple[model.Node, ...], edges: tuple[model.Edge, ...]) -> model.Graph:
    graph = model.Graph()
    for node in nodes:
        graph.add_node(node)
    for edge in edges:
        graph.connect(edge)
    return graph


def read(stream: Readable) -> _Json:
    """Read one message; returns None when the stream ends between two messages.

    Raises:
        WireError: When the stream is something else or ends inside a message.
    """
    head = b"".join(_chunks(stream, _HEAD.size))
    if not head:
        return None
    json_size, body_size = _lengths(head)
    rest = b"".join(_chunks(stream, json_size + body_size))
    if len(rest) < json_size + body_size:
        refuse("the message is cut off")
    return _decode(rest[:json_size], memoryview(rest)[json_size:])


def _chunks(stream: Readable, size: int) -> Iterator[bytes]:
    while size:
        chunk = stream.read(size)
        if not chunk:
            return
        yield chunk
        size -= len(chunk)
