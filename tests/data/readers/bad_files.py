"""Files that no network can learn from, ten and more for each reader.

`BAD` is reader → name → maker; a maker takes an empty folder and returns the path to
open. What each must say stands with it: words of the message, and of its place.
"""

import gzip
import io
import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image


class Bad(NamedTuple):
    """One file, and what has to be said of it.

    Args:
        make: Takes an empty folder; returns the path to open.
        says: A part of the message.
        where: A part of its place.
    """

    make: Callable[[Path], Path]
    says: str
    where: str = ""


def put(name: str, content: bytes | str) -> Callable[[Path], Path]:
    """Return the maker of one file."""

    def make(folder: Path) -> Path:
        data = content.encode() if isinstance(content, str) else content
        (folder / name).write_bytes(data)
        return folder / name

    return make


def fifo(name: str) -> Callable[[Path], Path]:
    """Return the maker of a pipe that nobody writes into."""

    def make(folder: Path) -> Path:
        os.mkfifo(folder / name)
        return folder / name

    return make


def link(name: str, target: str) -> Callable[[Path], Path]:
    """Return the maker of a link."""

    def make(folder: Path) -> Path:
        (folder / name).symlink_to(target)
        return folder / name

    return make


def whole(folder: Path, *makers: Callable[[Path], Path]) -> Path:
    """Make several files and return the folder."""
    for make in makers:
        make(folder)
    return folder


def npy(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=True)
    return buffer.getvalue()


