import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QWidget

from engine.protocol.weights import TensorFit, WeightsPreview
from workbench import theme
from workbench.dialogs.weights import WeightsDialog
from workbench.theme import tokens

TENSORS = (
    TensorFit("fc", "fc.weight", "enc.fc.weight", "matched", (16, 4), (16, 4)),
    TensorFit("fc", "fc.bias", "enc.fc.bias", "matched", (16,), (16,)),
    TensorFit("out", "out.weight", "enc.out.weight", "differs", (3, 16), (3, 7)),
    TensorFit("out", "out.bias", "enc.out.bias", "missing", (3,)),
)
PREVIEW = WeightsPreview("/w/net.pt", "enc", "0" * 64, TENSORS, ("fc",), ("enc.x",))


@pytest.fixture
def dialog(qtbot, tmp_path):
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(900, 700)
    window.show()
    dialog = WeightsDialog(tmp_path, tmp_path / "runs", window)
    dialog.show()
    yield dialog  # noqa: PT022 - the window below it must live as long


def test_a_typed_path_and_prefix_are_asked_for_once(qtbot, dialog, tmp_path):
    asked = []
    dialog.wanted.connect(lambda *words: asked.append(words))
    qtbot.keyClicks(dialog.prefix, "enc.")
    qtbot.keyClicks(dialog.path, str(tmp_path / "net.pt"))
    qtbot.keyClick(dialog.path, Qt.Key.Key_Tab)
    assert asked[-1] == (str(tmp_path / "net.pt"), "enc")
    assert not dialog.button.isEnabled()
    dialog.show_preview(PREVIEW)
    count = len(asked)
    dialog.ask()
    assert len(asked) == count


def test_table_shows_names_shapes_and_fits(dialog):
    dialog.show_preview(PREVIEW)
    rows = [
        [dialog.table.topLevelItem(row).text(column) for column in range(5)]
        for row in range(dialog.table.topLevelItemCount())
    ]
    assert rows[0] == ["fc.weight", "enc.fc.weight", "16×4", "16×4", "Matched"]
    assert rows[2][2:] == ["3×16", "3×7", "Shape differs"]
    assert rows[3] == ["out.bias", "—", "3", "—", "Missing"]
    assert "2 matched, 1 missing, 1 differ." in dialog.facts.text()
    assert "start from the file: fc." in dialog.facts.text()


@pytest.mark.parametrize("name", ["dark", "light"])
def test_fits_have_readable_colours_in_both_themes(qapp, dialog, name):
    dialog.show_preview(PREVIEW)
    theme.apply(QApplication.instance(), name)
    try:
        now = tokens.current()
        found = [
            dialog.table.topLevelItem(row).foreground(4).color().name()
            for row in (0, 3, 2)
        ]
        assert len(set(found)) == 3
        assert all(tokens.contrast(colour, now.bg1) >= 4.5 for colour in found)
        green, amber, red = (QColor(colour) for colour in found)
        assert green.green() > green.red()
        assert red.red() > red.green()
        assert amber.red() > amber.blue()
    finally:
        theme.apply(QApplication.instance(), "dark")


def test_load_hands_the_preview_over_and_closes(qtbot, dialog):
    dialog.show_preview(PREVIEW)
    with qtbot.waitSignal(dialog.applied) as applied:
        qtbot.mouseClick(dialog.button, Qt.MouseButton.LeftButton)
    assert applied.args == [PREVIEW]
    assert not dialog.isVisible()


def test_nothing_can_be_loaded_where_no_layer_fits_or_after_an_error(dialog):
    dialog.show_preview(WeightsPreview("/w", "", "0" * 64, TENSORS[2:], ()))
    assert not dialog.button.isEnabled()
    assert "No layer fits" in dialog.facts.text()
    dialog.show_preview(PREVIEW)
    assert dialog.button.isEnabled()
    dialog.show_error("no.pt: there is nothing")
    assert not dialog.button.isEnabled()
    assert dialog.table.topLevelItemCount() == 0
    assert dialog.facts.text() == "no.pt: there is nothing"


def test_changing_the_path_takes_the_old_answer_back(qtbot, dialog):
    dialog.show_preview(PREVIEW)
    qtbot.keyClicks(dialog.prefix, "x")
    assert not dialog.button.isEnabled()
    assert dialog.table.topLevelItemCount() == 0
