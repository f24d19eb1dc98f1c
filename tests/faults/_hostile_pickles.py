"""PyTorch files that a stranger made: their pickles word by word, and their archives.

`PICKLES` and `ARCHIVES` list names and makers, as `WEIGHTS` does.
"""

import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

Maker = Callable[[Path], Path]
NAME = "weights.bin"
SYSTEM = b"cos\nsystem\n(S'touch hacked'\ntR."
HUGE = b"\x8a\x08" + (2**63 - 1).to_bytes(8, "little")
BEYOND = b"\x8a\x09" + (2**63).to_bytes(9, "little")
_OLD = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03."


def data(content: bytes) -> Maker:
    """Return the maker of a file of these bytes."""

    def make(folder: Path) -> Path:
        (folder / NAME).write_bytes(content)
        return folder / NAME

    return make


def archive(
    entries: dict[str, bytes], method: int = zipfile.ZIP_STORED, change: object = None
) -> Maker:
    """Return the maker of a ZIP archive, whose directory may be changed at the end."""

    def make(folder: Path) -> Path:
        with zipfile.ZipFile(folder / NAME, "w", method) as file:
            for name, content in entries.items():
                file.writestr(name, content)
            if callable(change):
                change(file)
        return folder / NAME

    return make


def text(words: str) -> bytes:
    """Return the words of a pickle that put a text on the stack."""
    return b"X" + struct.pack("<I", len(words)) + words.encode()


def pointer(
    count: bytes = b"K\4",
    key: bytes = text("0"),
    kind: bytes = b"ctorch\nFloatStorage\n",
    more: bytes = b"",
) -> bytes:
    """Return the words of a pickle that point to a storage."""
    return b"(" + text("storage") + kind + key + text("cpu") + count + more + b"tQ"


def tensor(
    storage: bytes = b"",
    offset: bytes = b"K\0",
    size: bytes = b"K\4\x85",
    stride: bytes = b"K\1\x85",
    call: bytes = b"ctorch._utils\n_rebuild_tensor_v2\n",
) -> bytes:
    """Return the words of a pickle that describe a tensor."""
    end = b"\x89ccollections\nOrderedDict\n)RtR"
    return call + b"(" + (storage or pointer()) + offset + size + stride + end


def state(value: bytes) -> bytes:
    """Return a pickle of a state dict with one entry."""
    return b"\x80\x02}" + text("scores.weight") + value + b"s."


def pickled(words: bytes, numbers: bytes = bytes(16), **change: object) -> Maker:
    """Return the maker of a `.pt` file with this pickle and one storage."""
    entries = {"a/data.pkl": words, "a/data/0": numbers, "a/version": b"3\n"}
    return archive(entries, **change)  # type: ignore[arg-type]


def old(
    words: bytes, keys: bytes = b"](X\1\0\0\0" + b"0e.", tail: bytes = b""
) -> Maker:
    """Return the maker of a file in the format before 1.6."""
    little = b"\x80\x02}" + text("little_endian") + b"\x88s."
    numbers = tail or struct.pack("<Q4f", 4, 1.0, 2.0, 3.0, 4.0)
    return data(_OLD + little + words + b"\x80\x02" + keys + numbers)


def _endless(folder: Path) -> Path:
    """Return a file of holes that says it has exabytes of numbers."""
    count = 2**40
    many = b"\x8a\x06" + count.to_bytes(6, "little")
    words = tensor(pointer(many), size=many + b"\x85")
    old(state(words), tail=struct.pack("<Q", count))(folder)
    size = (folder / NAME).stat().st_size + 4 * count
    with (folder / NAME).open("r+b") as file:
        file.truncate(size)
    return folder / NAME


def _laughs() -> bytes:
    """Return dictionaries of dictionaries, a thousand times each, four deep."""
    words = b"}q\0"
    for level in range(4):
        again = b"h" + bytes([level])
        entries = b"".join(text(str(n)) + again for n in range(300))
        words = b"}q" + bytes([level + 1]) + b"(" + text("x") + words + entries + b"u"
    return b"\x80\x02" + words + b"."


