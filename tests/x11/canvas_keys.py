"""What the keys of the Model and Train menus and of the canvas do."""

import time

from tests.helpers.desk import TRAIN_S, Desk
from tests.x11.lines import CHECKS, CHOSEN, NODES, STATE, ZOOM, row
from workbench.canvas.geometry import sizes

CHOOSES = "window.canvas.popups.chooser.field.hasFocus()"

# Model -----------------------------------------------------------------------------


@row("quick_add")
def quick_add(desk: Desk, keys: str) -> None:
    desk.select("tanh")
    desk.press(keys)
    desk.wait("window.canvas.popups.quick_add.field.hasFocus()")
    desk.type("dropout")
    desk.press("Enter")
    desk.wait(f"'dropout' in {NODES}")


def _connects(desk: Desk, keys: str, start: str, end: str) -> None:
    """Take a wire away and connect its ends again, from one to the other."""
    desk.ask("actions.remove(window.document, [], "
             "[e for e in window.document.project.graph.edges "
             "if e.target.node == 'tanh'])")  # fmt: skip
    desk.select(start)
    desk.press(keys)
    desk.wait(CHOOSES)
    desk.type(end)
    desk.press("Enter")
    edges = "{f'{e.source} {e.target}' for e in window.document.project.graph.edges}"
    desk.wait(f"'hidden.out tanh.input' in {edges}")


@row("connect")
def connect(desk: Desk, keys: str) -> None:
    _connects(desk, keys, "hidden", "tanh")


@row("connect_from")
def connect_from(desk: Desk, keys: str) -> None:
    _connects(desk, keys, "tanh", "hidden")


@row("replace")
def replace(desk: Desk, keys: str) -> None:
    desk.select("tanh")
    desk.press(keys)
    desk.wait(CHOOSES)
    desk.type("relu")
    desk.press("Enter")
    desk.wait("window.document.project.graph.node('tanh').type == 'relu'")


@row("arrange")
def arrange(desk: Desk, keys: str) -> None:
    desk.ask("actions.move(window.document, {'tanh': (900.0, 900.0)})")
    desk.press(keys)
    desk.wait("place('tanh') != [900.0, 900.0]")


def _grouped(desk: Desk, *nodes: str) -> str:
    """Make a block of nodes; returns its node."""
    made = desk.ask(f"blocks.group(window.document, {list(nodes)!r}, 'Pair')")
    desk.select(str(made))
    return str(made)


@row("group")
def group(desk: Desk, keys: str) -> None:
    desk.select("hidden", "tanh")
    desk.press(keys)
    desk.wait("window.canvas.popups.inline.hasFocus()")
    desk.type("Front")
    desk.press("Enter")
    desk.wait("list(window.document.project.blocks) == ['front']")
    assert "tanh" not in desk.ask(NODES)


@row("unpack")
def unpack(desk: Desk, keys: str) -> None:
    _grouped(desk, "hidden", "tanh")
    desk.press(keys)
    desk.wait(f"'tanh' in {NODES}")


@row("enter")
def enter(desk: Desk, keys: str) -> None:
    made = _grouped(desk, "hidden", "tanh")
    desk.press(keys)
    desk.wait(f"list(window.canvas.scene.path) == [{made!r}]")


@row("leave")
def leave(desk: Desk, keys: str) -> None:
    made = _grouped(desk, "hidden", "tanh")
    desk.ask(f"window.canvas.show_path([{made!r}])")
    desk.press(keys)
    desk.wait("list(window.canvas.scene.path) == []")


@row("open_in_place")
def open_in_place(desk: Desk, keys: str) -> None:
    made = _grouped(desk, "hidden", "tanh")
    desk.press(keys)
    desk.wait(f"window.canvas.scene.nodes[{made!r}].face.inner is not None")


@row("frame")
def frame(desk: Desk, keys: str) -> None:
    desk.select("hidden", "tanh")
    _noted(desk, keys, "frame")


