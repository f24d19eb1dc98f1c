"""Unsaved work outlives a crash at any rhythm of editing; a start outlives any copy."""

import os
import socket
import time

import pytest

from engine.graph.files import serialize
from tests.workbench.canvas import nets
from workbench.document import Document, actions
from workbench.document.files.recovery import DELAY_MS, Recovery


@pytest.fixture
def document(qapp):
    made = Document()
    made.set_project(nets.cnn())
    return made


@pytest.fixture
def recovery(document, tmp_path):
    made = Recovery(document, tmp_path / "recovery-1.bpw")
    yield made
    made.discard()


@pytest.fixture
def starting(qapp, tmp_path):
    """What the next start would look with."""
    return Recovery(Document(), tmp_path / "recovery-2.bpw")


@pytest.mark.parametrize("every_s", [0.02, 0.2, 0.7])
def test_steady_editing_is_kept(document, recovery, qtbot, every_s):
    """At any moment at most two seconds, or one edit, are in no copy."""
    end, number, kept_at = time.monotonic() + 3.5, 0, []
    while time.monotonic() < end:
        number += 1
        actions.rename(document, "conv", f"Name {number}")
        qtbot.wait(round(every_s * 1000))
        if recovery.path.exists():
            kept_at.append(recovery.path.stat().st_mtime_ns)
    assert len(set(kept_at)) >= 2
    qtbot.waitUntil(lambda: _kept_name(recovery) == f"Name {number}", timeout=4000)


def _kept_name(recovery):
    return serialize.load(recovery.path).graph.node("conv").name


def test_the_first_change_is_kept_within_the_delay(document, recovery, qtbot):
    actions.rename(document, "conv", "Edges")
    qtbot.waitUntil(recovery.path.exists, timeout=DELAY_MS + 1500)
    assert _kept_name(recovery) == "Edges"


def test_a_living_window_is_neither_offered_nor_removed(
    document, recovery, starting, qtbot
):
    actions.rename(document, "conv", "Edges")
    recovery.write()
    assert list(starting.found()) == []
    assert recovery.path.exists()
    recovery.leave()
    (left,) = starting.found()
    assert left.project.graph.node("conv").name == "Edges"
    left.discard()
    assert not recovery.path.exists()


def test_two_starts_are_not_offered_the_same_copy(document, recovery, starting):
    actions.rename(document, "conv", "Edges")
    recovery.leave()
    other = Recovery(Document(), starting.path.with_name("recovery-3.bpw"))
    held = list(starting.found())
    assert list(other.found()) == []
    held[0].keep()
    (left,) = other.found()
    left.discard()


BROKEN = {
    "empty": b"",
    "cut": b'{"format": "backprop-workbench", "ver',
    "huge number": b'{"format": "backprop-workbench", "version": 1, "x": 1'
    + b"0" * 5000,
    "exponent": b'{"format": "backprop-workbench", "version": 1e400}',
    "deep": b"[" * 100_000,
    "bytes": bytes(range(256)),
    "other": b'{"format": "other"}',
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_copy_is_set_aside_with_a_sentence(starting, tmp_path, name):
    path = tmp_path / "recovery-9.bpw"
    path.write_bytes(BROKEN[name])
    (left,) = starting.found()
    assert left.project is None
    assert left.wrong
    left.keep()
    assert not path.exists()
    assert left.path.read_bytes() == BROKEN[name]
    assert list(starting.found()) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
@pytest.mark.parametrize("kind", ["fifo", "folder", "link", "dangling"])
def test_what_is_no_file_is_set_aside_and_never_waited_for(starting, tmp_path, kind):
    path = tmp_path / "recovery-9.bpw"
    elsewhere = tmp_path / "elsewhere"
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        if kind == "link":
            elsewhere.write_text("mine", "utf-8")
        path.symlink_to(elsewhere)
    (left,) = starting.found()
    left.keep()
    assert left.project is None
    assert not os.path.lexists(path)
    assert kind != "link" or elsewhere.read_text("utf-8") == "mine"


def test_a_full_disk_is_told_once(document, tmp_path, qtbot):
    (tmp_path / "file").write_text("", "utf-8")
    recovery = Recovery(document, tmp_path / "file" / "recovery-1.bpw")
    told = []
    recovery.refused.connect(told.append)
    for number in range(3):
        actions.rename(document, "conv", f"Name {number}")
        recovery.write()
    assert len(told) == 1


def test_a_copy_knows_its_file_and_what_that_held(document, starting, tmp_path):
    document.save(tmp_path / "net.bpw")
    recovery = Recovery(document, tmp_path / "recovery-1.bpw")
    actions.rename(document, "conv", "Edges")
    known, text = document.known, document.text()
    recovery.leave()
    document.path.write_text("theirs", "utf-8")
    (left,) = starting.found()
    assert (left.file, left.known) == (document.path, known)
    assert left.title == "net"
    assert serialize.dumps(left.project) == text
    left.discard()


@pytest.mark.parametrize("is_new", [True, False])
def test_what_was_saved_is_not_offered_though_the_end_came_at_once(
    document, recovery, starting, tmp_path, is_new
):
    """The window dies between the save and the removal of its copy."""
    if not is_new:
        document.save(tmp_path / "net.bpw")
    actions.rename(document, "conv", "Edges")
    recovery.write()
    document.saved.disconnect(recovery.discard)
    document.save(tmp_path / "net.bpw")
    recovery._lock.unlock()
    assert recovery.path.exists()
    assert list(starting.found()) == []
    assert not recovery.path.exists()


def test_adopted_work_has_one_copy_at_any_moment(document, recovery, starting):
    actions.rename(document, "conv", "Edges")
    recovery.leave()
    (left,) = starting.found()
    starting.adopt(left)
    starting._document.set_project(left.project, is_saved=False)
    other = Recovery(Document(), starting.path.with_name("recovery-3.bpw"))
    assert list(other.found()) == []
    assert recovery.path.exists()
    starting.leave()
    (again,) = other.found()
    assert again.project.graph.node("conv").name == "Edges"
    again.discard()


def test_work_that_was_given_up_is_not_offered(document, recovery):
    actions.rename(document, "conv", "Edges")
    recovery.write()
    document.new()
    assert not recovery.path.exists()


def test_parts_of_copies_and_their_locks_are_removed(starting, tmp_path):
    nobody = f"{2**30}\npython\n{socket.gethostname()}\n"
    for name in (".recovery-9.bpw.x1y2", "recovery-8.bpw.lock"):
        (tmp_path / name).write_text(nobody, "utf-8")
    assert list(starting.found()) == []
    assert list(tmp_path.iterdir()) == []


def test_a_copy_that_cannot_be_made_is_told_and_nothing_is_raised(
    document, recovery, monkeypatch
):
    told = []
    recovery.refused.connect(told.append)
    monkeypatch.setattr(serialize, "dumps", _not_finite)
    actions.rename(document, "conv", "Edges")
    recovery.write()
    assert told == ["not finite"]


def _not_finite(_project):
    raise ValueError("not finite")
