"""NPY, IDX and CIFAR come back as they were written, plain or packed, row by row."""

import gzip

import numpy as np
import pytest

from engine.data.own.describe import described
from engine.data.readers.table import open_source, reader_for
from tests.data.readers.bad_files import idx, npy

RANDOM = np.random.default_rng(5)


def joined(source, name, rows=7):
    return np.concatenate([batch.arrays[name] for batch in source.batches(rows)])


@pytest.mark.parametrize("dtype", ["<f8", ">f4", "<i2", "|u1", "|b1"])
@pytest.mark.parametrize("shape", [(40,), (40, 3), (40, 2, 5)])
def test_npy_is_read_row_by_row(tmp_path, dtype, shape):
    array = (RANDOM.normal(size=shape) * 90).astype(dtype)
    (tmp_path / "a.npy").write_bytes(npy(array))
    source = open_source(tmp_path / "a.npy")
    assert [len(batch) for batch in source.batches(16)] == [16, 16, 8]
    assert np.array_equal(joined(source, "values"), array)
    assert source.columns[0].shape == shape[1:]


@pytest.mark.parametrize("packed", [False, True])
def test_images_in_idx_find_their_labels(tmp_path, packed):
    images = RANDOM.integers(0, 256, (50, 9, 7)).astype(np.uint8)
    labels = RANDOM.integers(0, 10, 50).astype(np.uint8)
    pack = gzip.compress if packed else bytes
    end = ".gz" if packed else ""
    path = tmp_path / f"train-images-idx3-ubyte{end}"
    path.write_bytes(pack(idx(8, images.shape, images.tobytes())))
    (tmp_path / f"train-labels-idx1-ubyte{end}").write_bytes(
        pack(idx(8, labels.shape, labels.tobytes()))
    )
    source = open_source(path)
    assert np.array_equal(joined(source, "image"), images[:, np.newaxis])
    assert joined(source, "label").tolist() == list(map(str, labels))
    found = described(path)
    assert [c.own.role for c in found.columns] == ["input", "target"]
    assert found.columns[1].own.classes == tuple(map(str, sorted({*labels.tolist()})))


def test_numbers_of_other_types_are_read_from_idx(tmp_path):
    numbers = RANDOM.normal(size=(30, 4)).astype(">f4")
    (tmp_path / "a.idx").write_bytes(idx(13, numbers.shape, numbers.tobytes()))
    found = joined(open_source(tmp_path / "a.idx"), "label")
    assert np.array_equal(found, numbers)


@pytest.mark.parametrize(("version", "labels"), [(10, 1), (100, 2)])
def test_cifar_folder_is_one_set(tmp_path, version, labels):
    images = RANDOM.integers(0, 256, (24, 3, 32, 32)).astype(np.uint8)
    classes = RANDOM.integers(0, 10, (24, labels)).astype(np.uint8)
    rows = np.concatenate([classes, images.reshape(24, -1)], axis=1)
    for number in range(3):
        part = rows[number * 8 : number * 8 + 8]
        (tmp_path / f"data_batch_{number + 1}.bin").write_bytes(part.tobytes())
    (tmp_path / "test_batch.bin").write_bytes(rows[:2].tobytes())
    words = [f"name {n}" for n in range(version)]
    name = "fine_label_names.txt" if version == 100 else "batches.meta.txt"
    (tmp_path / name).write_text("\n".join(words) + "\n")
    source = open_source(tmp_path, {"reader": "cifar"})
    assert np.array_equal(joined(source, "image"), images)
    assert joined(source, "label").tolist() == [words[n] for n in classes[:, -1]]
    single = open_source(tmp_path / "data_batch_2.bin")
    assert np.array_equal(joined(single, "image"), images[8:16])
    assert reader_for(tmp_path / "data_batch_2.bin").id == "cifar"
