"""Files of weights that a stranger made to hang, fill the memory, run or lie.

`WEIGHTS` lists names and makers: each takes an empty folder and returns the path that a
project would name.
"""

import json
import os
import socket
import struct
import zipfile
from pathlib import Path

import safetensors.torch
import torch

from tests.faults._hostile_pickles import (
    ARCHIVES,
    NAME,
    PICKLES,
    SYSTEM,
    Maker,
    archive,
    data,
    pickled,
)

SHAPES = {"scores.weight": (10, 64), "scores.bias": (10,)}
"""Of the layer that the project of these tests lets start from them."""


def header(told: object, body: bytes = b"") -> Maker:
    """Return the maker of a safetensors file with this header."""
    text = json.dumps(told).encode()
    return data(len(text).to_bytes(8, "little") + text + body)


def tensors(
    kind: torch.dtype, value: float = 0.0, ending: str = "safetensors"
) -> Maker:
    """Return the maker of a sound file of another kind of numbers."""

    def make(folder: Path) -> Path:
        state = {
            name: torch.full(shape, value).to(kind) for name, shape in SHAPES.items()
        }
        if ending == "pt":
            torch.save(state, folder / NAME)
        else:
            safetensors.torch.save_file(state, folder / NAME)
        return folder / NAME

    return make


def saved(value: object) -> Maker:
    """Return the maker of a `.pt` file of anything."""

    def make(folder: Path) -> Path:
        torch.save(value, folder / NAME)
        return folder / NAME

    return make


def place(path: str) -> Maker:
    """Return a place that is there already."""
    return lambda _folder: Path(path)


def link(target: str) -> Maker:
    """Return the maker of a link."""

    def make(folder: Path) -> Path:
        (folder / NAME).symlink_to(target)
        return folder / NAME

    return make


def _bomb(folder: Path) -> Path:
    torch.save({"a": torch.zeros(2**26)}, folder / "whole.pt")
    with (
        zipfile.ZipFile(folder / "whole.pt") as whole,
        zipfile.ZipFile(folder / NAME, "w", zipfile.ZIP_DEFLATED) as file,
    ):
        for entry in whole.infolist():
            file.writestr(entry.filename, whole.read(entry))
    (folder / "whole.pt").unlink()
    return folder / NAME


def _overlapping(folder: Path) -> Path:
    """Return an archive of many entries that are the same bytes."""
    with zipfile.ZipFile(folder / NAME, "w") as file:
        file.writestr("a/data.pkl", b"}.")
        file.writestr("a/data/0", bytes(2**20))
        (entry,) = (each for each in file.filelist if each.filename == "a/data/0")
        for number in range(1, 200):
            twin = zipfile.ZipInfo(f"a/data/{number}")
            twin.file_size = twin.compress_size = 2**20
            twin.CRC, twin.header_offset = entry.CRC, entry.header_offset
            file.filelist.append(twin)
            file.NameToInfo[twin.filename] = twin
    return folder / NAME


def _fifo(folder: Path) -> Path:
    os.mkfifo(folder / NAME)
    return folder / NAME


def _socket(folder: Path) -> Path:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / NAME))
    return folder / NAME


def _sparse(folder: Path) -> Path:
    text = json.dumps(
        {"a": {"dtype": "U8", "shape": [2**42], "data_offsets": [0, 2**42]}}
    )
    with (folder / NAME).open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text.encode())
        file.truncate(2**42 + 8 + len(text))
    return folder / NAME


def _many(folder: Path, count: int = 300_000) -> Path:
    empty = {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}
    return header({f"layer{i}.weight": empty for i in range(count)})(folder)


