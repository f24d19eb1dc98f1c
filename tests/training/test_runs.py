import json

import numpy as np
import pytest

from engine.errors import DocumentError, TrainingError
from engine.protocol.frame import Evaluation
from engine.training import runs
from engine.training.metrics import MetricStore
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
    run.update(checkpoint={"file": "../../secret", "sha256": "0", "step": 1})
    with pytest.raises(TrainingError, match="no checkpoint"):
        run.load_checkpoint()


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
    store, reader = MetricStore(tmp_path / "m.sqlite"), None
    store.add_steps(*table(1, 4))
    store.commit()
    store.add_steps(*table(4, 9))
    reader = MetricStore(tmp_path / "m.sqlite")
    assert len(reader.steps()[0]) == 3
    reader.close()
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
