import pytest

from tests.helpers import frames
from workbench.session.curves.history import History
from workbench.session.names import Names


@pytest.fixture
def history():
    """A run that has begun and has told nothing yet."""
    history = History()
    names = Names(metrics={"accuracy": "Accuracy"}, losses={"ce": "Cross-entropy"})
    history.begin(frames.run_started(), names)
    return history


@pytest.fixture
def shown(qtbot, history):
    """Show a panel of a class with the history, 460 × 240 pixels."""

    def show(kind, *, played=0, **options):
        for told in frames.frames(played, **options):
            history.add(told)
        panel = kind(history)
        qtbot.addWidget(panel)
        panel.resize(460, 240)
        panel.show()
        return panel

    return show
