"""Views that are asked for: cells of a matrix, other settings, at a safe moment."""

import numpy as np
import pytest
import torch

from engine.data import catalog
from engine.errors import EngineError
from engine.measure.views import cell
from engine.measure.views.subject import Subject
from engine.protocol import commands
from engine.protocol.wire import encoding
from engine.training.loop import view_requests
from engine.training.machine.interrupt import InterruptedStepError
from tests.training.test_viewing import viewing_of


def by_hand(program, feeds):
    """Return inputs, labels, answers and losses of the whole validation part."""
    (size, batch), *rest = feeds.validation_batches(100_000)
    assert not rest
    program.modules.eval()
    scores, labels = program.evaluation.run(batch)["confusion"]
    values = scores.detach().double().numpy()
    shares = np.exp(values) / np.exp(values).sum(1, keepdims=True)
    labels = labels.numpy()
    losses = -np.log(shares[np.arange(size), labels])
    return batch, labels, values.argmax(1), losses


def largest_mistake(labels, answers):
    pairs = list(zip(labels.tolist(), answers.tolist(), strict=True))
    wrong = [pair for pair in pairs if pair[0] != pair[1]]
    return max(set(wrong), key=wrong.count)


def test_a_cell_has_the_samples_of_numpy_the_worst_first():
    program, feeds, viewing = viewing_of("digits-mlp")
    batch, labels, answers, losses = by_hand(program, feeds)
    right, answer = largest_mistake(labels, answers)
    view = view_requests.cell(commands.OpenCell("confusion", right, answer), viewing, 5)
    inside = np.flatnonzero((labels == right) & (answers == answer))
    expected = inside[np.argsort(-losses[inside], kind="stable")]
    assert len(expected) > 3
    assert (view.kind, view.node, view.step) == ("matrix_cell", "confusion", 5)
    assert view.arrays["samples"].tolist() == expected.tolist()
    np.testing.assert_allclose(view.arrays["losses"], losses[expected], rtol=1e-5)
    assert set(view.arrays["labels"].tolist()) == {right}
    assert set(view.arrays["answers"].tolist()) == {answer}
    assert view.words["total"] == (str(len(expected)),)
    (pixels,) = [batch[name] for name in batch if batch[name].dim() == 4]
    values = pixels[expected].double().numpy().transpose(0, 2, 3, 1)
    levels = (values - pixels.min().item()) / (pixels.max() - pixels.min()).item()
    np.testing.assert_allclose(view.arrays["pixels"] / 255, levels, atol=0.003)
    assert encoding.decode(encoding.encode(view)).words == view.words


def test_rows_of_a_table_have_the_units_of_the_data_set():
    program, feeds, viewing = viewing_of("breast-cancer")
    batch, labels, answers, losses = by_hand(program, feeds)
    right, answer = largest_mistake(labels, answers)
    view = view_requests.cell(commands.OpenCell("confusion", right, answer), viewing, 0)
    inside = np.flatnonzero((labels == right) & (answers == answer))
    worst = inside[np.argsort(-losses[inside], kind="stable")]
    name = next(name for name in batch if batch[name].dim() == 2)
    scaling = catalog.load(program.node("data").params).scaling
    port = name.rpartition(".")[2]
    raw = scaling[port].invert(batch[name].double().numpy())[worst, :6]
    np.testing.assert_allclose(view.arrays["features"], raw[:120], rtol=1e-4)
    assert len(view.words["columns"]) == 6


def test_tokens_of_a_cell_are_read_as_text():
    subject = Subject(
        {"class_dim": "automatic", "threshold": 0.0},
        {
            "input": torch.tensor([[2.0, 0.0], [0.0, 1.0], [3.0, 0.0]]),
            "target": torch.tensor([1, 1, 1]),
            "sample": torch.tensor([[1, 2], [2, 2], [2, 0]]),
        },
        tokens=("", "a", "b"),
    )
    arrays, words = cell.draw(subject, right=1, answer=0)
    assert arrays["samples"].tolist() == [2, 0]
    assert words["texts"] == ("b", "ab")
    np.testing.assert_allclose(arrays["losses"], np.log1p(np.exp([3.0, 2.0])))


def test_an_empty_cell_is_an_answer_too():
    _, _, viewing = viewing_of("digits-mlp")
    view = view_requests.cell(commands.OpenCell("confusion", 99, 0), viewing, 0)
    assert view.words["total"] == ("0",)
    assert view.arrays["samples"].tolist() == []


def test_what_is_no_matrix_or_not_there_is_refused():
    _, _, viewing = viewing_of("xor")
    for path, title in (("boundary", "DecisionBoundary"), ("nothing", "nothing")):
        with pytest.raises(EngineError, match=title):
            view_requests.cell(commands.OpenCell(path, 0, 1), viewing, 0)


TEXT = {"data__context": 12, "data__samples": 4000, "sample__length": 4}


def test_settings_of_a_text_count_from_then_on():
    program, _, viewing = viewing_of("char-lstm", **TEXT)
    asked = {"prompt": "def ", "top_k": 1, "seed": 3}
    (view,) = view_requests.views(commands.Look({"sample": asked}), viewing, 7).views
    assert (view.step, view.words["prompt"]) == (7, ("def ",))
    program.modules.eval()
    modules, tokens = program.modules, view.arrays["tokens"].tolist()
    for length in range(4, 8):
        out, _ = modules.at("lstm")(modules.at("embedding")(torch.tensor([tokens])))
        assert modules.at("scores")(out)[0, length - 1].argmax() == tokens[length]
    for _ in viewing.make(8):
        pass
    (later,) = viewing.take()
    assert later.words["text"] == view.words["text"]


def test_next_letters_are_drawn_as_softmax_over_temperature_says():
    program, _, viewing = viewing_of("char-lstm", **{**TEXT, "sample__length": 1})
    program.modules.eval()
    prompt = torch.tensor([[0]])
    out, _ = program.modules.at("lstm")(program.modules.at("embedding")(prompt))
    program.modules.at("scores").weight.data.mul_(8)  # far from even
    scores = program.modules.at("scores")(out)[0, 0].detach().double().numpy()
    best = np.argsort(-scores)[:3]
    raised = np.exp(scores[best] / 0.7)
    drawn = []
    for seed in range(600):
        wish = {"prompt": "", "temperature": 0.7, "top_k": 3, "seed": seed}
        (view,) = view_requests.views(commands.Look({"sample": wish}), viewing, 0).views
        drawn.append(int(view.arrays["tokens"][1]))
    assert set(drawn) == set(best.tolist())
    shares = [drawn.count(int(token)) / 600 for token in best]
    np.testing.assert_allclose(shares, raised / raised.sum(), atol=0.07)


@pytest.mark.parametrize("wish", [{"temperature": 0.0}, {"colour": "red"}])
def test_settings_that_a_view_cannot_have_change_nothing(wish):
    _, _, viewing = viewing_of("char-lstm", **TEXT)
    with pytest.raises(EngineError):
        view_requests.views(commands.Look({"sample": wish}), viewing, 0)
    (view,) = view_requests.views(commands.Look(), viewing, 0).views
    assert view.words["prompt"] == ("The ",)


def test_a_stop_ends_looking_without_an_answer():
    _, _, viewing = viewing_of("digits-mlp")
    with pytest.raises(InterruptedStepError):
        view_requests.views(commands.Look(), viewing, 0, ended=lambda: True)
