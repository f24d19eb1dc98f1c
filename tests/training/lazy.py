"""Documents whose scores are compared with lazy answers."""

from engine.data import catalog
from engine.graph.model import Node
from engine.layers import registry
from engine.training.baselines import baselines
from engine.training.parts.assembly import assemble
from tests.training.projects import project

SETTINGS = {"batch_size": 16, "steps": 4, "device": "cpu", "threads": 1}


def parts(**params):
    data = catalog.load(registry.get("data").complete(params))
    return data.train, data.validation


def found(document):
    return baselines.found(assemble(document))


def scored(
    kind, params=None, source="iris", ports=("features", "label"), out=3, **data
):
    """A linear layer judged by one loss or metric, beside a loss that trains."""
    feature, target = ports
    is_loss = registry.get(kind).category == "loss"
    trains = "minimise" if out == 1 else "cross_entropy"
    train = Node("train", trains if target == "label" else "mse")
    nodes = [
        Node("data", "data", {"source": source, **data}),
        Node("flat", "flatten"),
        Node("scores", "linear", {"out_features": out}),
        Node("score", kind, params or {}),
        *(() if is_loss else (train,)),
    ]
    wires = f"data.{feature}>flat.input flat.out>scores.input"
    for end in ("score",) if is_loss else ("score", "train"):
        wires += f" scores.out>{end}.input"
        if (end, train.type) != ("train", "minimise"):
            wires += f" data.{target}>{end}.target"
    return project(nodes, wires, **SETTINGS)
