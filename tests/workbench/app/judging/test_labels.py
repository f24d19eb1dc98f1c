"""Wrong labels in the window: found, corrected in the document, undone."""

from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget

from engine.cli.main import main
from engine.data import catalog
from engine.data.own.resolving import resolved
from engine.graph.files import serialize
from engine.graph.weights import absolute
from tests.evaluate.test_retraining import rows
from tests.evaluate.test_standing_in import CLASSES, document, write
from workbench.app.judging.labels import LabelsCommand
from workbench.dialogs.judging.labels import LabelsDialog
from workbench.document import Document

MADE_MS = 120_000


@pytest.fixture(scope="module")
def noisy(tmp_path_factory):
    """Return run, document and the samples whose labels are wrong."""
    folder = tmp_path_factory.mktemp("noisy")
    table, wrong = rows(200, 4), [11, 60, 133]
    for row in table:  # far apart: what is wrong is certain
        row[0] = f"{CLASSES.index(row[3]) * 5 + float(row[1]) / 1000:.4f}"
    for n in wrong:
        table[n][3] = CLASSES[(CLASSES.index(table[n][3]) + 1) % 3]
    file = document(write(folder / "own.csv", table))
    run = folder / "run"
    words = ["--steps", "900", "--device", "cpu", "--threads", "1", "--out", str(run)]
    assert main(["train", str(file), *words]) == 0
    project = resolved(absolute(serialize.load(file), folder))
    return run, project, wrong, table


def look(qtbot, run, opened):
    widget = QWidget()
    qtbot.addWidget(widget)
    looking = SimpleNamespace(folder=str(run))
    desk = SimpleNamespace(
        widget=widget, document=opened, session=SimpleNamespace(looking=looking)
    )
    command = LabelsCommand(desk)
    command.show()
    return command


def data_node(opened):
    nodes = opened.project.graph.nodes.values()
    return next(node for node in nodes if node.type == "data")


def test_wrong_labels_are_corrected_and_undone(qtbot, noisy):
    run, project, wrong, table = noisy
    opened = Document()
    opened.set_project(project.copy())
    command = look(qtbot, run, opened)
    dialog = command.dialog
    assert not dialog.take.isEnabled()
    qtbot.waitUntil(lambda: dialog.table.topLevelItemCount() > 0, timeout=MADE_MS)
    items = [dialog.table.topLevelItem(n) for n in range(2)]
    found = [int(item.text(0)) - 1 for item in items]
    assert set(found) <= set(wrong)
    items[0].setSelected(True)
    dialog.take.click()
    dialog.table.clearSelection()
    items[1].setSelected(True)
    dialog.drop.click()
    node = data_node(opened)
    told = {row[0]: row[1:] for row in node.params["corrections"]}
    assert told[found[1]] == ()
    spoilt = CLASSES.index(table[found[0]][3])
    assert told[found[0]] == (CLASSES[(spoilt - 1) % 3],)
    data = catalog.load(node.params)
    where = np.concatenate(data.origin).tolist()
    labels = np.concatenate([data.train["label"], data.validation["label"]])
    assert found[1] not in where
    assert CLASSES[labels[where.index(found[0])]] == told[found[0]][0]
    opened.undo_stack.undo()
    opened.undo_stack.undo()
    assert not data_node(opened).params.get("corrections")
    dialog.leave.click()
    assert command.dialog is None


def test_search_can_be_given_up(qtbot, noisy):
    run, _, _, _ = noisy
    command = look(qtbot, run, Document())
    assert command._tool.is_on
    command.dialog.leave.click()
    assert not command._tool.is_on


def test_another_file_on_the_canvas_is_not_corrected(qtbot, noisy):
    run, project, _, _ = noisy
    opened = Document()
    opened.set_project(project.copy())
    command = look(qtbot, run, opened)
    command._tool.cancel()
    content = data_node(opened).params["sha256"]
    found = {"row": 1, "label": "a", "proposed": "b", "share": 0.9, "mean": 0.1,
             "spread": 0.1, "forgotten": 0}  # fmt: skip
    told = {"samples": 9, "suspects": 1, "listed": [found]}
    for known, can_correct in ((content, True), ("0" * 64, False)):
        command._on_line({**told, "content": known})
        command.dialog.table.topLevelItem(0).setSelected(True)
        assert command.dialog.take.isEnabled() is can_correct
        command.dialog.table.clear()
    assert "very file" in command.dialog.note.text()
    command.dialog.leave.click()


def sample(row, mean, spread, forgotten, *, suspect):
    return {"row": row, "label": "a", "proposed": "b" if suspect else "a",
            "share": 0.9, "mean": mean, "spread": spread, "forgotten": forgotten,
            "suspect": suspect}  # fmt: skip


def test_click_on_the_map_chooses_its_sample(qtbot):
    dialog = LabelsDialog(can_correct=True)
    qtbot.addWidget(dialog)
    every = [sample(4, 0.95, 0.02, 0, suspect=False),
             sample(7, 0.5, 0.4, 3, suspect=False),
             sample(9, 0.05, 0.03, 0, suspect=True)]  # fmt: skip
    dialog.show_record({"samples": 3, "suspects": 1, "listed": every[2:], "map": every})
    dialog.show()
    qtbot.waitExposed(dialog)
    chart = dialog.map
    # The axes run from 0 to 50 % and from 0 to 100 %: two corners give all places.
    spots = chart.places()
    across = (spots[1, 0] - spots[0, 0]) / 0.38
    up = (spots[0, 1] - spots[2, 1]) / 0.90
    assert across > 0 > up
    wanted = [0, 0.38 * across, 0.01 * across]
    np.testing.assert_allclose(spots[:, 0] - spots[0, 0], wanted, atol=1e-6)
    spot = QPoint(round(spots[1, 0]) + 2, round(spots[1, 1]))
    qtbot.mouseClick(chart, Qt.MouseButton.LeftButton, pos=spot)
    chosen = dialog.table.selectedItems()
    assert [item.text(0) for item in chosen] == ["8"]
    assert "forgotten 3×" in dialog.said.text()
    assert not dialog.take.isEnabled()  # its label is what is answered
    assert dialog.drop.isEnabled()
    qtbot.keyClick(chart, Qt.Key.Key_Down)
    assert [item.text(0) for item in dialog.table.selectedItems()] == ["10"]
    assert dialog.take.isEnabled()
    assert chart.chosen == 2
    assert dialog.table.topLevelItemCount() == 2
