"""Curves of anybody: read in a copy, made anew before they are written."""

import os
import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from engine.errors import DocumentError, TrainingError
from engine.protocol.histogram import HISTOGRAM_BINS
from engine.protocol.messages import Evaluation, LayerSample
from engine.training.records import curve_files, curve_sums, metric_store
from engine.training.records.metric_store import MetricStore

NAME = "metrics.sqlite"


def sample(step: int, layers: int = 2) -> LayerSample:
    counts = np.full((layers, HISTOGRAM_BINS), step)
    columns = [np.full(layers, float(step))] * 5
    return LayerSample(step, counts, counts, *columns)


def fill(store: MetricStore, first: int, last: int) -> None:
    steps = np.arange(first, last)
    store.add_steps(steps, steps[:, None] * 1.0, steps[:, None] * 0.1)
    store.add_sample(sample(last))
    store.add_evaluation(Evaluation(last, 1.0, {"loss": float("nan")}))
    store.commit()


@pytest.fixture
def crashed(tmp_path: Path) -> Path:
    """Return curves of which the newest stand in the log alone, as after a crash."""
    (tmp_path / "live").mkdir()
    store = MetricStore(tmp_path / "live" / NAME)
    fill(store, 1, 5)
    fill(store, 5, 9)
    folder = Path(shutil.copytree(tmp_path / "live", tmp_path / "crashed"))
    store.close()
    assert (folder / f"{NAME}-wal").stat().st_size > 0
    return folder / NAME


def content(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        path.name: (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.iterdir()
    }


def test_crashed_run_shows_all_its_steps_and_its_folder_is_only_read(crashed):
    before = content(crashed.parent)
    crashed.parent.chmod(0o555)
    found = metric_store.read(crashed)
    crashed.parent.chmod(0o755)
    assert found.damage is None
    np.testing.assert_array_equal(found.steps[0], np.arange(1, 9))
    np.testing.assert_array_equal(found.steps[1][:, 0], np.arange(1, 9))
    assert [each.step for each in found.evaluations] == [5, 9]
    np.testing.assert_array_equal(found.samples[1].grad_norm, [9.0, 9.0])
    assert content(crashed.parent) == before


def test_crashed_run_goes_on_with_all_its_steps(crashed):
    store = MetricStore(crashed)
    fill(store, 9, 11)
    np.testing.assert_array_equal(store.steps()[0], np.arange(1, 11))
    assert store.damage == ""
    store.close()
    np.testing.assert_array_equal(metric_store.read(crashed).steps[0], np.arange(1, 11))


def test_a_crash_while_the_file_is_made_anew_loses_nothing(crashed, monkeypatch):
    for place in ("remove", "replace"):
        twin = Path(shutil.copytree(crashed.parent, crashed.parent / place)) / NAME
        with monkeypatch.context() as broken:
            if place == "remove":
                broken.setattr(curve_files.parts, "remove", _fail)
            else:
                broken.setattr(Path, "replace", _fail_for_new)
            with pytest.raises(KeyboardInterrupt):
                MetricStore(twin)
        np.testing.assert_array_equal(metric_store.read(twin).steps[0], np.arange(1, 9))
        store = MetricStore(twin)
        np.testing.assert_array_equal(store.steps()[0], np.arange(1, 9))
        store.close()


def _fail(*_arguments):
    raise KeyboardInterrupt


_replace = Path.replace


def _fail_for_new(path, target):
    if path.name.endswith(".new"):
        raise KeyboardInterrupt
    return _replace(path, target)


def test_missing_curves_are_empty_and_nothing_is_made(tmp_path):
    found = metric_store.read(tmp_path / NAME)
    assert found.damage is None
    assert len(found.steps[0]) == len(found.samples) == 0
    assert list(tmp_path.iterdir()) == []


OTHERS = {
    "a table of another program": "CREATE TABLE passwords (a)",
    "an index": "CREATE INDEX i ON steps (count)",
    "a trigger": "CREATE TRIGGER t AFTER INSERT ON steps BEGIN DELETE FROM steps; END",
    "a view": "CREATE VIEW v AS SELECT * FROM steps",
    "another schema": "DROP TABLE steps; CREATE TABLE steps (first, count)",
    "a virtual table": "DROP TABLE steps; CREATE VIRTUAL TABLE steps USING fts5(a)",
    "a check": "DROP TABLE samples; CREATE TABLE samples (step CHECK (randomblob(9)))",
    "another program": "PRAGMA application_id = 77",
    "a later version": "PRAGMA user_version = 3",
}


@pytest.mark.parametrize("name", OTHERS)
def test_database_of_another_program_is_told_and_never_written(tmp_path, name):
    store = MetricStore(tmp_path / NAME)
    fill(store, 1, 5)
    store.close()
    with sqlite3.connect(tmp_path / NAME) as file:
        file.executescript(OTHERS[name])
    file.close()
    before = content(tmp_path)
    assert metric_store.read(tmp_path / NAME).damage
    with pytest.raises(TrainingError, match="curves"):
        MetricStore(tmp_path / NAME)
    assert content(tmp_path) == before


@pytest.mark.skipif(os.name == "nt", reason="links are of Unix")
@pytest.mark.parametrize("end", ["", "-wal", "-shm", "-journal", ".new"])
@pytest.mark.parametrize("target", ["other.sqlite", "nowhere"])
def test_links_are_refused_and_lead_nowhere(tmp_path, end, target):
    other = sqlite3.connect(tmp_path / "other.sqlite")
    other.execute("CREATE TABLE a (b)")
    other.close()
    run = tmp_path / "run"
    run.mkdir()
    if end:
        MetricStore(run / NAME).close()
        (run / f"{NAME}{end}").unlink(missing_ok=True)
    (run / f"{NAME}{end}").symlink_to(tmp_path / target)
    before = (tmp_path / "other.sqlite").read_bytes()
    if end in {"", "-wal", ".new"}:
        assert isinstance(metric_store.read(run / NAME).damage, DocumentError)
    with pytest.raises(DocumentError, match="could lead out"):
        MetricStore(run / NAME)
    assert (tmp_path / "other.sqlite").read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"run", "other.sqlite"}


