"""The layers of runs beside each other, against numpy on numbers written by hand."""

import math

import numpy as np
import pytest
import torch

from engine.protocol.histogram import BIAS
from engine.protocol.listing.commands import CompareLayers
from engine.protocol.messages import LayerSample
from engine.protocol.wire import encoding
from engine.training.listing import layers
from engine.training.listing.layers import compared
from engine.training.listing.shelf import Shelf
from engine.training.loop.launch import launch
from engine.training.records import runs
from tests.training.projects import mlp

RNG = np.random.default_rng(5)


def counted(values):
    """Return the histogram of numbers by sign and exponent, counted one by one."""
    found = np.zeros(512, np.int64)
    for value in values:
        exponent = 0 if value == 0 else math.frexp(abs(value))[1] - 1 + BIAS
        found[(256 if value < 0 else 0) + exponent] += 1
    return found


def written(folder, name, rows, steps, weights):
    """Write a run whose measurements are drawn; return the drawn numbers by step."""
    run = runs.create(folder, mlp(), name=name)
    run.update(rows=rows)
    told = {}
    for step in steps:
        drawn = RNG.normal(size=(2, len(rows), 40)) * 10.0 ** RNG.uniform(-6, 1)
        ratios = RNG.uniform(size=len(rows))
        told[step] = drawn, ratios
        nothing = np.zeros(len(rows))
        histograms = [[counted(row) for row in kind] for kind in drawn]
        run.metrics.add_sample(
            LayerSample(
                step=step, phase=0,
                grad_histogram=np.array(histograms[0]),
                weight_histogram=np.array(histograms[1]),
                grad_norm=nothing, weight_norm=nothing, update_ratio=ratios,
                grad_zeros=nothing, grad_nonfinite=nothing,
            )
        )  # fmt: skip
    run.metrics.commit()
    for step, tensors in weights.items():
        under = {f"model/{key}": torch.tensor(each) for key, each in tensors.items()}
        run.save_checkpoint(under, {"step": step})
    run.close()
    return told


def test_runs_are_beside_each_other_row_by_row(tmp_path):
    ends = {
        name: {
            0: {"hidden.weight": RNG.normal(size=(4, 3)), "hidden.bias": np.ones(4)},
            9: {"hidden.weight": RNG.normal(size=(4, 3)), "hidden.bias": np.zeros(4)},
        }
        for name in ("a", "b")
    }
    one = written(tmp_path, "a", [["hidden", 0], ["out", 0]], (1, 5, 9), ends["a"])
    two = written(tmp_path, "b", [["extra", 0], ["hidden", 0]], (2, 8), ends["b"])
    told = compared(tmp_path, ("a", "b"))
    assert told.paths == ("hidden", "out", "extra")
    assert told.refused == ""
    first, second = told.runs
    assert (first.steps.tolist(), second.shown.tolist()) == ([1, 5, 9], [2, 8])
    np.testing.assert_array_equal(first.changes[1], [*one[5][1], np.nan])
    np.testing.assert_array_equal(
        second.changes[1], [two[8][1][1], np.nan, two[8][1][0]]
    )
    edges = 2.0 ** (told.first + np.arange(first.gradients.shape[2] + 1))
    for kind, counts in ((0, second.gradients), (1, second.weights)):
        expected = np.histogram(np.abs(two[8][0][kind, 1]), edges)[0]
        np.testing.assert_array_equal(counts[1, 0], expected)
        assert expected.sum() == 40
        assert not counts[1, 1].any()
    for run, name in ((first, "a"), (second, "b")):
        moved = flat(ends[name][9]) - flat(ends[name][0])
        expected = np.linalg.norm(moved) / np.linalg.norm(flat(ends[name][0]))
        assert run.moved[0] == pytest.approx(expected, rel=1e-12)
        assert np.isnan(run.moved[1:]).all()
        assert run.since == 0
    apart = flat(ends["b"][9]) - flat(ends["a"][9])
    expected = np.linalg.norm(apart) / np.linalg.norm(flat(ends["a"][9]))
    assert second.apart[0] == pytest.approx(expected, rel=1e-12)
    assert first.apart[0] == 0


def flat(weights):
    return np.concatenate([weights[name].ravel() for name in sorted(weights)])


def test_long_runs_are_told_in_part_with_first_and_last(tmp_path, monkeypatch):
    monkeypatch.setattr(layers, "STEPS", 20)
    monkeypatch.setattr(layers, "HISTOGRAMS", 5)
    drawn = written(tmp_path, "a", [["hidden", 0]], range(1, 61), {})
    (run,) = compared(tmp_path, ("a",)).runs
    assert run.steps.tolist() == [*range(1, 61, 3)]
    assert (run.shown[0], run.shown[-1]) == (1, 58)
    assert 3 <= len(run.shown) <= 5
    assert len({*np.diff(run.shown[:-1]).tolist()}) == 1
    np.testing.assert_array_equal(
        run.changes[:, 0], [drawn[s][1][0] for s in run.steps]
    )
    assert (run.gradients.sum(axis=2) == 40).all()


def test_what_a_run_does_not_tell_is_unknown(tmp_path):
    written(tmp_path, "a", [["hidden", 0]], (1,), {})
    written(
        tmp_path, "b", [["hidden", 0]], (1,), {3: {"hidden.weight": np.ones((2, 2))}}
    )
    written(tmp_path, "c", [], (), {3: {"hidden.weight": np.ones((3, 2))}})
    (tmp_path / "bad").mkdir()
    told = compared(tmp_path, ("b", "a", "bad", "c"))
    assert [run.run for run in told.runs] == ["b", "a", "c"]
    assert "no run" in told.refused
    assert [run.since for run in told.runs] == [3, -1, 3]
    assert told.runs[0].moved.tolist() == [0]
    assert np.isnan(told.runs[1].moved).all()
    assert np.isnan(told.runs[2].apart).all()
    assert told.runs[2].gradients.shape[:2] == (0, 1)


def test_real_training_moves_as_far_as_its_weights(tmp_path):
    trainer, run = launch(tmp_path, mlp(epochs=1))
    before = {
        k: v.clone() for k, v in trainer.parts.program.modules.state_dict().items()
    }
    for _ in trainer.steps():
        pass
    after = trainer.parts.program.modules.state_dict()
    shelf = Shelf()
    name = run.folder.name
    told = shelf.layers(CompareLayers(str(tmp_path), (name,)))
    told = encoding.decode(encoding.encode(told))
    (found,) = told.runs
    for path, moved in zip(told.paths, found.moved, strict=True):
        names = [key for key in before if key.startswith(f"{path}.")]
        old = np.concatenate([before[key].double().numpy().ravel() for key in names])
        new = np.concatenate([after[key].double().numpy().ravel() for key in names])
        expected = np.linalg.norm(new - old) / np.linalg.norm(old)
        assert moved == pytest.approx(expected, rel=1e-9)
    assert told.names[0].startswith("Linear")
    sizes = [
        sum(w.numel() for w in trainer.parts.program.layer_parameters[path])
        for path in told.paths
    ]
    assert found.weights[-1].sum(axis=1).tolist() == sizes
