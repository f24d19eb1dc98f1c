"""Wrong labels are found; what is corrected counts in the next run."""

import itertools
import json
import statistics
from types import SimpleNamespace

import numpy as np
import pytest

from engine.cli.main import main
from engine.data import catalog
from engine.data.split import folds
from engine.errors import EngineError
from engine.evaluate.labels import confident
from engine.evaluate.labels.doctor import _mapped, _Track, diagnose
from engine.training.records.runs import open_run
from tests.evaluate.test_report import dense, trained
from tests.evaluate.test_standing_in import write

RANDOM = np.random.default_rng(3)


@pytest.fixture(scope="module")
def noisy(tmp_path_factory):
    """Return a run on digits of which one in twenty has a wrong label, and which."""
    folder, made = tmp_path_factory.mktemp("noisy"), dense(steps=540)
    data = {"source": "digits", "label_noise": 0.05}
    node = made.graph.node("data")
    for name, value in data.items():
        node = node.with_param(name, value)
    made.graph.replace_node(node)
    run = trained(folder, made, "run")
    sets = [catalog.load({**data, "label_noise": n}) for n in (0.05, 0.0)]
    labels = [np.concatenate([s.train["label"], s.validation["label"]]) for s in sets]
    return run, labels[0], labels[1]


def test_wrong_labels_are_found(noisy):
    run, labels, clean = noisy
    shares = []
    found = diagnose(open_run(run), told=shares.append)
    wrong = labels != clean
    assert wrong.sum() == 72
    assert np.array_equal(found.labels, labels)
    hits = wrong[found.suspects]
    assert hits.mean() >= 0.8
    assert hits.sum() / wrong.sum() >= 0.6
    right = found.proposed[found.suspects][hits] == clean[found.suspects][hits]
    assert right.mean() >= 0.8
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    # Wrong labels are harder while it trains, see Swayamdipta et al.
    assert found.mean[wrong].mean() < 0.5 * found.mean[~wrong].mean()
    assert (found.spread >= 0).all()
    assert found.forgotten.min() >= 0


def test_command_line_lists_them(noisy, capsys):
    run, labels, _ = noisy
    capsys.readouterr()
    assert main(["labels", str(run), "--json", "--top", "5", "--folds", "3"]) == 0
    *shares, told = map(json.loads, capsys.readouterr().out.splitlines())
    assert [list(each) for each in shares] == [["share"]] * len(shares)
    assert told["samples"] == len(labels)
    assert len(told["listed"]) == 5
    for each in told["listed"]:
        assert each["label"] == str(labels[each["row"]])
        assert each["label"] != each["proposed"]
    assert [each["row"] for each in told["map"]] == list(range(len(labels)))
    wrong = {each["row"] for each in told["map"] if each["suspect"]}
    assert len(wrong) == told["suspects"]
    assert {each["row"] for each in told["listed"]} <= wrong


def test_map_and_forgetting_are_those_of_a_count_by_hand():
    # Two trainings of three epochs on four samples; each leaves out one sample.
    shares = [[[0.9, 0.2, 0.6], [0.1, 0.5, 0.9], [0.3, 0.3, 0.3], None],
              [[0.5, 0.5, 0.8], None, [0.2, 0.7, 0.2], [0.9, 0.4, 0.8]]]  # fmt: skip
    tracks, told, lost = [], [[] for _ in range(4)], [0] * 4
    for training in shares:
        track = _Track(4)
        rows = np.array([n for n, each in enumerate(training) if each is not None])
        for epoch in range(3):
            label = np.array([training[n][epoch] for n in rows])
            both = np.stack([label, 1 - label], 1)
            asked = SimpleNamespace(shares=both, labels=np.zeros(len(rows), int),
                                    right=(label >= 0.5).astype(float))  # fmt: skip
            track.add(asked, rows)
        for n in rows.tolist():
            told[n] += training[n]
            right = [share >= 0.5 for share in training[n]]
            lost[n] += sum(a and not b for a, b in itertools.pairwise(right))
        tracks.append(track)
    mean, spread, forgotten = _mapped(tracks)
    assert mean == pytest.approx([statistics.fmean(each) for each in told])
    assert spread == pytest.approx([statistics.pstdev(each) for each in told])
    assert forgotten.tolist() == lost == [1, 0, 1, 1]


