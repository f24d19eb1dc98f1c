"""NPZ: arrays come back as numpy wrote them; what lies about its size is refused."""

import io
import struct
import zipfile

import numpy as np
import pytest

from engine.data.folder import FOLDER, read_arrays
from engine.data.readers import npz
from engine.data.readers.table import open_source
from engine.errors import DataError


def test_built_in_set_opens_as_any_file(tmp_path):
    source = open_source(FOLDER / "iris.npz")
    assert [(c.name, c.shape, c.is_whole) for c in source.columns] == [
        ("features", (4,), False),
        ("label", (), True),
    ]
    batches = list(source.batches(64))
    assert [len(batch) for batch in batches] == [64, 64, 22]
    joined = np.concatenate([batch.arrays["features"] for batch in batches])
    assert np.array_equal(joined, read_arrays("iris")["features"])


def npy(header):
    text = header.encode("latin1")
    text += b" " * (63 - (10 + len(text)) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text


def zipped(**members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return buffer.getvalue()


def saved(**arrays):
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


HUGE = "{'descr': '<f8', 'fortran_order': False, 'shape': (100000000000,), }"
FINE = saved(x=np.arange(6.0), y=np.arange(6))
BAD = {
    "no zip": (b"PK\x03\x04 and no more", "no arrays"),
    "truncated": (FINE[:-30], "no arrays"),
    "damaged": (FINE[:90] + b"\xff" + FINE[91:], "no arrays"),
    "no array": (zipped(x=b"hello"), "no arrays"),
    "objects": (saved(x=np.array([{}])), "Python objects"),
    "header lies": (zipped(x=npy(HUGE) + bytes(8)), "size of “x.npy” is wrong"),
    "header negative": (zipped(x=npy(HUGE.replace("(1", "(-1"))), "no arrays"),
    "different lengths": (saved(x=np.arange(3), y=np.arange(4)), "in common"),
    "no rows": (saved(x=np.zeros((0, 2))), "in common"),
    "single number": (saved(x=np.array(1.0)), "in common"),
    "nothing inside": (zipped(), "its name says|in common"),
    "complex": (saved(x=np.ones(3, complex)), "trained on"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_file_is_refused_in_one_sentence(tmp_path, name):
    content, words = BAD[name]
    (tmp_path / "bad.npz").write_bytes(content)
    with pytest.raises(DataError, match=words) as caught:
        open_source(tmp_path / "bad.npz")
    assert caught.value.where.startswith("bad.npz")


def test_zip_that_unfolds_to_far_more_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(npz, "MOST_BYTES", 2**20)
    path = tmp_path / "bomb.npz"
    path.write_bytes(zipped(x=bytes(2**21)))
    assert path.stat().st_size < 2**20 / 100
    with pytest.raises(DataError, match="too large"):
        open_source(path)
