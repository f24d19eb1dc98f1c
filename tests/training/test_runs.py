import hashlib
import json
import sqlite3
import zlib
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.errors import ConfigError, DocumentError, TrainingError
from engine.graph.files import serialize
from engine.protocol.messages import Evaluation
from engine.training.loop.trainer import Trainer
from engine.training.records import checkpoint_file, curve_sums, metric_store, runs
from engine.training.records.metric_store import MetricStore
from engine.training.weights import weight_files
from tests.training.projects import mlp


def table(start, stop):
    steps = np.arange(start, stop)
    return steps, steps[:, None] * [0.5, np.nan], steps[:, None] * [1.0, 2.0]


def test_new_run_has_a_unique_folder_and_the_frozen_document(tmp_path):
    one, other = runs.create(tmp_path, mlp()), runs.create(tmp_path, mlp())
    assert one.folder != other.folder
    info = json.loads((one.folder / "run.json").read_text("utf-8"))
    assert info["state"] == "created"
    assert info["versions"].keys() == {"python", "torch", "numpy"}
    assert runs.open_run(one.folder).project.training == mlp().training


def test_existing_run_is_not_overwritten(tmp_path):
    runs.create(tmp_path, mlp(), name="mine")
    with pytest.raises(DocumentError, match="already is a run"):
        runs.create(tmp_path, mlp(), name="mine")


@pytest.mark.parametrize("text", [None, "{", "[]", "{}", '{"format": "other"}'])
def test_folder_without_a_run_is_refused(tmp_path, text):
    if text is not None:
        (tmp_path / "run.json").write_text(text)
    with pytest.raises(DocumentError):
        runs.open_run(tmp_path)


def test_checkpoint_name_cannot_leave_the_folder(tmp_path):
    run = runs.create(tmp_path, mlp())
    entry = {"file": "../../x.safetensors", "sha256": "0" * 64, "step": 1}
    run.update(checkpoint=entry)
    with pytest.raises(DocumentError, match="“checkpoint”"):
        runs.open_run(run.folder)


def test_steps_read_back_bit_for_bit(tmp_path):
    store = MetricStore(tmp_path / "m.sqlite")
    store.add_steps(*table(1, 5))
    store.add_steps(*table(5, 6))
    store.add_steps(*table(6, 6))
    expected = table(1, 6)
    for found, right in zip(store.steps(), expected, strict=True):
        np.testing.assert_array_equal(found, right)
    store.close()


def test_uncommitted_steps_are_lost_and_committed_ones_stay(tmp_path):
    store = MetricStore(tmp_path / "m.sqlite")
    store.add_steps(*table(1, 4))
    store.commit()
    store.add_steps(*table(4, 9))
    assert len(metric_store.read(tmp_path / "m.sqlite").steps[0]) == 3
    store.close()


@pytest.mark.parametrize(("step", "left"), [(0, 0), (3, 3), (4, 4), (7, 7), (99, 9)])
def test_discard_cuts_in_the_middle_of_a_row(tmp_path, step, left):
    store = MetricStore(tmp_path / "m.sqlite")
    store.add_steps(*table(1, 5))
    store.add_steps(*table(5, 10))
    store.add_evaluation(Evaluation(2, 0.5, {"loss": float("nan")}))
    store.add_evaluation(Evaluation(8, 1.0, {"loss": 0.1}))
    store.discard_after(step)
    np.testing.assert_array_equal(store.steps()[0], np.arange(1, left + 1))
    kept = [evaluation.step for evaluation in store.evaluations()]
    assert kept == [s for s in (2, 8) if s <= step]
    store.close()


GOOD = {"document": "", "state": "created"}


@pytest.mark.parametrize(
    "fields",
    [
        {"document": 5},
        {"state": None},
        {"changes": 7},
        {"changes": [{"step": 1}]},
        {"changes": [{"step": 1, "name": "lr", "value": {}}]},
        {"checkpoint": "abc"},
        {"checkpoint": {"file": "f", "sha256": "s", "step": []}},
        {"checkpoint": {"file": 1, "sha256": "s", "step": 1}},
    ],
)
def test_run_file_with_other_kinds_of_values_is_refused(tmp_path, fields):
    head = {"format": runs.FORMAT, "version": runs.VERSION}
    path = tmp_path / "run.json"
    path.write_text(json.dumps({**head, **GOOD}))
    runs.open_run(tmp_path)
    path.write_text(json.dumps({**head, **GOOD, **fields}))
    with pytest.raises(DocumentError, match=r"run\.json is damaged"):
        runs.open_run(tmp_path)


def test_run_file_nested_without_end_is_refused(tmp_path):
    (tmp_path / "run.json").write_text("[" * 200_000)
    with pytest.raises(DocumentError, match="damaged"):
        runs.open_run(tmp_path)


