"""What the keys of the Model and Train menus and of the canvas do."""

import time

from tests.helpers.desk import TRAIN_S, Desk
from tests.x11.lines import CHOSEN, NODES, STATE, ZOOM, line

# Model -----------------------------------------------------------------------------


@line("Add a layer…")
def quick_add(desk: Desk, keys: str) -> None:
    desk.select("tanh")
    desk.press(keys)
    desk.wait("window.canvas.popups.quick_add.field.hasFocus()")
    desk.type("dropout")
    desk.press("Enter")
    desk.wait(f"'dropout' in {NODES}")


@line("Connect to…")
def connect(desk: Desk, keys: str) -> None:
    desk.ask("actions.remove(window.document, [], "
             "[e for e in window.document.project.graph.edges "
             "if e.target.node == 'tanh'])")  # fmt: skip
    desk.select("hidden")
    desk.press(keys)
    desk.wait("window.canvas.popups.chooser.field.hasFocus()")
    desk.type("tanh")
    desk.press("Enter")
    edges = "{f'{e.source} {e.target}' for e in window.document.project.graph.edges}"
    desk.wait(f"'hidden.out tanh.input' in {edges}")


@line("Arrange")
def arrange(desk: Desk, keys: str) -> None:
    desk.ask("actions.move(window.document, {'tanh': (900.0, 900.0)})")
    desk.press(keys)
    desk.wait("place('tanh') != [900.0, 900.0]")


def _grouped(desk: Desk, *nodes: str) -> str:
    """Make a block of nodes; returns its node."""
    made = desk.ask(f"blocks.group(window.document, {list(nodes)!r}, 'Pair')")
    desk.select(str(made))
    return str(made)


@line("Group into a block…")
def group(desk: Desk, keys: str) -> None:
    desk.select("hidden", "tanh")
    desk.press(keys)
    desk.wait("window.canvas.popups.inline.hasFocus()")
    desk.type("Front")
    desk.press("Enter")
    desk.wait("list(window.document.project.blocks) == ['front']")
    assert "tanh" not in desk.ask(NODES)


@line("Unpack the block")
def unpack(desk: Desk, keys: str) -> None:
    _grouped(desk, "hidden", "tanh")
    desk.press(keys)
    desk.wait(f"'tanh' in {NODES}")


@line("Open the block")
def enter(desk: Desk, keys: str) -> None:
    made = _grouped(desk, "hidden", "tanh")
    desk.press(keys)
    desk.wait(f"list(window.canvas.scene.path) == [{made!r}]")


@line("Leave the block")
def leave(desk: Desk, keys: str) -> None:
    made = _grouped(desk, "hidden", "tanh")
    desk.ask(f"window.canvas.show_path([{made!r}])")
    desk.press(keys)
    desk.wait("list(window.canvas.scene.path) == []")


@line("Open in place")
def open_in_place(desk: Desk, keys: str) -> None:
    made = _grouped(desk, "hidden", "tanh")
    desk.press(keys)
    desk.wait(f"window.canvas.scene.nodes[{made!r}].face.inner is not None")


@line("Frame…")
def frame(desk: Desk, keys: str) -> None:
    desk.select("hidden", "tanh")
    _noted(desk, keys, "frame")


@line("Add a comment…")
def comment(desk: Desk, keys: str) -> None:
    _noted(desk, keys, "comment")


def _noted(desk: Desk, keys: str, kind: str) -> None:
    desk.press(keys)
    desk.wait("window.canvas.popups.inline.hasFocus()")
    desk.type("Look here")
    desk.press("Enter")
    found = "[(n.kind, n.text) for n in notes.read(window.document.project)]"
    desk.wait(f"('{kind}', 'Look here') in {found}")


@line("Show problems")
def problems(desk: Desk, keys: str) -> None:
    desk.wait("window.panels.is_loaded", TRAIN_S)
    desk.ask("window.docks.raise_('weights')")
    desk.wait("not window.docks.is_visible('problems')")
    desk.press(keys)
    desk.wait("window.docks.is_visible('problems')")


# Train -----------------------------------------------------------------------------


def _long(desk: Desk) -> None:
    """Make the training long enough not to end by itself."""
    desk.ready()
    desk.ask("lengthen()")
    desk.ready()


def _training(desk: Desk) -> None:
    _long(desk)
    desk.press("F5")
    desk.wait(f"{STATE} == 'training' and window.session.history.step > 0", TRAIN_S)


@line("Train")
def train(desk: Desk, _keys: str) -> None:
    _training(desk)


@line("Pause")
def pause(desk: Desk, keys: str) -> None:
    _training(desk)
    desk.press(keys)
    desk.wait(f"{STATE} == 'paused'", TRAIN_S)
    desk.press(keys)
    desk.wait(f"{STATE} == 'training'", TRAIN_S)


@line("Stop")
def stop(desk: Desk, keys: str) -> None:
    _training(desk)
    desk.press(keys)
    desk.wait("not window.session.active", TRAIN_S)


