"""A small network and measurements for tests of the canvas."""

import numpy as np

from engine.graph.model import Edge, Node, Project
from engine.protocol.histogram import HISTOGRAM_BINS
from engine.protocol.messages import Analysis, LayerSample, NodeInfo

NODES = (
    ("data", "data", {"source": "digits"}),
    ("conv", "conv2d", {"out_channels": 8}),
    ("relu", "relu", {}),
    ("flatten", "flatten", {}),
    ("linear", "linear", {"out_features": 10}),
    ("loss", "cross_entropy", {}),
)
WIRES = (
    ("data.image", "conv.input"),
    ("conv.out", "relu.input"),
    ("relu.out", "flatten.input"),
    ("flatten.out", "linear.input"),
    ("linear.out", "loss.input"),
    ("data.label", "loss.target"),
)


def cnn(*, placed: bool = True) -> Project:
    """Return data → conv → relu → flatten → linear → loss, in one row."""
    project = Project(name="Digits CNN")
    for index, (node_id, type_id, params) in enumerate(NODES):
        project.graph.add_node(Node(node_id, type_id, params))
        if placed:
            place = (200.0 * (index % 3), 120.0 * (index // 3))
            project.layout.setdefault("", {})[node_id] = place
    for source, target in WIRES:
        project.graph.connect(Edge.parse(source, target))
    return project


def analysis(problems=()) -> Analysis:
    """Return shapes of `cnn`."""
    infos = {
        "conv": NodeInfo(outputs={"out": (-1, 8, 6, 6)}, parameters=80),
        "linear": NodeInfo(outputs={"out": (-1, 10)}, parameters=2890),
        "loss": NodeInfo(outputs={"loss": ()}),
    }
    return Analysis(1, infos, tuple(problems), 2970)


def sample(exponents, norms, nonfinite=None) -> LayerSample:
    """Return a measurement with `exponents[i]` the log2 magnitudes of layer i."""
    rows = len(exponents)
    histogram = np.zeros((rows, HISTOGRAM_BINS), dtype=np.int64)
    for row, powers in enumerate(exponents):
        for power in powers:
            histogram[row, power + 127] += 1
    norms = np.asarray(norms, dtype=float)
    zero = np.zeros(rows)
    bad = zero if nonfinite is None else np.asarray(nonfinite, dtype=float)
    return LayerSample(1, histogram, histogram, norms, norms, zero, zero, bad)
