"""View widgets show the numbers of the views, and nothing else."""

import time

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF

from engine.protocol.messages import Frame, View
from workbench import theme
from workbench.plots.views import marks, points
from workbench.plots.views.kinds import image_grid
from workbench.plots.views.kinds.decision_boundary import region_image
from workbench.plots.views.panel import ViewPanel
from workbench.plots.views.table import FACES
from workbench.session.curves.history import History

RANDOM = np.random.default_rng(5)
NAMES = {"classes": ("cat", "dog", "<b>owl</b>"), "axes": ("a", "b")}


def view(kind, node="n", step=7, **arrays):
    words = {
        **NAMES,
        **SAID,
        "total": ("50",),
        "columns": ("height",),
        "value": ("weight",),
    }
    return View(node, kind, step, {**EXAMPLES[kind], **arrays}, words)


EXAMPLES = {
    "image_grid": {
        "pixels": RANDOM.integers(0, 256, (6, 8, 8, 1)).astype(np.uint8),
        "range": np.array([0.0, 1.0]),
        "labels": np.array([0, 1, 2, 0, 1, 2]),
    },
    "scatter": {
        "points": RANDOM.normal(size=(40, 2)).astype(np.float32),
        "labels": RANDOM.integers(0, 3, 40),
    },
    "decision_boundary": {
        "points": np.array([[0.2, 0.2], [0.8, 0.8], [0.8, 0.2]], np.float32),
        "answers": np.array([0, 1, 1]),
        "labels": np.array([0, 1, 2]),
        "limits": np.array([0.0, 1.0, 0.0, 1.0]),
        "region": np.array([[0, 1], [2, 1]], np.int16),
        "certainty": np.array([[1.0, 0.5], [0.4, 0.9]], np.float32),
    },
    "confusion_matrix": {"counts": np.array([[8, 2, 0], [1, 5, 4], [0, 0, 10]])},
    "predictions": {
        "labels": np.array([0, 1]),
        "answers": np.array([2, 1]),
        "shares": np.array([[0.9, 0.05], [0.6, 0.6]], np.float32),
        "losses": np.array([3.0, 0.5]),
        "samples": np.array([11, 4]),
        "features": np.array([[1.5], [2.5]], np.float32),
    },
    "curve": {
        "curve": np.array([[0, 0], [1, 2], [2, 4]], np.float32),
        "points": np.array([[0.5, 1.5], [1.5, 2.0]], np.float32),
    },
    "text_sample": {"tokens": np.arange(5)},
    "task_matrix": {
        "steps": np.array([20, 40, 60]),
        "values": np.array([[0.5, 0.9, 0.1], [0.0, 0.2, 0.8]]),
        "masked": np.array([False, False]),
        "begins": np.array([1, 41]),
    },
}
EXAMPLES["forecast"] = EXAMPLES["curve"]
EXAMPLES["latent_map"] = EXAMPLES["denoising_chain"] = {
    "pixels": EXAMPLES["image_grid"]["pixels"],
    "range": np.array([0.0, 1.0]),
}
SAID = {
    "prompt": ("The ",),
    "text": ("The <b>cat</b>\n  sat",),
    "across": ("3",),
    "tasks": ("A", "<b>B</b>"),
    "phases": ("first", "second"),
}


@pytest.fixture
def panel(qtbot):
    panel = ViewPanel(History())
    qtbot.addWidget(panel)
    panel.resize(460, 260)
    panel.show()
    return panel


@pytest.mark.parametrize("kind", FACES)
@pytest.mark.parametrize("name", ["dark", "light"])
def test_every_kind_draws_in_both_themes_and_has_a_table(panel, qapp, kind, name):
    theme.apply(qapp, name)
    panel.set_views([view(kind)])
    image = panel.grab().toImage()
    colours = {
        image.pixel(x, y)
        for x in range(0, image.width(), 3)
        for y in range(30, image.height(), 3)
    }
    assert len(colours) > 4
    header, rows = panel.table()
    assert rows
    assert all(len(row) == len(header) for row in rows)
    theme.apply(qapp, "dark")


