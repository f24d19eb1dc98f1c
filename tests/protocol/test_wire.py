import contextlib
import dataclasses
import io
import json
import struct
from collections.abc import Mapping
from typing import TypeVar, get_type_hints

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.graph import edits as graph_edits
from engine.graph.edits import Edit, SetBlock
from engine.graph.model import Block, Edge, Endpoint, Graph, Node
from engine.graph.problems import Fix, Problem
from engine.layers.spec import Value
from engine.protocol import arrays
from engine.protocol.baselines import Baseline
from engine.protocol.device import Devices
from engine.protocol.findings import Finding
from engine.protocol.formats import ExportFormat
from engine.protocol.goals import PhaseGoal
from engine.protocol.messages import (
    Analysis,
    Evaluation,
    LayerSample,
    Message,
    NodeInfo,
    View,
)
from engine.protocol.wire import encoding

ARRAYS = st.builds(
    lambda dtype, shape, seed: np.asarray(
        np.random.default_rng(seed).random(shape) * 100
    ).astype(dtype),
    st.sampled_from(["<f8", "<i8", "<f4", "|u1", "|b1"]),
    st.lists(st.integers(0, 4), max_size=3).map(tuple),
    st.integers(0, 2**31),
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3).map(tuple))
EXTRAS = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
    ),
)
EDGE = Edge.parse("a.out", "b.input")


@st.composite
def graphs(draw):
    graph = Graph()
    for node_id in ("a", "b", "c")[: draw(st.integers(0, 3))]:
        params = draw(st.dictionaries(st.text(max_size=3), VALUES, max_size=2))
        graph.add_node(Node(node_id, "linear", params))
    if len(graph.nodes) == 3:
        graph.connect(Edge.parse("c.out", "b.input"))
        graph.connect(EDGE, 0)
    return graph


TYPES = {
    "Devices": Devices,
    **vars(arrays),
    "npt": npt,
    "Problem": Problem,
    "Finding": Finding,
    "PhaseGoal": PhaseGoal,
    "Baseline": Baseline,
    "LayerSample": LayerSample,
    "ExportFormat": ExportFormat,
    "Evaluation": Evaluation,
    "View": View,
}
"""Names that `frame` has for type checkers only."""


def of(kind: type, depth: int = 2):
    """Any instance of a dataclass of the protocol, by the types of its fields."""
    hints = get_type_hints(kind, localns=TYPES)
    names = [field.name for field in dataclasses.fields(kind)]
    return st.builds(kind, *[hinted(hints[name], depth) for name in names])


def hinted(hint, depth: int):
    text = str(hint)
    if "numpy" in text:
        return ARRAYS.map(lambda a: a) | st.none() if "None" in text else ARRAYS
    if hint is object:
        choices = [encoding.TAGS[name] for name in ("Pause", "Step", "Outcome")]
        return EXTRAS | st.one_of([of(kind, depth - 1) for kind in choices])
    if isinstance(hint, TypeVar):
        return st.one_of([of(encoding.TAGS[n]) for n in ("Pause", "Step", "SetHyper")])
    if hint is Graph:
        return graphs()
    if hint in (Value, Edit):
        return VALUES if hint is Value else an_edit(depth)
    return generic(hint, depth)


def generic(hint, depth: int):  # noqa: PLR0911
    origin, args = getattr(hint, "__origin__", None), getattr(hint, "__args__", ())
    if origin is tuple and args[-1] is ...:
        return st.lists(hinted(args[0], depth - 1), max_size=2).map(tuple)
    if origin is tuple:
        return st.tuples(*[hinted(arg, depth - 1) for arg in args])
    if origin in (dict, Mapping):
        return st.dictionaries(st.text(), hinted(args[1], depth - 1), max_size=2)
    if args and type(None) in args:
        rest = [arg for arg in args if arg is not type(None)]
        if len(rest) > 1:
            return VALUES
        return st.none() | hinted(rest[0], depth - 1)
    if dataclasses.is_dataclass(hint):
        return of(hint, depth - 1)
    return st.from_type(hint)


def an_edit(depth: int):
    if depth < 0:
        return st.just(graph_edits.Connect(EDGE))
    kinds = [graph_edits.AddNode, graph_edits.SetParam, graph_edits.SetTraining]
    return st.one_of([of(kind, depth - 1) for kind in (*kinds, SetBlock)])


def same(left: object, right: object) -> bool:  # noqa: PLR0911
    if type(left) is not type(right) and not isinstance(left, Mapping):
        return False
    if isinstance(left, np.ndarray):
        return left.dtype == right.dtype and np.array_equal(left, right, True)
    if isinstance(left, Graph):
        return same(dict(left.nodes), dict(right.nodes)) and left.edges == right.edges
    if isinstance(left, Mapping):
        return list(left) == list(right) and all(same(left[k], right[k]) for k in left)
    if isinstance(left, tuple | list):
        return len(left) == len(right) and all(map(same, left, right))
    if dataclasses.is_dataclass(left):
        names = [field.name for field in dataclasses.fields(left)]
        return all(same(getattr(left, n), getattr(right, n)) for n in names)
    return left == right or (left != left and right != right)  # noqa: PLR0124


@pytest.mark.parametrize("name", sorted(encoding.TAGS))
def test_every_class_comes_back_equal(name):
    @settings(max_examples=12, deadline=None, database=None)
    @given(of(encoding.TAGS[name]))
    def check(value):
        assert same(encoding.decode(encoding.encode(value)), value)

    check()


