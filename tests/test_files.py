"""Files are read only when they are ordinary, and only so far."""

import os
import socket
from pathlib import Path

import pytest

from engine import places
from engine.files import atomic_write, read_regular

MOST = 1000


def test_ordinary_file_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"\0" * MOST)
    assert read_regular(path, MOST) == b"\0" * MOST


def test_link_to_an_ordinary_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"words")
    (tmp_path / "b").symlink_to("a")
    assert read_regular(tmp_path / "b", MOST) == b"words"


def test_larger_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a"
    with path.open("wb") as file:
        file.truncate(2**33)
    with pytest.raises(OSError, match="larger than"):
        read_regular(path, MOST)


@pytest.mark.skipif(os.name == "nt", reason="FIFOs and devices are of Unix")
def test_fifo_socket_device_and_folder_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "link").symlink_to("fifo")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
        names = [tmp_path / name for name in ("fifo", "link", "socket")]
        for path in (*names, Path("/dev/zero"), Path("/dev/tty"), tmp_path):
            with pytest.raises(OSError, match="this is"):
                read_regular(path, MOST)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="of Linux")
def test_file_that_hides_its_size_is_read_to_its_limit() -> None:
    assert b"Name:" in read_regular(Path("/proc/self/status"), 2**20)
    with pytest.raises(OSError, match="larger than"):
        read_regular(Path("/proc/self/status"), 10)


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "x" * 5000, "missing"])
def test_name_that_no_file_has_is_an_error_of_the_system(
    tmp_path: Path, name: str
) -> None:
    with pytest.raises(OSError, match=r".+"):
        read_regular(tmp_path / name, MOST)


@pytest.mark.parametrize("name", ["w" * 251, "é" * 125, "日" * 83, "a"])
def test_a_name_as_long_as_files_have_can_be_written(tmp_path, name):
    path = tmp_path / f"{name}.bpw"
    for text in ("old", "new"):
        atomic_write(path, text)
        assert path.read_text() == text
    assert list(tmp_path.iterdir()) == [path]


def test_questions_about_places_are_always_answered(tmp_path):
    (tmp_path / "file").touch()
    assert places.is_file(tmp_path / "file")
    assert places.is_folder(tmp_path)
    assert places.is_there(tmp_path)
    for name in ("w" * 5000, "a\0b", "\ud800", "none"):
        path = tmp_path / f"{name}.bpw"
        assert not places.is_file(path)
        assert not places.is_folder(path)
        assert not places.is_there(path)
    assert places.at_home("~nobody-of-this-name/x") == Path("~nobody-of-this-name/x")
    assert places.at_home("~/x") == Path.home() / "x"
