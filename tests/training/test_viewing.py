"""Views of real documents: right, and without a trace in the training."""

import itertools
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import torch

import presets
from engine.compile.program import compile_project
from engine.graph.files import serialize
from engine.measure.views.budget import ViewBudget
from engine.measure.views.turns import Turns
from engine.protocol.wire import encoding
from engine.training.evaluation.feeds import Feeds
from engine.training.loop.events import Step
from engine.training.loop.runner import Runner
from engine.training.loop.trainer import Trainer
from engine.training.views.maker import Viewing

FOLDER = Path(presets.__file__).parent


def viewing_of(name, **changes):
    project = serialize.load(FOLDER / f"{name}.bpw")
    for key, value in changes.items():
        node, _, param = key.partition("__")
        project.graph.node(node).params[param] = value
    program = compile_project(project, seed=0)
    feeds = Feeds(program, 32, torch.device("cpu"), 0)
    return program, feeds, Viewing(program, feeds)


def made(viewing, step=1):
    for _ in viewing.make(step):
        pass
    assert viewing.log == []
    return viewing.take()


def parameters(program):
    return {name: w.detach().clone() for name, w in program.modules.named_parameters()}


def test_boundary_of_a_preset_is_the_net_computed_by_hand():
    program, _, viewing = viewing_of("xor")
    (view,) = made(viewing)
    assert (view.node, view.kind, view.step) == ("boundary", "decision_boundary", 1)
    w = parameters(program)
    left, right, low, high = view.arrays["limits"]
    cells = (np.arange(64) + 0.5) / 64
    x, y = np.meshgrid(left + cells * (right - left), low + cells * (high - low))
    points = torch.tensor(np.stack([x, y], -1), dtype=torch.float32)
    hidden = torch.tanh(points @ w["hidden.weight"].T + w["hidden.bias"])
    output = hidden @ w["output.weight"].T + w["output.bias"]
    assert np.array_equal(view.arrays["region"], (output[..., 0] >= 0.5).numpy())


def test_curve_of_a_preset_is_the_net_computed_by_hand():
    program, feeds, viewing = viewing_of("sine")
    (view,) = made(viewing)
    w = parameters(program)
    value = torch.from_numpy(view.arrays["curve"][:, :1].copy())
    for name in ("linear1", "linear2"):
        value = torch.tanh(value @ w[f"{name}.weight"].T + w[f"{name}.bias"])
    value = value @ w["output.weight"].T + w["output.bias"]
    assert np.allclose(view.arrays["curve"][:, 1:], value.numpy(), atol=1e-5)
    assert len(view.arrays["points"]) == feeds.extent().num_validation


def test_first_confusion_of_a_slow_machine_comes_from_all_over_the_data():
    """MNIST lies class by class: its first samples are of one class alone."""
    program, feeds, _ = viewing_of("mnist-cnn")
    ticks = itertools.count()
    viewing = Viewing(program, feeds, clock=lambda: float(next(ticks)))
    for _ in viewing.make(0, viewing.paths):
        pass
    (view,) = viewing.take()
    counts = view.arrays["counts"]
    assert counts.sum() == 64
    assert (counts.sum(axis=1) >= 3).all()
    again = [b for _, b in feeds.spread_validation(100, feeds.extent())]
    labels = torch.cat([batch["data.label"] for batch in again])
    whole = [b for _, b in feeds.validation_batches(100)]
    assert torch.equal(
        labels.sort().values,
        torch.cat([batch["data.label"] for batch in whole]).sort().values,
    )


def test_confusion_of_a_preset_counts_the_whole_validation_part():
    program, feeds, viewing = viewing_of("digits-mlp")
    (view,) = made(viewing)
    counts = view.arrays["counts"]
    assert counts.sum() == feeds.extent().num_validation
    right = total = 0
    program.modules.eval()
    for size, batch in feeds.validation_batches(100):
        scores, labels = program.evaluation.run(batch)["confusion"]
        right += int((scores.argmax(1) == labels).sum())
        total += size
    assert (counts.trace(), counts.sum()) == (right, total)


def test_views_leave_no_trace_in_modes_random_states_and_weights():
    program, feeds, viewing = viewing_of("mnist-cnn")
    program.modules.train()
    torch.manual_seed(3)
    before = {k: v.clone() for k, v in program.modules.state_dict().items()}
    expected = torch.rand(3)
    torch.manual_seed(3)
    order = feeds.order.state()
    made(viewing)
    assert torch.equal(torch.rand(3), expected)
    assert all(part.training for part in program.modules.modules())
    after = program.modules.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert torch.equal(feeds.order.state()["order"], order["order"])
    assert all(w.grad is None for w in program.modules.parameters())


def test_views_are_the_same_for_the_same_weights():
    _, _, viewing = viewing_of("spirals")
    (first,) = made(viewing, 1)
    (second,) = made(viewing, 2)
    assert np.array_equal(first.arrays["certainty"], second.arrays["certainty"])
    assert made(viewing, 2) == ()


