"""Lazy answers in a run: they change nothing about it, and it keeps them."""

import math

from engine.protocol.baselines import Baseline, against, read, records
from engine.training.baselines import baselines
from engine.training.loop.trainer import Trainer
from engine.training.records import runs
from tests.training.projects import mlp, phase


def test_a_training_is_the_same_to_the_last_bit(monkeypatch):
    def weights(document):
        trainer = Trainer(document, seed=3)
        for _ in trainer.steps():
            pass
        return {
            k: v.clone() for k, v in trainer.parts.program.modules.state_dict().items()
        }

    document = mlp(phase(values={"lr": 0.05}), dropout=0.3, steps=20)
    one = weights(document)
    monkeypatch.setattr(baselines, "found", lambda _parts: {})
    other = weights(document)
    assert all((one[name] == other[name]).all() for name in one)


def test_the_run_keeps_them_and_what_was_tampered_with_is_left_out(tmp_path):
    run = runs.create(tmp_path, mlp(steps=4))
    trainer = Trainer(run.project, run=run)
    for _ in trainer.steps():
        pass
    told = trainer.started().baselines
    kept = runs.open_run(run.folder).info["baselines"]
    assert read(kept) == told != {}
    assert read(records(told)) == told
    log = (run.folder / "log.txt").read_text()
    right, lazy = trainer.results["accuracy"], told["accuracy"]
    words = f"Accuracy {100 * right:.1f} % ({lazy.words}: {100 * lazy.value:.1f} %"
    assert words in log
    loss = trainer.results["loss"]
    assert f"validation loss {loss:.4g}, Accuracy {100 * right:.1f} %\n" in log
    for field, bad in (
        ("value", "1"), ("value", True), ("value", math.nan), ("value", 10**400),
        ("kind", "best"), ("answer", 7), ("answer", "a\nb"), ("answer", "x" * 101),
        ("samples", -1), ("samples", 1.5), ("samples", 10**30),
    ):  # fmt: skip
        assert read({"a": {**kept["accuracy"], field: bad}}) == {}, (field, bad)
    assert read([1]) == read(None) == read({"a": 3}) == {}


def test_a_result_knows_what_it_beats():
    assert Baseline(0.5, "class", higher=True).is_beaten_by(0.6)
    assert not Baseline(0.5, "class", higher=True).is_beaten_by(0.5)
    assert Baseline(0.5, "mean").is_beaten_by(0.4)
    assert against("Loss", 0.25, None) == "Loss 0.25"
