from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from engine.export import formats
from engine.protocol.messages import Exported, RunStarted
from workbench.dialogs.about import AboutDialog
from workbench.dialogs.export import ExportDialog
from workbench.dialogs.palette import Command, CommandPalette
from workbench.dialogs.report import ReportDialog
from workbench.theme.label import Label

RUN = RunStarted("r", ("a", "b"), (10, 2), ("training",), (), "cpu", 1, 9, 3, 4, 12)


@pytest.fixture
def window(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(800, 600)
    window.show()
    return window


@pytest.fixture
def export(window, tmp_path):
    dialog = ExportDialog(tmp_path, "digits", formats.told(), window)
    dialog.show()
    return dialog


def test_export_needs_a_run(export):
    export.show_run(None, 0)
    assert not export.button.isEnabled()
    export.show_run(RUN, 1234)
    assert export.button.isEnabled()
    assert "12 weights of 2 layers after step 1,234" in export.facts.text()


def test_export_suffix_follows_the_format(qtbot, export, tmp_path):
    assert export.path.text() == str(tmp_path / "digits.safetensors")
    export.format.setCurrentIndex(1)
    assert export.path.text() == str(tmp_path / "digits.pt")
    export.show_run(RUN, 1)
    with qtbot.waitSignal(export.wanted) as wanted:
        qtbot.mouseClick(export.button, Qt.MouseButton.LeftButton)
    assert wanted.args == ["pt", str(tmp_path / "digits.pt"), True, -1]


def test_export_of_a_run_with_averaged_weights_offers_the_raw_ones(
    qtbot, export, tmp_path
):
    export.show_run(RUN, 1)
    assert not export.weights.isVisible()
    export.show_run(replace(RUN, averaged=True), 1)
    assert export.weights.isVisible()
    assert export.weights.currentText().startswith("Averaged")
    export.weights.setFocus()
    qtbot.keyClick(export.weights, Qt.Key.Key_Down)
    assert export.weights.currentText().startswith("Raw")
    with qtbot.waitSignal(export.wanted) as wanted:
        qtbot.mouseClick(export.button, Qt.MouseButton.LeftButton)
    assert wanted.args == [
        "safetensors",
        str(tmp_path / "digits.safetensors"),
        False,
        -1,
    ]


def test_export_over_a_file_asks_first(qtbot, export, tmp_path):
    export.show_run(RUN, 1)
    (tmp_path / "digits.safetensors").write_text("mine")
    with qtbot.assertNotEmitted(export.wanted):
        export.button.click()
    assert "exists already" in export.outcome.text()
    assert export.button.text() == "Replace it"
    with qtbot.waitSignal(export.wanted):
        export.button.click()
    export.show_exported(Exported("x", "pt", 8, 4096, 100))
    with qtbot.assertNotEmitted(export.wanted):
        export.button.click()
    export.path.setText(str(tmp_path / "other.safetensors"))
    assert export.button.text() == "Export"


def test_export_into_a_missing_folder_is_refused_inline(qtbot, export):
    export.show_run(RUN, 1)
    export.path.setText("/nowhere/at/all/x.pt")
    with qtbot.assertNotEmitted(export.wanted):
        qtbot.mouseClick(export.button, Qt.MouseButton.LeftButton)
    assert str(Path("/nowhere/at/all")) in export.outcome.text()


def test_export_tells_what_was_written(export):
    export.show_exported(Exported("/x/y.pt", "pt", 8, 4096, 100))
    assert (
        export.outcome.text()
        == "Exported 8 tensors (4\u202fKiB) of step 100 to /x/y.pt"
    )


def test_palette_runs_the_best_match_on_enter(qtbot, window):
    ran = []
    commands = [Command(t, lambda t=t: ran.append(t)) for t in ("Save", "Train")]
    palette = CommandPalette(commands, window)
    palette.show()
    qtbot.keyClicks(palette.search, "tra")
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert ran == ["Train"]
    assert not palette.isVisible()


def test_palette_arrows_choose_another_line(qtbot, window):
    ran = []
    commands = [Command(t, lambda t=t: ran.append(t)) for t in ("Save", "Train")]
    palette = CommandPalette(commands, window)
    palette.show()
    qtbot.keyClick(palette.search, Qt.Key.Key_Down)
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert ran == ["Train"]


def test_report_copies_everything(qtbot, window):
    dialog = ReportDialog("KeyError: <b>", "Traceback …", window)
    dialog.show()
    qtbot.mouseClick(dialog.copy, Qt.MouseButton.LeftButton)
    copied = QApplication.clipboard().text()
    assert "Traceback …" in copied
    assert "Python 3" in copied


@pytest.mark.parametrize("words", ["", "torch 2.13", "torch 2.13, " * 30])
def test_about_is_as_high_as_its_lines_need(qtbot, window, words):
    dialog = AboutDialog(words, window)
    dialog.show()
    qtbot.waitExposed(dialog)
    labels = dialog.findChildren(Label)
    assert len(labels) == 4
    for label in labels:
        lines = label.fontMetrics().boundingRect(
            0, 0, label.width(), 10_000, Qt.TextFlag.TextWordWrap, label.text()
        )
        assert label.height() >= lines.height(), label.text()
