"""What the keys of the File, Edit, View and Help menus do, pressed for real."""

from tests.helpers.desk import TRAIN_S, Desk
from tests.x11.lines import CHECKS, CHOSEN, NODES, XOR, ZOOM, row


def _opens(name: str, front: str) -> None:
    """Register a row that opens something, which Esc closes again."""

    def check(desk: Desk, keys: str) -> None:
        desk.press(keys)
        desk.opens(front)
        desk.press("Esc")
        desk.is_back()

    CHECKS[name] = check


_opens("preset", "PresetDialog")
_opens("shortcuts", "shortcuts")
_opens("help", "help")
_opens("export", "ExportDialog")
_opens("palette", "CommandPalette")


# File ------------------------------------------------------------------------------


@row("new")
def new(desk: Desk, keys: str) -> None:
    desk.press(keys)
    desk.wait(f"{NODES} == []")


def _save(desk: Desk, keys: str, name: str) -> str:
    """Save under a name through the dialog; returns the file."""
    path = str(desk.home / name)
    desk.press(keys)
    desk.opens("QFileDialog")
    desk.press("Ctrl+A")
    desk.type(path)
    desk.press("Enter")
    desk.wait(f"str(window.document.path) == {path!r}")
    return path


@row("save")
def save(desk: Desk, keys: str) -> None:
    desk.ask("actions.rename(window.document, 'tanh', 'Bend')")
    path = _save(desk, keys, "saved.bpw")
    desk.ask("actions.rename(window.document, 'tanh', 'Squash')")
    desk.press(keys)
    desk.wait("not window.document.is_modified")
    desk.wait(f"'Squash' in Path({path!r}).read_text()")


@row("save_as")
def save_as(desk: Desk, keys: str) -> None:
    _save(desk, keys, "one.bpw")
    path = _save(desk, keys, "two.bpw")
    desk.wait(f"'boundary' in Path({path!r}).read_text()")


@row("open")
def open_file(desk: Desk, keys: str) -> None:
    path = str(desk.home / "opened.bpw")
    desk.ask(f"str(window.document.save(Path({path!r})))")
    desk.fresh("sine")
    desk.press(keys)
    desk.opens("QFileDialog")
    desk.type(path)
    desk.press("Enter")
    desk.wait(f"str(window.document.path) == {path!r} and {NODES} == {XOR}")


@row("open_data")
def open_data(desk: Desk, keys: str) -> None:
    path = str(desk.home / "people.csv")
    rows = "x,label\\n" + "1,a\\n2,b\\n" * 20
    desk.ask(f"Path({path!r}).write_text('{rows}')")
    desk.press(keys)
    desk.opens("QFileDialog")
    desk.type(path)
    desk.press("Enter")
    desk.opens("AddDataDialog")
    desk.press("Esc")
    desk.is_back()


# Edit ------------------------------------------------------------------------------


@row("undo")
def undo(desk: Desk, keys: str) -> None:
    desk.ask("actions.remove(window.document, ['tanh'])")
    desk.press(keys)
    desk.wait(f"{NODES} == {XOR}")


@row("redo")
def redo(desk: Desk, keys: str) -> None:
    desk.ask("actions.remove(window.document, ['tanh'])")
    desk.ask("window.document.undo_stack.undo()")
    desk.press(keys)
    desk.wait(f"len({NODES}) == {len(XOR) - 1}")


@row("cut")
def cut(desk: Desk, keys: str) -> None:
    desk.select("tanh")
    desk.press(keys)
    desk.wait(f"'tanh' not in {NODES}")
    desk.wait("'tanh' in QApplication.clipboard().text()")


@row("copy")
def copy(desk: Desk, keys: str) -> None:
    desk.ask("QApplication.clipboard().setText('')")
    desk.select("hidden")
    desk.press(keys)
    desk.wait("'Hidden layer' in QApplication.clipboard().text()")
    assert desk.ask(NODES) == XOR


@row("paste")
def paste(desk: Desk, keys: str) -> None:
    desk.select("tanh")
    desk.press("Ctrl+C")
    desk.wait("'tanh' in QApplication.clipboard().text()")
    desk.press(keys)
    desk.wait(f"{NODES} == {sorted([*XOR, 'tanh_2'])}")


@row("duplicate")
def duplicate(desk: Desk, keys: str) -> None:
    desk.select("tanh")
    desk.press(keys)
    desk.wait(f"{NODES} == {sorted([*XOR, 'tanh_2'])}")
    desk.press("Ctrl+Z")
    desk.wait(f"{NODES} == {XOR}")