MAGIC = bytes.fromhex("d9d505f920a163d7")


def beside_a_deadly_journal(folder: Path, victim: Path) -> Path:
    """Return curves with a hot journal: SQLite deletes the file that it names."""
    folder.mkdir()
    file = sqlite3.connect(folder / NAME)
    file.executescript(curve_files.TABLES)
    file.execute("INSERT INTO evaluations VALUES (1, '{}', 0)")
    file.commit()
    file.execute("PRAGMA cache_size=1")
    file.execute("BEGIN")
    rows = [(step, "x" * 900) for step in range(2, 99)]
    file.executemany("INSERT INTO evaluations VALUES (?, ?, 0)", rows)
    journal = (folder / f"{NAME}-journal").read_bytes()
    file.rollback()
    file.close()
    name = str(victim).encode()
    numbers = [number.to_bytes(4, "big") for number in (1, len(name), sum(name))]
    end = numbers[0] + name + numbers[1] + numbers[2] + MAGIC
    (folder / f"{NAME}-journal").write_bytes(MAGIC + journal[8:] + end)
    return folder / NAME


def test_journal_that_names_a_file_to_delete_is_never_played(tmp_path):
    victim = tmp_path / "victim.txt"
    victim.write_text("kept")
    path = beside_a_deadly_journal(tmp_path / "run", victim)
    metric_store.read(path)
    MetricStore(path).close()
    assert victim.read_text() == "kept"
    plain = sqlite3.connect(beside_a_deadly_journal(tmp_path / "plain", victim))
    plain.execute("SELECT * FROM evaluations").fetchall()
    plain.close()
    assert not victim.exists(), "else the journal of this test is none"


def test_part_of_the_rows_is_shown_when_others_are_damaged(crashed):
    with sqlite3.connect(crashed) as file:
        file.execute("UPDATE samples SET numbers = x'00' WHERE step = 9")
        file.execute("UPDATE evaluations SET value = '[' WHERE step = 9")
    file.close()
    found = metric_store.read(crashed)
    assert "damaged rows" in str(found.damage)
    np.testing.assert_array_equal(found.steps[0], np.arange(1, 9))
    assert [each.step for each in found.samples] == [5]
    assert [each.step for each in found.evaluations] == [5]
    store = MetricStore(crashed)
    assert [each.step for each in store.evaluations()] == [5]
    assert store.damage
    store.close()


