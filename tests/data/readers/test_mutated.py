"""Good files with some bytes changed are read or refused in our words, nothing else."""

import io
import json
import random
import sqlite3

import numpy as np
import pytest
from PIL import Image

from engine.data import catalog
from engine.data.own.describe import described
from engine.errors import EngineError
from tests.data.readers.bad_files import TONE, idx, npy, npz

RANDOM = np.random.default_rng(3)


def rows(*, head=""):
    return head + "".join(f"{n / 7:.3f},{n % 5},{'ab'[n % 2]}\n" for n in range(60))


def stored():
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE t (x REAL, label TEXT)")
    values = [(n / 7, "ab"[n % 2]) for n in range(60)]
    connection.executemany("INSERT INTO t VALUES (?, ?)", values)
    connection.commit()
    return connection.serialize()


def image(kind):
    buffer = io.BytesIO()
    pixels = RANDOM.integers(0, 256, (16, 16, 3)).astype(np.uint8)
    Image.fromarray(pixels).save(buffer, kind)
    return buffer.getvalue()


RECORDS = [{"x": n / 7, "y": "ab"[n % 2], "l": [n, 2]} for n in range(40)]
ALONE = {
    "a.csv": rows(head="x,n,label\n").encode(),
    "b.csv": rows().replace(",", ";").replace(".", ",").encode("utf-16"),
    "a.txt": b"To be, or not to be,\nthat is the question.\n" * 40,
    "a.npz": npz(x=RANDOM.normal(size=(40, 3)), y=np.arange(40) % 3),
    "a.npy": npy(RANDOM.normal(size=(40, 3))),
    "a.jsonl": "\n".join(map(json.dumps, RECORDS)).encode(),
    "a.json": json.dumps(RECORDS).encode(),
    "a.db": stored(),
    "a.idx": idx(8, (20, 5, 5), bytes(500)),
    "a.wav": TONE,
}
IN_FOLDERS = {
    **{f"{k.lower()}": image(k) for k in ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP")},
    "wav": TONE,
}


def mutated(data, dice):
    changed = bytearray(data)
    for _ in range(dice.choice([1, 1, 2, 5, 20])):
        at = dice.randrange(max(1, len(changed)))
        match dice.randrange(5):
            case 0:
                changed[at : at + 1] = bytes([dice.randrange(256)])
            case 1:
                del changed[at : at + dice.randrange(1, 60)]
            case 2:
                changed[at:at] = dice.randbytes(dice.randrange(1, 9))
            case 3:
                other = dice.randrange(max(1, len(changed)))
                changed[at : at + 20] = changed[other : other + 20]
            case _ if dice.random() < 0.3:
                del changed[at:]
    return bytes(changed)


def loaded_or_refused(path):
    try:
        catalog.load(described(path).params(str(path)))
    except EngineError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("name", ALONE)
def test_changed_file_is_read_or_refused(tmp_path, name, seed):
    dice = random.Random(f"{name}/{seed}")
    for number in range(4):
        path = tmp_path / str(number) / name
        path.parent.mkdir()
        path.write_bytes(mutated(ALONE[name], dice))
        assert len(loaded_or_refused(path)) < 800


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("kind", IN_FOLDERS)
def test_changed_file_in_a_folder_is_read_or_refused(tmp_path, kind, seed):
    dice = random.Random(f"{kind}/{seed}")
    for label in "ab":
        (tmp_path / label).mkdir()
        for index in range(3):
            (tmp_path / label / f"{index}.{kind}").write_bytes(IN_FOLDERS[kind])
    bad = tmp_path / "a" / f"1.{kind}"
    bad.write_bytes(mutated(IN_FOLDERS[kind], dice))
    said = loaded_or_refused(tmp_path)
    assert not said or bad.name in said
