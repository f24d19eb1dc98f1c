"""Answers for the rows of a file against plain torch on the same recorded steps."""

import csv

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

import presets
from engine.cli.main import main
from engine.data import catalog
from engine.errors import DataError, TrainingError
from engine.evaluate.prediction import Predictor
from engine.evaluate.subject import Subject


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Return folder, and by preset the run and the first raw rows it never saw."""
    folder, made = tmp_path_factory.mktemp("runs"), {}
    for name in ("breast-cancer", "diabetes", "digits-mlp"):
        words = ["train", name, "--steps", "40", "--threads", "1"]
        assert main([*words, "--out", str(folder / name)]) == 0
        nodes = presets.load(name).graph.nodes.values()
        data = catalog.load(next(n.params for n in nodes if n.type == "data"))
        port = data.ports[0]
        raw = data.scaling[port.port.name].invert(data.validation[port.port.name][:40])
        made[name] = (folder / name, port, raw, data)
    return folder, made


def table(path, columns, rows):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([columns, *rows])
    return path


def read(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def weights(run, folder):
    out = folder / f"{run.name}.safetensors"
    main(["export", str(run), "--format", "safetensors", "--out", str(out)])
    return load_file(out)


def by_hand(run, folder, x):
    """Chain of dense layers with ReLU between, in the order of the names' numbers."""
    found = weights(run, folder)
    names = [n.removesuffix(".weight") for n in found if n.endswith(".weight")]
    order = [n.id for n in Subject(run).run.project.graph.nodes.values()]
    names.sort(key=order.index)
    for name in names:
        x = x @ found[f"{name}.weight"].T + found[f"{name}.bias"]
        x = torch.relu(x) if name != names[-1] else x
    return x


def test_classes_of_a_table_equal_plain_torch(runs, tmp_path):
    folder, made = runs
    run, port, raw, data = made["breast-cancer"]
    shuffled = np.random.default_rng(0).permutation(len(port.columns))
    columns = ["id", *(port.columns[i] for i in shuffled)]
    rows = [[n, *row[shuffled]] for n, row in enumerate(raw)]
    out = tmp_path / "out.csv"
    words = [table(tmp_path / "in.csv", columns, rows), "--out", out]
    assert main(["predict", str(run), *map(str, words)]) == 0
    scores = by_hand(run, folder, torch.tensor(data.scaling["features"].apply(raw)))
    expected = scores.double().softmax(1).numpy()
    found = read(out)
    names = data.ports[1].classes
    assert [int(line["row"]) for line in found] == list(range(2, 2 + len(raw)))
    assert [line["answer"] for line in found] == [names[i] for i in expected.argmax(1)]
    for index, name in enumerate(names):
        got = [float(line[f"share of {name}"]) for line in found]
        assert got == pytest.approx(expected[:, index], abs=1e-6)


def test_numbers_of_a_table_are_in_the_units_of_the_data(runs, tmp_path):
    folder, made = runs
    run, port, raw, data = made["diabetes"]
    out = tmp_path / "out.csv"
    path = table(tmp_path / "in.csv", port.columns, raw)
    assert main(["predict", str(run), str(path), "--out", str(out)]) == 0
    scaled = torch.tensor(data.scaling["features"].apply(raw))
    scaling = data.scaling["target"]
    answers = by_hand(run, folder, scaled).double().numpy()
    expected = answers * scaling.scale + scaling.shift
    got = [float(line["target"]) for line in read(out)]
    assert got == pytest.approx(expected[:, 0], rel=1e-5)


def test_pictures_come_as_an_array(runs, tmp_path):
    _, made = runs
    run, port, raw, data = made["digits-mlp"]
    np.savez(tmp_path / "in.npz", image=raw, other=np.zeros(len(raw)))
    out = tmp_path / "out.csv"
    words = [str(run), str(tmp_path / "in.npz"), "--out", str(out)]
    assert main(["predict", *words]) == 0
    subject = Subject(run)
    with subject.parts.averaged.in_place():
        answered = next(iter(subject.answers().values())).answers[: len(raw)]
    assert [int(line["answer"]) for line in read(out)] == answered.tolist()
    assert port.shape == (1, 8, 8)
    del data


def test_rows_with_missing_values_have_no_answer(runs, tmp_path, capsys):
    _, made = runs
    run, port, raw, _ = made["diabetes"]
    rows = [list(map(str, row)) for row in raw[:4]]
    rows[0][3] = rows[2][0] = ""
    path, out = table(tmp_path / "in.csv", port.columns, rows), tmp_path / "out.csv"
    assert main(["predict", str(run), str(path), "--out", str(out)]) == 0
    answers = [line["target"] for line in read(out)]
    assert [bool(answer) for answer in answers] == [False, True, False, True]
    assert "2 rows have missing values" in capsys.readouterr().out


def test_other_columns_are_refused_by_name_and_nothing_is_written(runs, tmp_path):
    _, made = runs
    run, port, raw, _ = made["diabetes"]
    columns = [name.replace("age", "agee") for name in port.columns]
    path, out = table(tmp_path / "in.csv", columns, raw), tmp_path / "out.csv"
    with pytest.raises(DataError, match="“age”") as refused:
        Predictor(Subject(run)).predict(path, out)
    assert "agee" in str(refused.value)
    assert list(tmp_path.iterdir()) == [path]


def test_cell_that_is_no_number_is_refused_with_row_and_column(runs, tmp_path):
    _, made = runs
    run, port, raw, _ = made["diabetes"]
    rows = [list(row) for row in np.tile(raw, (120, 1))]
    rows[3000][1] = "old"
    path, out = table(tmp_path / "in.csv", port.columns, rows), tmp_path / "out.csv"
    out.write_text("before")
    with pytest.raises(DataError, match=r"row 3002.*sex"):
        Predictor(Subject(run)).predict(path, out)
    assert out.read_text() == "before"


def test_unknown_answer_is_refused(runs):
    _, made = runs
    with pytest.raises(TrainingError, match="no such answer"):
        Predictor(Subject(made["diabetes"][0]), "nothing")


def test_network_that_draws_from_noise_predicts_nothing(tmp_path):
    words = ["train", "gan-2d", "--steps", "2", "--threads", "1"]
    assert main([*words, "--out", str(tmp_path / "run")]) == 0
    with pytest.raises(TrainingError):
        Predictor(Subject(tmp_path / "run")).predict(tmp_path, tmp_path / "out")


def test_names_of_a_stranger_are_no_formulas_in_the_answers(
    runs, tmp_path, monkeypatch
):
    _, made = runs
    run, port, raw, _data = made["breast-cancer"]
    out = tmp_path / "out.csv"
    monkeypatch.setattr(
        Predictor, "_answered", lambda *_: ([("=cmd|calc", -0.5)] * 3, 0)
    )
    path = table(tmp_path / "in.csv", port.columns, raw[:3])
    predictor = Predictor(Subject(run))
    predictor.columns = ("answer", "share of =cmd|calc")
    predictor.predict(path, out)
    lines = out.read_text("utf-8").splitlines()
    assert lines[1:] == ["2,'=cmd|calc,-0.5", "3,'=cmd|calc,-0.5", "4,'=cmd|calc,-0.5"]