def test_locked_curves_are_read_all_the_same(crashed):
    file = sqlite3.connect(crashed)
    file.execute("BEGIN EXCLUSIVE")
    assert len(metric_store.read(crashed).steps[0]) == 8
    file.rollback()
    file.close()


@pytest.mark.parametrize(
    "rows",
    [
        [(1, 3, 1, np.ones((2, 2)).tobytes())],
        [(1, 2, 1, np.ones((2, 2)).tobytes()), (2, 1, 1, np.ones((1, 2)).tobytes())],
        [(-5, 1, 1, np.ones((1, 2)).tobytes())],
        [(2**62, 1, 1, np.ones((1, 2)).tobytes())],
        [(1, 1, 1, np.ones((1, 4)).tobytes())],
        [(1, 1, 99, np.ones((1, 198)).tobytes())],
        [(1, 1, 1, "text"), (2, 1, 1, None)],
        [(1, 1, 1, np.ones((1, 2)).tobytes()), (2, 1, 2, np.ones((1, 4)).tobytes())],
    ],
)
def test_rows_that_contradict_themselves_are_damage(tmp_path, rows):
    store = MetricStore(tmp_path / NAME)
    store.close()
    with sqlite3.connect(tmp_path / NAME) as file:
        rows = [(*row, curve_sums.sum_of("steps", row)) for row in rows]
        file.executemany("INSERT INTO steps VALUES (?,?,?,?,?)", rows)
    file.close()
    assert "damaged rows" in str(metric_store.read(tmp_path / NAME).damage)


def test_samples_beyond_the_memory_are_thinned(tmp_path, monkeypatch):
    monkeypatch.setattr(metric_store.curve_rows, "_MOST_SAMPLE_BYTES", 100_000)
    store = MetricStore(tmp_path / NAME)
    for step in range(1, 101):
        store.add_sample(sample(step))
    store.commit()
    steps = [each.step for each in store.samples()]
    store.close()
    assert 3 <= len(steps) <= 7
    assert steps[0] == 1


@pytest.mark.parametrize(
    ("script", "steps"),
    [
        ("UPDATE steps SET numbers = zeroblob(64) WHERE first = 1", [5, 6, 7, 8]),
        ("UPDATE steps SET first = 2 WHERE first = 1", [5, 6, 7, 8]),
        ("UPDATE steps SET sum = NULL WHERE first = 5", [1, 2, 3, 4]),
        ("DELETE FROM steps WHERE first = 5", [1, 2, 3, 4]),
        ("DELETE FROM totals", [*range(1, 9)]),
    ],
)
def test_damage_that_could_be_a_number_is_told_and_the_rest_is_shown(
    crashed, script, steps
):
    with sqlite3.connect(crashed) as file:
        file.execute(script)
    file.close()
    found = metric_store.read(crashed)
    assert "damaged rows" in str(found.damage)
    np.testing.assert_array_equal(found.steps[0], steps)
    np.testing.assert_array_equal(found.steps[1][:, 0], steps)
    store = MetricStore(crashed)
    assert store.damage
    np.testing.assert_array_equal(store.steps()[0], steps)
    store.close()
    assert metric_store.read(crashed).damage is None


def test_steps_that_a_checkpoint_has_seen_must_be_there(crashed):
    assert metric_store.read(crashed, 8).damage is None
    assert "steps are missing" in str(metric_store.read(crashed, 9).damage)


def test_curves_of_the_first_version_are_read_and_gone_on_with(tmp_path):
    path = tmp_path / NAME
    file = sqlite3.connect(path)
    file.executescript(curve_files.OLD_TABLES)
    numbers = np.array([[0.5, 0.1], [0.4, 0.1]])
    file.execute("INSERT INTO steps VALUES (1, 2, 1, ?)", (numbers.tobytes(),))
    file.execute(f"PRAGMA application_id={curve_files.APPLICATION_ID}")
    file.execute("PRAGMA user_version=1")
    file.commit()
    file.close()
    found = metric_store.read(path, 2)
    assert found.damage is None
    np.testing.assert_array_equal(found.steps[1][:, 0], [0.5, 0.4])
    store = MetricStore(path)
    fill(store, 3, 5)
    store.close()
    with sqlite3.connect(path) as file:
        file.execute("UPDATE steps SET numbers = zeroblob(32) WHERE first = 1")
    file.close()
    assert metric_store.read(path).damage
