import pytest

from engine.errors import EngineError
from engine.export import formats
from engine.protocol import commands
from engine.protocol import messages as frame
from engine.protocol.device import Device, Devices
from engine.protocol.listing import commands as listed
from engine.protocol.messages import EngineReady, Message
from engine.training.listing.shelf import Shelf
from engine.training.records.past_runs import PastRuns
from tests.workbench.app.helpers import discard
from workbench.app.window import MainWindow
from workbench.document.settings import Settings
from workbench.session.session import Session

DEVICES = Devices((Device("cpu", "CPU"),), "2.13", 2)


READING = (
    commands.OpenRun,
    commands.ReadCurves,
    listed.ListRuns,
    listed.MarkRun,
    listed.DiscardRuns,
    listed.RestoreRuns,
    listed.CompareRuns,
    listed.CompareLayers,
    listed.WeighTrash,
    listed.EmptyTrash,
)


class FakeEngine:
    """Takes commands; tells what the test puts in. Runs are read as the engine does."""

    def __init__(self):
        self.past_runs, self.shelf = PastRuns(), Shelf()
        self.sent = []
        self.inbox = [Message(0, EngineReady(DEVICES, formats.told()))]
        self.closed = False

    def send(self, command):
        self.sent.append(command)
        if isinstance(command, READING):
            self.tell(self._read(command), len(self.sent))
        return len(self.sent)

    def _read(self, command):
        answers = {
            listed.ListRuns: self.shelf.part,
            listed.MarkRun: self.shelf.mark,
            listed.DiscardRuns: lambda asked: self.shelf.discard(asked, ""),
            listed.RestoreRuns: self.shelf.restore,
            listed.CompareRuns: self.shelf.compared,
            listed.CompareLayers: self.shelf.layers,
            listed.WeighTrash: self.shelf.weigh,
            listed.EmptyTrash: self.shelf.empty,
        }
        try:
            if type(command) in answers:
                return answers[type(command)](command)
            if isinstance(command, commands.OpenRun):
                return self.past_runs.open(command.run)
            return self.past_runs.part(command.run, command.part)
        except EngineError as error:
            return frame.Failed(str(error))

    def drain(self):
        messages, self.inbox = self.inbox, []
        return messages

    def kill(self):
        self.tell(frame.EngineGone("killed"))

    def close(self, _timeout_s):
        self.closed = True

    def tell(self, body, number=0):
        self.inbox.append(Message(number, body))

    def commands(self, kind):
        return [command for command in self.sent if isinstance(command, kind)]


@pytest.fixture
def engine():
    return FakeEngine()


@pytest.fixture
def window(qtbot, qapp, engine, tmp_path):
    session = Session(lambda: engine, tmp_path / "runs")
    window = MainWindow(session, Settings())
    window.recovery.path = tmp_path / "recovery.bpw"
    window.document.load_preset("digits-mlp")
    window.show()
    qtbot.waitUntil(lambda: session.engine_ready)
    qtbot.waitUntil(lambda: window.panels.is_loaded, timeout=20_000)
    yield window
    window.asks_nothing = True
    window.close()
    discard(window)


@pytest.fixture
def started():
    """What an engine tells when a run begins."""
    return frame.RunStarted(
        run="run",
        layers=("linear1", "linear2", "scores"),
        layer_parameters=(8, 8, 8),
        phases=("training",),
        metrics=("loss", "accuracy"),
        device="cpu",
        threads=1,
        total_steps=100,
        steps_per_epoch=10,
        batch_size=64,
        parameters=24,
    )


@pytest.fixture
def running(qtbot, window, engine, started):
    """A window whose (fake) engine trains."""
    window.actions_["train"].trigger()
    qtbot.waitUntil(lambda: bool(engine.commands(commands.Train)))
    engine.tell(started, len(engine.sent))
    qtbot.waitUntil(lambda: window.session.state == "training")
    return window


@pytest.fixture
def early(qtbot, qapp, engine, tmp_path):
    """A window whose engine has not answered yet."""
    engine.inbox = []
    window = MainWindow(Session(lambda: engine, tmp_path / "runs"), Settings())
    window.recovery.path = tmp_path / "recovery.bpw"
    window.document.load_preset("xor")
    window.show()
    qtbot.waitUntil(lambda: window.panels.is_loaded, timeout=20_000)
    yield window
    window.asks_nothing = True
    window.close()
    discard(window)
