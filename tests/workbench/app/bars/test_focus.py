"""Wherever Tab leads, the picture says so."""

import itertools

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from workbench import theme


@pytest.fixture
def dressed(qapp, window):
    """The window as people see it, in front."""
    theme.dress(qapp)
    window.activateWindow()
    qapp.setCursorFlashTime(0)
    yield window
    qapp.setStyleSheet("")


def _picture(window, widget):
    """Return the pixels of a widget and what is right around it."""
    corner = widget.mapTo(window, QPoint(0, 0))
    around = QRect(corner, widget.size()).adjusted(-3, -3, 3, 3)
    return window.grab(around.intersected(window.rect())).toImage()


def _name(widget):
    return f"{type(widget).__name__} {widget.accessibleName() or widget.objectName()}"


def _stops(window):
    """Yield every widget that Tab leads to, from the search of the palette on."""
    window.palette_panel.field.setFocus()
    seen = []
    for _ in range(120):
        widget = QApplication.focusWidget()
        if widget is window.canvas or widget in seen:
            break
        seen.append(widget)
        yield widget
        QTest.keyClick(window.windowHandle(), Qt.Key.Key_Tab)


def test_focus_is_visible_wherever_tab_leads(qtbot, qapp, dressed):
    qtbot.waitUntil(dressed.isActiveWindow)
    silent, stops = [], 0
    for widget in _stops(dressed):
        stops += 1
        qapp.processEvents()
        focused = _picture(dressed, widget)
        dressed.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        qapp.processEvents()
        if focused == _picture(dressed, widget):
            silent.append(_name(widget))
        widget.setFocus(Qt.FocusReason.TabFocusReason)
    assert stops > 12
    assert not silent, "\n".join(silent)


def test_the_canvas_shows_its_focus_after_a_key_and_not_after_a_click(qtbot, dressed):
    qtbot.waitUntil(dressed.isActiveWindow)
    dressed.palette_panel.field.setFocus()
    QTest.keyClick(dressed.windowHandle(), Qt.Key.Key_Escape)
    canvas = dressed.canvas
    assert QApplication.focusWidget() is canvas
    assert canvas._overlay.shows_focus
    middle = canvas.viewport().rect().center()
    QTest.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    assert not canvas._overlay.shows_focus


def test_every_stop_has_a_name_for_screen_readers(qtbot, dressed):
    qtbot.waitUntil(dressed.isActiveWindow)
    nameless = [
        f"{type(w).__name__} in {_name(w.parentWidget())}"
        for w in _stops(dressed)
        if not (w.accessibleName() or getattr(w, "text", str)())
    ]
    assert not nameless, "\n".join(nameless)


@pytest.mark.parametrize("selected", [["linear1"], []])
def test_tab_walks_the_inspector_from_top_to_bottom(qtbot, dressed, selected):
    qtbot.waitUntil(dressed.isActiveWindow)
    dressed.canvas.select(["linear2"])
    dressed.canvas.select(selected)
    page = dressed.inspector.page
    walked = [w for w in _stops(dressed) if page.isAncestorOf(w)]
    assert len(walked) > 4
    heights = [w.mapTo(page, w.rect().center()).y() for w in walked]
    falls = [b - a for a, b in itertools.pairwise(heights)]
    assert min(falls) > -12, [_name(w) for w in walked]


def test_tab_leads_to_no_panel_behind_another(qtbot, dressed):
    qtbot.waitUntil(dressed.isActiveWindow)
    dressed.docks.raise_("log")
    names = [_name(w) for w in _stops(dressed)]
    assert "LogView Log" in names, "\n".join(names)
    assert "AccuracyPlot Metrics" not in names


def test_shift_tab_leads_all_the_way_back(qtbot, dressed):
    qtbot.waitUntil(dressed.isActiveWindow)
    dressed.panels.plots["loss"].setFocus()
    page, goal = dressed.inspector.page, dressed.palette_panel.field
    passed = []
    for _ in range(120):
        QTest.keyClick(dressed.windowHandle(), Qt.Key.Key_Backtab)
        passed.append(QApplication.focusWidget())
        if passed[-1] is goal:
            break
    assert passed[-1] is goal
    assert sum(page.isAncestorOf(widget) for widget in passed) > 4
