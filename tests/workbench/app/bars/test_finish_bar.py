"""What a training has come to is never cut off, however its words wrap."""

import pytest
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.app.bars.finish_bar import Finish, FinishBar


@pytest.mark.parametrize("width", [560, 800, 1075, 1400])
def test_all_lines_have_room(qtbot, width):
    holder, bar, below = QWidget(), FinishBar(), QWidget()
    qtbot.addWidget(holder)
    box = QVBoxLayout(holder)
    box.addWidget(bar)
    box.addWidget(below, 1)
    below.setMinimumHeight(260)
    holder.resize(width, 330)
    holder.show()
    words = " · ".join(["best validation loss 0.360 at step 276"] * 3)
    bar.show_finish(Finish("Finished: Accuracy 84.8 %", words))
    label = bar.words
    qtbot.waitUntil(lambda: label.height() >= label.heightForWidth(label.width()))
