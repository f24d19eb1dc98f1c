"""Small quick networks that faults are planted in."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

import presets
from engine.advice.document.starter import starter
from engine.data import catalog
from engine.graph.edits import apply_all
from engine.graph.model import Edge, Node, Project
from engine.graph.settings_text import assign
from engine.layers.datasets.catalogue import DATA
from tests.helpers.surveys import survey, write


class Net(NamedTuple):
    """A network, and where faults are planted in it.

    Args:
        name: In the table.
        preset: It is made of.
        words: What is changed about it.
        data: Port of the samples.
        first: Port behind the first layer with weights.
        features: Port behind which features may be added, N×F.
        hidden: Setting that tells the width of the last hidden layer.
        norm: Type of the BatchNorm that fits behind `first`.
        scores: Port of the answers.
        judged: What tells whether it got better: the less of it the better.
    """

    name: str
    preset: str
    words: tuple[str, ...] = ()
    data: str = "data.image"
    first: str = "linear1.out"
    features: str = "flatten.out"
    hidden: str = ""
    norm: str = "batch_norm1d"
    scores: str = "scores.out"
    judged: str = "loss"

    def make(self) -> Project:
        """Return the sound network."""
        project = presets.load(self.preset)
        assign(project, ("patience=0", *self.words))
        return project


MLP = Net("MLP", "digits-mlp", ("steps=200",), hidden="linear2.out_features")
CNN = Net("CNN", "mnist-cnn", ('data.source="digits"', "steps=200", "warmup=20"),
          first="conv1.out", hidden="linear1.out_features",
          norm="batch_norm2d")  # fmt: skip
LSTM = Net("LSTM", "digits-lstm", ("steps=250", "lstm.hidden_size=32"),
           first="lstm.out", features="lstm.out",
           hidden="lstm.hidden_size")  # fmt: skip
TABLE = Net("breast cancer", "breast-cancer", ("steps=300", "lr=0.01"),
            data="data.features", first="hidden.out")  # fmt: skip
THREE = (MLP, CNN, LSTM)


def _recurrent(name: str, *words: str) -> Net:
    return Net(name, "digits-lstm", ("steps=200", "lstm.hidden_size=64", *words),
               first="lstm.out", features="lstm.out")  # fmt: skip


RECURRENT = (
    _recurrent("RNN"),
    _recurrent("RNN of 2 layers", "lstm.num_layers=2"),
    _recurrent("wide RNN", "lstm.hidden_size=128"),
)


def _adversaries(name: str, source: str, noise: int) -> Net:
    words = [f'real.source="{source}"', f"z.shape=[{noise}]", "steps=800",
             "batch_size=128", "evaluate_every=200"]  # fmt: skip
    return Net(name, "gan-2d", tuple(words), judged="distance")


ADVERSARIES = (
    _adversaries("GAN", "gaussians8", 8),
    _adversaries("GAN, 2 noises", "gaussians8", 2),
    _adversaries("GAN, spiral", "swiss_roll", 8),
)
SUMS = (
    Net("autoencoder", "autoencoder", ("steps=60", "optimizer=sgd", "lr=0.1",
                                       "wide1.out_features=64",
                                       "wide2.out_features=64")),
)  # fmt: skip


class Table(NamedTuple):
    """A table of one's own with a network for it.

    Args:
        name: In the table of results.
        columns: Of it, the last one being the target.
    """

    name: str
    columns: Callable[[], dict[str, list]]

    def make(self, file: Path, columns: dict[str, list]) -> tuple[Project, list]:
        """Write the table; return a network for it, and what its data's check says."""
        roles = {**dict.fromkeys(columns, "input"), list(columns)[-1]: "target"}
        found = survey(write(file, columns), roles=roles)
        return table_project(found.params), list(found.findings)


def table_project(params: dict) -> Project:
    """Return the network that the room of the data offers for a table."""
    project = Project()
    made = starter({**params, "path": str(params["path"])}, project)
    assert made is not None
    apply_all(project, list(made.edits))
    assign(project, ("steps=300", "lr=0.01"))
    return project


def _known(source: str) -> Callable[[], dict[str, list]]:
    """Return the columns of a built-in table, its target last."""

    def columns() -> dict[str, list]:
        params = {p.name: p.default for p in DATA.params}
        arrays = catalog.load({**params, "source": source, "scaling": "none"}).train
        x_NF, y_N = (np.asarray(each) for each in arrays.values())
        named = {f"x{n}": x_NF[:, n].tolist() for n in range(x_NF.shape[1])}
        is_class = y_N.dtype.kind == "i"
        target = [f"kind {y}" for y in y_N] if is_class else y_N.reshape(-1).tolist()
        return {**named, "target": target}

    return columns


TABLES = (
    Table("wine", _known("wine")),
    Table("breast cancer", _known("breast_cancer")),
    Table("diabetes", _known("diabetes")),
)


def _rare(width: int) -> Callable[[], dict[str, list]]:
    """Return a table in which one of a hundred rows is of another class."""

    def columns() -> dict[str, list]:
        dice = np.random.default_rng(width)
        rare = np.arange(800) % 100 == 0
        x_NF = dice.normal(size=(800, width)) + 1.5 * rare[:, None]
        named = {f"x{n}": x_NF[:, n].tolist() for n in range(width)}
        return {**named, "target": ["rare" if each else "usual" for each in rare]}

    return columns


UNEVEN = tuple(Table(f"99 to 1, {n} columns", _rare(n)) for n in (2, 5, 20))


def joined(project: Project, source: str, target: str) -> None:
    """Connect two ports, written `NODE.PORT`."""
    project.graph.connect(Edge.parse(source, target))


def put(project: Project, node_id: str, kind: str, **params: object) -> None:
    """Add a node."""
    project.graph.add_node(Node(node_id, kind, params))