@row("delete")
def delete(desk: Desk, keys: str) -> None:
    desk.select("tanh", "boundary")
    desk.press(keys)
    desk.wait(f"{NODES} == ['data', 'hidden', 'loss', 'output']")


@row("heal")
def heal(desk: Desk, keys: str) -> None:
    desk.select("tanh")
    desk.press(keys)
    edges = "{f'{e.source} {e.target}' for e in window.document.project.graph.edges}"
    desk.wait(f"'hidden.out output.input' in {edges}")


@row("select_all")
def select_all(desk: Desk, keys: str) -> None:
    desk.press(keys)
    desk.wait(f"{CHOSEN} == {XOR}")


@row("go_to")
def go_to(desk: Desk, keys: str) -> None:
    desk.press(keys)
    desk.wait("window.canvas.popups.chooser.field.hasFocus()")
    desk.type("tanh")
    desk.press("Enter")
    desk.wait(f"{CHOSEN} == ['tanh']")


# View ------------------------------------------------------------------------------


def _zooms(desk: Desk, keys: str, sign: str) -> None:
    before = desk.ask(ZOOM)
    desk.press(keys)
    desk.wait(f"{ZOOM} {sign} {before}")


@row("zoom_in")
def zoom_in(desk: Desk, keys: str) -> None:
    _zooms(desk, keys, ">")


@row("zoom_out")
def zoom_out(desk: Desk, keys: str) -> None:
    _zooms(desk, keys, "<")


@row("fit")
def fit(desk: Desk, keys: str) -> None:
    fitted = desk.ask(ZOOM)
    desk.ask("window.canvas.camera.set_zoom(3.0)")
    desk.press(keys)
    desk.wait(f"abs({ZOOM} - {fitted}) < 0.01")


@row("overview")
def overview(desk: Desk, keys: str) -> None:
    shown = "window.canvas.minimap.isVisible()"
    before = desk.ask(shown)
    desk.press(keys)
    desk.wait(f"{shown} is not {before}")
    desk.press(keys)
    desk.wait(f"{shown} is {before}")


@row("enlarge")
def enlarge(desk: Desk, keys: str) -> None:
    desk.wait("window.panels.is_loaded", TRAIN_S)
    desk.press(keys)
    desk.wait("window.controllers.view.enlarging.name == 'loss'")
    desk.press(keys)
    desk.wait("window.controllers.view.enlarging.name == ''")


@row("room_build")
def room_build(desk: Desk, keys: str) -> None:
    desk.ask("window.rooms.enter('train')")
    desk.press(keys)
    desk.wait("not window.docks['loss'].isVisible()")


@row("room_data")
def room_data(desk: Desk, keys: str) -> None:
    desk.ask("window.rooms.enter('build')")
    desk.press(keys)
    desk.wait(
        "window.rooms.current.id == 'data' and not window.docks['layers'].isVisible()"
    )
    desk.ask("window.rooms.enter('build')")


@row("room_train")
def room_train(desk: Desk, keys: str) -> None:
    desk.ask("window.rooms.enter('build')")
    desk.press(keys)
    desk.wait("window.docks['loss'].isVisible()")


@row("room_explain")
def room_explain(desk: Desk, keys: str) -> None:
    desk.ask("window.rooms.enter('build')")
    desk.press(keys)
    desk.wait("window.controllers.explaining.is_on")
    desk.ask("window.rooms.leave()")


@row("bottom")
def bottom(desk: Desk, keys: str) -> None:
    before = desk.ask("window.docks.bottom.is_open")
    desk.press(keys)
    desk.wait(f"window.docks.bottom.is_open != {before!r}")
    desk.press(keys)
    desk.wait(f"window.docks.bottom.is_open == {before!r}")


@row("theme")
def theme(desk: Desk, keys: str) -> None:
    before = desk.ask("window.settings.theme")
    desk.press(keys)
    desk.wait(f"window.settings.theme != {before!r}")
    desk.press(keys)


@row("full_screen")
def full_screen(desk: Desk, keys: str) -> None:
    desk.press(keys)
    desk.wait("window.isFullScreen()")
    desk.press(keys)
    desk.wait("not window.isFullScreen()")


@row("runs_list")
def runs_list(desk: Desk, keys: str) -> None:
    desk.press(keys)
    desk.wait("window.docks.is_visible('runs')")
    desk.wait("window.controllers.runs.panel.search.hasFocus()")
    desk.ask("window.docks['runs'].close()")
