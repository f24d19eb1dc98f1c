"""The pinned Qt does not lose references to None (6.12 on Python 3.11 does)."""

import sys

import pytest

REPAINTS = 1_000
SLACK = 50


def test_updates_keep_the_reference_count_of_none(qtbot):
    widgets = pytest.importorskip("PySide6.QtWidgets")
    widget = widgets.QWidget()
    qtbot.addWidget(widget)
    widget.update()
    before = sys.getrefcount(None)
    for _ in range(REPAINTS):
        widget.update()
    assert abs(sys.getrefcount(None) - before) < SLACK