@pytest.mark.parametrize(
    ("name", "value"), [("threads", 10**9), ("seed", 10**30), ("device", "gpu9")]
)
def test_settings_of_a_run_are_checked_before_it_goes_on(tmp_path, name, value):
    run = runs.create(tmp_path, mlp())
    run.update(**{name: value})
    with pytest.raises(ConfigError):
        Trainer.resume(run)


def _stored(run, data):
    folder = run.folder / "checkpoints"
    folder.mkdir()
    (folder / "c.safetensors").write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    run.update(checkpoint={"file": "c.safetensors", "sha256": digest, "step": 1})


@pytest.mark.parametrize(
    "data", [b"", b"\xff" * 8, (2).to_bytes(8, "little") + b"{}", b"\x80\x04pickle."]
)
def test_checkpoint_with_a_right_sum_and_wrong_bytes_is_refused(tmp_path, data):
    run = runs.create(tmp_path, mlp())
    _stored(run, data)
    with pytest.raises(TrainingError, match="damaged"):
        Trainer.resume(run)


def test_checkpoint_of_another_kind_is_refused(tmp_path):
    run = runs.create(tmp_path, mlp())
    path = tmp_path / "c"
    checkpoint_file.write(path, {"model/hidden.weight": torch.zeros(1)}, {"step": 1})
    _stored(run, path.read_bytes())
    with pytest.raises(TrainingError, match="does not belong to this run"):
        Trainer.resume(run)


def test_what_a_killed_writer_left_goes_with_the_next_checkpoint(tmp_path):
    run = runs.create(tmp_path, mlp())
    run.save_checkpoint({"w": torch.zeros(1)}, {"step": 1})
    word, folder = run.info["next_checkpoint"], run.folder / "checkpoints"
    for name in (f"000000002-{word}.safetensors", f".000000002-{word}.safetensors.x1"):
        (folder / name).write_bytes(b"1")
    others = {"mine.safetensors", ".old.safetensors.x1", f"2-{word}.pt"}
    for name in others:
        (folder / name).write_bytes(b"1")
    run.save_checkpoint({"w": torch.zeros(1)}, {"step": 3})
    named = {entry["file"] for entry in run.info["checkpoints"]}
    assert {path.name for path in folder.iterdir()} == named | others
    assert len(named) == 2


def test_curves_that_are_no_database_are_told_and_set_aside(tmp_path):
    path = tmp_path / "m.sqlite"
    path.write_bytes(b"something else " * 100)
    assert "not a database" in str(metric_store.read(path).damage)
    assert path.read_bytes() == b"something else " * 100
    store = MetricStore(path)
    assert "not a database" in store.damage
    store.close()
    assert (tmp_path / "m.damaged-1").read_bytes() == b"something else " * 100


def test_curves_behind_a_view_are_refused(tmp_path):
    path = tmp_path / "m.sqlite"
    file = sqlite3.connect(path)
    file.execute(
        "CREATE VIEW steps AS WITH RECURSIVE n(first) AS "
        "(SELECT 1 UNION ALL SELECT first + 1 FROM n) SELECT first FROM n"
    )
    file.close()
    with pytest.raises(TrainingError, match="views"):
        MetricStore(path)


@pytest.mark.parametrize(
    ("table", "row", "read"),
    [
        ("steps", (1, 10**12, 1, b"1" * 16), MetricStore.steps),
        ("steps", (1, 2, 1, "words"), MetricStore.steps),
        ("evaluations", (1, "{}"), MetricStore.evaluations),
        ("evaluations", (1, "[" * 100_000), MetricStore.evaluations),
        ("samples", (1, 0, 1, b"no zlib"), MetricStore.samples),
        ("samples", (1, 0, 10**12, b""), MetricStore.samples),
        ("samples", (1, 0, 1, zlib.compress(bytes(10**7))), MetricStore.samples),
    ],
)
def test_rows_that_we_did_not_write_are_refused(tmp_path, table, row, read):
    store = MetricStore(tmp_path / "m.sqlite")
    row = (*row, curve_sums.sum_of(table, row))
    marks = ",".join("?" * len(row))
    file = sqlite3.connect(tmp_path / "m.sqlite")
    file.execute(f"INSERT INTO {table} VALUES ({marks})", row)
    file.commit()
    file.close()
    with pytest.raises(TrainingError, match="curves"):
        read(store)
    store.close()


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no such device here")
def test_files_without_an_end_are_refused(tmp_path):
    (tmp_path / "run.json").symlink_to("/dev/zero")
    with pytest.raises(DocumentError, match="a link"):
        runs.open_run(tmp_path)
    with pytest.raises(DocumentError, match=r"can't be read|too large"):
        serialize.load(Path("/dev/zero"))
    with pytest.raises(TrainingError, match="not an ordinary file"):
        weight_files.read("/dev/zero")


def test_run_remembers_a_path_that_is_no_text(tmp_path):
    run = runs.create(tmp_path, mlp())
    run.update(weights_from="/runs/x\udcff")
    assert runs.open_run(run.folder).info["weights_from"].startswith("/runs/x")
