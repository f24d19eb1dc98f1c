"""What is wrong with a training is kept in its run, while it goes on and at the end."""

import json

import presets
from engine.explain.diagnose.watch import attach
from engine.protocol.wire import finding_records
from engine.training.loop.launch import launch
from engine.training.loop.trainer import Trainer
from engine.training.records import runs


def stored(run):
    return json.loads((run.folder / "run.json").read_text("utf-8")).get("findings", [])


def test_findings_are_in_the_run_before_it_ends_and_after(tmp_path):
    project = presets.load("too-fast")
    project.training = project.training.with_value("steps", 150)
    trainer, run = launch(tmp_path, project)
    diagnosis, first = attach(trainer, project), None
    for _ in trainer.steps():
        if trainer.at_border:
            trainer.drain()
        if first is None and stored(run):
            first = trainer.step
    trainer.drain()
    assert first < 100
    known = finding_records.read(stored(run), project)
    assert known == diagnosis.findings
    assert [finding.fault for finding in known] == ["learning_rate_too_high"]


def test_what_was_found_before_stays_when_a_run_goes_on(tmp_path):
    project = presets.load("too-fast")
    project.training = project.training.with_value("steps", 150)
    trainer, run = launch(tmp_path, project)
    attach(trainer, project)
    for _ in trainer.steps():
        if trainer.step == 100:
            trainer.request_stop()
    trainer.drain()
    assert [record["fault"] for record in stored(run)] == ["learning_rate_too_high"]
    again = Trainer.resume(runs.open_run(run.folder))
    attach(again, project)
    for _ in again.steps():
        pass
    again.drain()
    assert "learning_rate_too_high" in [record["fault"] for record in stored(run)]


def test_a_healthy_run_has_none(tmp_path):
    project = presets.load("digits-mlp")
    project.training = project.training.with_value("steps", 60)
    trainer, run = launch(tmp_path, project)
    attach(trainer, project)
    for _ in trainer.steps():
        pass
    trainer.drain()
    assert stored(run) == []
