"""The directory of an archive as the ZIP format writes it, small and large."""

import io
import struct
import zipfile

import pytest

from engine.pretrained.torch_files import archive


def small(size, entries):
    """The end of a directory: APPNOTE.TXT 4.3.16."""
    return struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, entries, entries, size, 7, 0)


def large(size, entries):
    """The end of a large directory, with its locator: APPNOTE.TXT 4.3.14, 4.3.15."""
    end = struct.pack(
        "<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, entries, entries, size, 7
    )
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, 7, 1)
    return end + locator + small(0xFFFFFFFF, 0xFFFF)


def directory(data):
    return archive.directory(io.BytesIO(data), len(data))


@pytest.mark.parametrize("before", [b"", b"x" * 70_000])
def test_size_and_number_are_read_from_the_end_of_either_kind(before):
    assert directory(before + small(1234, 5)) == (1234, 5)
    assert directory(before + large(2**33, 70_000)) == (2**33, 70_000)


def test_what_python_writes_is_read():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in "abc":
            archive.writestr(name, name)
    size, entries = directory(file.getvalue())
    assert entries == 3
    assert size == sum(46 + len(name) for name in "abc")


def test_what_is_no_archive_is_refused():
    with pytest.raises(zipfile.BadZipFile):
        directory(b"nothing")
