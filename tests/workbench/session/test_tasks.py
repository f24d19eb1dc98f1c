"""Task matrices against a trained network judged with numpy, and against lists."""

import numpy as np
import pytest

import presets
from engine.data import catalog
from engine.graph.settings_text import assign
from engine.protocol.messages import Evaluation, Frame
from engine.training.loop.trainer import Trainer
from tests.helpers import frames
from workbench.session.curves.history import History
from workbench.session.names import names_of
from workbench.session.tasks import forgotten, matrices_of


def evaluation(step, **values):
    return Evaluation(step, step / 10, values, values, best=False)


def told(*evaluations):
    none = np.zeros((0, 2))
    return Frame(
        evaluations[-1].step,
        1.0,
        "training",
        np.zeros(0, np.int64),
        none,
        none,
        evaluations=evaluations,
    )


def test_rows_follow_the_wires_and_say_which_classes_can_be_the_answer():
    (matrix,) = matrices_of(presets.load("forgetting"))
    assert matrix.node == "tasks"
    rows = [(task.metric, task.classes) for task in matrix.tasks]
    assert rows == [
        ("accuracy_a", ()),
        ("accuracy_b", ()),
        ("masked_a", (0, 1, 2, 3, 4)),
        ("masked_b", (5, 6, 7, 8, 9)),
    ]
    assert matrix.phases == ((1, "task A"), (301, "task B"))


def test_phases_that_go_on_at_the_same_time_have_no_borders():
    project = presets.load("forgetting")
    assign(project, ["first=1"])
    (matrix,) = matrices_of(project)
    assert matrix.phases == ()
    assert matrices_of(presets.load("xor")) == ()


def test_matrix_holds_the_evaluations_of_the_run_in_order():
    history = History()
    names = names_of(presets.load("forgetting"))
    history.begin(frames.run_started(phases=("task A", "task B")), names)
    assert history.views == {}
    history.add(told(evaluation(20, accuracy_a=0.5, accuracy_b=0.1, masked_a=0.75)))
    seen = history.views_seen
    history.add(
        told(
            evaluation(40, accuracy_a=0.9, accuracy_b=0.0, masked_a=1.0, masked_b=0.5),
            evaluation(60, accuracy_a=0.2, accuracy_b=0.8, masked_a=0.7, masked_b=0.6),
        )
    )
    view = history.views["tasks"]
    assert history.views_seen > seen
    assert (view.kind, view.step) == ("task_matrix", 60)
    assert view.arrays["steps"].tolist() == [20, 40, 60]
    assert view.arrays["values"][:3].tolist() == [
        [0.5, 0.9, 0.2],
        [0.1, 0.0, 0.8],
        [0.75, 1.0, 0.7],
    ]
    assert np.isnan(view.arrays["values"][3, 0])
    assert view.arrays["values"][3, 1:].tolist() == [0.5, 0.6]
    assert view.arrays["masked"].tolist() == [False, False, True, True]
    assert view.arrays["begins"].tolist() == [1, 301]


def test_forgotten_is_the_best_so_far_minus_now():
    values = np.array([[0.5, 0.9, 0.2], [0.1, 0.4, 0.8], [np.nan, 0.7, 0.6]])
    assert forgotten(values) == pytest.approx([0.7, 0.0, 0.1])
    assert forgotten(np.zeros((2, 0))).tolist() == [0.0, 0.0]


def test_matrix_of_a_training_equals_the_network_judged_by_numpy():
    project = presets.load("forgetting")
    assign(
        project,
        ["steps=24", "task A.last=12", "task B.first=13", "evaluate_every=12",
         "device=cpu", "threads=1"],
    )  # fmt: skip
    trainer, expected = Trainer(project, monitor=False), []
    for _ in trainer.steps():
        step = trainer.position.evaluated_at
        if step and len(expected) < step // 12:
            expected.append(judged(trainer))
    (matrix,) = matrices_of(project)
    view = matrix.view(trainer.drain().evaluations)
    assert view.arrays["steps"].tolist() == [12, 24]
    np.testing.assert_allclose(view.arrays["values"], np.array(expected).T, atol=1e-12)
    assert len(np.unique(view.arrays["values"])) > 4


def judged(trainer):
    """Return the accuracies of both tasks, of all ten scores and of the task's own."""
    values = trainer.parts.program.modules.state_dict()
    weights = {name: tensor.numpy().astype(float) for name, tensor in values.items()}
    rows = []
    for classes in (slice(0, 10), None):
        for task, own in (("task_a", slice(0, 5)), ("task_b", slice(5, 10))):
            held_back = catalog.load(trainer.parts.program.node(task).params).validation
            x = held_back["image"].astype(float).reshape(-1, 64)
            for layer in ("linear1", "linear2", "scores"):
                x = x @ weights[f"net_a.{layer}.weight"].T
                x = x + weights[f"net_a.{layer}.bias"]
                x = x if layer == "scores" else np.maximum(x, 0)
            chosen = classes or own
            answers = x[:, chosen].argmax(1) + chosen.start
            rows.append((answers == held_back["label"]).mean())
    return rows


def test_a_past_step_shows_the_evaluations_up_to_it_also_of_an_opened_run():
    history = History()
    names = names_of(presets.load("forgetting"))
    history.begin(frames.run_started(phases=("task A", "task B")), names)
    steps = (20, 40, 60)
    history.add(told(*(evaluation(s, accuracy_a=s / 100) for s in steps)))  # at once
    for looked_at, expected in ((59, [20, 40]), (20, [20]), (None, [20, 40, 60])):
        history.look_back(looked_at)
        (view,) = history.shown_views
        assert view.arrays["steps"].tolist() == expected
        assert view.step == expected[-1]
        np.testing.assert_allclose(view.arrays["values"][0], np.array(expected) / 100)
