"""What every line of the cheat sheet does, pressed for real.

A check gets the window and the keys of its line, and is named by the line's words.
"""

import time
from collections.abc import Callable

from tests.helpers.desk import TRAIN_S, Desk

Check = Callable[[Desk, str], None]
CHECKS: dict[str, Check] = {}
NODES = "sorted(window.document.project.graph.nodes)"
CHOSEN = "sorted(window.canvas.selected_ids())"
STATE = "window.session.state"
ZOOM = "window.canvas.camera.zoom"
XOR = ["boundary", "data", "hidden", "loss", "output", "tanh"]


def line(words: str) -> Callable[[Check], Check]:
    """Register a check under the words of its line."""

    def register(check: Check) -> Check:
        CHECKS[words] = check
        return check

    return register


def _opens(words: str, front: str) -> None:
    """Register a line that opens something, which Esc closes again."""

    def check(desk: Desk, keys: str) -> None:
        desk.press(keys)
        desk.wait(f"front() == {front!r}")
        desk.press("Esc")
        desk.wait("front() == ''")

    CHECKS[words] = check


_opens("Open a preset…", "PresetDialog")
_opens("Keyboard shortcuts", "shortcuts")
_opens("Export weights…", "ExportDialog")
_opens("Search commands…", "CommandPalette")


# File ------------------------------------------------------------------------------


@line("New")
def new(desk: Desk, keys: str) -> None:
    desk.press(keys)
    desk.wait(f"{NODES} == []")


def _save(desk: Desk, keys: str, name: str) -> str:
    """Save under a name through the dialog; returns the file."""
    path = str(desk.home / name)
    desk.press(keys)
    desk.wait("front() == 'QFileDialog'")
    desk.press("Ctrl+A")
    desk.type(path)
    desk.press("Enter")
    desk.wait(f"str(window.document.path) == {path!r}")
    return path


@line("Save")
def save(desk: Desk, keys: str) -> None:
    desk.ask("actions.rename(window.document, 'tanh', 'Bend')")
    path = _save(desk, keys, "saved.bpw")
    desk.ask("actions.rename(window.document, 'tanh', 'Squash')")
    desk.press(keys)
    desk.wait("not window.document.is_modified")
    desk.wait(f"'Squash' in Path({path!r}).read_text()")


@line("Save as…")
def save_as(desk: Desk, keys: str) -> None:
    _save(desk, keys, "one.bpw")
    path = _save(desk, keys, "two.bpw")
    desk.wait(f"'boundary' in Path({path!r}).read_text()")


@line("Open…")
def open_file(desk: Desk, keys: str) -> None:
    path = str(desk.home / "opened.bpw")
    desk.ask(f"str(window.document.save(Path({path!r})))")
    desk.fresh("sine")
    desk.press(keys)
    desk.wait("front() == 'QFileDialog'")
    desk.type(path)
    desk.press("Enter")
    desk.wait(f"str(window.document.path) == {path!r} and {NODES} == {XOR}")


# Edit ------------------------------------------------------------------------------


@line("Undo")
def undo(desk: Desk, keys: str) -> None:
    desk.ask("actions.remove(window.document, ['tanh'])")
    desk.press(keys)
    desk.wait(f"{NODES} == {XOR}")


@line("Redo")
def redo(desk: Desk, keys: str) -> None:
    desk.ask("actions.remove(window.document, ['tanh'])")
    desk.ask("window.document.undo_stack.undo()")
    desk.press(keys)
    desk.wait(f"len({NODES}) == {len(XOR) - 1}")


@line("Cut")
def cut(desk: Desk, keys: str) -> None:
    desk.select("tanh")
    desk.press(keys)
    desk.wait(f"'tanh' not in {NODES}")
    desk.wait("'tanh' in QApplication.clipboard().text()")


@line("Copy")
def copy(desk: Desk, keys: str) -> None:
    desk.ask("QApplication.clipboard().setText('')")
    desk.select("hidden")
    desk.press(keys)
    desk.wait("'Hidden layer' in QApplication.clipboard().text()")
    assert desk.ask(NODES) == XOR


@line("Paste")
def paste(desk: Desk, keys: str) -> None:
    desk.select("tanh")
    desk.press("Ctrl+C")
    desk.wait("'tanh' in QApplication.clipboard().text()")
    desk.press(keys)
    desk.wait(f"{NODES} == {sorted([*XOR, 'tanh_2'])}")


@line("Duplicate")
def duplicate(desk: Desk, keys: str) -> None:
    desk.select("tanh")
    desk.press(keys)
    desk.wait(f"{NODES} == {sorted([*XOR, 'tanh_2'])}")
    desk.press("Ctrl+Z")
    desk.wait(f"{NODES} == {XOR}")


@line("Delete")
def delete(desk: Desk, keys: str) -> None:
    desk.select("tanh", "boundary")
    desk.press(keys)
    desk.wait(f"{NODES} == ['data', 'hidden', 'loss', 'output']")


