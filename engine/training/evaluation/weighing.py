"""Class weights that the preparation of own data asks for, put into the losses."""

import torch

from engine.compile.flatten import FlatNode
from engine.compile.modules.losses import Labelled
from engine.compile.program import Program
from engine.data import catalog
from engine.data.intake.rarities import Weights, class_weights
from engine.data.intake.weighing import TAKE_WEIGHTS, asked
from engine.data.own import practice
from engine.errors import ConfigError
from engine.i18n import tr


def weigh(program: Program) -> None:
    """Give losses the class weights of their labels, wherever in blocks either stands.

    A loss that has weights of its own keeps them. The weights are counted in the
    training part, or are those that a run has fitted.

    Args:
        program: Its losses change; nothing does where no data asks for weights.

    Raises:
        EngineError: When the data can't be loaded, or a loss has other classes.
    """
    wanted: dict[str, Weights] = {}
    for node in program.nodes:
        if asked(node.node):
            data = catalog.load(node.params)
            wanted[node.path] = class_weights(data.settings.own, data.train)
    for node in program.nodes if wanted else ():
        source = dict(node.inputs).get("target")
        if source is None or node.type not in TAKE_WEIGHTS:
            continue
        weights = wanted.get(source.path, {}).get(source.port)
        if weights and not node.params.get(practice.WEIGHTS):
            _put(program, node, weights)


def _put(program: Program, node: FlatNode, weights: tuple[float, ...]) -> None:
    loss, scores = program.modules.at(node.path), dict(node.inputs)["input"]
    assert isinstance(loss, Labelled)
    outputs = program.node(scores.path).outputs
    flow = program.inferred[scores.path].outputs[outputs.index(scores.port)]
    if flow.shape[loss.dim] != len(weights):
        raise ConfigError(
            tr("There must be one class weight per class"),
            where=node.path,
            expected=tr("{n:number|numbers}", n=flow.shape[loss.dim]),
            got=len(weights),
        )
    loss.class_weights = torch.tensor(weights)
