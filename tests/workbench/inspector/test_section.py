"""The heading of a part: title and value side by side, never one over the other."""

import pytest
from PySide6.QtCore import QPoint

from workbench.inspector.section import Section


@pytest.mark.parametrize("width", [180, 240, 300, 360, 420])
def test_the_value_never_runs_into_the_title(qtbot, width):
    title, words = "Averaging, evaluation, precision", "Evaluate every 25 steps"
    section = Section(title, is_open=False)
    qtbot.addWidget(section)
    section.resize(width, 60)
    section.show()
    section.show_value(words)
    qtbot.waitExposed(section)
    button, value = section._button, section.value
    section.resize(width, 61)
    qtbot.wait(1)
    end = button.fontMetrics().horizontalAdvance(title)
    begin = value.mapTo(button, QPoint(0, 0)).x()
    drawn = value.text().replace("\u200b", "")
    if drawn:
        begin = begin + value.width() - value.fontMetrics().horizontalAdvance(drawn)
        assert begin > end + 12
    assert drawn == words or button.toolTip() == words
    assert button.accessibleDescription() == words
    section.resize(700, 60)
    qtbot.wait(1)
    assert value.text().replace("\u200b", "") == words
    assert button.toolTip() == ""
