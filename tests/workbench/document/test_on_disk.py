"""A file that others write to is never overwritten without a word."""

import os
import shutil

import pytest

from tests.workbench.canvas import nets
from workbench.document import Document, actions
from workbench.document.on_disk import OnDisk


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
