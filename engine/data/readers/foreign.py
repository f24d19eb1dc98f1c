"""Files that people bring and that no reader opens: each is refused with a way out."""

from pathlib import Path

from engine.data.readers.reader import Place
from engine.i18n import tr

_PICKLES = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
_MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (
        b"\xd0\xcf\x11\xe0",
        "This is a spreadsheet or document of an office",
        "Save it as CSV in the program that made it.",
    ),
    (
        b"PK\x03\x04",
        "This is an archive, or a spreadsheet",
        "Save it as CSV in the program that made it.",
    ),
    (
        b"%PDF",
        "This is a PDF: a page, no table",
        "Save it as CSV in the program that made it.",
    ),
    (
        b"\x89HDF",
        "This is an HDF5 file",
        "Save its arrays as .npz.",
    ),
    (
        b"MATLAB",
        "This is a file of MATLAB",
        "Save its arrays as .npz or CSV.",
    ),
    (
        b"ARROW1",
        "This is a Feather file",
        "Save it as Parquet or CSV.",
    ),
    (
        b"\x1f\x8b",
        "This is a compressed file",
        "Unpack it, and open what is inside.",
    ),
    (
        b"BZh",
        "This is a compressed file",
        "Unpack it, and open what is inside.",
    ),
    (
        b"\xfd7zXZ",
        "This is a compressed file",
        "Unpack it, and open what is inside.",
    ),
    (
        b"7z\xbc\xaf",
        "This is an archive",
        "Unpack it, and open what is inside.",
    ),
    (
        b"Rar!",
        "This is an archive",
        "Unpack it, and open what is inside.",
    ),
    (
        b"\x89PNG",
        "This is a single image",
        "Open a folder with a folder of images for each class.",
    ),
    (
        b"\xff\xd8\xff",
        "This is a single image",
        "Open a folder with a folder of images for each class.",
    ),
    (
        b"\x7fELF",
        "This is a program",
        "Choose a file of data.",
    ),
)
"""First bytes → what it is, and what to do (English; shown through `tr`)."""


def refuse(path: Path, head: bytes) -> None:
    """Refuse what is known not to be for us.

    Raises:
        DataError: Says what it is and what to do.
    """
    if head.startswith(_PICKLES):
        raise Place(path).refuse(
            tr("This is a Python pickle: opening it would run what is inside"),
            expected=tr("data without programs, such as CSV, .npz or .bin"),
            fix=tr("Take the binary version of the set, or save its arrays as .npz."),
        )
    for magic, what, fix in _MAGIC:
        if head.startswith(magic):
            raise Place(path).refuse(tr(what), fix=tr(fix))
