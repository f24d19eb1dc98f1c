"""The panel of the inside: what it says of numbers, and which it shows."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent

from engine.protocol.messages import RunStarted, View
from engine.protocol.tracing.inside import KINDS, node_of
from workbench.plots.inside import words
from workbench.plots.inside.panel import FACES, InsidePanel
from workbench.session.curves.history import History
from workbench.session.names import Names


@pytest.mark.parametrize(
    ("samples", "said"),
    [
        (256.0, "is 4× too small: up to about 256 samples"),
        (100.0, "fits its noise"),
        (16.0, "is 4× larger than its noise asks for"),
        (float("nan"), "can't be told"),
    ],
)
def test_the_noise_is_told_as_a_factor_of_the_batch(samples, said):
    assert said in words.of_noise(samples, 64)


def test_the_worst_tenth_is_a_share_of_the_whole_loss():
    losses = np.concatenate([np.full(90, 0.1), np.full(10, 9.1)])
    said = words.of_samples(losses)
    assert "91 %" in said  # 91 of 100
    assert "median 0.1" in said
    assert words.of_samples(np.zeros(0)) == ""


def made(kind):
    layers = {"layers": ("hidden", "act"), "phases": ("training",), "cost": ("0.0012",)}
    half, nan = np.array([0.5, 0.25]), np.array([np.nan, 0.5])
    arrays = {
        "activations": {
            "counts": np.ones((2, 96), int), "edges": np.linspace(-1, 1, 97),
            "mean": half, "std": half, "dead": half, "saturated": nan,
        },
        "gradient": {
            "steps": np.array([1.0, 2.0]), "norms": np.array([[1.0], [10.0]]),
            "clipped": np.array([[0.0], [0.25]]), "limits": np.array([2.0]),
        },
        "attention": {
            "entropy": half, "most": np.ones(2), "logit": np.array([1.0, 60.0]),
        },
        "noise": {
            "samples": np.array([256.0]), "batch": np.array([64]),
            "steps": np.array([1.0, 2.0]), "curve": np.array([np.nan, 256.0]),
        },
        "rank": {
            "weights": nan, "weights_most": nan + 1, "outputs": half + 1,
            "outputs_most": np.full(2, 4.0),
        },
        "sample_losses": {"losses": np.linspace(0, 2, 50)},
    }[kind]  # fmt: skip
    return View(node_of(kind), kind, 7, arrays, layers)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_drawn_read_and_exported(qtbot, kind):
    history = History()
    started = RunStarted("", (), (), ("training",), (), "cpu", 1, 100, 10, 64, 1)
    history.begin(started, Names())
    panel = InsidePanel(history)
    qtbot.addWidget(panel)
    panel.resize(520, 300)
    panel.show()
    panel.show_kind(kind)
    assert panel.face.view is None
    assert panel.table() == ([], [])
    history.add_views((made(kind),))
    panel.catch_up()
    assert isinstance(panel.face, FACES[kind])
    assert panel.face.view.step == 7
    before = panel.grab().toImage()
    places = [(x, y) for x in range(0, 520, 3) for y in range(60, 290, 3)]
    assert len({before.pixel(*place) for place in places}) > 3
    head, rows = panel.table()
    assert rows
    assert {len(row) for row in rows} == {len(head)}
    assert panel._when(panel.face.view) == "step 7  ·  1.2 ms a look"
    assert panel.face.summary()


def test_a_past_step_shows_the_numbers_of_then(qtbot):
    history = History()
    started = RunStarted("", (), (), ("training",), (), "cpu", 1, 100, 10, 64, 1)
    history.begin(started, Names())
    panel = InsidePanel(history)
    qtbot.addWidget(panel)
    panel.show()
    panel.show_kind("sample_losses")
    for step in (5, 10, 20):
        view = View(node_of("sample_losses"), "sample_losses", step,
                    {"losses": np.full(4, float(step))})  # fmt: skip
        history.add_views((view,))
    history.step = 20
    history.look_back(12)
    panel.catch_up()
    assert panel.face.view.step == 10
    assert panel.face.losses.tolist() == [10.0] * 4
    history.look_back(None)
    panel.catch_up()
    assert panel.face.view.step == 20


def broken(view):
    """Yield a view as a stranger may have written it into the file of a run."""
    hows = {
        "gone": None,
        "nothing": lambda x: x[:0],
        "half": lambda x: x[:1],
        "flat": lambda x: x.reshape(-1)[:1].reshape(()),
        "deep": lambda x: x[None],
        "no number": lambda x: np.full(x.shape, np.nan),
        "endless": lambda x: np.full(x.shape, np.inf),
        "huge": lambda x: np.full(x.shape, -1e300),
        "bytes": lambda x: x.astype(np.uint8),
    }
    for name, array in view.arrays.items():
        for how, change in hows.items():
            arrays = {**view.arrays, name: change(array) if change else array}
            if how == "gone":
                del arrays[name]
            yield f"{name} {how}", replace(view, arrays=arrays)
    for name in view.words:
        for odd in ((), ("touch hacked",), view.words[name] * 2):
            yield f"{name} {odd}", replace(view, words={**view.words, name: odd})


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("kind", KINDS)
def test_what_a_stranger_wrote_is_drawn_or_left(qtbot, kind):
    """An exception under Qt would come again with each frame."""
    history = History()
    started = RunStarted("", (), (), ("training",), (), "cpu", 1, 100, 10, 64, 1)
    history.begin(started, Names())
    panel = InsidePanel(history)
    qtbot.addWidget(panel)
    panel.resize(300, 200)
    panel.show()
    panel.show_kind(kind)
    with qtbot.captureExceptions() as caught:
        for what, view in broken(made(kind)):
            history.add_views((view,))
            panel.catch_up()
            panel.face.grab()
            panel.face.mouseMoveEvent(moved(QPointF(40, 40)))
            panel.table()
            panel.grab()
            assert not caught, (what, caught[0][1])
        history.add_views((made(kind),))
        panel.catch_up()
    assert panel.face.view.step == 7
    assert panel.table()[1]


def moved(place):
    none = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    return QMouseEvent(QMouseEvent.Type.MouseMove, place, place, none[0], *none)


def test_a_look_that_failed_says_why_instead_of_being_on_the_way(qtbot):
    history = History()
    started = RunStarted("", (), (), ("training",), (), "cpu", 1, 100, 10, 64, 1)
    history.begin(started, Names())
    panel = InsidePanel(history)
    qtbot.addWidget(panel)
    panel.show_kind("rank")
    why = {"failed": ("“Effective rank” can't be watched: too little memory",)}
    history.add_views((View(node_of("rank"), "rank", 3, {}, why),))
    panel.take_in()
    assert panel.face.view is None
    assert panel.empty_words() == why["failed"][0]
    panel.show_kind("noise")
    panel.take_in()
    assert "memory" not in panel.empty_words()
