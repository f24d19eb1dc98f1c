"""The views of a run come back when it is opened again, as they were."""

import errno
import io

import numpy as np
import pytest

import presets
from engine.errors import TrainingError
from engine.graph.settings_text import assign
from engine.protocol.messages import View
from engine.training.loop.recorder import Recorder
from engine.training.loop.trainer import Trainer
from engine.training.records import past_runs, runs, shelter, view_file
from engine.training.records.view_file import FILE, ViewFile
from tests.training import projects


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def view(step, node="look", size=4):
    values = np.full(size, step, dtype=np.float32)
    return View(node, "curve", step, {"curve": values}, {"axes": ("a", "b")})


def steps_of(views, node="look"):
    return [each.step for each in views if each.node == node]


def test_they_come_back_with_all_their_numbers_and_words(tmp_path):
    clock = Clock()
    file = ViewFile(tmp_path, clock)
    for step in (1, 5, 9):
        file.add([view(step), view(step, "other")])
        clock.now += 2.0
    file.close()
    found = view_file.read(tmp_path)
    assert steps_of(found) == steps_of(found, "other") == [1, 5, 9]
    last = found[-1]
    assert last.words == {"axes": ("a", "b")}
    np.testing.assert_array_equal(last.arrays["curve"], np.full(4, 9, np.float32))


def test_a_second_apart_at_first_and_the_newest_is_always_there(tmp_path):
    clock = Clock()
    file = ViewFile(tmp_path, clock)
    for step in range(101):  # ten a second
        file.add([view(step)])
        clock.now += 0.1
    file.close()
    found = steps_of(view_file.read(tmp_path))
    assert found[0] == 0
    assert found[-1] == 100
    assert 10 <= len(found) <= 12


def test_a_day_of_views_stays_small(tmp_path):
    clock = Clock()
    file = ViewFile(tmp_path, clock)
    for step in range(24 * 3600):
        file.add([view(step)])
        clock.now += 1.0
    file.close()
    assert len(view_file.read(tmp_path)) < 800


def test_more_than_the_room_is_left_out_but_the_newest(tmp_path, monkeypatch):
    record = len(view_file.packed(view(1)))
    monkeypatch.setattr(view_file, "MOST_BYTES", 3 * record)
    clock = Clock()
    file = ViewFile(tmp_path, clock)
    for step in range(9):
        file.add([view(step)])
        clock.now += 5.0
    file.close()
    assert steps_of(view_file.read(tmp_path)) == [0, 1, 2, 8]


def test_a_run_that_goes_on_forgets_what_is_made_again(tmp_path):
    clock = Clock()
    file = ViewFile(tmp_path, clock)
    for step in (1, 5, 9):
        file.add([view(step)])
        clock.now += 2.0
    file.close()
    again = ViewFile(tmp_path, clock)
    again.add([view(6)])
    again.close()
    assert steps_of(view_file.read(tmp_path)) == [1, 5, 6]


