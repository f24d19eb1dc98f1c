"""Lists of runs, against what was written by hand."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from engine.errors import DocumentError
from engine.protocol.messages import Evaluation
from engine.protocol.past_runs import RunMarks
from engine.training.listing import index, marks, trash
from engine.training.listing.index import RunIndex
from engine.training.listing.summary import thinned
from engine.training.records import runs
from tests.training.projects import mlp


def rated(project, rate):
    phase = project.training.phases[0]
    params = {**phase.optimizer.params, "lr": rate}
    chosen = replace(phase, optimizer=replace(phase.optimizer, params=params))
    project.training = project.training.with_phase(0, chosen)
    return project


def make(folder, name, project, accuracies=(), **fields):
    """Write a run as the engine does, with these accuracies."""
    run = runs.create(folder, project, name=name)
    count = 10 * max(1, len(accuracies))
    run.metrics.add_steps(
        np.arange(1, count + 1), np.ones((count, 1)), np.ones((count, 1))
    )
    for number, value in enumerate(accuracies, 1):
        values = {"loss": 1 - value, "accuracy": value}
        best = value >= max(accuracies[:number])
        told = Evaluation(10 * number, float(number), values, best=best)
        run.metrics.add_evaluation(told)
    run.metrics.commit()
    run.close()
    run.update(**{"state": "finished", "took_s": 12.5, **fields})
    return run


def listed(folder):
    """Return all runs of a folder, as a window asks for them."""
    shelf, found = RunIndex(folder), []
    while True:
        part = shelf.part(len(found))
        found += part.runs
        if part.is_last:
            return found


def test_summary_tells_score_goal_time_and_what_is_different(tmp_path):
    make(tmp_path, "20310101-a", mlp(), (0.5, 0.75))
    project = rated(mlp(), 0.25)
    target = {"metric": "accuracy", "comparison": ">=", "value": 0.9, "text": "≥ 0.9"}
    project.extra = {"preset": {"target": target}}
    make(tmp_path, "20310102-b", project, (0.25, 0.875, 0.5), parent="20310101-a")
    new, old = listed(tmp_path)
    assert (new.run, new.parent) == ("20310102-b", "20310101-a")
    assert new.changed == ("Learning rate 0.25",)
    assert new.spark == (0.25, 0.875, 0.5)
    assert (new.score, new.score_kind, new.is_lower) == (0.5, "accuracy", False)
    assert (new.goal, new.is_met) == ("≥ 0.9", False)
    assert (old.score, old.took_s, old.goal, old.changed) == (0.75, 12.5, "", ())


def test_run_that_ends_with_its_best_weights_has_their_score(tmp_path):
    make(tmp_path, "a", mlp(keep_best=True), (0.25, 0.875, 0.5))
    assert listed(tmp_path)[0].score == 0.875


def test_settings_changed_while_it_went_on_are_told_but_those_of_its_parent(tmp_path):
    first = {"step": 3, "name": "batch_size", "value": 8, "phase": ""}
    second = {"step": 5, "name": "lr", "value": 0.25, "phase": "training"}
    make(tmp_path, "a", mlp(), (0.5,), changes=[first])
    make(tmp_path, "b", mlp(), (0.5,), changes=[first, second], parent="a")
    found = {run.run: run.changed for run in listed(tmp_path)}
    assert found == {
        "a": ("Batch size 8 from step 3",),
        "b": ("Learning rate 0.25 from step 5",),
    }


def test_goal_is_met_by_the_score(tmp_path):
    project = mlp()
    target = {"metric": "loss", "comparison": "<", "value": 0.5, "text": "low"}
    project.extra = {"preset": {"target": target}}
    make(tmp_path, "a", project, (0.75,))
    (run,) = listed(tmp_path)
    assert (run.score, run.is_lower, run.is_met) == (0.25, True, True)


def test_index_reads_only_what_has_changed(tmp_path, monkeypatch):
    for name in ("a", "b", "c"):
        make(tmp_path, name, mlp(), (0.5,))
    assert [run.run for run in listed(tmp_path)] == ["c", "b", "a"]
    read = []
    summary = index.Reader.summary
    monkeypatch.setattr(
        index.Reader, "summary",
        lambda self, run, before: (read.append(run), summary(self, run, before))[1],
    )  # fmt: skip
    again = listed(tmp_path)
    assert (read, [run.run for run in again]) == ([], ["c", "b", "a"])
    runs.open_run(tmp_path / "a").update(state="stopped")
    assert [run.state for run in listed(tmp_path)] == [
        "finished", "finished", "stopped",
    ]  # fmt: skip
    assert read == ["a"]


@pytest.mark.parametrize(
    "damage",
    [
        "{", "[]", "null", '{"version": 1}', '{"version": 2, "language": "en"}',
        '{"version":2,"language":"en","runs":{"a":[1,{"run":"a"}]}}',
        '{"version":2,"language":"en","runs":[1]}', "[" * 100_000,
    ],
)  # fmt: skip
def test_damaged_index_is_made_anew(tmp_path, damage):
    make(tmp_path, "a", mlp(), (0.5,))
    (tmp_path / index.FILE).write_text(damage)
    assert [run.score for run in listed(tmp_path)] == [0.5]


def test_index_with_a_field_of_another_kind_is_made_anew(tmp_path):
    make(tmp_path, "a", mlp(), (0.5,))
    good = listed(tmp_path)
    told = json.loads((tmp_path / index.FILE).read_text())
    for field in told["runs"]["a"][1]:
        bad = json.loads(json.dumps(told))
        bad["runs"]["a"][1][field] = {"a": 1} if field != "marks" else 7
        (tmp_path / index.FILE).write_text(json.dumps(bad))
        assert listed(tmp_path) == good


def test_what_is_no_run_is_left_out_and_links_are_not_followed(tmp_path):
    folder = tmp_path / "runs"
    make(folder, "good", mlp(), (0.5,))
    (folder / "empty").mkdir()
    (folder / "bad").mkdir()
    (folder / "bad" / "run.json").write_text('{"format": "x"}')
    (folder / "large").mkdir()
    (folder / "large" / "run.json").write_text(" " * 5_000_000)
    make(tmp_path, "elsewhere", mlp(), (0.5,))
    (folder / "link").symlink_to(tmp_path / "elsewhere")
    found = {run.run: run.state for run in listed(folder)}
    assert found == {"good": "finished", "large": "unread"}
    assert {run.run for run in listed(folder)} == {"good", "large"}


def test_foreign_words_are_one_short_line(tmp_path):
    made = make(tmp_path, "a", mlp(), (0.5,))
    made.update(name="x\n<b>" * 400)
    (run,) = listed(tmp_path)
    assert len(run.title) <= 200
    assert "\n" not in run.title


def test_missing_folder_has_no_runs(tmp_path):
    assert listed(tmp_path / "none") == []


def test_run_being_written_has_no_score_yet(tmp_path):
    run = runs.create(tmp_path, mlp(), name="a")
    (found,) = listed(tmp_path)
    assert (found.state, math.isnan(found.score), found.is_interrupted) == (
        "created", True, True,
    )  # fmt: skip
    run.close()


def test_marks_are_kept_and_shortened(tmp_path):
    said = RunMarks(" New\nname ", ("a", "a", "", "b" * 99), True, "note\nlines")
    marks.write(tmp_path, said)
    kept = marks.read(tmp_path)
    assert kept == RunMarks("New name", ("a", "b" * 40), True, "note\nlines")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"name": 1}', '{"tags": 7}'])
def test_damaged_marks_are_none(tmp_path, text):
    (tmp_path / marks.FILE).write_text(text)
    assert marks.read(tmp_path) == RunMarks()


def test_marks_with_a_letter_that_has_changed_are_none_and_kept_aside(tmp_path):
    marks.write(tmp_path, RunMarks("name", ("a",), True, "a long note"))
    text = (tmp_path / marks.FILE).read_text()
    (tmp_path / marks.FILE).write_text(text.replace("long", "lang"))
    assert marks.read(tmp_path) == RunMarks()
    marks.write(tmp_path, RunMarks("new"))
    assert marks.read(tmp_path) == RunMarks("new")
    assert "a lang note" in (tmp_path / "marks.damaged.json").read_text()


def test_an_index_with_a_digit_that_has_changed_is_made_anew(tmp_path):
    make(tmp_path, "a", mlp(), (0.5,))
    listed(tmp_path)
    text = (tmp_path / index.FILE).read_text()
    assert '"score":0.5' in text
    (tmp_path / index.FILE).write_text(text.replace('"score":0.5', '"score":0.9'))
    assert [run.score for run in listed(tmp_path)] == [0.5]


def test_marks_behind_a_link_are_not_read(tmp_path):
    (tmp_path / "run").mkdir()
    marks.write(tmp_path, RunMarks("secret"))
    (tmp_path / "run" / marks.FILE).symlink_to(tmp_path / marks.FILE)
    assert marks.read(tmp_path / "run") == RunMarks()
    marks.write(tmp_path / "run", RunMarks("own"))
    assert marks.read(tmp_path) == RunMarks("secret")


def test_deleted_run_comes_back_as_it_was(tmp_path):
    make(tmp_path, "a", mlp(), (0.5,))
    before = {p.name: p.read_bytes() for p in (tmp_path / "a").iterdir() if p.is_file()}
    moved = trash.discard(tmp_path, ["a"])
    assert (moved.runs, moved.refused, listed(tmp_path)) == (("a",), "", [])
    moved = trash.restore(tmp_path, ["a"])
    assert (moved.runs, moved.discarded) == (("a",), False)
    after = {p.name: p.read_bytes() for p in (tmp_path / "a").iterdir() if p.is_file()}
    assert after == before


def test_busy_run_and_paths_are_not_deleted(tmp_path):
    folder = tmp_path / "runs"
    make(folder, "a", mlp(), (0.5,))
    make(tmp_path, "b", mlp(), (0.5,))
    assert trash.discard(folder, ["a"], str(folder / "a")).runs == ()
    for name in ("../b", "..", ".", "", ".trash", "a/..", "/", "C:\\x"):
        moved = trash.discard(folder, [name])
        assert moved.runs == ()
        assert moved.refused
    assert (tmp_path / "b").is_dir()
    with pytest.raises(DocumentError):
        trash.path_of(folder, "../b")


def test_link_is_moved_and_not_what_it_leads_to(tmp_path):
    folder = tmp_path / "runs"
    folder.mkdir()
    make(tmp_path, "b", mlp(), (0.5,))
    (folder / "b").symlink_to(tmp_path / "b")
    assert trash.discard(folder, ["b"]).runs == ("b",)
    assert (tmp_path / "b" / "run.json").is_file()
    assert (folder / trash.FOLDER / "b").is_symlink()


def test_sparkline_keeps_its_ends_and_is_thin():
    values = [float(n) for n in range(1000)]
    found = thinned([math.nan, *values, math.nan])
    assert (len(found), found[0], found[-1]) == (32, 0.0, 999.0)
    assert thinned([1.0, math.inf, 2.0]) == (1.0, 2.0)
