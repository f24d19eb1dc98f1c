"""Files are read only when they are ordinary, and only so far."""

import os
import socket
from pathlib import Path

import pytest

from engine.files import read_regular

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