def _waits_at(desk: Desk, step: int) -> None:
    where = f"{STATE} == 'paused' and window.session.history.step == {step}"
    desk.wait(where, TRAIN_S)


@line("One step")
def step(desk: Desk, keys: str) -> None:
    _long(desk)
    desk.press(keys)
    _waits_at(desk, 1)
    desk.press(keys)
    _waits_at(desk, 2)


@line("Several steps…")
def steps(desk: Desk, keys: str) -> None:
    _long(desk)
    desk.press(keys)
    desk.opens("QInputDialog")
    desk.press("Ctrl+A")
    desk.type("7")
    desk.press("Enter")
    _waits_at(desk, 7)


@line("Until the epoch ends")
def epoch(desk: Desk, keys: str) -> None:
    _long(desk)
    desk.press(keys)
    each = "window.session.history.run.steps_per_epoch"
    there = f"{STATE} == 'paused' and window.session.history.step == {each}"
    desk.wait(f"window.session.history.run is not None and {there}", TRAIN_S)


@line("Restart with the changes")
def restart(desk: Desk, keys: str) -> None:
    _training(desk)
    before = desk.ask("window.session.history.run.run")
    desk.ask("actions.rename(window.document, 'tanh', 'Bend')")
    desk.press(keys)
    now = "window.session.history.run"
    desk.wait(f"{now} is not None and {now}.run != {before!r}", TRAIN_S)
    desk.wait(f"{STATE} == 'training'", TRAIN_S)


# Canvas ----------------------------------------------------------------------------


@line("Zoom")
def wheel(desk: Desk, _keys: str) -> None:
    x, y = desk.ask("middle(window.canvas.viewport())")
    before = desk.ask(ZOOM)
    desk.display.click(x, y, 4)
    desk.wait(f"{ZOOM} > {before}")


@line("Pan")
def pan(desk: Desk, _keys: str) -> None:
    x, y = desk.ask("middle(window.canvas.viewport())")
    corner = "window.canvas.mapToScene(0, 0).x()"
    before = desk.ask(corner)
    desk.display.do("mousemove", str(x), str(y + 60), "keydown", "space")
    desk.display.drag((x, y + 60), (x - 120, y + 60))
    desk.display.do("keyup", "space")
    desk.wait(f"abs({corner} - {before}) > 20")
    assert desk.ask("front()") == ""


@line("Rename")
def rename(desk: Desk, keys: str) -> None:
    desk.select("tanh")
    desk.press(keys)
    desk.wait("window.canvas.popups.inline.hasFocus()")
    desk.type("Bend")
    desk.press("Enter")
    desk.wait("window.document.project.graph.node('tanh').name == 'Bend'")


@line("Next layer")
def next_layer(desk: Desk, keys: str) -> None:
    desk.select("hidden")
    desk.press(keys)
    desk.wait(f"{CHOSEN} == ['tanh']")


@line("Settings of the layer, or of the training")
def settings(desk: Desk, keys: str) -> None:
    desk.select("hidden")
    desk.press(keys)
    desk.wait("focus() == 'Line Outputs'")
    desk.press("Esc", "Esc")
    desk.wait(f"window.canvas.hasFocus() and {CHOSEN} == []")
    desk.press(keys)
    desk.wait("window.inspector.training.isAncestorOf(QApplication.focusWidget())")


@line("Back to the canvas")
def back(desk: Desk, keys: str) -> None:
    desk.ask("window.palette_panel.field.setFocus()")
    desk.wait("window.palette_panel.field.hasFocus()")
    desk.press(keys)
    desk.wait("window.canvas.hasFocus()")


@line("Into an open block")
def into(desk: Desk, keys: str) -> None:
    made = _grouped(desk, "hidden", "tanh")
    desk.press("E")
    desk.wait(f"window.canvas.scene.nodes[{made!r}].face.inner is not None")
    desk.press(keys)
    desk.wait("list(window.canvas.selection.ids) == ['hidden']")


@line("Nudge")
def nudge(desk: Desk, _keys: str) -> None:
    desk.select("tanh")
    place = "place('tanh')"
    x, y = desk.ask(place)
    desk.press("Right", "Down")
    desk.wait(f"{place}[0] > {x} and {place}[1] > {y}")
    desk.press("Left", "Up")
    desk.wait(f"{place} == {[x, y]}")


@line("Cancel a gesture")
def cancel(desk: Desk, keys: str) -> None:
    place = "place('tanh')"
    before = desk.ask(place)
    x, y = desk.ask("spot('tanh')")
    desk.display.grab(x, y)
    desk.display.pull((x + 30, y + 20), (x + 60, y + 40), (x + 90, y + 60))
    desk.wait("window.canvas.pointer.gesture is not None")
    desk.press(keys)
    desk.wait("window.canvas.pointer.gesture is None")
    desk.display.let_go()
    time.sleep(0.05)
    assert desk.ask(place) == before