def test_an_old_view_says_how_old_it_is(panel, monkeypatch):
    panel.history.add_views((view("scatter"),))
    panel.set_state("training")
    panel.catch_up()
    shown = panel.face.view
    fresh = panel._header(panel.face)
    assert "ago" not in fresh
    then = panel.history.shown_at[shown.node]
    monkeypatch.setattr(time, "monotonic", lambda: then + 8.2)
    panel.history.step = shown.step + 1200
    assert panel._header(panel.face) == f"{fresh}, 8 s ago, waiting"
    assert panel.news() != panel._seen
    panel.set_state("paused")
    assert panel._header(panel.face) == fresh


def test_panel_takes_views_from_the_history_once(panel, monkeypatch):
    steps = np.zeros(0, np.int64)
    none = np.zeros((0, 0))
    shown = []
    monkeypatch.setattr(ViewPanel, "set_views", lambda _self, v: shown.append([*v]))
    for _ in range(2):
        panel.refresh()
    shown.clear()
    new = view("curve", "fit")
    panel.history.add(Frame(3, 0.1, "training", steps, none, none, views=(new,)))
    for _ in range(6):
        panel.refresh()
    assert shown == [[new]]


def test_chooser_appears_with_the_second_view_and_changes_it(panel):
    panel.set_views([view("curve", "fit")])
    assert not panel.chooser.isVisible()
    assert panel.node == "fit"
    panel.set_views([view("scatter", "cloud")])
    assert panel.chooser.isVisible()
    panel.show_node("cloud")
    assert isinstance(panel.face, FACES["scatter"])
    panel.set_views([view("curve", "fit", step=9)])
    assert panel.node == "cloud"


def test_another_run_begins_with_an_empty_panel(panel):
    panel.history.views["n"] = view("curve")
    panel.history.views_seen += 1
    panel.catch_up()
    assert panel.face is not None
    panel.history.clear()
    panel.catch_up()
    assert panel.face is None
    assert not panel.grab().isNull()


def test_matrix_reads_the_cell_under_the_mouse(panel):
    panel.set_views([view("confusion_matrix")])
    area = panel.face.area()
    place = QPointF(area.left() + area.width() * 0.9, area.top() + area.height() * 0.5)
    assert panel.face.read(place) == "dog taken for <b>owl</b>: 4 (40\u202f%)"
    assert panel.face.summary() == "76.7\u202f% right of 30"


def test_boundary_reads_cells_and_points_where_they_are_drawn(panel):
    panel.set_views([view("decision_boundary")])
    face = panel.face
    area = face.plane().area
    assert area.width() == pytest.approx(area.height())
    upper_left = QPointF(area.left() + 5, area.top() + 5)
    assert face.read(upper_left).endswith("→ <b>owl</b> 40\u202f%")
    (place,) = face.plane().to_pixels(np.array([[0.8, 0.2]]))
    assert face.read(QPointF(*place)) == "(0.8, 0.2): <b>owl</b>, answered dog"
    assert face.summary() == "66.7\u202f% right"


def test_regions_have_the_colours_of_their_classes_lowest_row_at_the_bottom():
    region = np.array([[0, 1], [2, 1]])
    image = region_image(region, np.ones((2, 2)), 3)

    def nearest_class(x, y):
        rgb = np.array(image.pixelColor(x, y).getRgb()[:3])
        ground = np.array(
            region_image(region, np.zeros((2, 2)), 3).pixelColor(x, y).getRgb()[:3]
        )
        tints = [
            np.array(marks.class_colour(i).getRgb()[:3]) - ground for i in range(3)
        ]
        towards = rgb - ground
        cosine = [
            t @ towards / np.linalg.norm(t) / np.linalg.norm(towards) for t in tints
        ]
        return int(np.argmax(cosine))

    assert [nearest_class(0, 1), nearest_class(1, 1)] == [0, 1]
    assert [nearest_class(0, 0), nearest_class(1, 0)] == [2, 1]