_F32 = {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]}
WEIGHTS: dict[str, Maker] = {
    "/dev/zero": place("/dev/zero"),
    "/dev/stdin": place("/dev/stdin"),
    "/etc/passwd": place("/etc/passwd"),
    "a folder": place("/usr"),
    "nowhere": place("/nowhere/x.safetensors"),
    "a NUL": place("a\0b"),
    "half a letter": place("\ud800"),
    "a long name": place("x" * 5000),
    "nobody's home": place("~nobody-of-this-name/x"),
    "a pipe": _fifo,
    "a socket": _socket,
    "a link to /dev/zero": link("/dev/zero"),
    "a link to itself": link(NAME),
    "empty": data(b""),
    "short": data(b"\x08\0\0\0\0\0\0\0"),
    "a header without end": data(b"\xff" * 8 + b"{}"),
    "a deep header": data((10**5).to_bytes(8, "little") + b"[" * 10**5),
    "a deep object": data((5 * 10**5).to_bytes(8, "little") + b'{"a":' * 10**5),
    "no tensors": header({}),
    "only words": header({"__metadata__": {"a": "b"}}),
    "offsets outside": header({"a": {**_F32, "data_offsets": [0, 10**18]}}),
    "offsets below": header({"a": {**_F32, "data_offsets": [-1, 15]}}, bytes(16)),
    "huge shape": header({"a": {**_F32, "shape": [10**18]}}, bytes(16)),
    "huge number": data(b'\x20\0\0\0\0\0\0\0{"a":' + b"9" * 400),
    "GGUF: nothing more": data(b"GGUF"),
    "GGUF: too many tensors": data(b"GGUF" + struct.pack("<IQQ", 3, 2**60, 0)),
    "GGUF: a name of exabytes": data(
        b"GGUF" + struct.pack("<IQQQ", 3, 1, 1, 2**62) + bytes(64)
    ),
    "GGUF: a list without end": data(
        b"GGUF"
        + struct.pack("<IQQQ", 3, 1, 1, 1)
        + b"a"
        + struct.pack("<IIQ", 9, 0, 2**50)
        + bytes(64)
    ),
    "overlap": header({"a": _F32, "b": _F32}, bytes(16)),
    "unknown kind": header({"a": {**_F32, "dtype": "PICKLE"}}, bytes(16)),
    "control name": header({"a\x1b[2J\n": _F32}, bytes(16)),
    "300,000 tensors": _many,
    "39,000 tensors": lambda folder: _many(folder, 39_000),
    "endless": _sparse,
    "a pickle": data(SYSTEM),
    "an old .pt": data(b"\x80\x02" + SYSTEM),
    "a pickle in a zip": pickled(SYSTEM),
    "eval in a zip": pickled(b"cbuiltins\neval\n(S'1'\ntR."),
    "a stack global": pickled(b"\x80\x04\x8c\x02os\x8c\x06system\x93."),
    "memory by a pickle": pickled(b"cbuiltins\nbytearray\n(J\xff\xff\xff\x7ftR."),
    "an endless pickle": pickled(b"(" * 10**6 + b"."),
    **PICKLES,
    **ARCHIVES,
    "no pickle": archive({"a/version": b"3\n"}),
    "two pickles": archive({"a/data.pkl": b"}.", "b/data.pkl": SYSTEM}),
    "a way out": archive({"../../data.pkl": b"}."}),
    "a zip that is cut": data(b"PK\x03\x04" + b"x" * 100),
    "a bomb": _bomb,
    "a bomb of one part": archive({"a/data.pkl": b"0" * 2**26}, zipfile.ZIP_DEFLATED),
    "overlapping parts": _overlapping,
    "a number": saved(5),
    "a list": saved([torch.zeros(1)]),
    "nested": saved({"model": {"a": torch.zeros(1)}}),
    "numbers as names": saved({1: torch.zeros(1)}),
    "a whole network": saved(torch.nn.Linear(2, 2)),
    "sparse": saved({"scores.weight": torch.eye(64)[:10].to_sparse()}),
    "no storage": saved({"scores.weight": torch.ones(1).expand(10, 64)}),
    **{
        f"{str(kind).removeprefix('torch.')} as {ending}": tensors(kind, 1.0, ending)
        for kind in (torch.int8, torch.bool, torch.complex64, torch.float16)
        for ending in ("safetensors", "pt")
    },
    "NaN": tensors(torch.float32, float("nan")),
    "NaN in a zip": tensors(torch.float32, float("nan"), "pt"),
}
