"""A model by others gets in: dropped, planned, put on the canvas, tried."""

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent

from engine.graph.scopes import scoped_nodes
from tests.helpers import llama

MADE_MS = 240_000


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "tiny.gguf"
    llama.write_gguf(path, llama.weights(), "Q4_0")
    return path


def dropped(path):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    button, key = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    event = QDropEvent(QPointF(10, 10), Qt.DropAction.CopyAction, data, button, key)
    event.kept = data  # Qt does not own it
    return event


def opened(qtbot, window, path):
    window.document.new()
    window.dropEvent(dropped(path))
    dialog = window.controllers.data.models.dialog
    assert dialog is not None
    return dialog


def test_dropped_model_is_planned_put_and_tried(qtbot, window, model, tmp_path):
    dialog = opened(qtbot, window, model)
    assert not dialog.put.isEnabled()
    qtbot.waitUntil(dialog.put.isEnabled, timeout=MADE_MS)
    assert dialog.name.text() == "tiny"
    assert "Q4_0" in dialog.about.text()
    # query 64→64 and value 64→32: r·(in + out) of both layers
    assert f"{2 * 8 * (128 + 96):,}" in dialog.forecast.text()
    text = tmp_path / "own.txt"
    text.write_text("The string in the tree, and the rest of it. " * 80)
    dialog.rank.setValue(2)
    dialog.targets["gate"].setChecked(True)
    dialog.set_text(str(text))
    dialog.context.setValue(16)
    assert not dialog.put.isEnabled()
    moved = f"{2 * 2 * (128 + 96 + 160):,}"
    qtbot.waitUntil(
        lambda: dialog.put.isEnabled() and moved in dialog.forecast.text(),
        timeout=MADE_MS,
    )
    before = window.document.undo_stack.count()
    qtbot.mouseClick(dialog.put, Qt.MouseButton.LeftButton)
    assert window.document.undo_stack.count() == before + 1
    assert {str(model), str(text)} <= set(window.session.allowed)


def test_model_on_the_canvas_writes_before_any_training(qtbot, window, model):
    dialog = opened(qtbot, window, model)
    qtbot.waitUntil(dialog.put.isEnabled, timeout=MADE_MS)
    qtbot.mouseClick(dialog.put, Qt.MouseButton.LeftButton)
    project = window.document.project
    kinds = {node.type for _, _, node in scoped_nodes(project)}
    assert {"rms_norm", "grouped_query_attention", "tied_embedding", "silu",
            "lora_linear", "cross_entropy", "text_sample"} <= kinds  # fmt: skip
    assert project.training.value("batch_size") == 4
    tried = window.controllers.judging.try_it
    assert tried.can_try
    tried.show()
    qtbot.waitUntil(lambda: bool(tried.dialog.inputs), timeout=MADE_MS)
    (field,) = tried.dialog.inputs.values()
    field.field.setPlainText("the string")
    tried.dialog.writing.length.setValue(5)
    qtbot.mouseClick(tried.dialog.writing.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(
        lambda: tried.dialog.answer.title.text() == "It goes on", timeout=MADE_MS
    )
    tried.dialog.reject()
    window.document.undo_stack.undo()
    assert not window.document.project.graph.nodes
    assert not window.document.project.blocks


def test_bad_model_is_said_and_nothing_changes(qtbot, window, model):
    model.write_bytes(model.read_bytes()[:500])
    dialog = opened(qtbot, window, model)
    qtbot.waitUntil(lambda: "GGUF" in dialog.about.text(), timeout=MADE_MS)
    assert "tiny.gguf" in dialog.about.text()
    assert not dialog.put.isEnabled()
    assert not dialog.plan.isEnabled()
    dialog.reject()
    assert not window.document.project.graph.nodes


def test_safetensors_with_a_config_are_offered_as_a_model(qtbot, window, tmp_path):
    path = llama.write_safetensors(tmp_path, llama.weights())
    window.dropEvent(dropped(path))
    assert "Open as a model…" in [b.text() for b in window.banner.buttons]
    (tmp_path / "config.json").unlink()
    window.dropEvent(dropped(path))
    assert "Open as a model…" not in [b.text() for b in window.banner.buttons]
