"""The bars above the canvas stay where they are when another one comes."""

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from workbench.app.bars.banner import BarOrder


def test_a_bar_that_comes_stands_below_those_that_are_there(qtbot):
    middle = QWidget()
    qtbot.addWidget(middle)
    box = QVBoxLayout(middle)
    canvas = QLabel("canvas")
    box.addWidget(canvas, 1)
    bars = [QLabel(name) for name in ("said", "finished", "fault")]
    for bar in bars:
        bar.hide()
    BarOrder(box, bars)
    middle.resize(300, 300)
    middle.show()
    said, finished, fault = bars
    fault.show()
    box.activate()
    place = fault.y()
    finished.show()
    said.show()
    box.activate()
    assert fault.y() == place
    assert place < finished.y() < said.y() < canvas.y()
    fault.hide()
    fault.show()
    box.activate()
    assert finished.y() < said.y() < fault.y() < canvas.y()
