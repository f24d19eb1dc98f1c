"""A session over fake engines, and one with a run under way."""

import pytest

from engine.graph.model import Node, Project
from engine.protocol import device, messages
from tests.helpers import frames
from workbench.session.session import Session

READY = messages.EngineReady(device.Devices((device.Device("cpu", "CPU"),), "2.13", 2))


class Engines:
    """Spawns fakes and keeps them."""

    def __init__(self):
        self.clients = []

    def __call__(self):
        self.clients.append(frames.FakeClient())
        return self.clients[-1]

    @property
    def last(self):
        return self.clients[-1]


@pytest.fixture
def engines():
    return Engines()


@pytest.fixture
def session(qtbot, engines, tmp_path):
    session = Session(engines, tmp_path / "runs")
    yield session
    session.close(1.0)


@pytest.fixture
def training(session, engines):
    """A session with a run under way."""
    session.start_engine()
    engines.last.answer(READY, 0)
    session._on_tick()
    session.train(project())
    engines.last.answer(frames.run_started())
    session._on_tick()
    return session


def project(name="Test"):
    made = Project(name)
    made.graph.add_node(Node("hidden", "linear", {"out_features": 4}, name="Hidden"))
    made.graph.add_node(Node("score", "accuracy"))
    return made
