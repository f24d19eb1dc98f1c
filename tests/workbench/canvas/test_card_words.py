"""Words on cards, tags and wires: what they say; legible, or left out."""

import math
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QTransform

import presets
from engine.protocol.goals import PhaseGoal
from engine.protocol.messages import Evaluation, Frame, NodeInfo
from tests.helpers import frames
from tests.helpers.written import Written
from tests.workbench.canvas import nets
from workbench.canvas.cards import faces, labels, paint, words
from workbench.canvas.cards.card import Known
from workbench.canvas.geometry import sizes
from workbench.canvas.view import CanvasView
from workbench.document import Document
from workbench.session.curves.history import History
from workbench.session.curves.readings import readings
from workbench.session.names import Names
from workbench.theme.tokens import current

SMALLEST_PX = 11.0


class Texts(Written):
    """Notes every text with the size of its font on the screen."""

    def __init__(self, zoom):
        super().__init__()
        self.zoom, self.found = zoom, []

    def transform(self):
        return QTransform.fromScale(self.zoom, self.zoom)

    def drawText(self, *arguments):
        text = next(a for a in arguments if isinstance(a, str))
        self.found.append((text, self._font.pixelSize() * self.zoom))


@pytest.fixture
def shown(qtbot, qapp):
    def show(preset, width=908, height=528):
        document = Document()
        document.set_project(presets.load(preset))
        view = CanvasView(document)
        qtbot.addWidget(view)
        view.resize(width, height)
        view.show()
        view.fit()
        return view

    return show


def written(view):
    """Return all texts of cards, tags and wires as (words, px on the screen)."""
    zoom = view.camera.zoom
    painter = Texts(zoom)
    for item in view.scene.nodes.values():
        paint._whole(painter, item.face, current(), zoom)
        words.value(painter, item.face, ("0.333", "validation"), zoom)
    for wire in view.scene.edges.values():
        wire.draw_tags(painter, zoom)
        wire.draw_label(painter, wire.label_rect(view.camera.centre(), zoom), zoom)
    return [each for each in painter.found if each[0]]


@pytest.mark.parametrize("size", [(908, 528), (1076, 498), (560, 330)])
@pytest.mark.parametrize("preset", presets.all_ids())
def test_every_text_is_legible_at_the_default_fit(preset, size, shown):
    view = shown(preset, *size)
    found = written(view)
    assert [each for each in found if each[1] < SMALLEST_PX - 1e-6] == []
    if size == (908, 528):
        titles = {item.face.title for item in view.scene.nodes.values()}
        starts = {title[:4] for title in titles if title}
        assert all(any(t.startswith(s) for t, _ in found) for s in starts)


def lines_at(zoom):
    document = Document()
    document.set_project(nets.cnn())
    project = document.project
    node = project.graph.node("conv")
    info = NodeInfo(outputs={"out": (-1, 8, 6, 6)}, parameters=80)
    face = faces.build(project, node, Known({"conv": info}, "conv"))
    painter = Texts(zoom)
    paint._whole(painter, face, current(), zoom)
    return [text for text, _ in painter.found]


def test_lines_are_left_out_settings_first_then_the_shape(qapp):
    assert lines_at(1.0) == ["80", "Conv2d", "8 · 3×3", "8×6×6"]
    assert "8 · 3×3" in lines_at(0.8)
    assert "8 · 3×3" not in lines_at(0.6)
    assert "8×6×6" in lines_at(0.6)
    assert lines_at(0.4)[-1] == "Conv2d"
    assert "8×6×6" not in lines_at(0.4)
    assert lines_at(0.25) == []


def test_text_begins_at_one_height_however_tall_the_card(shown):
    view = shown("seq2seq")
    heights = set()
    for item in view.scene.nodes.values():
        (_, top, _), *_ = words._rows(item.face, 1.0)
        heights.add(top)
    assert len({item.face.height for item in view.scene.nodes.values()}) > 1
    assert heights == {6.0}


@pytest.mark.parametrize(
    ("value", "type_id", "text"),
    [
        (0.33333, "cross_entropy", "0.333"),
        (2.302585, "cross_entropy", "2.30"),
        (12.345, "mse", "12.3"),
        (2900.4, "mse", "2900"),
        (0.000021, "mse", "2.1·10⁻⁵"),
        (3.2e8, "mse", "3.2·10⁸"),
        (0.0, "mse", "0"),
        (-0.25, "r2", "-0.250"),
        (0.981, "accuracy", "98.1 %"),
        (0.98149, "top_k", "98.1 %"),
        (1.0, "exact_match", "100.0 %"),
        (0.913, "f1", "0.913"),
    ],
)
def test_values_are_said_in_three_digits(value, type_id, text):
    assert labels.value(value, type_id) == text.replace("-", "−", text[0] == "-")