def a_sample() -> LayerSample:
    counts = np.arange(20 * 512, dtype=np.int64).reshape(20, 512)
    numbers = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 5e-324])
    return LayerSample(7, counts, counts[::-1], *[numbers[i:] for i in range(5)], 1)


def test_a_sample_comes_back_bit_by_bit():
    before, after = a_sample(), encoding.decode(encoding.encode(a_sample()))
    for field in dataclasses.fields(LayerSample):
        one, two = getattr(before, field.name), getattr(after, field.name)
        if isinstance(one, np.ndarray):
            assert (one.dtype, one.shape) == (two.dtype, two.shape)
            assert one.tobytes() == two.tobytes()
            assert not two.flags.writeable
        else:
            assert one == two


def test_an_analysis_carries_edits_of_a_block():
    graph = Graph()
    graph.add_node(Node("a", "linear", {"out_features": 3, "size": (1, 2)}))
    block = Block(graph, {"x": (Endpoint("a", "input"),)}, {"y": Endpoint("a", "out")})
    fix = Fix("Mend", (SetBlock("b", block), graph_edits.Move((("a", (1.0, 2.0)),))))
    problem = Problem("a", "bad", fixes=(fix,))
    info = NodeInfo({"input": (-1, 3)}, {"out": (-1, 4)}, 16)
    analysis = Analysis(4, {"a": info}, (problem,), 16)
    assert same(encoding.decode(encoding.encode(analysis)), analysis)


def test_a_numpy_scalar_crosses_as_a_number():
    assert encoding.decode(encoding.encode(Message(0, np.int64(3)))).body == 3


@pytest.mark.parametrize("value", [object(), {1: 2}, {1, 2}, b"x", np.array(["a"])])
def test_other_values_are_refused(value):
    with pytest.raises(TypeError):
        encoding.encode(value)


def framed(text: str | bytes, body: bytes = b"") -> bytes:
    head = text if isinstance(text, bytes) else text.encode()
    return struct.pack("<4sIQ", b"BPW1", len(head), len(body)) + head + body


HOSTILE = {
    "empty": b"",
    "short": b"BPW1",
    "magic": struct.pack("<4sIQ", b"HTTP", 2, 0) + b"{}",
    "huge text": struct.pack("<4sIQ", b"BPW1", 2**32 - 1, 0),
    "huge body": struct.pack("<4sIQ", b"BPW1", 2, 2**63),
    "not JSON": framed("{"),
    "unknown tag": framed('{"os.system": ["ls"]}'),
    "unknown class": framed('{"Popen": []}'),
    "two tags": framed('{"Pause": [], "Stop": []}'),
    "no tag": framed("{}"),
    "too few fields": framed('{"Step": []}'),
    "too many fields": framed('{"Step": [1, 2]}'),
    "fields by name": framed('{"Step": {"count": 1}, "x": 1}'),
    "fields are a number": framed('{"Step": 1}'),
    "dict is a list": framed('{"{}": [1]}'),
    "array object": framed('{"#": ["|O8", [1]]}', b"\0" * 8),
    "array cut off": framed('{"#": ["<f8", [2]]}', b"\0" * 8),
    "array negative": framed('{"#": ["<f8", [-1]]}', b"\0" * 8),
    "array shape": framed('{"#": ["<f8", 1]}', b"\0" * 8),
    "array too long": framed('{"#": ["<f8", [1]]}', b"\0" * 16),
    "array huge": framed('{"#": ["<f8", [4294967296, 4294967296]]}', b"\0" * 8),
    "no text": framed("\udc80".encode("utf-8", "surrogatepass")),
    "deep": framed("[" * 200_000 + "]" * 200_000),
    "deep tags": framed('{"[]":[' * 20_000 + "]}" * 20_000),
    "graph with a cycle": framed(
        json.dumps({"Graph": [[], [{"Edge": [{"Endpoint": ["a", "b"]}] * 2}]]})
    ),
    "cut off": encoding.encode(a_sample())[:-1],
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_hostile_bytes_are_refused(data):
    with pytest.raises(encoding.WireError):
        encoding.decode(data)


@settings(max_examples=200, deadline=None, database=None)
@given(st.integers(0, 10**6), st.integers(0, 255))
def test_a_flipped_byte_never_raises_anything_else(position, value):
    data = bytearray(encoding.encode(Message(1, a_sample()))[:1500])
    data += encoding.encode(Message(1, a_sample()))[1500:]
    data[position % 400] = value
    with contextlib.suppress(encoding.WireError):
        encoding.decode(bytes(data))


class Trickle(io.RawIOBase):
    """A pipe that gives at most three bytes at a time."""

    def __init__(self, data: bytes):
        self.data = io.BytesIO(data)

    def read(self, size=-1):
        return self.data.read(min(size, 3))


def test_a_stream_is_read_message_by_message():
    stream = Trickle(
        encoding.encode(Message(1, "a")) + encoding.encode(Message(2, "b"))
    )
    assert [encoding.read(stream).number for _ in range(2)] == [1, 2]
    assert encoding.read(stream) is None


def test_a_stream_that_ends_inside_a_message_is_refused():
    with pytest.raises(encoding.WireError):
        encoding.read(Trickle(encoding.encode(Message(1, "abcdef"))[:-2]))