def test_curve_reads_its_own_value(panel):
    panel.set_views([view("curve")])
    (place,) = panel.face.plane().to_pixels(np.array([[1.25, 1.0]]))
    assert "network 2.5" in panel.face.read(QPointF(*place))


def test_predictions_read_their_rows_and_are_high_enough_for_all(panel):
    panel.set_views([view("predictions")])
    face = panel.face
    row = QPointF(50, 22 + 5)
    assert face.read(row) == "sample 12: <b>owl</b> 90\u202f%, cat 5\u202f%"
    assert face.height() >= 22 + 2 * face.row_px
    assert face.cells == [["cat", "<b>owl</b>", "1.5"], ["dog", "dog", "2.5"]]


def test_images_are_crisp_and_read_pixels(panel):
    panel.set_views([view("image_grid")])
    face = panel.face
    rect = face.grid().rect(1)
    corner = QPointF(rect.left() + 1, rect.top() + 1)
    value = EXAMPLES["image_grid"]["pixels"][1, 0, 0, 0] / 255
    assert face.read(corner).startswith("#2 dog, row 0, column 0: ")
    assert float(face.read(corner).rsplit(" ", 1)[1]) == pytest.approx(value, abs=0.006)


@pytest.mark.parametrize("count", [1, 5, 16, 64])
def test_tiles_stay_inside_and_keep_their_shape(count):
    grid = image_grid.best_grid(count, (28, 28), (460.0, 230.0), 14)
    last = [grid.rect(index) for index in range(count)]
    assert all(QRectF(0, 0, 460, 232).contains(rect) for rect in last)
    assert all(abs(rect.width() - rect.height()) <= 1 for rect in last)
    assert not any(a.intersects(b) for a in last for b in last if a is not b)


def test_density_counts_equal_numpys_histogram():
    area = QRectF(0, 0, 60, 40)
    places = RANDOM.uniform((0, 0), (60, 40), (5000, 2))
    kinds = RANDOM.integers(0, 2, 5000)
    counts = points.cell_counts(places, kinds, 2, area, (4, 6))
    for kind in range(2):
        x, y = places[kinds == kind].T
        expected, *_ = np.histogram2d(y, x, (4, 6), ((0, 40), (0, 60)))
        assert np.array_equal(counts[kind], expected)


def test_views_of_nothing_or_not_numbers_are_drawn_without_a_word(panel):
    nan = np.full((3, 2), np.nan, np.float32)
    panel.set_views([view("curve", "a", curve=nan, points=nan)])
    assert not panel.grab().isNull()
    panel.set_views([view("scatter", "b", points=nan, labels=np.zeros(3, int))])
    panel.show_node("b")
    assert not panel.grab().isNull()
    panel.set_views([view("image_grid", "c", pixels=np.zeros((0, 8, 8, 1), np.uint8))])
    panel.show_node("c")
    assert not panel.grab().isNull()


def test_text_is_shown_as_it_is_with_its_prompt_apart(panel):
    panel.set_views([view("text_sample")])
    assert panel.face.document.toPlainText() == "The <b>cat</b>\n  sat"
    assert panel.face.table()[1] == [["The ", "The <b>cat</b>\n  sat"]]


def test_chain_and_map_stand_in_their_rows(panel):
    panel.set_views([view("latent_map")])
    places = [panel.face.grid().rect(index) for index in range(6)]
    assert len({place.top() for place in places[:3]}) == 1
    assert places[3].top() == places[0].bottom()  # a map has no seams
    assert places[3].left() == places[0].left()
    panel.set_views([view("denoising_chain", "chain")])
    panel.show_node("chain")
    places = [panel.face.grid().rect(index) for index in range(6)]
    assert places[3].top() > places[0].bottom()
    assert places[1].left() > places[0].right()


