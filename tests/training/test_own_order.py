"""A data node with an order of its own: other samples in a step, all in an epoch."""

import torch

from engine.advice.analysis import Analyser
from engine.data import catalog
from engine.graph.edits import apply_all
from engine.graph.model import Node
from engine.layers import registry
from engine.training.loop.trainer import Trainer
from engine.training.parts.assembly import assemble
from engine.training.records import runs
from tests.training.projects import project

SIZE = 16


def pairs(order="own", **params):
    """Two nodes of one data set, whose images are told apart."""
    nodes = [
        Node("a", "data", {"source": "digits", "samples": 100}),
        Node("b", "data", {"source": "digits", "samples": 100, "order": order}),
        Node("fa", "flatten"),
        Node("fb", "flatten"),
        Node("both", "concat"),
        Node("out", "linear", {"out_features": 10}),
        Node("loss", "cross_entropy"),
        Node("other", "cross_entropy", {"weight": 0.5}),
    ]
    wires = (
        "a.image>fa.input b.image>fb.input fa.out>both.inputs fb.out>both.inputs "
        "both.out>out.input out.out>loss.input a.label>loss.target "
        "out.out>other.input b.label>other.target"
    )
    settings = {"batch_size": SIZE, "steps": 30, "device": "cpu", "threads": 1}
    return project(nodes, wires, **(settings | params))


def rows(images):
    """Return which sample of the training part each image is."""
    data = {"source": "digits", "samples": 100}
    part = catalog.load(registry.get("data").complete(data)).train["image"]
    known = {image.tobytes(): number for number, image in enumerate(part)}
    return [known[image.numpy().tobytes()] for image in images]


def epochs(document, count):
    feeds = assemble(document).feeds
    told = []
    for _ in range(count * feeds.order.batches_per_epoch):
        batch = feeds.next()
        told.append((rows(batch["a.image"]), rows(batch["b.image"]), batch))
    return feeds, told


def test_every_epoch_has_every_sample_once_in_another_order():
    feeds, told = epochs(pairs(), 3)
    per_epoch, count = feeds.order.batches_per_epoch, feeds.num_samples
    orders = []
    for epoch in range(3):
        steps = told[epoch * per_epoch : (epoch + 1) * per_epoch]
        a, b = ([n for step in steps for n in step[side]] for side in (0, 1))
        assert sorted(a) == sorted(b) == list(range(count))
        assert sum(x == y for x, y in zip(a, b, strict=True)) < count / 5
        orders += [a, b]
    assert len({tuple(order) for order in orders}) == 6
    for _, b, batch in told:  # its ports stay together
        labels = catalog.load({"source": "digits", "samples": 100}).train["label"]
        assert batch["b.label"].tolist() == labels[b].tolist()


def test_the_others_keep_their_order():
    _, shared = epochs(pairs("shared"), 2)
    _, own = epochs(pairs(), 2)
    assert [step[0] for step in shared] == [step[0] for step in own]
    assert all(a == b for a, b, _ in shared)


def test_an_evaluation_sees_other_pairs_too_and_the_same_every_time():
    feeds = assemble(pairs()).feeds
    for batches in (feeds.validation_batches, feeds.training_batches):
        one, again = (list(batches(7)) for _ in range(2))
        a, b = (torch.cat([batch[name] for _, batch in one]) for name in
                ("a.image", "b.image"))  # fmt: skip
        assert (a.flatten(1) != b.flatten(1)).any(1).float().mean() > 0.8
        whole = next(iter(batches(1000)))[1]
        assert torch.equal(b, whole["b.image"])
        assert all(
            torch.equal(x[name], y[name])
            for (_, x), (_, y) in zip(one, again, strict=True)
            for name in x
        )
    new = catalog.load({"source": "digits", "samples": 100}).validation["image"]
    told = next(iter(feeds.validation_batches(1000)))[1]["b.image"]
    assert sorted(x.tobytes() for x in new) == sorted(x.numpy().tobytes() for x in told)


def test_a_run_goes_on_to_the_last_bit_in_the_middle_of_an_epoch(tmp_path):
    def weights(trainer):
        return trainer.parts.program.modules.state_dict()

    whole = Trainer(pairs(), seed=5)
    for _ in whole.steps():
        pass
    run = runs.create(tmp_path, pairs())
    first = Trainer(run.project, run=run, seed=5)
    for _ in first.steps():
        if first.step == 13 and first.at_border:
            first.request_stop()
    assert first.step % first.parts.feeds.order.batches_per_epoch
    second = Trainer.resume(runs.open_run(run.folder))
    assert second.step == first.step
    for _ in second.steps():
        pass
    assert all(torch.equal(x, weights(second)[n]) for n, x in weights(whole).items())


def test_the_fix_of_two_nodes_with_the_same_samples_is_that_order():
    document = pairs("shared")
    document.graph.replace_node(document.graph.node("other").with_param("weight", 1.0))
    cache = Analyser(catalog.training_part)
    found = [p for p in cache.analyse(document).problems if "same samples" in p.text]
    (problem,) = found
    (fix,) = problem.fixes
    apply_all(document, fix.edits)
    assert document.graph.node("b").params["order"] == "own"
    again = cache.analyse(document).problems
    assert not any("same samples" in p.text for p in again)
