"""The session with a real engine in its own process."""

import numpy as np
import pytest

import presets
from workbench.session.session import Session

START_MS, RUN_MS = 60_000, 60_000


@pytest.fixture
def session(qtbot, tmp_path):
    session = Session(runs_folder=tmp_path / "runs")
    session.start_engine()
    qtbot.waitUntil(lambda: session.engine_ready, timeout=START_MS)
    yield session
    session.close(5.0)


def test_real_run_fills_the_history_with_its_own_numbers(session, qtbot):
    frames = []
    session.frame_received.connect(frames.append)
    session.train(presets.load("xor"), steps=40)
    ended = {"finished", "failed", "diverged"}
    qtbot.waitUntil(lambda: session.state in ended, timeout=RUN_MS)
    assert session.state == "finished", session.failure
    told = np.concatenate([frame.losses[:, 0] for frame in frames])
    assert session.history.losses[0].steps.values.tolist() == list(range(1, 41))
    np.testing.assert_array_equal(session.history.losses[0].values.values, told)
    assert session.history.sample is not None
    assert len(session.history.layers.names) == len(session.history.run.layers)
    assert session.history.evaluations
    assert "loss" in session.history.evaluations[-1].values
