"""Reports of trained runs against plain torch on the exported weights."""

import json
import math
from html.parser import HTMLParser

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

import presets
from engine.cli.main import main
from engine.data import catalog
from engine.errors import TrainingError
from engine.evaluate import words
from engine.evaluate.answers import Chosen, examinations
from engine.evaluate.subject import Subject, _of_choices, compare
from engine.graph.files import serialize
from engine.graph.model import Node
from tests.training.projects import phase, project

PAGE_KEYS = {"name", "step", "scores", "judged", "says"}


def trained(folder, document, name, *words):
    """Train as the command line does; return the folder of the run."""
    path, run = folder / f"{name}.bpw", folder / name
    path.write_text(serialize.dumps(document))
    code = main(["train", str(path), "--out", str(run), "--threads", "1", *words])
    assert code == 0
    return run


def dense(*, loss="cross_entropy", **settings):
    nodes = [
        Node("data", "data", {"source": "digits"}),
        Node("flat", "flatten"),
        Node("fc", "linear", {"out_features": 24}),
        Node("act", "relu"),
        Node("scores", "linear", {"out_features": 10}),
        Node("loss", loss),
        Node("acc", "accuracy"),
    ]
    wires = (
        "data.image>flat.input flat.out>fc.input fc.out>act.input act.out>scores.input "
        "scores.out>loss.input data.label>loss.target "
        "scores.out>acc.input data.label>acc.target"
    )
    common = {"batch_size": 32, "steps": 60, "device": "cpu", **settings}
    return project(nodes, wires, (phase("adam"),), **common)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    first = trained(folder, dense(), "first")
    second = trained(folder, dense(), "second", "--steps", "400", "--seed", "3")
    return folder, first, second


def shares(run, folder):
    """Return softmax by plain torch and labels of the part that was kept apart."""
    file = folder / f"{run.name}.safetensors"
    main(["export", str(run), "--format", "safetensors", "--out", str(file)])
    weights = {name: w.double() for name, w in load_file(file).items()}
    data = catalog.load({"source": "digits", **dense().graph.nodes["data"].params})
    part = data.validation
    x = torch.tensor(part["image"]).double().flatten(1)
    hidden = torch.relu(x @ weights["fc.weight"].T + weights["fc.bias"])
    scores = hidden @ weights["scores.weight"].T + weights["scores.bias"]
    return scores.softmax(1).numpy(), part["label"].astype(int)