def _entry(file: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    return next(each for each in file.filelist if each.filename == name)


def _beyond(file: zipfile.ZipFile) -> None:
    entry = _entry(file, "a/data/0")
    entry.file_size = entry.compress_size = 2**40


def _over(file: zipfile.ZipFile) -> None:
    _entry(file, "a/data/0").header_offset = _entry(file, "a/data.pkl").header_offset


def _locked(file: zipfile.ZipFile) -> None:
    _entry(file, "a/data/0").flag_bits |= 1


_NEGATIVE = b"J\xff\xff\xff\xff"
PICKLES: dict[str, Maker] = {
    "pickle: a call of os.system": pickled(state(SYSTEM[:-1])),
    "pickle: INST": pickled(state(b"(" + text("touch hacked") + b"ios\nsystem\n")),
    "pickle: OBJ": pickled(state(b"(ctorch\nFloatStorage\no")),
    "pickle: NEWOBJ": pickled(state(b"csubprocess\nPopen\n)\x81")),
    "pickle: EXT": pickled(state(b"\x82\x01")),
    "pickle: PERSID": pickled(state(b"P/etc/passwd\n")),
    "pickle: a stack name of builtins": pickled(
        state(b"\x8c\x08builtins\x8c\x04eval\x93\x8c\x011\x85R")
    ),
    "pickle: BUILD on a tensor": pickled(state(tensor() + b"}b")),
    "pickle: BUILD by a call": pickled(state(b"ccollections\nOrderedDict\n}b")),
    "pickle: a storage that is called": pickled(state(b"ctorch\nFloatStorage\n)R")),
    "pickle: a text that is called": pickled(state(text("os.system") + b")R")),
    "pickle: a pointer to a file": pickled(
        state(b"(" + text("file") + text("/etc/passwd") + b"tQ")
    ),
    "pickle: a key that leads out": pickled(state(tensor(pointer(key=text("../x"))))),
    "pickle: a key that is missing": pickled(state(tensor(pointer(key=text("9"))))),
    "pickle: a storage of names": pickled(state(tensor(pointer(kind=SYSTEM[:11])))),
    "pickle: more numbers than there are": pickled(state(tensor(pointer(b"K\5")))),
    "pickle: an offset outside": pickled(state(tensor(offset=b"K\1"))),
    "pickle: an offset of 2^63": pickled(state(tensor(offset=BEYOND))),
    "pickle: the largest offset": pickled(state(tensor(offset=HUGE))),
    "pickle: an offset below": pickled(state(tensor(offset=_NEGATIVE))),
    "pickle: a stride below": pickled(state(tensor(stride=_NEGATIVE + b"\x85"))),
    "pickle: a huge stride": pickled(state(tensor(stride=HUGE + b"\x85"))),
    "pickle: a huge size": pickled(
        state(tensor(size=HUGE + HUGE + b"\x86", stride=b"K\0K\0\x86"))
    ),
    "pickle: a size below": pickled(state(tensor(size=_NEGATIVE + b"\x85"))),
    "pickle: a truth value as a size": pickled(state(tensor(size=b"\x88\x85"))),
    "pickle: fewer strides than sizes": pickled(state(tensor(stride=b")"))),
    "pickle: a size that is a list": pickled(state(tensor(size=b"]"))),
    "pickle: a negative count": pickled(state(tensor(pointer(_NEGATIVE)))),
    "pickle: a storage of two kinds": pickled(
        b"\x80\x02}("
        + text("a")
        + tensor()
        + text("b")
        + tensor(pointer(b"K\2", kind=b"ctorch\nLongStorage\n"))
        + b"u."
    ),
    "pickle: a dictionary in itself": pickled(b"\x80\x02}q\0" + text("a") + b"h\0s."),
    "pickle: laughs": pickled(_laughs()),
    "pickle: a tuple that doubles": pickled(b"\x80\x02)" + b"2\x86" * 10_000 + b"."),
    "pickle: memory without end": pickled(
        b"\x80\x02)" + b"".join(b"r" + struct.pack("<I", n) for n in range(10**5))
    ),
    "pickle: what was never kept": pickled(state(b"h\7")),
    "pickle: a deep tuple as a name": pickled(
        b"\x80\x02})" + b"\x85" * 10**5 + b"K\1s."
    ),
    "pickle: a list as a name": pickled(b"\x80\x02}]K\1s."),
    "pickle: a number of megabytes": pickled(
        b"\x8b" + struct.pack("<I", 10**6) + b"\x7f" * 10**6 + b"."
    ),
    "pickle: digits without end": pickled(b"L" + b"9" * 10**6 + b"L\n."),
    "pickle: a text of exabytes": pickled(b"\x8d" + struct.pack("<Q", 2**62) + b"x."),
    "pickle: cut": pickled(state(tensor())[:-20]),
    "pickle: no end": pickled(state(tensor())[:-1]),
    "pickle: a second one behind it": pickled(state(tensor()) + SYSTEM),
    "pickle: an empty stack": pickled(b"\x80\x02."),
    "pickle: two values": pickled(b"\x80\x02}}."),
    "pickle: a mark as a value": pickled(b"\x80\x02}(" + text("a") + b"s."),
    "pickle: a parameter of a number": pickled(
        state(b"ctorch._utils\n_rebuild_parameter\n(K\1\x88}tR")
    ),
    "old: sound": old(
        b"\x80\x02}("
        + text("note")
        + tensor()
        + text("scores.bias")
        + tensor(pointer(more=b"N"))
        + b"u."
    ),
    "old: a call of os.system": old(state(SYSTEM[:-1])),
    "old: a call among the keys": old(state(tensor()), SYSTEM),
    "old: other keys": old(state(tensor()), b"](X\1\0\0\0" + b"1e."),
    "old: keys that are lists": old(state(tensor()), b"](]e."),
    "old: a key twice": old(state(tensor()), b"](" + text("0") * 2 + b"e."),
    "old: another count": old(state(tensor()), tail=struct.pack("<Q4f", 5, *[0.0] * 4)),
    "old: cut": old(state(tensor()), tail=struct.pack("<Q", 4)),
    "old: endless": _endless,
    "old: only its first words": data(_OLD),
    "old: a view": old(state(tensor(pointer(more=b"(" + text("1") + b"K\0K\4t")))),
}
ARCHIVES: dict[str, Maker] = {
    "archive: packed": pickled(state(tensor()), method=zipfile.ZIP_DEFLATED),
    "archive: numbers beyond the file": pickled(state(tensor()), change=_beyond),
    "archive: numbers over the pickle": pickled(state(tensor()), change=_over),
    "archive: encrypted": pickled(state(tensor()), change=_locked),
    "archive: more numbers than are told": pickled(state(tensor()), bytes(20)),
    "archive: another byte order": archive(
        {"a/data.pkl": state(tensor()), "a/data/0": bytes(16), "a/byteorder": b"big"}
    ),
    "archive: a name of the root": archive(
        {"a/data.pkl": state(tensor()), "a/data/0": bytes(16), "/etc/x": b""}
    ),
    "archive: a name that leads up": archive(
        {"a/data.pkl": state(tensor()), "a/data/0": bytes(16), "a/../../x": b""}
    ),
    "archive: a program": archive(
        {"a/data.pkl": b"\x80\x02}.", "a/constants.pkl": SYSTEM, "a/code/x.py": b""}
    ),
}