def test_networks_without_classes_are_refused(tmp_path):
    run = tmp_path / "run"
    words = ["--steps", "2", "--threads", "1", "--out", str(run)]
    assert main(["train", "diabetes", *words]) == 0
    with pytest.raises(EngineError, match="label"):
        diagnose(open_run(run))


def test_confident_joint_is_that_of_its_definition():
    shares = RANDOM.dirichlet(np.ones(4) * 0.6, 300)
    labels = np.array([RANDOM.choice(4, p=row) for row in shares])
    expected = np.zeros((4, 4), int)
    limits = [
        np.mean([row[c] for row, one in zip(shares, labels, strict=True) if one == c])
        for c in range(4)
    ]
    assert confident.thresholds(labels, shares) == pytest.approx(limits)
    chosen = []
    for n, (row, label) in enumerate(zip(shares, labels, strict=True)):
        sure = [c for c in range(4) if row[c] >= limits[c]]
        if sure:
            best = max(sure, key=lambda c, row=row: row[c])
            expected[label, best] += 1
            if best != label and row.argmax() != label:
                chosen.append((row[label] - row.max(), n))
    assert np.array_equal(confident.joint(labels, shares), expected)
    found = confident.suspects(labels, shares).tolist()
    assert found == [n for _, n in sorted(chosen)]


def test_folds_hold_every_class_in_proportion():
    labels = RANDOM.integers(0, 3, 200)
    found = folds(labels, 4)
    for label in range(3):
        counts = np.bincount(found[labels == label], minlength=4)
        assert counts.max() - counts.min() <= 2
    assert np.array_equal(found, folds(labels, 4))


def test_fold_parts_are_the_whole_set():
    params = {"source": "digits"}
    whole = catalog.load(params)
    held = [catalog.load({**params, "fold": [[3, n]]}) for n in range(3)]
    assert sum(s.num_validation for s in held) == whole.num_train + whole.num_validation
    for each in held:
        total = whole.num_train + whole.num_validation
        assert each.num_train + each.num_validation == total
    with pytest.raises(EngineError, match="fold"):
        catalog.load({**params, "fold": [[3, 3]]})


def own(tmp_path, corrections):
    table = [
        [f"{n}", f"{n * 2}", "north", "ant" if n < 20 else "bee"] for n in range(40)
    ]
    path = write(tmp_path / "own.csv", table)
    main(["data", str(path), "--project", str(tmp_path / "found.bpw")])
    found = json.loads((tmp_path / "found.bpw").read_text())
    params = found["graph"]["nodes"][0]["params"]
    kept = {**params, "path": str(path), "corrections": corrections}
    return catalog.load(json.loads(json.dumps(kept)))


def test_corrections_count_and_name_rows_of_the_file(tmp_path):
    plain, changed = own(tmp_path, []), own(tmp_path, [[3, "bee"], [7]])
    sizes = {}
    for name, found in (("plain", plain), ("changed", changed)):
        rows = np.concatenate(found.origin)
        labels = np.concatenate([found.train["label"], found.validation["label"]])
        sizes[name] = dict(zip(rows.tolist(), labels.tolist(), strict=True))
    assert sorted(sizes["plain"]) == list(range(40))
    assert sorted(sizes["changed"]) == [n for n in range(40) if n != 7]
    expected = {n: int(n >= 20) for n in range(40)}
    assert sizes["plain"] == expected
    del expected[7]
    assert sizes["changed"] == {**expected, 3: 1}


@pytest.mark.parametrize("row", [[99, "bee"], [3, "wolf"], ["x"], [3, "bee", 1], [-1]])
def test_correction_of_nothing_is_refused(tmp_path, row):
    with pytest.raises(EngineError, match="correction"):
        own(tmp_path, [row])
