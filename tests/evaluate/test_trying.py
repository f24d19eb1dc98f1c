"""Single samples: the same answers as plain torch, and as the rows of a file."""

import io
import json

import numpy as np
import pytest
import torch

from engine.cli.main import main
from engine.data import catalog
from engine.errors import EngineError
from engine.evaluate.trying import Trial
from engine.measure.views.makers.text_sample import Drawer
from engine.training.records.runs import open_run
from tests.evaluate.test_standing_in import CLASSES, TOWNS, by_hand, trained

__all__ = ["trained"]


def preset(name, folder, *words):
    run = folder / name
    assert main(["train", name, "--threads", "1", "--out", str(run), *words]) == 0
    return run


def test_row_of_own_data_equals_plain_torch(trained):
    run, _, _ = trained
    trial = Trial(run)
    (told,) = trial.description["inputs"]
    assert [c["name"] for c in told["columns"]] == ["size", "height", "town"]
    assert told["columns"][2]["classes"] == TOWNS
    for size in ("3.5", ""):  # what is missing is filled in as in training
        cells = {"size": size, "height": "990.5", "town": "south"}
        found = trial.answer({"features": cells})
        (expected,) = by_hand(run, [[size, "990.5", "south", ""]])
        order = np.argsort(-expected)
        assert found["names"] == [CLASSES[n] for n in order]
        assert found["values"] == pytest.approx(expected[order], abs=1e-6)


def test_what_is_usual_is_proposed(trained):
    run, _, _ = trained
    columns = Trial(run).description["inputs"][0]["columns"]
    told = json.loads((run / "run.json").read_text())["preparation"]["data"]
    for column, step in zip(columns, told, strict=True):
        known = column["example"]
        if column["kind"] == "number":
            assert float(known) == pytest.approx(step["fill"], rel=1e-5)
        else:
            assert known == step["fill"]


@pytest.mark.parametrize(
    ("question", "words"),
    [({}, "features"), ({"features": {"size": "x", "height": "1"}}, "no number"),
     ({"features": {"town": "nowhere"}}, "no such class"),
     ({"file": "/nowhere.csv"}, "nowhere"), ({"features": [1, 2]}, "numbers")],
)  # fmt: skip
def test_what_can_not_be_answered_is_said(trained, question, words):
    with pytest.raises(EngineError, match=words):
        Trial(trained[0]).answer(question)


def test_picture_equals_plain_torch(tmp_path):
    run = preset("digits-mlp", tmp_path, "--steps", "40")
    trial, data = Trial(run), catalog.load({"source": "digits"})
    (told,) = trial.description["inputs"]
    assert (told["kind"], told["high"], told["is_dark"]) == ("image", 16.0, True)
    raw = data.scaling["image"].invert(data.validation["image"][:1])
    found = trial.answer({"image": raw.ravel().tolist()})
    weights = open_run(run).load_weights()
    x = torch.tensor(data.validation["image"][:1]).flatten(1)
    names = [n.removesuffix(".weight") for n in weights if n.endswith(".weight")]
    order = [n for n in open_run(run).project.graph.nodes if n in names]
    for name in order:
        x = x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]
        x = torch.relu(x) if name != order[-1] else x
    expected = x.double().softmax(1)[0].numpy()
    got = dict(zip(found["names"], found["values"], strict=True))
    assert [got[str(n)] for n in range(10)] == pytest.approx(expected, abs=1e-6)


def test_text_is_answered_behind_its_last_letter(tmp_path):
    run = preset("tiny-gpt", tmp_path, "--steps", "2", "--device", "cpu")
    trial = Trial(run)
    (told,) = trial.description["inputs"]
    # The network is causal: what stands behind the last letter makes no difference.
    names = list(trial._inputs["tokens"][1].classes)
    data = catalog.load({"source": "python_help", "context": told["length"]})
    tokens = np.zeros((1, told["length"]), np.int64)
    tokens[0, :4] = [names.index(letter) for letter in "The "]
    tokens[0, 4:] = data.validation["tokens"][0][4:]
    shares = trial._predictor.answers({"tokens": tokens})[3]
    found = trial.answer({"tokens": "The "})
    got = dict(zip(found["names"], found["values"], strict=True))
    for name, value in got.items():
        assert value == pytest.approx(shares[names.index(name)], abs=1e-5)
    with pytest.raises(EngineError, match="vocabulary"):
        trial.answer({"tokens": "日本"})


def test_series_is_answered_in_its_own_units(tmp_path):
    run = preset("sunspots", tmp_path, "--steps", "3", "--device", "cpu")
    trial = Trial(run)
    (told,) = trial.description["inputs"]
    assert told["kind"] == "numbers"
    found = trial.answer({"window": told["example"]})
    assert found["kind"] == "numbers"
    assert -200 < found["values"][0] < 400
    with pytest.raises(EngineError, match="numbers that the network reads"):
        trial.answer({"window": told["example"][1:]})


def test_lines_in_are_answered_line_by_line(trained, monkeypatch, capsys):
    row = {"size": "1", "height": "1000", "town": "west"}
    lines = [json.dumps({"id": 7, "features": row}), "nonsense", "[1]", '{"id": 9}']
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines) + "\n"))
    capsys.readouterr()
    assert main(["try", str(trained[0])]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert "ready" in told[0]
    assert [one.get("id") for one in told[1:]] == [7, None, None, 9]
    assert ["error" in one for one in told[1:]] == [False, True, True, True]


LINES = [
    "[" * 100_000,
    '{"id": ' + "9" * 5000 + "}",
    '{"features": {}, "id": "\\ud800"}',
    '{"features": [' + ", ".join(["9" * 400] * 3) + "]}",
    '{"features": {"size": "1e999"}}',
    '{"features": {"a": 1}}',
    '{"file": "/dev/zero"}',
    '{"file": "a\\u0000b"}',
    "\ud800",
    "",
]


def test_no_line_ends_the_answers(trained, monkeypatch, capsys):
    data = "\n".join([*LINES, '{"id": 9}', ""]).encode("utf-8", "surrogatepass")
    stream = io.TextIOWrapper(io.BytesIO(data), "utf-8")
    monkeypatch.setattr("sys.stdin", stream)
    capsys.readouterr()
    assert main(["try", str(trained[0])]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(told) == len(LINES) + 2
    answered = [n for n, one in enumerate(told[1:]) if "error" not in one]
    assert answered == [2, 5]  # cells that are not given are missing values
    assert told[-1]["id"] == 9
    assert not any("column" in one["error"] for one in told[1:3])


def test_an_object_is_no_picture(tmp_path):
    run = preset("digits-mlp", tmp_path, "--steps", "2")
    for value in ({}, {"a": 1}):
        with pytest.raises(EngineError, match="numbers"):
            Trial(run).answer({"image": value})


def test_coldest_draws_are_the_best_token():
    scores = torch.tensor([1.0, 3.0, 2.0])
    drawn = Drawer(1e-320, None, torch.Generator().manual_seed(0))
    assert drawn.shares(scores).tolist() == [0.0, 1.0, 0.0]
    assert {drawn(scores) for _ in range(20)} == {1}
