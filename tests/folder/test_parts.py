"""Parts of a run's folder, against what the file system itself holds."""

import os
import socket
import threading
from pathlib import Path

import pytest

from engine.errors import DocumentError
from engine.folder import parts

pytestmark = pytest.mark.skipif(os.name == "nt", reason="links and pipes are of Unix")
KINDS = ("link", "dangling", "hard", "fifo", "socket", "device", "folder")


def make(path: Path, kind: str, outside: Path) -> None:
    if kind == "link":
        path.symlink_to(outside)
    elif kind == "dangling":
        path.symlink_to(outside.parent / "nowhere")
    elif kind == "hard":
        path.hardlink_to(outside)
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(path))
    elif kind == "device":
        path.symlink_to("/dev/zero")
    else:
        path.mkdir()


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    outside = tmp_path / "outside.txt"
    outside.write_text("kept")
    (tmp_path / "run").mkdir()
    return tmp_path / "run", outside


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("use", ["read", "append", "copy", "remove", "facts"])
def test_what_is_no_file_of_its_own_is_refused_and_nothing_changes(places, kind, use):
    folder, outside = places
    make(folder / "part", kind, outside)
    uses = {
        "read": lambda: parts.read(folder, "part", max_bytes=100),
        "append": lambda: parts.append(folder, "part", "words"),
        "copy": lambda: parts.copy(
            folder, "part", to=folder.parent / "copied", max_bytes=100
        ),
        "remove": lambda: parts.remove(folder, "part"),
        "facts": lambda: parts.facts(folder, "part"),
    }
    with pytest.raises(DocumentError, match="could lead out"):
        uses[use]()
    assert outside.read_text() == "kept"
    assert os.path.lexists(folder / "part")
    assert {path.name for path in folder.parent.iterdir()} == {"run", "outside.txt"}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "folder"])
def test_folder_inside_that_is_none_of_its_own_is_refused(places, kind):
    folder, outside = places
    target = outside.parent / "models"
    target.mkdir()
    (target / "a.bin").write_bytes(b"1")
    make(folder / "inner", kind, target if kind == "link" else outside)
    for use in (
        lambda: parts.read(folder, "inner", "a.bin", max_bytes=9),
        lambda: parts.remove(folder, "inner", "a.bin"),
        lambda: parts.listed(folder, "inner"),
        lambda: parts.make_folder(folder, "inner"),
        lambda: parts.facts(folder, "inner", "a.bin"),
    ):
        with pytest.raises((DocumentError, FileNotFoundError)):
            use()
    assert (target / "a.bin").read_bytes() == b"1"


def test_ordinary_files_are_read_written_copied_and_deleted(places):
    folder, _ = places
    parts.append(folder, "log", "one\n")
    parts.append(folder, "log", "two \ud800\n")
    assert parts.read(folder, "log", max_bytes=99) == b"one\ntwo \\ud800\n"
    parts.copy(folder, "log", to=folder / "twin", max_bytes=99)
    assert (folder / "twin").read_bytes() == (folder / "log").read_bytes()
    assert parts.facts(folder, "log").st_size == (folder / "log").stat().st_size
    parts.remove(folder, "log")
    parts.remove(folder, "log")
    assert parts.facts(folder, "log") is None
    assert parts.make_folder(folder, "inner") == folder / "inner"
    assert parts.make_folder(folder, "inner") == folder / "inner"
    (folder / "inner" / "x").write_bytes(b"")
    assert parts.listed(folder, "inner") == ["x"]
    assert parts.listed(folder, "other") == []


def test_the_folder_itself_may_be_a_link(places):
    folder, _ = places
    (folder / "a").write_bytes(b"1")
    (folder.parent / "chosen").symlink_to(folder)
    assert parts.read(folder.parent / "chosen", "a", max_bytes=1) == b"1"


def test_larger_files_are_refused(places):
    folder, _ = places
    (folder / "a").write_bytes(b"12")
    with pytest.raises(DocumentError, match="too large"):
        parts.read(folder, "a", max_bytes=1)


def test_file_exchanged_for_a_link_at_any_moment_is_never_followed(places):
    folder, outside = places
    over = threading.Event()

    def exchange() -> None:
        spare = folder.parent / "spare"
        while not over.is_set():
            spare.unlink(missing_ok=True)
            spare.symlink_to(outside)
            spare.replace(folder / "log")
            spare.write_bytes(b"")
            spare.replace(folder / "log")

    thread = threading.Thread(target=exchange)
    thread.start()
    try:
        for _ in range(500):
            try:
                parts.append(folder, "log", "x")
            except (DocumentError, OSError):
                continue
    finally:
        over.set()
        thread.join()
    assert outside.read_text() == "kept"
