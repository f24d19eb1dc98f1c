"""Large projects are opened beside the window; small ones at once."""

import json
import threading

import pytest

from engine.errors import DocumentError
from engine.graph.edits import Rename
from engine.graph.files import giving_up, serialize
from engine.protocol import commands
from tests.faults import opening
from tests.faults._hostile_projects import trained, written
from tests.faults._turns import watched
from workbench.canvas.edits import edit

NODES = 3000


@pytest.fixture
def large(tmp_path):
    return written(graph=trained(NODES))(tmp_path)


def test_large_project_opens_with_all_its_cards_and_wires(qtbot, window, engine, large):
    window.controllers.files.open_path(large)
    assert window.controllers.opening.is_running
    assert "Opening" in window.banner.words.text()
    qtbot.waitUntil(lambda: not window.controllers.opening.is_running, timeout=60_000)
    scene, graph = window.canvas.scene, window.document.project.graph
    assert window.document.path == large
    assert list(scene.nodes) == list(graph.nodes)
    assert set(scene.edges) == set(graph.edges)
    qtbot.waitUntil(lambda: not scene._adding.is_running, timeout=20_000)
    assert all(item.scene() is scene for item in scene.nodes.values())
    assert len({item.pos().toTuple() for item in scene.nodes.values()}) == NODES
    assert not window.banner.isVisible()

    def asked():
        checks = engine.commands(commands.Check)
        return checks and len(json.loads(checks[-1].document)["graph"]["nodes"])

    qtbot.waitUntil(lambda: asked() == NODES, timeout=20_000)


def test_cancel_leaves_the_project_that_was_there(qtbot, window, large):
    assert opening.cancel(window, large) < 0.5
    assert not window.controllers.opening.is_running
    names = [thread.name for thread in threading.enumerate()]
    assert names.count("opening a project") <= 1
    qtbot.waitUntil(  # what nobody waits for any more is not read to its end
        lambda: "opening a project" not in [t.name for t in threading.enumerate()],
        timeout=5000,
    )


def test_no_turn_of_the_loop_holds_up_a_large_project(window, large):
    with watched() as turns:
        opening.used(window, large, turns)
    assert len(turns.cpu) > 15
    assert opening.too_long(turns, 4 * opening.TURN_S) == []


def test_reading_that_is_given_up_ends(tmp_path):
    given_up = threading.Event()
    given_up.set()
    path = written(graph=trained(20))(tmp_path)
    with giving_up.when(given_up), pytest.raises(DocumentError):
        serialize.load(path)
    assert len(serialize.load(path).graph.nodes) == 20


def test_edit_while_cards_are_still_added_shows_all(qtbot, window, large):
    window.controllers.files.open_path(large)
    qtbot.waitUntil(lambda: not window.controllers.opening.is_running, timeout=60_000)
    scene = window.canvas.scene
    edit.select_all(window.canvas)
    assert len(window.canvas.selection.ids) == NODES
    scene.sync()
    qtbot.waitUntil(lambda: not scene._adding.is_running, timeout=20_000)
    assert all(item.scene() is scene for item in scene.edges.values())


def test_broken_large_file_is_told_and_the_project_stays(qtbot, window, tmp_path):
    before = window.document.project
    path = tmp_path / "broken.bpw"
    path.write_text('{"format": "' + "x" * 200_000)
    window.controllers.files.open_path(path)
    qtbot.waitUntil(lambda: not window.controllers.opening.is_running, timeout=20_000)
    assert window.document.project is before
    assert "ends in the middle" in window.banner.words.text()


def test_another_project_takes_the_place_of_one_that_is_being_opened(window, large):
    window.controllers.files.open_path(large)
    window.document.load_preset("xor")
    assert not window.controllers.opening.is_running
    assert window.document.preset == "xor"


def test_large_file_is_reloaded_beside_the_window(qtbot, window, large):
    window.controllers.files.reload(large)
    assert window.controllers.opening.is_running
    qtbot.waitUntil(lambda: not window.controllers.opening.is_running, timeout=60_000)
    assert len(window.canvas.scene.nodes) == NODES
    shown = window.document.project
    broken = large.with_name("broken.bpw")
    broken.write_text('{"format": "' + "x" * 200_000)
    told = []
    window.controllers.files.reload(broken, lambda: told.append(1))
    qtbot.waitUntil(lambda: told == [1], timeout=20_000)
    assert "ends in the middle" in window.banner.words.text()
    assert window.document.project is shown
    settled(qtbot, window)


@pytest.mark.parametrize("ending", ["whole", "cancelled"])
def test_large_copy_of_a_dead_session_comes_beside_the_window(
    qtbot, window, large, ending
):
    left = window.recovery.path.with_name("recovery-another.bpw")
    left.parent.mkdir(parents=True, exist_ok=True)
    left.write_bytes(large.read_bytes())
    files = window.controllers.changed_on_disk
    before = window.document.project
    files.offer_recovery()
    offers = [button.text() for button in window.banner.buttons]
    assert offers == ["Restore", "Discard"]
    with watched() as turns:
        turns.mark("restore")
        window.banner.buttons[0].click()
        assert window.controllers.opening.is_running
        assert window.document.project is before
        if ending == "cancelled":
            window.banner.buttons[0].click()
            offers = [button.text() for button in window.banner.buttons]
            assert offers == ["Restore", "Discard"]  # asked again
            assert left.exists()
            return
        qtbot.waitUntil(
            lambda: not window.controllers.opening.is_running, timeout=60_000
        )
    assert len(window.canvas.scene.nodes) == NODES
    assert window.document.is_modified
    assert opening.too_long(turns, 4 * opening.TURN_S) == []
    settled(qtbot, window)


@pytest.mark.parametrize("answer", [True, False])
def test_edits_while_a_file_is_opened_are_asked_about(
    qtbot, window, large, monkeypatch, answer
):
    asked = []
    files, opening_ = window.controllers.files, window.controllers.opening
    before = window.document.project
    monkeypatch.setattr(files, "may_leave", lambda: asked.append(1) or answer)
    files.reload(large)
    window.document.apply([Rename("Mine")], "Rename")
    qtbot.waitUntil(lambda: not opening_.is_running, timeout=60_000)
    assert asked == [1]
    assert (window.document.project is before) != answer
    if not answer:
        assert window.document.project.name == "Mine"
    settled(qtbot, window)


def settled(qtbot, window):
    """Wait for what a large scene does in slices."""
    scene = window.canvas.scene
    work = (scene._adding, scene._renewing, scene.leaving)
    qtbot.waitUntil(lambda: not any(w.is_running for w in work), timeout=30_000)
