"""From an empty window to a trained network, as a person goes: files, clicks, keys.

The engine is the real one. Every click is counted; what is trained has to be good.
"""

import csv
import json
import wave
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from safetensors import safe_open

from engine.cli.main import main
from engine.evaluate.prediction import Predictor
from engine.evaluate.subject import Subject
from engine.layers.datasets import own
from tests.data.readers.bad_files import wav
from tests.helpers import starters
from tests.helpers.surveys import write
from tests.workbench.app.data.test_doors import dropped
from tests.workbench.app.helpers import discard
from workbench.app.window import MainWindow
from workbench.document import actions
from workbench.document.data import nodes
from workbench.document.settings import Settings
from workbench.session.session import Session

READ_MS, TRAIN_MS = 120_000, 170_000
MOST_CLICKS = 4
"""From the drop to a trained network."""


@pytest.fixture
def window(qtbot, qapp, tmp_path):
    window = MainWindow(Session(runs_folder=tmp_path / "runs"), Settings())
    window.recovery.path = tmp_path / "recovery.bpw"
    window.resize(1400, 900)
    window.document.new()
    window.show()
    window.start_late()
    qtbot.waitUntil(lambda: window.session.engine_ready, timeout=READ_MS)
    yield window
    window.asks_nothing = True
    window.close()
    discard(window)


class Person:
    """Drops files, clicks, and counts the clicks."""

    def __init__(self, qtbot, window):
        self.qtbot, self.window, self.clicks = qtbot, window, 0
        self.doors = window.controllers.data.doors
        self.room = window.controllers.data.room

    def click(self, widget):
        self.qtbot.waitUntil(widget.isEnabled, timeout=READ_MS)
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)
        self.clicks += 1

    def wait(self, condition, limit_ms=READ_MS):
        self.qtbot.waitUntil(condition, timeout=limit_ms)

    def drop(self, path):
        self.window.dropEvent(dropped(path))
        self.wait(lambda: self.doors.dialog is not None)
        return self.doors.dialog

    def look(self):
        """Go to the room Data and wait for what it shows."""
        self.click(self.window.tools.rooms.segments["data"])
        self.wait(lambda: self.room.page is not None and self.room.page.survey)
        self.wait(lambda: not self.room.is_busy)
        return self.room.page.survey

    def train(self, stop_at=None):
        """Train to the end, or press Stop after some steps; return the run's folder."""
        possible = self.window.controllers.training
        self.wait(lambda: "train" in possible.possible, TRAIN_MS)
        self.click(self.window.tools.train)
        session = self.window.session
        if stop_at:
            self.wait(lambda: session.history.step >= stop_at, TRAIN_MS)
            self.window.actions_["stop"].trigger()
            self.clicks += 1
        ends = {"finished", "failed", "stopped"}
        self.wait(lambda: session.state in ends, TRAIN_MS)
        assert session.state != "failed", session.failure
        return session.history.run.run

    def score(self, name):
        return self.window.session.history.evaluations[-1].values[name]


@pytest.fixture
def person(qtbot, window):
    return Person(qtbot, window)


def people(path, rows=20_000):
    """Write a table with gaps, a town and three classes of text."""
    dice = np.random.default_rng(6)
    age, pay = dice.normal(45, 12, rows), np.exp(dice.normal(7, 0.5, rows))
    town = dice.choice(["Bonn", "Kiel", "Ulm"], rows)
    score = (age - 45) / 12 + (np.log(pay) - 7) / 0.5 + (town == "Kiel")
    label = np.select([score < -0.6, score < 0.9], ["low", "middle"], "high")
    gaps = lambda values, every: ["" if n % every == 3 else f"{v:.5g}"  # noqa: E731
                                  for n, v in enumerate(values)]  # fmt: skip
    towns = ["" if n % 97 == 5 else each for n, each in enumerate(town.tolist())]
    return write(path, {"age": gaps(age, 20), "pay": gaps(pay, 31), "town": towns,
                        "segment": label.tolist()})  # fmt: skip


