"""Layers dragged with a real pointer into a block that is open in place."""

import pytest

NODES = "sorted(window.document.project.graph.nodes)"
COUNT = "window.document.undo_stack.index()"
XOR = ["boundary", "data", "hidden", "loss", "output", "tanh"]


@pytest.fixture
def block(desk):
    """A block of two layers, open in place."""
    made = desk.ask("blocks.group(window.document, ['hidden', 'tanh'], 'Pair')")
    desk.select(made)
    desk.press("E")
    desk.wait(f"window.canvas.scene.nodes[{made!r}].face.inner is not None")
    desk.ask("window.canvas.fit()")
    return made


INSIDE = "sorted(window.document.project.blocks['pair'].graph.nodes)"


def test_layer_dragged_from_the_palette_into_an_open_block_stands_in_it(desk, block):
    outside, inside, count = desk.ask(NODES), desk.ask(INSIDE), desk.ask(COUNT)
    start = desk.ask("layer('dropout')")
    desk.display.drag(start, desk.ask(f"in_card({block!r}, 4)"))
    desk.wait(f"{INSIDE} == {sorted([*inside, 'dropout'])}")
    assert desk.ask(NODES) == outside
    assert desk.ask(COUNT) == count + 1
    desk.ask("window.canvas.setFocus()")
    desk.press("Ctrl+Z")
    desk.wait(f"{INSIDE} == {inside}")


def test_layer_dragged_beside_the_block_stands_outside(desk, block):
    outside, inside = desk.ask(NODES), desk.ask(INSIDE)
    x, y = desk.ask("middle(window.canvas.viewport())")
    height = desk.ask("window.canvas.viewport().height()")
    desk.display.drag(desk.ask("layer('dropout')"), (x, y + height // 2 - 30))
    desk.wait(f"{NODES} == {sorted([*outside, 'dropout'])}")
    assert desk.ask(INSIDE) == inside


def test_search_opened_over_an_open_block_adds_in_it(desk, block):
    outside, inside = desk.ask(NODES), desk.ask(INSIDE)
    x, y = desk.ask(f"in_card({block!r}, 4)")
    desk.ask("(window.canvas.select([]), window.canvas.setFocus())[1]")
    desk.display.do("mousemove", str(x), str(y))
    desk.press("Tab")
    desk.wait("window.canvas.popups.quick_add.field.hasFocus()")
    desk.type("dropout")
    desk.press("Enter")
    desk.wait(f"{INSIDE} == {sorted([*inside, 'dropout'])}")
    assert desk.ask(NODES) == outside


def test_data_set_dragged_into_an_open_block_stands_in_it(desk, block):
    outside, inside = desk.ask(NODES), desk.ask(INSIDE)
    start = desk.ask("layer('Two moons')")
    desk.display.drag(start, desk.ask(f"in_card({block!r}, 4)"))
    desk.wait(f"len({INSIDE}) == {len(inside) + 1}")
    assert desk.ask(NODES) == outside
