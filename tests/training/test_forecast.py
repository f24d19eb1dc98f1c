import pytest
import torch

import presets
from engine.training.forecast import Rehearsal, Saved


def test_forecast_knows_length_and_memory_of_the_run():
    project = presets.load("digits-mlp")
    training = project.training
    project.training = training.with_value("threads", 1)
    found = Rehearsal(project).forecast(revision=3, budget_s=0.02)
    batch = training.number("batch_size")
    epochs = training.number("epochs")
    assert found.revision == 3
    assert found.device == "cpu"
    assert found.total_steps == epochs * found.steps_per_epoch
    assert found.total_s == pytest.approx(found.epoch_s * epochs)
    assert found.epoch_s >= found.step_s * found.steps_per_epoch > 0
    weights = sum(
        weight.numel()
        for weight in Rehearsal(project)._trainer.parts.program.modules.parameters()
    )
    assert found.weight_bytes == pytest.approx(4 * 4 * weights, rel=0.01)  # Adam's two
    assert found.activation_bytes > 4 * batch * 64  # the images themselves


def test_saved_counts_what_backward_needs_once_and_no_weights():
    weight = torch.randn(10, 20, requires_grad=True)
    saved = Saved([weight])
    x = torch.randn(5, 10)
    with saved.watching():
        hidden = torch.relu(x @ weight)  # keeps x and its own output
        (hidden * hidden).sum()  # keeps hidden, which is counted already
    assert saved.peak_bytes == 4 * (5 * 10 + 5 * 20)


def test_stopped_rehearsal_tells_nothing():
    rehearsal = Rehearsal(presets.load("xor"))
    rehearsal.stop()
    assert rehearsal.forecast() is None


def test_forecast_leaves_threads_as_they_are():
    before = torch.get_num_threads()
    Rehearsal(presets.load("xor")).forecast(budget_s=0.01)
    assert torch.get_num_threads() == before
