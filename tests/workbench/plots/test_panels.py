"""What all panels promise: themes, pace, export, little cost."""

import csv
import io
import xml.etree.ElementTree as ET
from time import perf_counter

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage

from tests.helpers import frames
from workbench import theme
from workbench.plots.panels import export
from workbench.plots.panels.accuracy import AccuracyPlot
from workbench.plots.panels.gradients import GradientPlot
from workbench.plots.panels.log import LogView
from workbench.plots.panels.loss import LossPlot
from workbench.plots.panels.weights import WeightChangePlot
from workbench.theme import tokens

PANELS = (LossPlot, AccuracyPlot, GradientPlot, WeightChangePlot)
every_panel = pytest.mark.parametrize("kind", PANELS)


@pytest.fixture
def light(qapp):
    theme.apply(qapp, "light")
    yield
    theme.apply(qapp, "dark")


@every_panel
def test_panel_follows_the_theme(kind, shown, qapp, request):
    panel = shown(kind, played=60)
    dark = panel.grab().toImage()
    request.getfixturevalue("light")
    light = panel.grab().toImage()
    corner = QPoint(1, panel.height() - 2)
    assert dark.pixelColor(corner).name() == tokens.DARK.bg1
    assert light.pixelColor(corner).name() == tokens.LIGHT.bg1


@every_panel
def test_every_face_draws_more_than_the_empty_one(kind, shown):
    panel = shown(kind, played=60)
    for face in range(3 if kind is WeightChangePlot else 2):
        if kind in {GradientPlot, WeightChangePlot}:
            panel.show_face(face)
        image = panel.grab().toImage()
        colours = {
            image.pixel(x, y)
            for x in range(60, image.width() - 80, 3)
            for y in range(40, image.height() - 45, 2)
        }
        assert len(colours) > 5


@every_panel
def test_export_writes_picture_drawing_and_table(kind, shown, tmp_path):
    panel = shown(kind, played=60)
    for ending in export.FORMATS:
        export.write(panel, tmp_path / f"plot.{ending}")
    image = QImage(str(tmp_path / "plot.png"))
    assert (image.width(), image.height()) == (460, 240)
    drawing = ET.parse(tmp_path / "plot.svg").getroot()
    assert drawing.tag.endswith("svg")
    words = {text.text for text in drawing.iter("{http://www.w3.org/2000/svg}text")}
    assert any("step" in word or "∂L/∂w" in word for word in words), words
    rows = list(csv.reader(io.StringIO((tmp_path / "plot.csv").read_text())))
    assert len(rows) > 2
    assert {len(row) for row in rows} == {len(rows[0])}


def test_export_to_a_missing_folder_raises_and_leaves_nothing(shown, tmp_path):
    panel = shown(LossPlot, played=60)
    with pytest.raises(OSError, match="missing"):
        export.write(panel, tmp_path / "missing" / "plot.csv")
    assert list(tmp_path.iterdir()) == []


@every_panel
def test_menu_offers_the_exports(kind, shown):
    menu = shown(kind, played=60).menu()
    words = [action.text() for action in menu.actions()]
    assert words[-4:] == [
        "Copy picture",
        "Save as PNG…",
        "Save as SVG…",
        "Save as CSV…",
    ]


@every_panel
def test_refresh_without_news_does_not_draw(kind, shown, monkeypatch):
    panel = shown(kind, played=60)
    calls = []
    monkeypatch.setattr(panel, "take_in", lambda: calls.append(1))
    for _ in range(12):
        panel.refresh()
    assert calls == []


@every_panel
def test_refresh_shows_news_within_three_ticks(kind, shown, history, monkeypatch):
    panel = shown(kind, played=60)
    for told in list(frames.frames(120))[6:]:
        history.add(told)
    calls = []
    monkeypatch.setattr(panel, "take_in", lambda: calls.append(1))
    for _ in range(3):
        panel.refresh()
    assert calls == [1]


@every_panel
def test_fifty_layers_and_tiny_sizes_are_drawn(kind, qtbot, history):
    layers = tuple(f"block_{i} · <attention>" for i in range(50))
    history.begin(frames.run_started(layers, run="big"), history.names)
    for told in frames.frames(60, layers=layers):
        history.add(told)
    panel = kind(history)
    qtbot.addWidget(panel)
    panel.show()
    for size in ((900, 300), (200, 100), (120, 80)):
        panel.resize(*size)
        panel.grab()


@every_panel
def test_panel_can_be_closed_and_forgotten_while_the_theme_changes(kind, shown, qapp):
    panel = shown(kind, played=20)
    panel.close()
    theme.apply(qapp, tokens.current().name)


def test_log_shows_new_lines_with_the_time(qtbot, history):
    view = LogView(history)
    qtbot.addWidget(view)
    view.show()
    history.add_log(("first", "second"))
    view.refresh()
    history.add_log(("<b>third</b>",))
    view.refresh()
    view.refresh()
    lines = view.toPlainText().splitlines()
    assert [line[10:] for line in lines] == ["first", "second", "<b>third</b>"]
    assert lines[0][:8] == f"{history.log[0].time:%H:%M:%S}"


def test_log_stays_where_somebody_reads(qtbot, history):
    view = LogView(history)
    qtbot.addWidget(view)
    view.resize(300, 100)
    view.show()
    history.add_log(tuple(f"line {i}" for i in range(100)))
    view.refresh()
    bar = view.verticalScrollBar()
    assert bar.value() == bar.maximum()
    bar.setValue(10)
    history.add_log(("more",))
    view.refresh()
    assert bar.value() == 10


def test_longest_call_is_far_below_a_frame_budget_of_the_window(shown, history):
    """Guards against work that grows with the run; generous for busy machines."""
    panel = shown(LossPlot, played=200_000, per_frame=20_000, layers=())
    told = next(frames.frames(10, layers=()))
    best = []
    for _ in range(5):
        history.losses_seen += 1
        start = perf_counter()
        panel.catch_up()
        best.append(perf_counter() - start)
    assert told.step == 10
    assert min(best) < 0.05
