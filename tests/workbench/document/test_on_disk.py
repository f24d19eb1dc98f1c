"""A file that others write to is never overwritten without a word."""

import os
import shutil

import pytest

from engine import files
from engine.errors import DocumentError
from tests.workbench.canvas import nets
from workbench.document import Document, actions, content
from workbench.document.files.on_disk import OnDisk


@pytest.fixture
def document(qapp, tmp_path):
    made = Document()
    made.set_project(nets.cnn())
    made.save(tmp_path / "net.bpw")
    return made


@pytest.fixture
def on_disk(document):
    made = OnDisk(document)
    made.accept()
    yield made
    made.close()


def _replace(path, text):
    """Write as editors do: another file takes the name."""
    fresh = path.with_name("fresh")
    fresh.write_text(text, "utf-8")
    fresh.replace(path)


def _write(path, text):
    path.write_text(text, "utf-8")


@pytest.mark.parametrize("write", [_replace, _write])
def test_a_change_by_another_program_is_told_once(document, on_disk, qtbot, write):
    with qtbot.waitSignal(on_disk.differs, timeout=5000) as told:
        write(document.path, document.text().replace("conv", "vnoc"))
    assert told.args == ["changed"]
    assert on_disk.state() == "changed"
    on_disk.take(on_disk.seen())
    assert on_disk.state() == "same"
    # And again, though the file is another one now.
    with qtbot.waitSignal(on_disk.differs, timeout=5000):
        write(document.path, document.text() + "\n\n")


def test_a_file_that_goes_is_told(document, on_disk, qtbot):
    with qtbot.waitSignal(on_disk.differs, timeout=5000) as told:
        document.path.unlink()
    assert told.args == ["gone"]


def test_own_saves_and_equal_content_are_no_change(document, on_disk, qtbot):
    told = []
    on_disk.differs.connect(told.append)
    actions.rename(document, "conv", "Edges")
    document.save()
    shutil.copy(document.path, document.path.with_name("copy"))
    document.path.with_name("copy").replace(document.path)
    os.utime(document.path)
    qtbot.wait(900)
    assert told == []
    assert on_disk.state() == "same"


def test_a_second_window_on_a_file_says_so(document, on_disk, qtbot):
    other = Document()
    second = OnDisk(other)
    told = []
    second.shared.connect(told.append)
    other.load(document.path)
    assert told == [str(document.path)]
    on_disk.close()
    other.load(document.path)
    other.new()
    other.load(document.path)
    assert len(told) == 1
    second.close()


def test_what_is_written_while_we_save_is_seen(document, on_disk, monkeypatch):
    """What stands there right after the save is never taken for our own."""
    whole = files._sync_folder

    def write_too(folder):
        whole(folder)
        document.path.write_text("theirs", "utf-8")

    monkeypatch.setattr(files, "_sync_folder", write_too)
    document.save()
    assert on_disk.state() == "changed"


def test_what_is_written_before_a_file_is_replaced_stops_the_save(document, on_disk):
    def check():
        document.path.write_text("theirs", "utf-8")
        if on_disk.state() == "changed":
            raise InterruptedError("changed")

    with pytest.raises(DocumentError, match="changed"):
        document.save(check=check)
    assert document.path.read_text("utf-8") == "theirs"
    assert list(document.path.parent.iterdir()) == [document.path]


def test_what_is_written_after_a_project_was_read_is_a_change(
    document, on_disk, monkeypatch
):
    whole = content.reading.read_bytes

    def write_too(path):
        data = whole(path)
        path.write_text("theirs", "utf-8")
        return data

    monkeypatch.setattr(content.reading, "read_bytes", write_too)
    document.load(document.path)
    assert on_disk.state() == "changed"


@pytest.mark.parametrize("kind", ["fifo", "large", "dangling"])
def test_what_cannot_be_read_is_there_all_the_same(document, on_disk, kind):
    path = document.path
    path.unlink()
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "large":
        with path.open("wb") as file:
            file.truncate(content.MAX_BYTES + 1)
    else:
        path.symlink_to(path.with_name("nowhere"))
    assert on_disk.state() == "changed"


def test_a_folder_in_the_place_of_the_file_is_never_replaced(document, on_disk):
    document.path.unlink()
    document.path.mkdir()
    assert on_disk.state() == "gone"
    with pytest.raises(DocumentError):
        document.save()
    assert document.path.is_dir()


def test_a_read_only_file_is_told_from_one_that_may_be_written(document, on_disk):
    document.path.chmod(0o444)
    assert on_disk.state() == "locked"
    document.path.chmod(0o644)
    assert on_disk.state() == "same"


def test_changes_without_end_do_not_put_the_word_off(document, on_disk, qtbot):
    told = []
    on_disk.differs.connect(told.append)
    document.path.write_text("theirs", "utf-8")
    for number in range(20):
        document.path.with_name("log").write_text(str(number), "utf-8")
        qtbot.wait(50)
    assert told == ["changed"]


def test_a_file_that_is_again_what_it_was_is_told(document, on_disk, qtbot):
    ours = document.path.read_bytes()
    with qtbot.waitSignal(on_disk.differs, timeout=5000):
        document.path.write_text("theirs", "utf-8")
    with qtbot.waitSignal(on_disk.differs, timeout=5000) as told:
        document.path.write_bytes(ours)
    assert told.args == ["same"]


def test_keeping_mine_keeps_it_from_what_was_told_alone(document, on_disk, qtbot):
    with qtbot.waitSignal(on_disk.differs, timeout=5000):
        document.path.write_text("theirs", "utf-8")
    document.path.write_text("theirs, again", "utf-8")
    on_disk.take(on_disk.told())
    assert on_disk.state() == "changed"