def history():
    """Two hundred steps of a known loss, evaluated twice."""
    made = History()
    goals = (PhaseGoal({"loss": 1.0}),)
    made.begin(frames.run_started(goals=goals), Names({"accuracy": "Accuracy"}))
    losses = 2.0 * 0.99 ** np.arange(200)
    for step in range(200):
        told = ()
        if step in (99, 199):
            values = {"loss": 0.7 if step == 99 else 0.5, "accuracy": step / 200}
            told = (Evaluation(step + 1, 1.0, values),)
        loss = losses[step : step + 1, None]
        steps = np.array([step + 1])
        made.add(Frame(step + 1, 1.0, "training", steps, loss, loss, evaluations=told))
    return made, losses


def smoothed(losses):
    """Hann's window over the last ten steps, as nothing is ahead of the newest."""
    weights = [0.5 + 0.5 * math.cos(math.pi * k / 10) for k in range(10)]
    newest = losses[::-1][:10]
    return sum(w * v for w, v in zip(weights, newest, strict=True)) / sum(weights)


def test_cards_print_the_newest_loss_and_score(view):
    made, losses = history()
    view.scene.show_values(readings(made))
    painter = Texts(1.0)
    for node_id, value in view.scene.live.values.items():
        words.value(painter, view.scene.nodes[node_id].face, value, 1.0)
    printed = [text for text, _ in painter.found]
    assert printed == [f"{smoothed(losses):.3f}", "training"]
    assert readings(made)["accuracy"].value == pytest.approx(199 / 200)
    view.scene.show_values({})
    assert view.scene.live.values == {}


def test_a_loss_that_is_one_of_several_shows_its_validation():
    made = History()
    goals = (PhaseGoal({"one": 1.0, "two": 0.5}),)
    made.begin(frames.run_started(goals=goals), Names())
    values = {"loss": 3.0, "one": 1.0, "two": 4.0}
    ones = np.ones((1, 1))
    told = (Evaluation(1, 0.1, values),)
    made.add(Frame(1, 0.1, "training", np.array([1]), ones, ones, evaluations=told))
    found = readings(made)
    assert (found["one"].value, found["one"].is_validation) == (1.0, True)
    assert (found["two"].value, found["two"].is_validation) == (4.0, True)


def test_a_weighted_loss_shows_itself_not_its_share_of_the_sum():
    made = History()
    made.begin(frames.run_started(goals=(PhaseGoal({"one": 0.5}),)), Names())
    halves = np.full((1, 1), 0.25)
    made.add(Frame(1, 0.1, "training", np.array([1]), halves, halves))
    assert readings(made)["one"].value == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("parameters", "text"),
    [
        (80, "80"),
        (3216, "3,216"),
        (99_999, "99,999"),
        (100_000, "100k"),
        (1_234_567, "1.23M"),
    ],
)
def test_weights_are_counted_in_full_where_they_are_few(parameters, text):
    assert labels.count(parameters) == text


def test_a_loss_shows_no_shape_and_no_idle_port(view):
    view.set_analysis(nets.analysis())
    face = view.scene.nodes["loss"].face
    assert face.shape == ""
    assert face.is_end
    painter = Texts(1.0)
    paint._whole(painter, face, current(), 1.0)
    assert len(painter.named("drawEllipse")) == len(face.inputs)
    painter = Texts(1.0)
    paint._whole(painter, face, current(), 1.0, "hovered")
    assert len(painter.named("drawEllipse")) == len(face.inputs) + 1


@pytest.mark.parametrize("zoom", [0.6, 0.65, 0.7, 0.75, 0.8, 0.9, 1.0, 1.5])
def test_settings_and_value_of_a_loss_never_stand_on_each_other(qapp, zoom):
    project = presets.load("mnist-cnn")
    node = project.graph.node("loss")
    face = faces.build(project, node, Known({}, "loss", ""))
    assert face.summary
    painter = Written()
    painter.transform = lambda: QTransform.fromScale(zoom, zoom)
    words.closed(painter, face, current(), zoom, is_live=True)
    words.value(painter, face, ("0.392", "training"), zoom)
    boxes = {text: painter.box(text) for text in painter.words}
    assert "0.392" in boxes
    settings = [box for text, box in boxes.items() if text in face.summary]
    for box in settings:
        assert box.bottom() <= boxes["0.392"].top() + 1
    assert bool(settings) == (zoom >= 0.8)


def test_settings_beside_a_histogram_are_cut_between_words(shown):
    """A narrow card: `10 outputs` would be `10 out…` beside what its weights do."""
    face = shown("mnist-cnn").scene.nodes["scores"].face
    assert face.summary == "10 outputs"
    face = replace(face, count="650")
    painter = Texts(1.0)
    narrow = replace(face, width=sizes.WIDTH - 50)
    words.closed(painter, narrow, current(), 1.0, is_live=True)
    told = [text for text, _ in painter.found]
    assert "10" in told
    assert not any(text.endswith("…") and text.startswith("10") for text in told)
