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
    yield dialog
    dialog.reject()


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


NEW = TensorFit("fc", "fc.down", "enc.fc.down", "missing", (4, 4), optional=True)


def test_a_pause_in_typing_is_enough_to_ask(qtbot, dialog, tmp_path):
    asked = []
    dialog.wanted.connect(lambda *words: asked.append(words))
    qtbot.keyClicks(dialog.path, str(tmp_path / "net"))
    qtbot.keyClicks(dialog.path, ".pt")
    assert asked == []
    qtbot.waitUntil(lambda: bool(asked))
    assert asked == [(str(tmp_path / "net.pt"), "")]
    assert dialog.waits_for(*asked[0])
    assert not dialog.waits_for(str(tmp_path / "net"), "")
    qtbot.keyClick(dialog.path, Qt.Key.Key_Tab)
    assert len(asked) == 1


def test_after_an_error_enter_asks_again(qtbot, dialog, tmp_path):
    asked = []
    dialog.wanted.connect(lambda *words: asked.append(words))
    dialog.path.setText(str(tmp_path / "net.pt"))
    dialog.ask()
    dialog.show_error("There is no such file")
    qtbot.keyClick(dialog.path, Qt.Key.Key_Return)
    assert len(asked) == 2


def test_tensors_that_a_file_need_not_have_are_new_and_not_missing(dialog):
    dialog.show_preview(
        WeightsPreview("/w", "", "0" * 64, (*TENSORS[:2], NEW), ("fc",))
    )
    item = dialog.table.topLevelItem(2)
    assert [item.text(column) for column in (1, 3, 4)] == ["—", "—", "New"]
    assert "2 matched, 0 missing, 0 differ." in dialog.facts.text()
    assert "New, at their own values: 1." in dialog.facts.text()
    assert dialog.facts.property("role") == "ok"


@pytest.mark.parametrize(
    ("tensors", "nodes", "role"),
    [
        (TENSORS[:2], ("fc",), "ok"),
        (TENSORS[:3], ("fc",), "warn"),
        ((*TENSORS[:2], TENSORS[3]), ("fc",), "warn"),
        (TENSORS[2:], (), "error"),
    ],
)
def test_only_a_whole_fit_is_summed_up_in_green(dialog, tensors, nodes, role):
    dialog.show_preview(WeightsPreview("/w", "", "0" * 64, tensors, nodes))
    assert dialog.facts.property("role") == role


def test_the_names_that_nothing_takes_are_listed(qtbot, dialog):
    dialog.show_preview(PREVIEW)
    row = dialog.table.topLevelItem(dialog.table.topLevelItemCount() - 1)
    assert row.text(0) == "In the file, but not used: 1"
    assert row.toolTip(0) == "enc.x"
    assert not row.isExpanded()
    spot = dialog.table.visualItemRect(row).center()
    qtbot.mouseClick(dialog.table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert row.isExpanded()
    assert [row.child(i).text(1) for i in range(row.childCount())] == ["enc.x"]


def test_the_header_stands_over_the_words_of_the_rows(qtbot, dialog):
    """Read off the picture: the first dark-on-light or light-on-dark pixel of each."""
    dialog.show_preview(PREVIEW)
    table = dialog.table
    head = _first_ink(table.header().viewport().grab().toImage(), 8, 150)
    row = table.visualItemRect(table.topLevelItem(0)).adjusted(0, 0, -1, -1)
    body = _first_ink(table.viewport().grab(row).toImage(), 0, 150)
    assert abs(head - body) <= 3


def _first_ink(image, top, right):
    ground = image.pixelColor(1, top).lightness()
    for x in range(right):
        for y in range(top, image.height() - 2):
            if abs(image.pixelColor(x, y).lightness() - ground) > 60:
                return x
    raise AssertionError("nothing written")


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


def test_a_home_of_nobody_is_a_path_like_any_other(qtbot, dialog):
    dialog.path.setText("~nobody-of-this-name/net.pt")
    with qtbot.waitSignal(dialog.wanted) as wanted:
        dialog.ask()
    assert wanted.args[0].endswith("~nobody-of-this-name/net.pt")
