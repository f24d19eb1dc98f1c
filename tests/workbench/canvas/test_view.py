"""What the canvas shows: camera, shapes, problems, live data, words."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QFocusEvent, QTextDocument, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.graph.model import Edge, Node, Project
from engine.graph.problems import Problem
from engine.layers import registry
from tests.workbench.canvas import nets
from workbench import theme
from workbench.canvas.cards import labels
from workbench.canvas.geometry import sizes
from workbench.canvas.live import histogram_bars
from workbench.canvas.view import CanvasView
from workbench.document import Document, actions
from workbench.theme.tokens import current

FAR = QPointF(300, 420)


def _wheel(view, spot, notches, pixels=None, keys=Qt.KeyboardModifier.NoModifier):
    event = QWheelEvent(
        QPointF(spot),
        QPointF(view.viewport().mapToGlobal(spot)),
        pixels or QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        keys,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    view.wheelEvent(event)


@pytest.mark.parametrize("notches", [3, -4])
def test_the_wheel_zooms_and_keeps_the_point_below_the_pointer(view, notches):
    spot = QPoint(200, 150)
    before, zoom = view.camera.to_scene(QPointF(spot)), view.camera.zoom
    _wheel(view, spot, notches)
    assert (view.camera.zoom > zoom) == (notches > 0)
    drift = view.camera.to_scene(QPointF(spot)) - before
    assert abs(drift.x()) < 2 / view.camera.zoom
    assert abs(drift.y()) < 2 / view.camera.zoom


def test_zoom_has_limits(view):
    for _ in range(60):
        _wheel(view, QPoint(100, 100), 2)
    assert view.camera.zoom == pytest.approx(sizes.MAX_ZOOM)
    for _ in range(120):
        _wheel(view, QPoint(100, 100), -2)
    assert view.camera.zoom == pytest.approx(sizes.MIN_ZOOM)


def test_two_fingers_pan(view):
    zoom, before = view.camera.zoom, view.camera.centre()
    _wheel(view, QPoint(100, 100), 1, QPoint(0, 40))
    assert view.camera.zoom == zoom
    moved = view.camera.centre() - before
    assert moved.y() == pytest.approx(-40 / zoom, abs=1.5)


def test_the_middle_button_pans(view, hand):
    hand_start = QPointF(300, 300)
    before = view.mapFromScene(QPointF(0, 0))
    spot, goal = hand.pixel(hand_start), hand.pixel(hand_start) + QPoint(60, -25)
    none, middle = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.MiddleButton
    QTest.mousePress(view.viewport(), middle, none, spot)
    QTest.mouseMove(view.viewport(), goal)
    QTest.mouseRelease(view.viewport(), middle, none, goal)
    moved = view.mapFromScene(QPointF(0, 0)) - before
    assert abs(moved.x() - 60) <= 2
    assert abs(moved.y() + 25) <= 2


def test_space_and_drag_pan(view, hand):
    start = view.mapFromScene(QPointF(0, 0)).x()
    pressed = hand.pixel(hand.card("conv"))
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.keyPress(view, Qt.Key.Key_Space)
    for _ in range(2):  # the bar outlives a button
        QTest.mousePress(view.viewport(), left, none, pressed)
        QTest.mouseMove(view.viewport(), pressed + QPoint(50, 0))
        QTest.mouseRelease(view.viewport(), left, none, pressed + QPoint(50, 0))
        QTest.mouseMove(view.viewport(), pressed)
    QTest.keyRelease(view, Qt.Key.Key_Space)
    assert abs(view.mapFromScene(QPointF(0, 0)).x() - start - 100) <= 2
    assert view.document.undo_stack.count() == 0
    assert view.pointer.gesture is None
    assert not view.popups.quick_add.isVisible()


def test_a_space_bar_that_is_let_go_of_elsewhere_opens_nothing(view, hand):
    QTest.keyPress(view, Qt.Key.Key_Space)
    QApplication.sendEvent(view, QFocusEvent(QEvent.Type.FocusOut))
    QTest.keyRelease(view, Qt.Key.Key_Space)
    assert view.pointer.gesture is None
    assert not view.popups.quick_add.isVisible()


def test_a_tap_on_the_space_bar_opens_the_search(view, hand):
    hand.key(Qt.Key.Key_Space)
    assert view.popups.quick_add.isVisible()
    view.popups.quick_add.hide()


def test_fit_shows_every_card(view, hand):
    _wheel(view, QPoint(10, 10), 12)
    hand.key(Qt.Key.Key_F)
    shown = view.mapToScene(view.viewport().rect()).boundingRect()
    assert all(shown.contains(n.card()) for n in view.scene.nodes.values())


def test_focus_node_selects_the_block_a_path_lies_in(view):
    with_path = "linear.inner"
    view.focus_node(with_path)
    assert view.selection.ids == ["linear"]
    view.focus_node("nowhere")
    assert view.selection.ids == ["linear"]


def test_analysis_shows_shapes_counts_and_problems(view):
    problem = Problem("linear", "Sizes differ", expected="288", got="64")
    view.set_analysis(nets.analysis([problem]))
    faces = {i: item.face for i, item in view.scene.nodes.items()}
    assert faces["conv"].shape == "8×6×6"
    assert faces["conv"].count == "80"
    assert faces["loss"].shape == ""
    assert faces["linear"].severity == "error"
    text = view.pointer.hover.node_help("linear")
    assert "Sizes differ" in text
    shown = QTextDocument()
    shown.setHtml(text)
    words = shown.toPlainText().split()
    assert words == ["Sizes", "differ", "Expected", "288", "Got", "64"]
    shown.setHtml(view.pointer.hover.node_help("conv"))
    assert shown.toPlainText().split("\n")[0].split() == ["Conv2d", "conv"]


def test_help_escapes_names(view, document):
    actions.rename(document, "conv", "<b>x")
    place = view.scene.nodes["conv"].card().center()
    assert "&lt;b&gt;x" in view.pointer.hover.help_at(place)


def test_a_document_without_places_is_laid_out_and_stays_unchanged(qtbot, qapp):
    document = Document()
    document.set_project(nets.cnn(placed=False))
    before = document.text()
    view = CanvasView(document)
    qtbot.addWidget(view)
    places = {(n.x(), n.y()) for n in view.scene.nodes.values()}
    assert len(places) == 6
    assert document.text() == before


def test_adding_to_an_unplaced_document_keeps_all_where_they_are(qtbot, qapp):
    document = Document()
    document.set_project(nets.cnn(placed=False))
    view = CanvasView(document)
    qtbot.addWidget(view)
    before = {i: n.pos() for i, n in view.scene.nodes.items()}
    actions.add_node(document, "gelu", (500.0, 500.0))
    document.set_project(document.project)
    after = {i: n.pos() for i, n in view.scene.nodes.items()}
    assert {i: after[i] for i in before} == before


def test_heat_is_logarithmic_over_four_decades():
    levels = histogram_bars.heats(np.array([1.0, 1e-2, 1e-4, 1e-7, 0.0, np.nan]))
    np.testing.assert_allclose(levels, [1.0, 0.5, 0.0, 0.0, 0.0, 0.0], atol=1e-12)


def test_a_measurement_leaves_the_wires_as_they_are(view):
    before = view.viewport().grab().toImage()
    edge = view.scene.edges[Edge.parse("conv.out", "relu.input")]
    spot = view.mapFromScene(edge.path.pointAtPercent(0.5))
    assert before.pixelColor(spot) == QColor(current().wire)
    view.set_live(nets.sample([[-4], [-4]], [1.0, 1.0]), ("conv", "linear"))
    assert view.viewport().grab().toImage().pixelColor(spot) == before.pixelColor(spot)


def test_layers_of_a_block_count_for_the_block(view):
    sample = nets.sample([[-8] * 3, [-8] * 3], [3.0, 4.0])
    view.set_live(sample, ("conv.a", "conv.b"))
    assert set(view.scene.live.looks) == {"conv"}
    names, _, norms, _ = histogram_bars.grouped(sample, ("conv.a", "conv.b"))
    assert names == ["conv"]
    assert norms[0] == pytest.approx(5.0)


def test_gradients_that_are_not_finite_are_marked(view):
    sample = nets.sample([[-8]], [np.nan], [0.5])
    view.set_live(sample, ("conv",))
    assert view.scene.live.looks["conv"].is_broken
    view.set_live(None)
    assert not view.scene.live.looks


def test_live_data_is_painted(view):
    before = view.grab().toImage()
    sample = nets.sample([[-8] * 9, [-4] * 9], [0.5, 1.0])
    view.set_live(sample, ("conv", "linear"))
    assert view.grab().toImage() != before


def test_every_state_paints_in_both_themes(view, hand, qapp):
    try:
        for name in ("light", "dark"):
            theme.apply(qapp, name)
            view.select(["conv"])
            view.set_analysis(
                nets.analysis([Problem("relu", "No", severity="warning")])
            )
            hand.press(hand.port("conv", "out", is_output=True))
            hand.move(FAR)
            background = view.grab().toImage().pixelColor(3, 3).name()
            assert background == theme.current().canvas
            view.pointer.end(cancel=True)
            for zoom in (0.1, 0.4, 2.0):
                view.camera.set_zoom(zoom)
                assert not view.grab().isNull()
    finally:
        theme.apply(qapp, "dark")


def test_the_empty_canvas_says_how_to_start(view, document):
    empty = view.grab()
    document.set_project(Project())
    assert not view.scene.nodes
    assert view.grab().toImage() != empty.toImage()


def test_an_unknown_type_is_shown_and_can_be_deleted(qtbot, qapp):
    document = Document()
    project = nets.cnn()
    project.graph.add_node(Node("odd", "cov2d"))
    document.set_project(project)
    view = CanvasView(document)
    qtbot.addWidget(view)
    assert view.scene.nodes["odd"].face.title == "cov2d"
    actions.remove(document, ["odd"])
    assert "odd" not in view.scene.nodes


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (320, "320"), (18_496, "18,496"), (1_200_000, "1.2M")],
)
def test_counts_are_short(number, text):
    assert labels.count(number) == text


@pytest.mark.parametrize(
    ("sizes", "text", "full"),
    [((-1, 3, 8, 8), "3×8×8", "N×3×8×8"), ((-1,), "N", "N"), ((), "scalar", "scalar")],
)
def test_shapes_are_written_with_the_batch_as_n(sizes, text, full):
    assert labels.shape(sizes) == text
    assert labels.shape(sizes, batch=True) == full


@pytest.mark.parametrize(
    ("type_id", "params", "text"),
    [
        ("conv2d", {}, "32 · 3×3"),
        ("conv2d", {"kernel_size": (3, 5)}, "32 · 3×5"),
        ("linear", {"out_features": 10}, "10 outputs"),
        ("linear", {"out_features": 1}, "1 output"),
        ("decision_boundary", {}, "resolution 64"),
        ("one_hot", {"num_classes": 1}, "1 class"),
        ("one_hot", {"num_classes": 1000}, "1,000 classes"),
        ("linear", {"out_features": 4096}, "4,096 outputs"),
        ("softmax", {}, "last axis"),
        ("concat", {"dim": 1}, "axis 1"),
        ("flatten", {}, "all → 1-D"),
        ("flatten", {"start_dim": 2}, "axes 2 … −1"),
        ("transpose", {}, "axes 1 ↔ 2"),
        ("reduce_mean", {}, "last axis"),
        ("hardtanh", {}, "low −1 · high 1"),
        ("exact_match", {}, ""),
        ("dropout", {"p": 0.25}, "25 %"),
        ("mse", {}, ""),
        ("mse", {"weight": 2.0}, "weight 2"),
        ("data", {"source": "xor"}, "XOR"),
        ("lora_linear", {"out_features": 64, "rank": 8}, "64 · rank 8"),
        ("multihead_attention", {"num_heads": 4}, "4 heads"),
        ("multihead_attention", {"num_heads": 1, "causal": True}, "1 head · causal"),
        ("relu", {}, ""),
    ],
)
def test_summaries_say_what_matters(type_id, params, text):
    spec = registry.get(type_id)
    assert labels.summary(spec, spec.complete(params)) == text
