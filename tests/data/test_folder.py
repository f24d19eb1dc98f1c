"""Stored files: complete, as shipped, and refused when they are not."""

import hashlib
import io
import re

import numpy as np
import pytest

from engine.data import folder
from engine.errors import DataError
from engine.layers.datasets.catalogue import DATASETS


def test_table_files_and_sources_agree():
    listed = dict(
        re.findall(
            r"^\| (\w+)\.npz .* `([0-9a-f]{64})` \|$",
            (folder.FOLDER / "SOURCES.md").read_text("utf-8"),
            re.MULTILINE,
        )
    )
    stored = {
        path.stem: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.FOLDER.glob("*.npz")
    }
    assert folder.SHA256 == stored == listed


def test_every_stored_set_has_a_file():
    stored = {spec.id for spec in DATASETS.values() if spec.family != "maths"}
    stored -= {"mnist_words"}  # made of mnist
    assert stored == set(folder.SHA256)


def test_files_stay_small():
    assert (folder.FOLDER / "mnist.npz").stat().st_size <= 900_000
    assert sum(path.stat().st_size for path in folder.FOLDER.iterdir()) <= 1_300_000


def test_flipped_bit_is_refused_with_a_way_out(tmp_path):
    content = bytearray((folder.FOLDER / "iris.npz").read_bytes())
    content[700] ^= 1
    (tmp_path / "iris.npz").write_bytes(content)
    with pytest.raises(DataError) as caught:
        folder.read_arrays("iris", tmp_path)
    error = caught.value
    assert error.where == "iris.npz"
    assert folder.SHA256["iris"][:12] in str(error.expected)
    assert hashlib.sha256(content).hexdigest()[:12] in str(error.got)
    assert "damaged" in error.what
    assert error.fix


def test_missing_file_is_named_with_its_folder(tmp_path):
    with pytest.raises(DataError, match=r"iris\.npz: .*can't be read") as caught:
        folder.read_arrays("iris", tmp_path)
    assert str(tmp_path) in str(caught.value)
    assert "Install" in caught.value.fix


def _npz(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, array=array)
    return buffer.getvalue()


@pytest.mark.parametrize("content", [b"not an archive", _npz(np.array([{}]))])
def test_file_without_plain_arrays_is_refused(tmp_path, monkeypatch, content):
    (tmp_path / "iris.npz").write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    monkeypatch.setitem(folder.SHA256, "iris", digest)
    with pytest.raises(DataError, match="holds no arrays"):
        folder.read_arrays("iris", tmp_path)


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("iris", [50, 50, 50]),
        ("wine", [59, 71, 48]),
        ("breast_cancer", [212, 357]),
        ("mnist", [500] * 10),
    ],
)
def test_classes_have_their_published_sizes(name, counts):
    assert np.bincount(folder.read_arrays(name)["label"]).tolist() == counts


def test_first_rows_are_the_published_ones():
    iris = folder.read_arrays("iris")["features"]
    assert iris[0].tolist() == [5.1, 3.5, 1.4, 0.2]
    spots = folder.read_arrays("sunspots")
    assert (spots["time"][0], spots["value"][0]) == (1700, 5)
    diabetes = folder.read_arrays("diabetes")
    assert (diabetes["features"][0, 0], diabetes["target"][0, 0]) == (59, 151)