def by_hand(run, params, rows):
    """Return the shares of all classes, by the recorded steps and plain torch."""
    record = json.loads((run / "run.json").read_text())
    steps = {each["column"]: each for each in record["preparation"]["data"]}
    parts = []
    for column in own.columns(params):
        if column.role != "input":
            continue
        values, fill = [row[column.name] for row in rows], steps[column.name]["fill"]
        if column.kind == "number":
            parts.append([[float(v) if v else fill] for v in values])
        else:
            words = [v or fill for v in values]
            parts.append([[float(w == c) for c in column.classes] for w in words])
    raw = np.concatenate([np.array(part) for part in parts], axis=1)
    scale = record["scaling"]["data"]["features"]
    scaled = (raw - np.array(scale["shift"])) / np.array(scale["scale"])
    weights = run.with_name("weights.safetensors")
    assert main(["export", str(run), "--format", "safetensors", "--out",
                 str(weights)]) == 0  # fmt: skip
    with safe_open(weights, "pt") as file:
        layers = [(file.get_tensor(f"{n}.weight"), file.get_tensor(f"{n}.bias"))
                  for n in ("hidden", "hidden_2", "scores")]  # fmt: skip
    x = torch.from_numpy(scaled.astype(np.float32))
    for index, (weight, bias) in enumerate(layers):
        x = x @ weight.T + bias
        x = torch.relu(x) if index < 2 else x
    return torch.softmax(x, 1).numpy()


def test_table_of_20000_rows(person, tmp_path):
    path = people(tmp_path / "people.csv")
    dialog = person.drop(path)
    assert dialog.target.currentData() == "segment"
    person.click(dialog.add)
    found = person.look()
    assert next(f for f in found.findings if f.id == "missing").severity == "info"
    assert found.split.train == 16_000
    run = person.train()
    assert person.clicks <= MOST_CLICKS
    assert person.score("accuracy") > 0.9
    params = person.window.document.project.graph.node("data").params
    out = tmp_path / "answers.csv"
    assert main(["predict", run, str(path), "--out", str(out)]) == 0
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    with out.open(newline="") as file:
        answers = list(csv.DictReader(file))
    classes = next(c.classes for c in own.columns(params) if c.role == "target")
    shares = by_hand(tmp_path / "runs" / run.rpartition("/")[2], params, rows)
    told = np.array([[float(a[f"share of {c}"]) for c in classes] for a in answers])
    assert told.shape == (20_000, 3)
    assert np.abs(told - shares).max() < 1e-6
    assert [a["answer"] for a in answers] == [classes[n] for n in told.argmax(1)]


def shapes(folder):
    """Draw 600 images, a folder for each of three classes."""
    dice = np.random.default_rng(1)
    for kind, name in enumerate(["bar", "ring", "dots"]):
        (folder / name).mkdir(parents=True)
        for n in range(200):
            pixels = dice.integers(0, 60, (24, 24)).astype(np.uint8)
            y, x = dice.integers(3, 13, 2)
            if kind == 0:
                pixels[y : y + 3, 2:22] = 220
            elif kind == 1:
                pixels[y : y + 9, x : x + 9] = 220
                pixels[y + 2 : y + 7, x + 2 : x + 7] = 40
            else:
                pixels[y : y + 9 : 4, x : x + 9 : 4] = 250
            Image.fromarray(pixels).save(folder / name / f"{n}.png")


def test_600_images_in_class_folders(person, tmp_path):
    shapes(tmp_path / "shapes")
    dialog = person.drop(tmp_path / "shapes")
    assert set(dialog.picture.preview.words) == {"bar", "dots", "ring"}
    person.click(dialog.add)
    assert nodes.home(person.window.document) == str(tmp_path)
    found = person.look()
    assert found.previews[0].kind == "images"
    assert not [f for f in found.findings if f.severity == "warning"]
    run = person.train()
    assert person.clicks <= MOST_CLICKS
    assert person.score("accuracy") > 0.9
    files = sorted((tmp_path / "shapes").glob("*/*7.png"))
    (tmp_path / "new").mkdir()
    for path in files:  # a folder without classes
        copy = tmp_path / "new" / f"{path.parent.name}-{path.name}"
        copy.write_bytes(path.read_bytes())
    lines = starters.predicted(run, tmp_path / "new", tmp_path / "answers.csv")
    names, told = starters.shares_of(lines)
    raw = np.stack([
        np.asarray(Image.open(tmp_path / "new" / line["file"]), np.float64)[None]
        for line in lines
    ])  # fmt: skip
    image = starters.scaled(run, "image", raw)
    shares = starters.image_shares(starters.weights_of(run), image)
    assert len(lines) == len(files) == 60
    assert np.abs(told - shares).max() < 1e-6
    assert [line["answer"] for line in lines] == [names[n] for n in told.argmax(1)]