@row("comment")
def comment(desk: Desk, keys: str) -> None:
    _noted(desk, keys, "comment")


def _noted(desk: Desk, keys: str, kind: str) -> None:
    desk.press(keys)
    desk.wait("window.canvas.popups.inline.hasFocus()")
    desk.type("Look here")
    desk.press("Enter")
    found = "[(n.kind, n.text) for n in notes.read(window.document.project)]"
    desk.wait(f"('{kind}', 'Look here') in {found}")


@row("problems")
def problems(desk: Desk, keys: str) -> None:
    desk.wait("window.panels.is_loaded", TRAIN_S)
    desk.ask("window.docks.raise_('weights')")
    desk.wait("not window.docks.is_visible('problems')")
    desk.ask("actions.remove(window.document, ['loss'])")
    desk.press(keys)
    desk.wait("window.docks.is_visible('problems')")
    desk.wait("window.docks['problems'].isAncestorOf(QApplication.focusWidget())")


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


@row("train")
def train(desk: Desk, _keys: str) -> None:
    _training(desk)


@row("pause")
def pause(desk: Desk, keys: str) -> None:
    _training(desk)
    desk.press(keys)
    desk.wait(f"{STATE} == 'paused'", TRAIN_S)
    desk.press(keys)
    desk.wait(f"{STATE} == 'training'", TRAIN_S)


@row("stop")
def stop(desk: Desk, keys: str) -> None:
    _training(desk)
    desk.press(keys)
    desk.wait("not window.session.active", TRAIN_S)


def _waits_at(desk: Desk, step: int) -> None:
    where = f"{STATE} == 'paused' and window.session.history.step == {step}"
    desk.wait(where, TRAIN_S)


@row("step")
def step(desk: Desk, keys: str) -> None:
    _long(desk)
    desk.press(keys)
    _waits_at(desk, 1)
    desk.press(keys)
    _waits_at(desk, 2)


@row("steps")
def steps(desk: Desk, keys: str) -> None:
    _long(desk)
    desk.press(keys)
    desk.opens("QInputDialog")
    desk.press("Ctrl+A")
    desk.type("7")
    desk.press("Enter")
    _waits_at(desk, 7)


@row("epoch")
def epoch(desk: Desk, keys: str) -> None:
    _long(desk)
    desk.press(keys)
    each = "window.session.history.run.steps_per_epoch"
    there = f"{STATE} == 'paused' and window.session.history.step == {each}"
    desk.wait(f"window.session.history.run is not None and {there}", TRAIN_S)


@row("restart")
def restart(desk: Desk, keys: str) -> None:
    _training(desk)
    before = desk.ask("window.session.history.run.run")
    desk.ask("actions.rename(window.document, 'tanh', 'Bend')")
    desk.press(keys)
    now = "window.session.history.run"
    desk.wait(f"{now} is not None and {now}.run != {before!r}", TRAIN_S)
    desk.wait(f"{STATE} == 'training'", TRAIN_S)


# Canvas ----------------------------------------------------------------------------


@row("Zoom")
def wheel(desk: Desk, _keys: str) -> None:
    x, y = desk.ask("middle(window.canvas.viewport())")
    before = desk.ask(ZOOM)
    desk.display.click(x, y, 4)
    desk.wait(f"{ZOOM} > {before}")


@row("Pan")
def pan(desk: Desk, _keys: str) -> None:
    x, y = desk.ask("middle(window.canvas.viewport())")
    corner = "window.canvas.mapToScene(0, 0).x()"
    before = desk.ask(corner)
    desk.display.do("mousemove", str(x), str(y + 60), "keydown", "space")
    desk.display.drag((x, y + 60), (x - 120, y + 60))
    desk.display.do("keyup", "space")
    desk.wait(f"abs({corner} - {before}) > 20")
    assert desk.ask("front()") == ""


