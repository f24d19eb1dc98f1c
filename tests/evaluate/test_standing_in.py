"""Runs on own data, judged and asked about other files; plain numpy and torch check."""

import csv
import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from engine.cli.main import main
from engine.data.own import fitted
from engine.errors import ConfigError, EngineError
from engine.evaluate.figures import slices
from engine.evaluate.subject import Subject

RANDOM = np.random.default_rng(7)
CLASSES = ("ant", "bee", "cat")
TOWNS = ("north", "south", "west")


def rows(count):
    made = []
    for _ in range(count):
        kind = int(RANDOM.integers(3))
        size = "" if RANDOM.random() < 0.1 else f"{RANDOM.normal(kind * 2, 0.8):.3f}"
        made.append([size, f"{RANDOM.normal() * 50 + 1000:.2f}",
                     TOWNS[int(RANDOM.integers(3))], CLASSES[kind]])  # fmt: skip
    return made


def write(path, table, separator=","):
    with path.open("w", newline="") as file:
        lines = csv.writer(file, delimiter=separator)
        lines.writerows([["size", "height", "town", "kind"], *table])
    return path


def document(path, **params):
    data = {"source": "file", "path": path.name, **params}
    nodes = [
        {"id": "data", "type": "data", "params": data},
        {"id": "fc", "type": "linear", "params": {"out_features": 8}},
        {"id": "act", "type": "tanh"},
        {"id": "scores", "type": "linear", "params": {"out_features": 3}},
        {"id": "loss", "type": "cross_entropy"},
    ]
    edges = [["data.features", "fc.input"], ["fc.out", "act.input"],
             ["act.out", "scores.input"], ["scores.out", "loss.input"],
             ["data.label", "loss.target"]]  # fmt: skip
    record = {"format": "backprop-workbench", "version": 1, "name": "own",
              "graph": {"nodes": nodes, "edges": edges}}  # fmt: skip
    file = path.parent / "own.bpw"
    file.write_text(json.dumps(record))
    return file


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Return a run whose training data is gone, and another file of the same kind."""
    folder = tmp_path_factory.mktemp("own")
    first = write(folder / "first.csv", rows(240))
    run = folder / "run"
    words = ["--steps", "150", "--device", "cpu", "--threads", "1", "--out", str(run)]
    assert main(["train", str(document(first)), *words]) == 0
    first.unlink()
    table = rows(90)
    table[3][2] = "a town that nobody knows"
    return run, write(folder / "second.csv", table, ";"), table


def by_hand(run, table):
    """Return softmax by plain torch on the steps that the run wrote down."""
    told = json.loads((run / "run.json").read_text())
    fills = {step["column"]: step["fill"] for step in told["preparation"]["data"]}
    scaling = told["scaling"]["data"]["features"]
    made = []
    for size, height, town, _ in table:
        place = TOWNS.index(town if town in TOWNS else fills["town"])
        made.append([float(size or fills["size"]), float(height),
                     *(float(place == n) for n in range(3))])  # fmt: skip
    x = (np.array(made) - scaling["shift"]) / np.array(scaling["scale"])
    file = run.parent / "weights.safetensors"
    assert weights_of(run, file) == 0
    w = load_file(file)
    x = torch.tensor(x, dtype=torch.float32)
    hidden = torch.tanh(x @ w["fc.weight"].T + w["fc.bias"])
    scores = hidden @ w["scores.weight"].T + w["scores.bias"]
    return scores.double().softmax(1).numpy()


def weights_of(run, file):
    from safetensors.torch import save_file

    from engine.training.records.runs import open_run

    save_file(open_run(run).load_weights(), file)
    return 0


def test_new_rows_are_answered_without_the_training_data(trained, tmp_path):
    run, file, table = trained
    out = tmp_path / "out.csv"
    assert main(["predict", str(run), str(file), "--out", str(out)]) == 0
    with out.open(newline="") as written:
        found = list(csv.DictReader(written))
    expected = by_hand(run, table)
    for index, name in enumerate(CLASSES):
        got = [float(line[f"share of {name}"]) for line in found]
        assert got == pytest.approx(expected[:, index], abs=1e-6)
    assert [one["answer"] for one in found] == [CLASSES[i] for i in expected.argmax(1)]


def test_judged_on_another_file_equals_plain_torch(trained, capsys):
    run, file, table = trained
    capsys.readouterr()
    assert main(["evaluate", str(run), "--data", str(file), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    shares = by_hand(run, table)
    labels = np.array([CLASSES.index(row[3]) for row in table])
    assert told["data"] == "second.csv"
    assert told["num_evaluated"] == len(table)
    expected = -np.log(shares[np.arange(len(labels)), labels]).mean()
    assert told["scores"]["loss"] == pytest.approx(expected, rel=1e-5)
    found = told["judged"][0]["found"]
    right = shares.argmax(1) == labels
    assert found["accuracy"]["value"] == pytest.approx(right.mean())
    assert found["on_training"]["value"] is None  # it is gone
    (north,) = [s for s in found["slices"] if s["condition"] == "town = north"]
    # The steps of the run decide what an unknown town counts as.
    fill = json.loads((run / "run.json").read_text())["preparation"]["data"][-1]["fill"]
    inside = np.array([(r[2] if r[2] in TOWNS else fill) == "north" for r in table])
    assert north["samples"] == inside.sum()
    assert north["figure"]["value"] == pytest.approx(right[inside].mean())


def test_own_data_that_is_gone_is_said(trained, capsys):
    run, _, _ = trained
    assert main(["evaluate", str(run)]) == 2
    assert "first.csv" in capsys.readouterr().err


def test_other_kind_of_file_is_refused(trained, tmp_path, capsys):
    run, _, _ = trained
    (tmp_path / "bad.csv").write_text("one,two\n1,2\n3,4\n")
    for command in ("evaluate", "predict"):
        bad, out = str(tmp_path / "bad.csv"), str(tmp_path / "o.csv")
        more = ["--data", bad] if command == "evaluate" else [bad, "--out", out]
        assert main([command, str(run), *more]) == 2
        assert "size" in capsys.readouterr().err
    assert not (tmp_path / "o.csv").exists()


def test_built_in_data_has_no_stand_in(tmp_path):
    run = tmp_path / "run"
    words = ["--steps", "2", "--threads", "1", "--out", str(run)]
    assert main(["train", "digits-mlp", *words]) == 0
    with pytest.raises(EngineError, match="can't take the place"):
        Subject(run, data=tmp_path)


@pytest.mark.parametrize(
    "row",
    [("use", "eat"), ("fill", "x"), ("scaling", "x", "none", "a", 1.0),
     ("scaling", "x", "none", (1.0, 2.0), 1.0), ("scaling", "x", "none", 0.0, 0.0),
     ("scaling", "x", "odd", 0.0, 1.0), "word",
     (fitted.WEIGHTS, "y", (1.0, -1.0)), (fitted.WEIGHTS, "y", (1.0, "x")),
     (fitted.WEIGHTS, "y", (float("nan"),)), (fitted.WEIGHTS, "y", 1.0)],
)  # fmt: skip
def test_steps_that_no_run_wrote_are_refused(row):
    with pytest.raises(ConfigError, match="no steps"):
        fitted.of((row,))


@pytest.mark.parametrize("record", [3, [3], [{"column": "x"}], ["x"]])
def test_record_that_no_run_wrote_is_refused(record):
    with pytest.raises(ConfigError, match="no steps"):
        fitted.rows(record, {}, {}, "judge")


def test_worse_part_is_found_and_chance_is_not():
    x = RANDOM.normal(size=2000)
    right = (RANDOM.random(2000) < np.where(x > 1.0, 0.6, 0.95)).astype(float)
    columns = {"x": x, "noise": RANDOM.normal(size=2000)}
    found = slices.found(columns, right, slices.share)
    worse = [one for one in found if one.is_worse]
    edge = np.quantile(x, 0.75)
    assert [one.condition for one in worse] == [f"x > {edge:.4g}"]
    assert worse[0].figure.value == pytest.approx(right[x > edge].mean())
    assert worse[0].samples == (x > edge).sum()
    none = slices.found({"noise": columns["noise"]}, right, slices.share)
    assert not [one for one in none if one.is_worse]
    assert sum(one.samples for one in none) == 2000