@line("Delete and heal the wire")
def heal(desk: Desk, keys: str) -> None:
    desk.select("tanh")
    desk.press(keys)
    edges = "{f'{e.source} {e.target}' for e in window.document.project.graph.edges}"
    desk.wait(f"'hidden.out output.input' in {edges}")


@line("Select all")
def select_all(desk: Desk, keys: str) -> None:
    desk.press(keys)
    desk.wait(f"{CHOSEN} == {XOR}")


@line("Go to a node…")
def go_to(desk: Desk, keys: str) -> None:
    desk.press(keys)
    desk.wait("window.canvas.chooser.field.hasFocus()")
    desk.type("tanh")
    desk.press("Enter")
    desk.wait(f"{CHOSEN} == ['tanh']")


# View ------------------------------------------------------------------------------


def _zooms(desk: Desk, keys: str, sign: str) -> None:
    before = desk.ask(ZOOM)
    desk.press(keys)
    desk.wait(f"{ZOOM} {sign} {before}")


@line("Zoom in")
def zoom_in(desk: Desk, keys: str) -> None:
    _zooms(desk, keys, ">")


@line("Zoom out")
def zoom_out(desk: Desk, keys: str) -> None:
    _zooms(desk, keys, "<")


@line("Fit the network")
def fit(desk: Desk, keys: str) -> None:
    fitted = desk.ask(ZOOM)
    desk.ask("window.canvas.camera.set_zoom(3.0)")
    desk.press(keys)
    desk.wait(f"abs({ZOOM} - {fitted}) < 0.01")


@line("Overview")
def overview(desk: Desk, keys: str) -> None:
    shown = "window.canvas.minimap.isVisible()"
    before = desk.ask(shown)
    desk.press(keys)
    desk.wait(f"{shown} is not {before}")
    desk.press(keys)
    desk.wait(f"{shown} is {before}")


@line("Enlarge the panel")
def enlarge(desk: Desk, keys: str) -> None:
    desk.wait("window.panels.is_loaded", TRAIN_S)
    desk.press(keys)
    desk.wait("window.view.enlarging.name == 'loss'")
    desk.press(keys)
    desk.wait("window.view.enlarging.name == ''")


@line("Layout to build")
def layout_build(desk: Desk, keys: str) -> None:
    desk.press(keys)
    desk.wait("not window.docks['loss'].isVisible()")
    desk.ask("window.view.layouts.switch('train')")


@line("Layout to train")
def layout_train(desk: Desk, keys: str) -> None:
    desk.ask("window.view.layouts.switch('build')")
    desk.press(keys)
    desk.wait("window.docks['loss'].isVisible()")


@line("Dark or light")
def theme(desk: Desk, keys: str) -> None:
    before = desk.ask("window.settings.theme")
    desk.press(keys)
    desk.wait(f"window.settings.theme != {before!r}")
    desk.press(keys)


@line("Full screen")
def full_screen(desk: Desk, keys: str) -> None:
    desk.press(keys)
    desk.wait("window.isFullScreen()")
    desk.press(keys)
    desk.wait("not window.isFullScreen()")


# Model -----------------------------------------------------------------------------


@line("Add a layer…")
def quick_add(desk: Desk, keys: str) -> None:
    desk.select("tanh")
    desk.press(keys)
    desk.wait("window.canvas._popup.field.hasFocus()")
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
    desk.wait("window.canvas.chooser.field.hasFocus()")
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
    desk.wait("window.canvas.inline.hasFocus()")
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
    desk.wait(f"list(window.canvas.canvas.path) == [{made!r}]")


@line("Leave the block")
def leave(desk: Desk, keys: str) -> None:
    made = _grouped(desk, "hidden", "tanh")
    desk.ask(f"window.canvas.show_path([{made!r}])")
    desk.press(keys)
    desk.wait("list(window.canvas.canvas.path) == []")


@line("Open in place")
def open_in_place(desk: Desk, keys: str) -> None:
    made = _grouped(desk, "hidden", "tanh")
    desk.press(keys)
    desk.wait(f"window.canvas.canvas.nodes[{made!r}].face.inner is not None")


@line("Frame…")
def frame(desk: Desk, keys: str) -> None:
    desk.select("hidden", "tanh")
    _noted(desk, keys, "frame")


@line("Add a comment…")
def comment(desk: Desk, keys: str) -> None:
    _noted(desk, keys, "comment")


def _noted(desk: Desk, keys: str, kind: str) -> None:
    desk.press(keys)
    desk.wait("window.canvas.inline.hasFocus()")
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
    desk.wait("front() == 'QInputDialog'")
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
    desk.wait("window.canvas.inline.hasFocus()")
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
    desk.wait(f"window.canvas.canvas.nodes[{made!r}].face.inner is not None")
    desk.press(keys)
    desk.wait("list(window.canvas.inside.ids) == ['hidden']")


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
    desk.wait("window.canvas.gesture is not None")
    desk.press(keys)
    desk.wait("window.canvas.gesture is None")
    desk.display.let_go()
    time.sleep(0.05)
    assert desk.ask(place) == before
