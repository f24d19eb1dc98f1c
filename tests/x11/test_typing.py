"""Undo and redo while the field just typed in keeps the keyboard."""

import pytest

TEXT = "window.document.text()"
NODES = "sorted(window.document.project.graph.nodes)"
COUNT = "window.document.undo_stack.index()"
LINES = ("Line", "LineEdit", "UnitLine")
PLACES = {
    "a layer": ("xor", "hidden"),
    "a convolution": ("mnist-cnn", "conv1"),
    "a dropout": ("digits-mlp", "dropout"),
    "the training": ("xor", ""),
    "several phases": ("gan-2d", ""),
}


@pytest.mark.parametrize("place", PLACES)
def test_edit_is_undone_and_redone_while_its_field_keeps_the_keyboard(desk, place):
    preset, node = PLACES[place]
    desk.fresh(preset)
    desk.select(*[node] * bool(node))
    done = [name for name in dict.fromkeys(desk.ask("fields()")) if _edits(desk, name)]
    assert any(name.split()[0] in LINES for name in done)


def _edits(desk, name) -> bool:
    """Edit a field, undo and redo; False where the key changes nothing."""
    if name not in desk.ask("fields()"):  # Another edit has put it away.
        return False
    before, count = desk.ask(TEXT), desk.ask(COUNT)
    x, y = desk.ask(f"middle(field({name!r}))")
    _edit(desk, name.split()[0], (x, y))
    if not desk.comes(f"{COUNT} != {count}"):
        return False
    after, keyboard = desk.ask(TEXT), desk.ask("focus()")
    desk.press("Ctrl+Z")
    desk.wait(f"{COUNT} == {count}")
    assert desk.ask(TEXT) == before, name
    desk.press("Ctrl+Shift+Z")
    desk.wait(f"{COUNT} == {count + 1}")
    assert desk.ask(TEXT) == after, name
    assert desk.ask("focus()") == keyboard
    desk.press("Ctrl+Z")
    desk.wait(f"{COUNT} == {count}")
    return True


def _edit(desk, kind, place) -> None:
    if kind in LINES:
        desk.display.click(*place)
        desk.press("Ctrl+A")
        desk.type("3")
        desk.press("Enter")
    elif kind == "QCheckBox":
        desk.press("space")
    elif kind == "QComboBox":
        desk.press("Down")
    else:
        desk.press("Right")


def test_words_that_do_not_count_yet_are_taken_back_first(desk):
    desk.select("hidden")
    width = "window.document.project.graph.node('hidden').params['out_features']"
    desk.press("Enter")
    desk.wait("focus() == 'UnitLine Outputs'")
    desk.press("Ctrl+A")
    desk.type("7")
    desk.press("Enter")
    desk.wait(f"{width} == 7")
    desk.press("Ctrl+A")
    desk.type("95")
    desk.wait("QApplication.focusWidget().text() == '95'")
    assert desk.ask(width) == 7
    desk.press("Ctrl+Z")
    desk.wait("QApplication.focusWidget().text() != '95'")
    assert desk.ask(width) == 7
    for _ in range(3):
        if desk.ask(width) == 4:
            break
        desk.press("Ctrl+Z")
    desk.wait(f"{width} == 4")
    assert desk.ask("focus()") == "UnitLine Outputs"


def test_line_on_the_canvas_keeps_its_own_undo_then_the_canvas_has_it(desk):
    desk.select("tanh")
    name = "window.document.project.graph.node('tanh').name"
    desk.press("F2")
    desk.wait("window.canvas.popups.inline.hasFocus()")
    desk.type("Bend")
    desk.press("Ctrl+Z")
    desk.wait("window.canvas.popups.inline.text() != 'Bend'")
    desk.press("Ctrl+A")
    desk.type("Bend")
    desk.press("Enter")
    desk.wait(f"{name} == 'Bend'")
    desk.press("Ctrl+Z")
    desk.wait(f"{name} != 'Bend'")


@pytest.mark.parametrize("keys", ["Ctrl+D", "Ctrl+K", "Del", "Ctrl+X", "Ctrl+A"])
def test_keys_of_the_canvas_edit_words_in_a_field_and_no_layers(desk, keys):
    desk.select("hidden")
    before = desk.ask(NODES)
    desk.press("Enter")
    desk.wait("focus() == 'UnitLine Outputs'")
    desk.press(keys)
    assert not desk.comes(f"{NODES} != {before}")
    assert desk.ask(NODES) == before
    assert desk.ask("window.canvas.selection.ids") == ["hidden"]