def test_sounds(person, tmp_path):
    dice = np.random.default_rng(2)
    for pitch, name in ((0.05, "low"), (0.2, "middle"), (0.6, "high")):
        (tmp_path / "tones" / name).mkdir(parents=True)
        for n in range(30):
            phase = dice.uniform(0, 6)
            tone = np.sin(np.arange(900) * pitch * dice.uniform(0.9, 1.1) + phase)
            tone = (tone + dice.normal(0, 0.1, 900)) * 9000
            (tmp_path / "tones" / name / f"{n}.wav").write_bytes(
                wav(tone.astype("<i2"))
            )
    person.click(person.drop(tmp_path / "tones").add)
    assert person.look().previews[0].kind == "signals"
    run = person.train()
    assert person.clicks <= MOST_CLICKS
    assert person.score("accuracy") > 0.9
    lines = starters.predicted(run, tmp_path / "tones", tmp_path / "answers.csv")
    raw = []
    for line in lines:
        with wave.open(str(tmp_path / "tones" / line["file"])) as sound:
            raw.append(np.frombuffer(sound.readframes(900), "<i2") / 2**15)
    signal = starters.scaled(run, "signal", np.stack(raw)[:, None])
    shares = starters.signal_shares(starters.weights_of(run), signal)
    _, told = starters.shares_of(lines)
    assert len(lines) == 90
    assert np.abs(told - shares).max() < 1e-6


def test_text(person, tmp_path):
    dice = np.random.default_rng(3)
    words = ["the cat sat on the mat", "a dog ran to the park", "we all go home now"]
    text = "\n".join(words[n] for n in dice.integers(0, 3, 900))
    (tmp_path / "tale.txt").write_text(text)
    person.click(person.drop(tmp_path / "tale.txt").add)
    assert person.look().sample == "text"
    # Many small steps: two threads on a busy machine wait for each other all the time.
    document = person.window.document
    one = document.project.training.with_value("threads", 1)
    actions.set_training(document, one, "Threads")
    run = person.train(stop_at=60)
    assert person.clicks <= MOST_CLICKS
    series = person.window.session.history.losses[0]
    assert series.newest_value < 0.85 * np.log(num_letters(person))
    lines = starters.predicted(run, tmp_path / "tale.txt", tmp_path / "answers.csv")
    letters = np.array(sorted(set(text)))
    numbers = np.searchsorted(letters, list(text[: len(text) // 64 * 64]))
    tokens_NT = torch.from_numpy(numbers).view(-1, 64)
    shares_NTK = starters.text_shares(starters.weights_of(run), tokens_NT)
    told = [[line[f"answer {n}"] for n in range(1, 65)] for line in lines]
    assert told == letters[shares_NTK.argmax(2)].tolist()
    found = Predictor(Subject(Path(run))).answers({"tokens": tokens_NT.numpy()})
    assert np.abs(found - shares_NTK.reshape(found.shape)).max() < 1e-6


def num_letters(person):
    """Return how many letters there are: guessing has the loss log of that."""
    params = person.window.document.project.graph.node("data").params
    return len(own.columns(params)[0].classes)


def test_time_series(person, tmp_path):
    months = np.arange(240)
    dice = np.random.default_rng(4)
    value = 50 + 20 * np.sin(months / 12 * 2 * np.pi) + dice.normal(0, 1, 240)
    dates = [f"{2000 + m // 12}-{m % 12 + 1:02}-01" for m in months.tolist()]
    path = write(tmp_path / "sales.csv", {"date": dates, "sales": value.round(3)})
    dialog = person.drop(path)
    assert dialog.survey.sample == "window"
    person.click(dialog.add)
    assert person.look().split.how == "end"
    run = person.train()
    assert person.clicks <= MOST_CLICKS
    assert person.score("r2") > 0.8
    order = dice.permutation(240)  # the file is in no order, the forecast is
    columns = {"date": np.array(dates)[order], "sales": value.round(3)[order]}
    new = write(tmp_path / "new.csv", columns)
    lines = starters.predicted(run, new, tmp_path / "answers.csv")
    windows = np.lib.stride_tricks.sliding_window_view(value.round(3), 24)
    raw_NTC = starters.scaled(run, "window", windows[:, :, None])
    found = starters.forecasts(starters.weights_of(run), raw_NTC)
    wanted = starters.unscaled(run, "next", found)[:, 0]
    told = [float(line["sales"]) for line in lines]
    assert told == pytest.approx(wanted, rel=1e-6)
    assert [line["date"] for line in lines] == [*dates[24:], ""]
    places = np.argsort(order)[24:] + 2  # below the line with the names
    assert [int(line["row"]) for line in lines] == [*places.tolist(), 242]