def told(capsys, *words):
    capsys.readouterr()
    assert main(["evaluate", *map(str, words), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_figures_of_classes_equal_plain_torch(runs, capsys):
    folder, first, _ = runs
    table, labels = shares(first, folder)
    found = told(capsys, first)
    assert found.keys() >= PAGE_KEYS
    (judged,) = found["judged"]
    got, answers = judged["found"], table.argmax(1)
    right = answers == labels
    assert judged["samples"] == len(labels)
    assert got["accuracy"]["value"] == pytest.approx(right.mean())
    assert found["scores"]["acc"] == pytest.approx(right.mean(), abs=1e-6)
    for label in range(10):
        for answer in range(10):
            count = ((labels == label) & (answers == answer)).sum()
            assert got["confusion"][label][answer] == count
        high = table[labels == label, label]
        low = table[labels != label, label]
        pairs = (high[:, None] > low).mean() + 0.5 * (high[:, None] == low).mean()
        assert got["roc"][str(label)]["value"] == pytest.approx(pairs, abs=1e-6)
    sure = table.max(1)
    error = sum(
        abs(right[inside].mean() - sure[inside].mean()) * inside.mean()
        for k in range(15)
        if (inside := (sure > k / 15) & (sure <= (k + 1) / 15)).any()
    )
    said = found["says"]["loss"]
    assert any(f"{100 * error:.1f} %" in line for line in said)
    truth = np.eye(10)[labels]
    assert got["brier"] == pytest.approx(((table - truth) ** 2).sum(1).mean(), abs=1e-6)


def test_worst_samples_are_those_most_surely_wrong(runs, capsys):
    folder, first, _ = runs
    table, labels = shares(first, folder)
    sure = np.where(table.argmax(1) != labels, table.max(1), -1)
    expected = [int(i) for i in np.argsort(-sure) if sure[i] >= 0][:8]
    got = told(capsys, first)["judged"][0]["found"]["worst"]
    assert [each["place"] for each in got] == expected
    assert [each["label"] for each in got] == [str(labels[i]) for i in expected]
    assert [each["share"] for each in got] == pytest.approx(sure[expected], abs=1e-6)


def test_second_run_is_better_by_as_many_samples_as_are_counted(runs, capsys):
    folder, first, second = runs
    one, labels = shares(first, folder)
    two, _ = shares(second, folder)
    one, two = one.argmax(1) == labels, two.argmax(1) == labels
    (got,) = told(capsys, first, "--against", second)["compared"]
    assert got["disagreement"]["first"] == (one & ~two).sum()
    assert got["disagreement"]["second"] == (two & ~one).sum()
    assert got["difference"]["value"] == pytest.approx(two.mean() - one.mean())


def test_places_of_one_sample_count_once_when_runs_are_compared():
    labels = np.array([1, 1, 1, 1, 0, 0, 0, 0, 1, 0, -1, -1])
    sure, unsure = [0.0, 1.0], [1.0, 0.0]

    def answered(right):
        wants = [(label == 1) == hit for label, hit in zip(labels, right, strict=True)]
        shares = np.array([sure if one else unsure for one in wants])
        return Chosen(3, shares, labels, ("a", "b"))

    first = answered([1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 0, 0])
    second = answered([1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0])
    found = _of_choices("text", first, second)
    assert found.disagreement is None
    assert found.difference.value == pytest.approx((0 + 1 - 0.5) / 3)
    assert found.difference.low <= 0 <= found.difference.high  # three texts: chance


def test_noise_on_a_batch_of_one_number_leaves_it_alone(runs):
    _, first, _ = runs
    asked = next(iter(examinations(Subject(first).parts).values()))
    batch = {name: torch.ones(1, 1) for name in asked._cone.feed_names}
    noisy = asked._noisy(batch, 0.5, torch.Generator())
    assert all(torch.isfinite(feed).all() for feed in noisy.values())


def test_figures_of_a_part_of_the_samples_say_so(runs, monkeypatch):
    _, first, _ = runs
    monkeypatch.setattr("engine.evaluate.answers._MOST_SAMPLES", 256)
    judged = Subject(first).report().judged[0]
    assert (judged.samples, judged.of) == (256, 359)
    assert words.of(judged)[-1] == "All this is of the first 256 of 359 samples."


def test_run_against_itself_is_no_better(runs, capsys):
    _, first, _ = runs
    found = told(capsys, first, "--against", first)
    assert found["compared"][0]["disagreement"]["chance"] == 1.0
    assert "not shown" in found["says_of_comparison"][0]


def test_runs_on_other_samples_are_not_compared(runs, tmp_path):
    _, first, _ = runs
    other = dense()
    other.graph.replace_node(
        Node("data", "data", {"source": "digits", "validation": 0.5})
    )
    run = trained(tmp_path, other, "other", "--steps", "5")
    with pytest.raises(TrainingError, match="not judged on the same samples"):
        compare(Subject(first), Subject(run))


def test_judging_leaves_the_run_and_the_weights_alone(runs):
    _, first, _ = runs
    before = {path: path.read_bytes() for path in first.rglob("*") if path.is_file()}
    subject = Subject(first)
    modules = subject.parts.program.modules
    weights = {name: weight.clone() for name, weight in modules.state_dict().items()}
    one, two = subject.report(), subject.report()
    assert one.judged[0].found.accuracy == two.judged[0].found.accuracy
    for name, weight in modules.state_dict().items():
        assert torch.equal(weight, weights[name])
    assert before == {p: p.read_bytes() for p in first.rglob("*") if p.is_file()}


class Page(HTMLParser):
    """Collects what a browser would load, and whether all is closed."""

    def __init__(self, text):
        super().__init__()
        self.open, self.loads, self.words = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        names = {"src", "href", "srcset", "action"}
        self.loads += [value for name, value in attrs if name in names]
        self.loads += [tag] if tag in {"script", "iframe", "link", "object"} else []
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        del tag, attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def test_page_needs_nothing_else_and_says_what_was_found(runs, tmp_path, capsys):
    _, first, second = runs
    path = tmp_path / "report.html"
    found = told(capsys, first, "--html", path, "--against", second)
    page = Page(path.read_text("utf-8"))
    assert page.open == []
    assert page.loads == []
    text = " ".join(page.words)
    for line in (*found["says"]["loss"], *found["says_of_comparison"]):
        assert line in text
    assert "url(" not in path.read_text("utf-8")


def test_names_draw_no_markup_on_the_page(tmp_path):
    document = dense(steps=2)
    document.name = "<script>alert(1)</script>"
    document.graph.replace_node(Node("loss", "cross_entropy", name="<img src=x>"))
    run, path = trained(tmp_path, document, "bold"), tmp_path / "bold.html"
    assert main(["evaluate", str(run), "--html", str(path)]) == 0
    assert Page(path.read_text("utf-8")).loads == []


def test_figures_of_numbers_are_in_the_units_of_the_data(tmp_path, capsys):
    document = presets.load("sunspots")
    run = trained(tmp_path, document, "spots", "--steps", "40")
    (judged,) = told(capsys, run)["judged"]
    pairs = np.array(judged["found"]["pairs"])
    data = catalog.load(document.graph.nodes["data"].params)
    assert 0 <= pairs[:, 0].min() < pairs[:, 0].max() < 500
    assert pairs[:, 0].max() > 100  # sunspots of a year, not standard deviations
    rest = pairs[:, 1] - pairs[:, 0]
    figures = judged["found"]["figures"]
    assert len(pairs) == len(next(iter(data.validation.values())))
    assert figures["mae"]["value"] == pytest.approx(np.abs(rest).mean())
    assert figures["rmse"]["value"] == pytest.approx(math.sqrt((rest**2).mean()))
    assert figures["bias"]["value"] == pytest.approx(rest.mean())


_KINDS = ("breast-cancer", "multimodal", "seq2seq", "tiny-gpt", "vae", "gan-2d",
          "diffusion-2d")  # fmt: skip


@pytest.mark.parametrize("name", _KINDS)
def test_every_kind_of_network_can_be_judged(name, tmp_path, capsys):
    run = tmp_path / "run"
    words = ["train", name, "--steps", "2", "--threads", "1", "--out", str(run)]
    assert main(words) == 0
    found = told(capsys, run, "--html", tmp_path / "page.html")
    for each in found["judged"]:
        assert found["says"][each["path"]]
