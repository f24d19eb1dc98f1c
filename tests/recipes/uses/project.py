"""A small network to try things in, and ways to train it."""

import shutil

from engine.graph.model import Edge, Graph, Node, Project
from engine.graph.settings import Choice, Phase, Training
from engine.training.loop.trainer import Trainer
from engine.training.records import runs


def small(activation="tanh", optimizer="adam", view="", **params):
    """Return a classifier of irises, with a layer, an optimizer, a view to be tried."""
    graph = Graph()
    nodes = [
        Node("data", "data", {"source": "iris"}),
        Node("hidden", "linear", {"out_features": 16}),
        Node("act", activation),
        Node("scores", "linear", {"out_features": 3}),
        Node("loss", "cross_entropy"),
    ]
    wires = (
        "data.features>hidden.input hidden.out>act.input act.out>scores.input "
        "scores.out>loss.input data.label>loss.target"
    )
    if view:
        nodes.append(Node("view", view))
        wires += " scores.out>view.input"
    for node in nodes:
        graph.add_node(node)
    for wire in wires.split():
        graph.connect(Edge.parse(*wire.split(">")))
    settings = {"batch_size": 16, "steps": 50, "device": "cpu", "threads": 1}
    phase = Phase(optimizer=Choice(optimizer, {}))
    training = Training(settings | params, (phase,)).checked()
    return Project("toy", graph, training=training)


def trained(project, monitor=True):
    """Train to the end and return the trainer."""
    trainer = Trainer(project, threads=1, seed=0, monitor=monitor)
    for _ in trainer.steps():
        pass
    return trainer


def cut_and_resumed(project, folder, at):
    """Train, leave it as a killed process does, and return who went on with it."""
    trainer = Trainer(project, run=runs.create(folder, project, name="run"), seed=0)
    trainer.recorder.checkpoint_every_steps = at
    left = trainer.steps()
    for _ in left:
        if trainer.at_border and trainer.step >= at:
            break
    trainer.recorder.settle()
    again = Trainer.resume(
        runs.open_run(shutil.copytree(folder / "run", folder / "left"))
    )
    assert again.step == at
    for _ in again.steps():
        pass
    left.close()
    return again


def weights(trainer):
    """Return all weights by name."""
    return dict(trainer.parts.program.modules.state_dict())