@pytest.mark.parametrize(("stretch", "equal"), [(1.0, True), (1.8, True), (5.0, False)])
def test_circles_are_round_unless_one_axis_is_far_longer(panel, stretch, equal):
    angle = np.linspace(0, 2 * np.pi, 200)
    points = np.stack([stretch * np.cos(angle), np.sin(angle)], axis=1)
    labels = np.zeros(200, int)
    panel.set_views([view("scatter", points=points, labels=labels)])
    panel.face.resize(600, 200)
    assert panel.face.summary() == "200 points"
    plane = panel.face.plane()
    left, right, low, high = plane.limits
    units = [plane.area.width() / (right - left), plane.area.height() / (high - low)]
    assert (abs(units[0] / units[1] - 1) < 1e-6) == equal
    assert panel.face.rect().contains(plane.area.toRect())


def test_shade_is_a_sum_of_gaussians():
    random, sigma = np.random.default_rng(0), 2.5
    counts = np.zeros((2, 40, 60))
    rows, columns = random.integers(12, 28, 30), random.integers(12, 48, 30)
    kinds = random.integers(0, 2, 30)
    np.add.at(counts, (kinds, rows, columns), 1)
    y, x = np.mgrid[:40, :60]
    expected = np.zeros_like(counts)
    for kind, row, column in zip(kinds, rows, columns, strict=True):
        square = (y - row) ** 2 + (x - column) ** 2
        expected[kind] += np.exp(-square / (2 * sigma**2)) / (2 * np.pi * sigma**2)
    smooth = points.blurred(counts, sigma)
    np.testing.assert_allclose(smooth, expected, atol=1e-12)
    assert smooth.sum() == pytest.approx(30, rel=1e-3)


def test_a_number_is_off_by_something_in_its_own_units(panel):
    targets, outputs = np.array([[184.8], [10.0]]), np.array([[124.5], [10.25]])
    arrays = {"targets": targets, "outputs": outputs, "losses": np.array([3.1, 0.1])}
    words = {"total": ("2",), "targets": ("next",)}
    samples = np.arange(2)
    shown = View("p", "predictions", 1, {**arrays, "samples": samples}, words)
    panel.set_views([shown])
    assert panel.face.measures == ["−60.3", "+0.25"]
    header, rows = panel.face.table()
    assert header == ["Target", "Output", "Error", "Loss"]
    assert [row[-2:] for row in rows] == [["−60.3", 3.1], ["+0.25", 0.1]]
    two = {**arrays, "targets": np.ones((2, 2)), "outputs": np.ones((2, 2))}
    panel.set_views([View("p", "predictions", 2, {**two, "samples": samples}, words)])
    assert panel.face.table()[0] == ["Target", "Output", "Loss"]


def test_texts_stand_beside_the_right_ones_with_what_was_read(panel):
    arrays = {"losses": np.array([0.5, 0.01]), "samples": np.array([4, 2])}
    words = {
        "rights": ("1999-01-02", "2001-03-04"),
        "answers": ("1999-01-03", "2001-03-04"),
        "texts": ("2 january 1999", "4 mar 2001"),
        "total": ("9",),
    }
    panel.set_views([View("p", "predictions", 1, arrays, words)])
    face = panel.face
    assert face.header == ["Target", "Answer", "Text"]
    assert face.cells[0] == ["1999-01-02", "1999-01-03", "2 january 1999"]
    assert face.measures == ["0.5", "0.01"]
    assert "1999-01-02 → 1999-01-03" in face.read(QPointF(40, 30))
    face = FACES["predictions"]()
    face.show_view(panel.face.view)
    for width in (240, 400, 900):
        face.resize(width, 200)
        edges = face.edges()
        assert edges == sorted(edges)
        assert edges[-1] == width
        assert not face.grab().isNull()
