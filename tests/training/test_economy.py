"""A phase computes what its losses need and differentiates what it updates: counted.

Hooks on every module and every weight count during real training steps.
"""

from collections import Counter

import pytest

from engine.graph.model import Edge, Node
from engine.training.loop.events import Step
from engine.training.loop.trainer import Trainer
from tests.training.projects import gan, phase, project
from tests.training.test_nested_updates import tower


class Counts:
    """What happens in one step of a document, phase by phase.

    Attributes:
        calls: Per phase, how often each module is computed.
        tracked: Per phase, the modules whose output autograd follows.
        grads: Per phase, how often a gradient arrives at each weight.
    """

    def __init__(self, document):
        document.training = document.training.with_value("steps", 2)
        self.calls, self.tracked, self.grads = [Counter()], [Counter()], [Counter()]
        trainer = Trainer(document, monitor=False)
        modules = trainer.parts.program.modules
        for path, module in modules.paths.items():
            module.register_forward_hook(self._on_call(path))
        for name, weight in modules.named_parameters():
            weight.requires_grad_()  # a hook wants it; the phases set it anew
            weight.register_post_accumulate_grad_hook(self._on_gradient(name))
        trainer.parts.program.phases[0].enter()
        steps = trainer.steps()
        for step in steps:
            if step is Step.BACKWARD:
                for counters in (self.calls, self.tracked, self.grads):
                    counters.append(Counter())
            if trainer.step == 1:
                break
        steps.close()

    def _on_call(self, path):
        def count(_module, _inputs, output):
            self.calls[-1][path] += 1
            first = output[0] if isinstance(output, tuple) else output
            if first.requires_grad:
                self.tracked[-1][path] += 1

        return count

    def _on_gradient(self, name):
        def count(_weight):
            self.grads[-1][name] += 1

        return count


def of(*paths):
    return {f"{path}.{kind}" for path in paths for kind in ("weight", "bias")}


def test_gan_phases_do_no_more_than_they_must():
    document = gan()
    generator, critic = (
        ("gen.a", "gen.r", "gen.b"),
        ("d_real.a", "d_real.r", "d_real.b"),
    )
    document.training = document.training.with_phase(
        1, phase(name="g", minimise=("loss_fool",), update=("gen",))
    )
    document.graph.add_node(Node("spread", "mode_coverage"))
    document.graph.connect(Edge.parse("gen.out", "spread.input"))
    counts = Counts(document)
    judge, forge = counts.calls[:2]
    once = dict.fromkeys(generator, 1)
    losses = {"loss_real": 1, "loss_fake": 1}
    assert judge == once | dict.fromkeys(critic, 2) | losses
    assert forge == once | dict.fromkeys(critic, 1) | {"loss_fool": 1}
    assert counts.tracked[0] == dict.fromkeys(critic, 2) | losses
    assert counts.tracked[1] == forge
    assert set(counts.grads[0]) == of("d_real.a", "d_real.b")
    assert set(counts.grads[1]) == of("gen.a", "gen.b")
    assert set(counts.grads[0].values()) == set(counts.grads[1].values()) == {1}


@pytest.mark.parametrize(
    ("path", "grads", "tracked"),
    [
        ("decoder.head", of("decoder.head"), {"decoder.head", "loss"}),
        (
            "decoder.hidden",
            of("decoder.hidden"),
            {"decoder.hidden", "decoder.act", "decoder.head", "loss"},
        ),
    ],
)
def test_nothing_before_the_first_updated_weight_is_differentiated(
    path, grads, tracked
):
    counts = Counts(tower(phase(update=(path,))))
    assert set(counts.calls[0].values()) == {1}
    assert len(counts.calls[0]) == 3 * 3 + 3 + 1
    assert set(counts.tracked[0]) == tracked
    assert set(counts.grads[0]) == grads


def test_a_head_that_no_loss_of_the_phase_needs_is_not_computed():
    nodes = [
        Node("data", "data", {"source": "iris"}),
        Node("trunk", "linear", {"out_features": 5}),
        Node("one", "linear", {"out_features": 3}),
        Node("two", "linear", {"out_features": 4}),
        Node("loss", "cross_entropy"),
        Node("again", "mse"),
        Node("accuracy", "accuracy"),
    ]
    wires = (
        "data.features>trunk.input trunk.out>one.input trunk.out>two.input "
        "one.out>loss.input data.label>loss.target two.out>again.input "
        "data.features>again.target one.out>accuracy.input data.label>accuracy.target"
    )
    phases = (
        phase(name="first", minimise=("loss",)),
        phase(name="second", minimise=("again",), update=("two",)),
    )
    settings = {"batch_size": 16, "device": "cpu", "threads": 1}
    counts = Counts(project(nodes, wires, phases, **settings))
    assert set(counts.calls[0]) == {"trunk", "one", "loss"}
    assert set(counts.calls[1]) == {"trunk", "two", "again"}
    assert set(counts.grads[0]) == of("trunk", "one")
    assert set(counts.tracked[1]) == {"two", "again"}
    assert set(counts.grads[1]) == of("two")