@pytest.mark.parametrize("place", [0, 9, 30, -3])
def test_what_is_damaged_ends_it_and_nothing_else(tmp_path, place):
    clock = Clock()
    file = ViewFile(tmp_path, clock)
    for step in (1, 5, 9):
        file.add([view(step)])
        clock.now += 2.0
    file.close()
    data = bytearray((tmp_path / FILE).read_bytes())
    data[place] ^= 0xFF
    (tmp_path / FILE).write_bytes(data)
    found = steps_of(view_file.read(tmp_path))
    assert found == ([1, 5] if place < 0 else [])
    (tmp_path / FILE).write_bytes(data[: len(data) // 2])
    assert len(view_file.read(tmp_path)) <= 1


def test_a_link_is_never_read_nor_written_through(tmp_path):
    folder, other = tmp_path / "run", tmp_path / "mine"
    folder.mkdir()
    other.write_bytes(view_file.packed(view(3)))
    (folder / FILE).symlink_to(other)
    assert view_file.read(folder) == []
    file = ViewFile(folder, Clock())
    file.add([view(7)])
    file.close()
    assert other.read_bytes() == view_file.packed(view(3))


def test_an_opened_run_tells_its_views_in_parts(tmp_path):
    run = runs.create(tmp_path, projects.mlp())
    clock = Clock()
    file = ViewFile(run.folder, clock)
    for step in range(200):
        file.add([view(step, size=10_000)])
        clock.now += 1e6
    file.close()
    run.close()
    past = past_runs.PastRuns()
    opened = past.open(str(run.folder))
    told = [past.part(str(run.folder), n).views for n in range(opened.parts)]
    assert opened.parts > 1
    assert [each.step for part in told for each in part] == list(range(200))
    largest = max(sum(v.arrays["curve"].nbytes for v in part) for part in told)
    assert largest <= past_runs.VIEW_BYTES


def test_a_training_keeps_what_it_has_shown_and_the_changes_are_flags(tmp_path):
    project = presets.load("digits-mlp")
    assign(project, ["epochs=1", "threads=1"])
    run = runs.create(tmp_path, project)
    trainer = Trainer(project, run=run)
    trainer.viewing.watched = True
    trainer.begin()
    shown = []
    for _ in trainer.steps():
        if trainer.step == 10 and trainer.at_border and not run.changes:
            trainer.set_hyper("lr", 0.001)
        shown += trainer.drain().views
    shown += trainer.drain().views
    assert [each.step for each in shown][-1] == trainer.step
    past = past_runs.PastRuns()
    opened = past.open(str(run.folder))
    assert opened.changes == (11,)
    assert opened.steps_per_epoch == trainer.parts.feeds.order.batches_per_epoch
    (kept,) = [past.part(str(run.folder), n).views for n in range(opened.parts)]
    assert {each.step for each in kept} <= {each.step for each in shown}
    first, last = (each.arrays["counts"] for each in (kept[0], kept[-1]))
    by_step = {each.step: each.arrays["counts"] for each in shown}
    np.testing.assert_array_equal(first, by_step[kept[0].step])
    np.testing.assert_array_equal(last, by_step[kept[-1].step])


class Full(io.RawIOBase):
    """A file on a full disk: it takes nothing."""

    def writable(self):
        return True

    def write(self, _data):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_ends_the_views_and_nothing_else(tmp_path, monkeypatch):
    raw = Full()
    run = runs.create(tmp_path, projects.mlp())
    recorder = Recorder(run, 1, lambda: ({}, {}))

    def begin(file, _step):
        file._file = io.BufferedWriter(raw)

    monkeypatch.setattr(ViewFile, "_begin", begin)
    recorder.add_views([view(1)])
    recorder.add_views([view(2)])
    recorder._views.close()
    assert raw.closed
    recorder._views.close()


def test_views_are_kept_where_a_run_stays_that_could_not_move(tmp_path, monkeypatch):
    run = runs.create(tmp_path, projects.mlp())
    recorder = Recorder(run, 1, lambda: ({}, {}))
    recorder.add_views([view(1)])

    def refused(_run, _folder):
        raise TrainingError("There is no such folder")

    monkeypatch.setattr(shelter, "move", refused)
    with pytest.raises(TrainingError):
        recorder.move(tmp_path / "elsewhere")
    recorder.add_views([view(2)])
    recorder._views.close()
    assert steps_of(view_file.read(run.folder)) == [1, 2]


HOSTILE = {
    "step of words": View("look", "curve", "9", {}),
    "step of nothing": View("look", "curve", None, {}),
    "step that is broken": View("look", "curve", 2.5, {}),
    "step beyond": View("look", "curve", 2**60, {}),
    "node that is a list": View(["look"], "curve", 1, {}),
    "node that is a number": View(3, "curve", 1, {}),
    "a path without end": View("x" * 100_000, "curve", 1, {}),
    "a kind that there isn't": View("look", "kittens", 1, {}),
    "a kind that is no view": View("look", "linear", 1, {}),
    "a look at another place": View("inside:rank", "curve", 1, {}),
    "arrays that are none": View("look", "curve", 1, {"curve": "xyz"}),
    "arrays that are a row": View("look", "curve", 1, (1, 2)),
    "words that are one": View("look", "curve", 1, {}, {"axes": "ab"}),
    "words of numbers": View("look", "curve", 1, {}, {"axes": (1, 2)}),
    "a book": View("look", "curve", 1, {}, {"axes": ("x" * 2_000_000,)}),
    "many words": View("look", "curve", 1, {}, {"axes": ("x",) * 200_000}),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_a_stranger_wrote_ends_the_file(tmp_path, name):
    records = map(view_file.packed, (view(1), HOSTILE[name], view(3)))
    (tmp_path / FILE).write_bytes(b"".join(records))
    assert steps_of(view_file.read(tmp_path)) == [1]


def test_no_more_views_than_a_window_can_hold(tmp_path):
    many = (view(1, f"look{number}", 0) for number in range(2000))
    (tmp_path / FILE).write_bytes(b"".join(map(view_file.packed, many)))
    assert len(view_file.read(tmp_path)) == 256