@row("rename")
def rename(desk: Desk, keys: str) -> None:
    desk.select("tanh")
    desk.press(keys)
    desk.wait("window.canvas.popups.inline.hasFocus()")
    desk.type("Bend")
    desk.press("Enter")
    desk.wait("window.document.project.graph.node('tanh').name == 'Bend'")


def _walks(name: str, start: str, end: str) -> None:
    """Register a row that selects another layer."""

    def check(desk: Desk, keys: str) -> None:
        desk.select(start)
        desk.press(keys)
        desk.wait(f"{CHOSEN} == [{end!r}]")

    CHECKS[name] = check


_walks("next", "hidden", "tanh")
_walks("previous", "tanh", "hidden")
_walks("first", "tanh", "data")


@row("last")
def last(desk: Desk, keys: str) -> None:
    order = "[n.id for n in window.document.project.graph.topological()]"
    end = desk.ask(order)[-1]
    desk.select("hidden")
    desk.press(keys)
    desk.wait(f"{CHOSEN} == [{end!r}]")


@row("fit_selection")
def fit_selection(desk: Desk, keys: str) -> None:
    desk.ask("window.canvas.camera.set_zoom(0.4)")
    desk.select("tanh")
    desk.press(keys)
    desk.wait(f"{ZOOM} > 0.6")


@row("full_size")
def full_size(desk: Desk, keys: str) -> None:
    desk.ask("window.canvas.camera.set_zoom(0.3)")
    desk.press(keys)
    desk.wait(f"abs({ZOOM} - 1.0) < 0.001")


@row("settings")
def settings(desk: Desk, keys: str) -> None:
    desk.select("hidden")
    desk.press(keys)
    desk.wait("focus() == 'UnitLine Outputs'")
    desk.press("Esc", "Esc")
    desk.wait(f"window.canvas.hasFocus() and {CHOSEN} == []")
    desk.press(keys)
    desk.wait("window.inspector.training.isAncestorOf(QApplication.focusWidget())")


@row("back")
def back(desk: Desk, keys: str) -> None:
    desk.ask("window.rooms.enter('build')")
    desk.ask("window.palette_panel.field.setFocus()")
    desk.wait("window.palette_panel.field.hasFocus()")
    desk.press(keys)
    desk.wait("window.canvas.hasFocus()")


@row("go_down")
def into(desk: Desk, keys: str) -> None:
    made = _grouped(desk, "hidden", "tanh")
    desk.press("E")
    desk.wait(f"window.canvas.scene.nodes[{made!r}].face.inner is not None")
    desk.press(keys)
    desk.wait("list(window.canvas.selection.ids) == ['hidden']")


_STEP = int(sizes.GRID)
_WAYS = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}


def _nudges(name: str, across: int, down: int) -> None:
    """Register an arrow key, by the way that it moves."""

    def check(desk: Desk, keys: str) -> None:
        desk.select("tanh")
        x, y = desk.ask("place('tanh')")
        desk.press(keys)
        desk.wait(f"place('tanh') == {[x + across, y + down]}")

    CHECKS[name] = check


for _way, (_x, _y) in _WAYS.items():
    _nudges(f"nudge_{_way}", _STEP * _x, _STEP * _y)
    _nudges(f"nudge_far_{_way}", 5 * _STEP * _x, 5 * _STEP * _y)


def _there_and_back(desk: Desk, modifier: str) -> None:
    desk.select("tanh")
    place = "place('tanh')"
    x, y = desk.ask(place)
    desk.press(f"{modifier}Right", f"{modifier}Down")
    desk.wait(f"{place}[0] > {x} and {place}[1] > {y}")
    desk.press(f"{modifier}Left", f"{modifier}Up")
    desk.wait(f"{place} == {[x, y]}")


@row("Nudge")
def nudge(desk: Desk, _keys: str) -> None:
    _there_and_back(desk, "")


@row("Nudge far")
def nudge_far(desk: Desk, _keys: str) -> None:
    _there_and_back(desk, "Shift+")


@row("escape")
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
