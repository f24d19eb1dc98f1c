import math
from collections import Counter

import pytest
import torch

import presets
from engine.data import catalog
from engine.graph.model import Node
from engine.measure.budget import Budget
from engine.measure.views.budget import ViewBudget
from engine.training.forecast import forecast
from engine.training.forecast.forecast import Rehearsal
from engine.training.loop.trainer import Trainer
from engine.training.machine import highwater
from engine.training.machine.footprint import Footprint
from engine.training.machine.highwater import HighWater, resident_bytes
from engine.training.parts.run_plan import Costs, kinds, num_evaluations
from engine.training.views.maker import Viewing
from tests.training.projects import mlp, phase

FLOAT = 4


class Clock:
    """Seconds that pass only when somebody says so."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def named(name, **params):
    return phase(name=name, **params)


@pytest.mark.parametrize(
    "phases",
    [
        [{}],
        [{}, {"every": 5}],
        [{"every": 2}, {"every": 3}],
        [{"last": 300}, {"first": 301}],
        [{"last": 40, "every": 3}, {"first": 20}, {"first": 35, "last": 37}],
        [{"first": 2000}, {}],
    ],
)
def test_kinds_of_steps_are_those_that_a_loop_counts(phases):
    project = mlp(*[named(f"p{i}", **p) for i, p in enumerate(phases)], steps=600)
    counted = Counter()
    for number in range(1, 601):
        due = []
        for index, given in enumerate(phases):
            begun = number >= given.get("first", 1)
            over = number > given.get("last", math.inf)
            if begun and not over and number % given.get("every", 1) == 0:
                due.append(index)
        counted[tuple(due)] += 1
    found = kinds(Trainer(project).parts.phases, 600)
    assert {kind.phases: kind.count for kind in found} == counted
    assert sum(kind.count for kind in found) == 600


def test_a_kind_of_steps_knows_one_of_them():
    project = mlp(named("a", every=7), named("b", first=100), steps=150)
    trainer = Trainer(project)
    for kind in kinds(trainer.parts.phases, 150):
        due = [i for i, p in enumerate(trainer.parts.phases) if p.due(kind.number)]
        assert tuple(due) == kind.phases


@pytest.mark.parametrize(
    "settings",
    [{"steps": 90}, {"epochs": 7}, {"steps": 91, "evaluate_every": 20}],
    ids=["by steps", "by epochs", "by its own setting"],
)
def test_number_of_evaluations_is_that_of_the_run(settings):
    project = mlp(batch_size=13, **({"steps": None} | settings))
    trainer = Trainer(project)
    expected = num_evaluations(trainer.parts.length)
    for _ in trainer.steps():
        pass
    assert len(trainer.drain().evaluations) == expected > 1


def test_time_of_a_run_is_that_of_its_parts_one_after_the_other(clock):
    """A loop over the budgets themselves, with a clock that only they move."""
    samples, views = Budget(clock=clock), ViewBudget(clock)
    making_s, sampling_s = 0.012, 0.001
    made = sampled = 0
    for number in range(1, 3001):
        if views.due():
            clock.now, made = clock.now + making_s, made + 1
            views.spent(making_s)
        due = samples.due()
        clock.now += 0.003 if number <= 2000 else 0.009
        if due:
            clock.now, sampled = clock.now + sampling_s, sampled + 1
            samples.spent(sampling_s)
        if number % 100 == 0:
            clock.now += 0.05
    clock.now += making_s  # at the end
    costs = Costs(
        steps=[(2000, 0.003), (1000, 0.009)],
        evaluations=(30, 0.05),
        sample_s=sampling_s,
        sample_apart_s=samples.apart_s(sampling_s),
        views_s=making_s,
        views_apart_s=views.apart_s(making_s),
    )
    assert made >= 8
    assert sampled > 100
    assert costs.total_s == pytest.approx(clock.now, rel=0.01)


def test_views_of_a_short_run_are_made_at_both_ends():
    costs = Costs([(10, 0.001)], (1, 0.01), views_s=0.1, views_apart_s=4.0)
    assert costs.total_s == pytest.approx(10 * 0.001 + 0.01 + 2 * 0.1)


def test_forecast_weighs_spans_and_evaluations_by_how_often_they_come(
    clock, monkeypatch
):
    real_step = forecast.Rehearsal.make
    real_batch = Viewing.make
    real_evaluation = forecast.Rehearsal.evaluation

    def make(self, number):
        clock.now += 1.0 if number <= 300 else 3.0
        return real_step(self, number)

    def evaluation(self):
        for event in real_evaluation(self):
            clock.now += 2.5  # twice a batch, and once when both are done
            yield event

    def views(self, step):
        clock.now += 10.0
        yield from real_batch(self, step)

    monkeypatch.setattr(Budget, "also", lambda *_, **__: None)  # a busy machine
    monkeypatch.setattr(forecast.Rehearsal, "make", make)
    monkeypatch.setattr(forecast.Rehearsal, "evaluation", evaluation)
    monkeypatch.setattr(Viewing, "make", views)
    project = mlp(
        named("a", last=300),
        named("b", first=301),
        steps=500,
        evaluate_every=50,
    )
    rehearsal = Rehearsal(project, clock=clock)
    rehearsal._trainer.monitor._enabled = False  # it looks at a clock of its own
    found = rehearsal.forecast(budget_s=9.0)
    apart = ViewBudget(clock).apart_s(10.0)
    worked = 300 * 1.0 + 200 * 3.0 + 10 * 7.5
    makings = 2 + int(worked / apart)
    assert found.total_s == pytest.approx(worked + 10.0 * makings, rel=0.01)
    assert found.step_s == pytest.approx((300 + 600) / 500, rel=0.01)
    epochs = 500 / found.steps_per_epoch
    assert found.epoch_s == pytest.approx(found.total_s / epochs)


def test_slow_evaluation_is_told_from_its_first_batches(clock):
    rehearsal = Rehearsal(mlp(), clock=clock)

    def pieces():
        for _ in range(10):
            clock.now += 1.0
            yield

    taken = rehearsal._part_s(pieces(), [256] * 9 + [128], budget_s=2.5)
    assert taken == pytest.approx(3.0 * (9 * 256 + 128) / (3 * 256))
    assert clock.now == 3.0


def test_forecast_knows_length_and_device():
    project = presets.load("digits-mlp")
    project.training = project.training.with_value("threads", 1)
    found = Rehearsal(project).forecast(revision=3, budget_s=0.02)
    assert (found.revision, found.device, found.threads) == (3, "cpu", 1)
    epochs = project.training.number("epochs")
    assert found.total_steps == epochs * found.steps_per_epoch
    assert found.total_s == pytest.approx(found.epoch_s * epochs)
    assert found.epoch_s >= found.step_s * found.steps_per_epoch > 0


def test_footprint_counts_tensors_while_they_are_there():
    watched = Footprint(torch.device("cpu"))
    with watched:
        weight = torch.zeros(10, 20).requires_grad_()
        x = torch.ones(5, 10)
        assert watched.live_bytes == FLOAT * (200 + 50)
        hidden = torch.relu(x @ weight)  # the product is gone
        part = hidden[1:]  # the same memory
        assert watched.live_bytes == FLOAT * (200 + 50 + 100)
        assert watched.peak_bytes == FLOAT * (200 + 50 + 200)
        loss = (part * part).sum()
        loss.backward()
        del hidden, part, loss
        assert watched.live_bytes == FLOAT * (200 + 50 + 200)  # with the gradient
    del x
    assert watched.live_bytes == FLOAT * 400
    weight.grad = None
    assert watched.live_bytes == FLOAT * 200


def test_footprint_counts_one_device_alone():
    watched = Footprint(torch.device("cpu"))
    with watched:
        elsewhere = torch.zeros(1000, device="meta")
        here = elsewhere.new_zeros(3, device="cpu")
    assert watched.peak_bytes == FLOAT * len(here)


def test_forecast_of_memory_holds_all_that_is_there_at_once(monkeypatch):
    monkeypatch.setattr(highwater, "_sizes", highwater._Sizes)  # tensors alone
    project = mlp(named("training", optimizer="adam"), batch_size=16)
    wide = Node("hidden", "linear", {"out_features": 5000})
    project.graph.replace_node(wide)
    found = Rehearsal(project).forecast(budget_s=0.01)
    parts = Trainer(project).parts
    weights = sum(w.numel() for w in parts.program.modules.parameters())
    data = 150 * (4 * FLOAT + 8)  # iris: four features and a class of each flower
    # weights, gradients, two moments; a copy for the monitor; copies of a checkpoint
    state = FLOAT * weights * (4 + 1 + 3)
    activations = FLOAT * 16 * (4 + 5000 + 3)
    least = state + data + activations
    assert least < found.memory_bytes < 2 * least


def test_larger_batches_take_more_memory():
    found = []
    for size in (8, 1024):
        project = presets.load("digits-mlp")
        training = project.training.with_value("threads", 1)
        project.training = training.with_value("batch_size", size)
        found.append(Rehearsal(project).forecast(budget_s=0.01).memory_bytes)
    images = FLOAT * (1024 - 256) * 64  # an evaluation has 256 in any case
    assert found[1] - found[0] > images


def test_stopped_rehearsal_tells_nothing():
    rehearsal = Rehearsal(presets.load("xor"))
    rehearsal.stop()
    assert rehearsal.forecast() is None


def test_rehearsal_is_stopped_between_two_batches_of_an_evaluation(monkeypatch):
    rehearsal = Rehearsal(mlp())
    real, batches = forecast.Rehearsal.evaluation, []

    def evaluation(self):
        for event in real(self):
            batches.append(event)
            rehearsal.stop()
            yield event

    monkeypatch.setattr(forecast.Rehearsal, "evaluation", evaluation)
    assert rehearsal.forecast(budget_s=0.01) is None
    assert len(batches) == 1


def test_rehearsal_is_stopped_inside_the_forward_pass_of_a_view(monkeypatch):
    rehearsal = Rehearsal(presets.load("spirals"))
    layers = list(rehearsal._trainer.parts.program.modules.modules())
    last = [layer for layer in layers if isinstance(layer, torch.nn.Linear)][-1]
    real, calls = Viewing.make, []

    def make(self, step):
        rehearsal.stop()
        last.register_forward_hook(lambda *_: calls.append(1))
        yield from real(self, step)

    monkeypatch.setattr(Viewing, "make", make)
    assert rehearsal.forecast(budget_s=0.01) is None
    assert not calls


def test_rehearsal_that_diverges_tells_nothing():
    rehearsal = Rehearsal(mlp())
    for weight in rehearsal._trainer.parts.program.modules.parameters():
        weight.data.fill_(math.nan)
    assert rehearsal.forecast(budget_s=0.01) is None


@pytest.mark.parametrize("name", ["xor", "mnist-cnn"])
def test_forecast_leaves_threads_and_random_states_as_they_are(name):
    torch.manual_seed(5)
    threads, before = torch.get_num_threads(), torch.get_rng_state()
    project = presets.load(name)
    if name != "xor":
        project.training = project.training.with_value("threads", 1)
    assert Rehearsal(project).forecast(budget_s=0.01)
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.get_rng_state(), before)


def test_training_after_a_forecast_is_the_same_to_the_bit():
    project = mlp(dropout=0.3)

    def trained():
        trainer = Trainer(project)
        for _ in trainer.steps():
            pass
        return trainer.drain().losses

    before = trained()
    assert Rehearsal(project).forecast(budget_s=0.01)
    assert (trained() == before).all()


@pytest.mark.skipif(not resident_bytes(), reason="the system tells no sizes")
def test_high_water_is_what_a_large_tensor_takes_and_gives_back():
    water, size = HighWater(), 64 * 2**20
    tensor = torch.ones(size // FLOAT)
    there = water.growth_bytes
    del tensor
    assert there == pytest.approx(size, rel=0.05)
    assert water.grown_bytes == pytest.approx(size, rel=0.05)
    assert water.growth_bytes < 0.05 * size


@pytest.mark.skipif(not resident_bytes(), reason="the system tells no sizes")
def test_forecast_of_a_process_counts_what_its_weights_take_with_all_beside_them():
    project = mlp(named("training", optimizer="adam"), batch_size=16)
    project.graph.replace_node(Node("hidden", "linear", {"out_features": 1_000_000}))
    found = Rehearsal(project).forecast(budget_s=0.01)
    parts = Trainer(project).parts
    weights = sum(w.numel() for w in parts.program.modules.parameters())
    assert 5 * FLOAT * weights < found.memory_bytes < 16 * FLOAT * weights


def test_data_that_a_check_has_loaded_belongs_to_the_training():
    project = mlp()
    loaded = catalog.load({"source": "iris"})
    size = sum(a.nbytes for part in (loaded.train, loaded.validation)
               for a in part.values())  # fmt: skip
    assert (
        forecast._held_data(project) == catalog.held_bytes({"source": "iris"}) == size
    )
    assert catalog.held_bytes() >= size