def npy_head(shape: str, descr: str = "'<f8'", order: bool = False) -> bytes:
    text = f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}"
    text += " " * (63 - (10 + len(text)) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode()


def npz(**arrays: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def idx(kind: int, sizes: tuple[int, ...], data: bytes) -> bytes:
    head = bytes([0, 0, kind, len(sizes)])
    return head + b"".join(struct.pack(">I", n) for n in sizes) + data


def png(width: int = 8, height: int = 8, mode: str = "L", seed: int = 0) -> bytes:
    channels = {"L": 1, "RGB": 3, "RGBA": 4}[mode]
    values = np.random.default_rng(seed).integers(0, 256, (height, width, channels))
    image = Image.fromarray(values.astype(np.uint8).squeeze(), mode)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    crc = zlib.crc32(name + data)
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", crc)


def png_of(width: int, height: int, data: bytes) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def wav(
    values: np.ndarray,
    rate: int = 8000,
    kind: int = 1,
    bits: int = 16,
    channels: int = 1,
) -> bytes:
    data = values.tobytes()
    fmt = struct.pack("<HHIIHH", kind, channels, rate, rate * channels * bits // 8,
                      channels * bits // 8, bits)  # fmt: skip
    body = b"WAVE" + b"fmt " + struct.pack("<I", 16) + fmt
    body += b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


TONE = wav((np.sin(np.arange(800) / 5) * 9000).astype("<i2"))


def classes(name: str, content: bytes, bad: bytes, count: int = 4):
    """Return the maker of two folders of good files, with a bad one in the second."""

    def make(folder: Path) -> Path:
        for label in ("one", "two"):
            (folder / label).mkdir()
            for index in range(count):
                (folder / label / f"{index}{name}").write_bytes(content)
        (folder / "two" / f"1{name}").write_bytes(bad)
        return folder

    return make


CSV = {
    "all labels ignored": Bad(put("a.csv", "x,label\n" + "1.5,-100\n2.5,-100\n" * 9),
                              "No row has a value to predict", "column “label”"),
    "one class": Bad(put("a.csv", "x,label\n" + "1.5,a\n2.5,a\n" * 9), "same class",
                     "column “label”"),
    "no target value": Bad(put("a.csv", "x,target\n" + "1.5,\n2.5,NA\n" * 9),
                           "No row has a value to predict", "column “target”"),
    "infinite": Bad(put("a.csv", "x,y\n" + "1,2\n" * 1100 + "inf,2\n"),
                    "no number", "row 1102, column “x”"),
    "late text": Bad(put("a.csv", "x,y\n" + "1.5,2\n" * 1100 + "oh,2\n"),
                     "no number", "row 1102, column “x”"),
    "two rows": Bad(put("a.csv", "x,y\n1,2\n3,4\n"), "too few rows"),
    "a device": Bad(link("a.csv", "/dev/zero"), "can't be read"),
    "circle of links": Bad(link("a.csv", "a.csv"), "can't be read"),
    "pipe": Bad(fifo("a.csv"), "can't be read"),
    "a spreadsheet": Bad(put("a.csv", b"\xd0\xcf\x11\xe0" + bytes(900)), "sheet"),
    "binary": Bad(put("a.csv", bytes(range(256)) * 40), "not what its name says"),
    "missing": Bad(lambda folder: folder / "no.csv", "can't be read"),
}  # fmt: skip
NPY = {
    "empty": Bad(put("a.npy", b""), "empty"),
    "head only": Bad(put("a.npy", b"\x93NUMPY"), "no arrays"),
    "truncated": Bad(put("a.npy", npy(np.zeros((90, 3)))[:-8]), "ends before"),
    "longer": Bad(put("a.npy", npy(np.zeros((90, 3))) + b"more"), "ends before"),
    "objects": Bad(put("a.npy", npy(np.array([{}, 1], object))), "Python objects"),
    "huge": Bad(put("a.npy", npy_head("(10**12, 4)".replace("10**12", "1" * 12))
                    + bytes(64)), "ends before"),
    "negative": Bad(put("a.npy", npy_head("(-4, 4)") + bytes(64)), "no arrays"),
    "by columns": Bad(put("a.npy", npy(np.asfortranarray(np.ones((9, 3))))), "columns"),
    "complex": Bad(put("a.npy", npy(np.ones((9, 3), complex))), "can't be trained on"),
    "no rows": Bad(put("a.npy", npy(np.zeros((0, 3)))), "no rows"),
    "a number": Bad(put("a.npy", npy(np.array(3.0))), "no rows"),
    "not finite": Bad(put("a.npy", npy(np.full((90, 3), np.nan))), "numbers", "row 1"),
    "pipe": Bad(fifo("a.npy"), "can't be read"),
}  # fmt: skip
IDX = {
    "empty": Bad(put("a-idx3-ubyte", b""), "empty"),
    "head only": Bad(put("a.idx", idx(8, (9, 8, 8), b"")), "ends before"),
    "truncated": Bad(put("a.idx", idx(8, (9, 8, 8), bytes(8 * 64))), "ends before"),
    "unknown type": Bad(put("a.idx", idx(7, (9, 8, 8), bytes(576))), "its name says"),
    "no rows": Bad(put("a.idx", idx(8, (0, 8, 8), b"")), "no rows"),
    "huge": Bad(put("a.idx", idx(14, (2**31, 2**20, 2**10), bytes(64))), "too large"),
    "packed and cut": Bad(put("a.gz", gzip.compress(
        idx(8, (9, 64, 64), np.random.default_rng(0).bytes(9 * 64**2)))[:-900]),
        "can't be read"),
    "packed rubbish": Bad(put("a.gz", gzip.compress(b"hello" * 999)), "compressed"),
    "bomb": Bad(put("a.gz", gzip.compress(idx(8, (2**31, 28, 28), bytes(2**24)))),
                "too large"),
    "labels too few": Bad(
        lambda folder: whole(
            folder,
            put("t-labels-idx1-ubyte", idx(8, (7,), bytes(range(7)))),
            put("t-images-idx3-ubyte", idx(8, (9, 8, 8), bytes(576))),
        ) / "t-images-idx3-ubyte", "not one label for each", "labels"),
    "one class": Bad(
        lambda folder: whole(
            folder,
            put("t-labels-idx1-ubyte", idx(8, (9,), bytes(9))),
            put("t-images-idx3-ubyte", idx(8, (9, 8, 8), bytes(576))),
        ) / "t-images-idx3-ubyte", "same class", "label"),
    "pipe": Bad(fifo("a-idx3-ubyte"), "can't be read"),
}  # fmt: skip
CIFAR = {
    "empty": Bad(put("a.bin", b""), "empty"),
    "truncated": Bad(put("a.bin", bytes(3073 * 4 - 5)), "whole number"),
    "a byte": Bad(put("a.bin", b"\0"), "not what its name"),
    "label out of range": Bad(
        put("a.bin", bytes(3073 * 2) + b"\x0a" + bytes(3072)), "such", "row 3"),
    "one class": Bad(put("a.bin", bytes(3073 * 8)), "same class", "label"),
    "for Python": Bad(put("data_batch_1", b"\x80\x02}q\x01(U\x0bbatch" + bytes(999)),
                      "Python pickle"),
    "for Python 3": Bad(put("data_batch_1", b"\x80\x04\x95" + bytes(4000)), "pickle"),
    "renamed pickle": Bad(put("a.bin", b"\x80\x03}q" + bytes(3073 * 2)), "pickle"),
    "pipe": Bad(fifo("a.bin"), "can't be read"),
    "a device": Bad(link("a.bin", "/dev/zero"), "can't be read"),
    "text": Bad(put("a.bin", b"\0\1\2" + b"hello " * 2000), "whole number"),
}  # fmt: skip
_BOMB = zlib.compress(bytes(10**8), 9)


def _bomb_of_words() -> bytes:
    sound = png()
    text = chunk(b"zTXt", b"Comment\0\0" + _BOMB)
    return sound[:33] + text + sound[33:]


def _one_class(folder: Path) -> Path:
    (folder / "only").mkdir()
    for index in range(9):
        (folder / "only" / f"{index}.png").write_bytes(png(seed=index))
    return folder


def _links(folder: Path) -> Path:
    (folder / "in").mkdir()
    (folder / "in" / "up").symlink_to(folder)
    (folder / "in" / "a.png").symlink_to("/dev/zero")
    return folder


def _piped(folder: Path) -> Path:
    (folder / "in").mkdir()
    os.mkfifo(folder / "in" / "a.png")
    return folder


def _one_sound(folder: Path) -> Path:
    (folder / "only").mkdir()
    for index in range(9):
        (folder / "only" / f"{index}.wav").write_bytes(TONE)
    return folder


IMAGES = {
    "empty folder": Bad(lambda folder: folder, "no files"),
    "no images": Bad(lambda f: whole(f, put("a.xyz", b"1"), put("b.xyz", b"2")),
                     "No reader knows a folder"),
    "empty file": Bad(classes(".png", png(), b""), "no image", "1.png"),
    "truncated": Bad(classes(".png", png(), png()[:60]), "damaged", "1.png"),
    "text": Bad(classes(".png", png(), b"hello"), "no image", "1.png"),
    "bomb of pixels": Bad(classes(".png", png(), png_of(60_000, 60_000, _BOMB)),
                          "too large", "1.png"),
    "bomb of words": Bad(classes(".png", png(), _bomb_of_words()), "damaged", "1.png"),
    "program for a printer": Bad(classes(".png", png(), b"%!PS-Adobe-3.0 EPSF-3.0\n"),
                                 "no image", "1.png"),
    "stray file": Bad(lambda f: whole(classes(".png", png(), png())(f),
                                      put("stray.png", png())), "no folder of a class",
                      "stray.png"),
    "one class": Bad(_one_class, "same class", "label"),
    "links alone": Bad(_links, "no files"),
    "pipe": Bad(_piped, "no files"),
}  # fmt: skip


def _listed(text: str, **files: bytes) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        (folder / "images").mkdir()
        for index in range(6):
            (folder / "images" / f"{index}.png").write_bytes(png(seed=index))
        for name, content in files.items():
            (folder / "images" / f"{name}.png").write_bytes(content)
        (folder / "a.csv").write_text(text)
        return folder / "a.csv"

    return make


_NAMES = "".join(f"images/{n}.png,{'ab'[n % 2]}\n" for n in range(6)) * 4
LISTED = {
    "missing file": Bad(_listed(f"file,label\n{_NAMES}images/9.png,a\n"),
                        "no such file", "row 26, column “file”"),
    "leads out": Bad(_listed(f"file,label\n{_NAMES}../x.png,a\n"),
                     "names no file", "row 26, column “file”"),
    "whole path": Bad(_listed(f"file,label\n{_NAMES}/etc/passwd,a\n"),
                      "names no file", "row 26"),
    "no name": Bad(_listed(f"file,label\n{_NAMES},a\n"), "names no file", "row 26"),
    "damaged": Bad(_listed(f"file,label\n{_NAMES}images/bad.png,a\n",
                           bad=png()[:50]), "damaged", "bad.png"),
    "empty": Bad(_listed(f"file,label\n{_NAMES}images/bad.png,a\n", bad=b""),
                 "no image", "bad.png"),
    "bomb": Bad(_listed(f"file,label\n{_NAMES}images/bad.png,a\n",
                        bad=png_of(60_000, 60_000, _BOMB)), "too large", "bad.png"),
    "one class": Bad(_listed("file,label\n" + _NAMES.replace("b\n", "a\n")),
                     "same class", "label"),
    "ragged": Bad(_listed(f"file,label\n{_NAMES}images/1.png\n"), "number of cells",
                  "row 26"),
    "open quote": Bad(_listed(f'file,label\n{_NAMES}"images/1.png,a\n'), "never closed",
                      "row 26"),
    "NUL": Bad(_listed(f"file,label\n{_NAMES}images/\0.png,a\n"), ""),
}  # fmt: skip
SOUNDS = {
    "empty file": Bad(classes(".wav", TONE, b""), "no WAV", "1.wav"),
    "head only": Bad(classes(".wav", TONE, TONE[:44]), "ends before", "1.wav"),
    "truncated": Bad(classes(".wav", TONE, TONE[:-70]), "ends before", "1.wav"),
    "no data": Bad(classes(".wav", TONE, TONE[:36]), "damaged", "1.wav"),
    "text": Bad(classes(".wav", TONE, b"hello" * 99), "no WAV", "1.wav"),
    "no channels": Bad(classes(".wav", TONE, TONE[:22] + b"\0\0" + TONE[24:]),
                       "damaged", "1.wav"),
    "no rate": Bad(classes(".wav", TONE, TONE[:24] + b"\0\0\0\0" + TONE[28:]),
                   "damaged", "1.wav"),
    "12 bits": Bad(classes(".wav", TONE, TONE[:34] + b"\x0c\0" + TONE[36:]),
                   "isn't read", "1.wav"),
    "ADPCM": Bad(classes(".wav", TONE, TONE[:20] + b"\2\0" + TONE[22:]), "isn't read"),
    "no samples": Bad(classes(".wav", TONE, wav(np.zeros(0, "<i2"))), "empty", "1.wav"),
    "not finite": Bad(classes(".wav", TONE, wav(np.full(99, np.nan, "<f4"), kind=3,
                                                bits=32)), "no numbers", "1.wav"),
    "one class": Bad(_one_sound, "same class", "label"),
}  # fmt: skip


NPZ = {
    "one class": Bad(put("a.npz", npz(x=np.ones((9, 2)) * np.arange(9)[:, None],
                                      label=np.zeros(9, int))), ""),
    "all ignored": Bad(put("a.npz", npz(x=np.random.default_rng(0).normal(size=(90, 2)),
                                        label=np.full(90, -100))),
                       ""),
    "not finite": Bad(put("a.npz", npz(x=np.full((90, 2), np.inf),
                                       label=np.arange(90) % 3)), "no numbers", "“x”"),
}  # fmt: skip
BAD: dict[str, dict[str, Bad]] = {
    "csv": CSV,
    "npy": NPY,
    "npz": NPZ,
    "idx": IDX,
    "cifar": CIFAR,
    "images": IMAGES,
    "listed": LISTED,
    "sounds": SOUNDS,
}