def test_labels_of_points_are_named_as_in_the_data_set():
    _, _, viewing = viewing_of("spirals")
    (view,) = made(viewing)
    assert view.words["classes"] == ("first arm", "second arm")
    assert set(np.unique(view.arrays["labels"])) == {0, 1}


def test_views_are_not_due_right_after_they_were_made():
    _, _, viewing = viewing_of("xor")
    assert not viewing.due(1)  # nobody looks
    viewing.watched = True
    assert viewing.due(1)
    made(viewing)
    assert not viewing.due(2)


def test_views_that_show_this_step_already_are_never_due():
    _, _, viewing = viewing_of("xor")
    viewing.watched, viewing.turns = True, Always(viewing)
    made(viewing, step=1)
    assert [viewing.due(step) for step in (1, 2)] == [False, True]


def test_a_run_goes_on_after_a_long_pause():
    project = serialize.load(FOLDER / "xor.bpw")
    project.training = project.training.with_value("steps", 20)
    trainer, done = Trainer(project, threads=1), threading.Event()
    trainer.viewing.turns = Always(trainer.viewing)
    runner = Runner(trainer, lambda _frame: None, lambda _outcome: done.set())
    runner.start(paused=True)
    runner.resume()
    assert done.wait(20)
    assert runner.join(5)
    assert trainer.step == 20


@pytest.mark.parametrize("name", ["xor", "sine", "digits-mlp"])
def test_views_cross_the_wire(name):
    _, _, viewing = viewing_of(name)
    (view,) = made(viewing)
    copy = encoding.decode(encoding.encode(view))
    assert copy.words == view.words
    for key, array in view.arrays.items():
        assert np.array_equal(copy.arrays[key], array)
        assert copy.arrays[key].dtype == array.dtype


def weights_after(name, steps, *, watched):
    project = serialize.load(FOLDER / f"{name}.bpw")
    trainer = Trainer(project, threads=1, monitor=watched)
    trainer.viewing.watched = watched
    trainer.viewing.turns = Always(trainer.viewing)
    shown = 0
    for event in trainer.steps():
        shown += event is Step.VIEW
        if trainer.step >= steps:
            break
    return trainer.parts.program.modules.state_dict(), shown


class Always:
    """Turns that always come: views after every step, or as after a long pause."""

    def __init__(self, viewing):
        self.paths = viewing.paths

    def due(self):
        return list(self.paths)

    def spent(self, _path, _seconds):
        pass


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_a_dear_view_does_not_keep_a_cheap_one_waiting():
    clock = Clock()
    turns = Turns(ViewBudget(clock), ["cheap", "dear"], clock)
    made = {"cheap": [], "dear": []}
    while clock.now < 60.0:
        for path in turns.due():
            made[path].append(clock.now)
            cost = 0.004 if path == "cheap" else 0.3
            if path == "dear" and len(made["dear"]) == 1:
                cost = 0.09  # the first time
            clock.now += cost
            turns.spent(path, cost)
        clock.now += 0.01
    assert max(np.diff(made["cheap"])) < 2.0
    assert made["dear"][1] < 3.0  # what was cheap is looked at again soon
    assert 3 <= len(made["dear"]) <= 5


def test_a_view_that_can_not_be_made_keeps_nobody_waiting():
    clock = Clock()
    turns = Turns(ViewBudget(clock), ["one", "two"], clock)
    assert turns.due() == ["one", "two"]
    turns.leave("one")
    turns.spent("one", 1.0)
    turns.spent("two", 0.001)
    assert turns.due() == []
    clock.now = 1.0
    assert turns.due() == ["two"]


def test_watching_leaves_the_weights_bit_identical_also_with_dropout():
    bare, none = weights_after("mnist-cnn", 6, watched=False)
    watched, shown = weights_after("mnist-cnn", 6, watched=True)
    assert (none, shown > 10) == (0, True)
    assert all(torch.equal(bare[name], watched[name]) for name in bare)


def test_a_runner_sends_views_while_training_at_a_pause_and_at_the_end():
    project = serialize.load(FOLDER / "xor.bpw")
    project.training = project.training.with_value("steps", 400)
    frames, done = [], threading.Event()
    trainer = Trainer(project, threads=1)
    runner = Runner(trainer, frames.append, lambda _outcome: done.set())
    runner.start(paused=True)
    runner.step(3)
    wait_for(lambda: any(view.step == 3 for f in frames for view in f.views))
    runner.resume()
    assert done.wait(20)
    assert runner.join(5)
    steps = [view.step for frame in frames for view in frame.views]
    assert steps[0] == 0
    assert steps[-1] == trainer.step == 400
    assert len(steps) <= 5


def wait_for(condition):
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)
