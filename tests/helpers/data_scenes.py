"""What the pictures of the room “Data” show: files made here, opened as dropped."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from engine.data.folder import read_arrays
from tests.data.readers.bad_files import wav
from tests.helpers.surveys import write
from workbench.app.launch import shot
from workbench.app.window import MainWindow

_WAIT_S = 30.0


def folder() -> Path:
    """Return the folder of data of the person at the screen."""
    folder = Path.home() / "data"
    folder.mkdir(exist_ok=True)
    return folder


def houses() -> Path:
    """Return a table with what people's tables have: gaps, strays, an id, a leak."""
    dice = np.random.default_rng(7)
    count = 1200
    size = dice.normal(96, 28, count).clip(24)
    age = dice.gamma(2, 14, count)
    town = dice.choice(["Bonn", "Kiel", "Ulm", "Jena"], count, p=[0.4, 0.3, 0.2, 0.1])
    rooms = (size / 24 + dice.normal(0, 0.6, count)).round().clip(1)
    value = 2.4 * size - 0.9 * age + 40 * (town == "Bonn") + dice.normal(0, 24, count)
    garden = np.exp(dice.normal(4.6, 0.7, count))
    garden[[17, 402, 811]] = -999
    gaps = ["" if n % 13 == 5 else f"{v:.0f}" for n, v in enumerate(age.tolist())]
    return write(folder() / "houses.csv", {
        "house_id": list(range(5001, 5001 + count)),
        "size": size.round(1).tolist(),
        "rooms": rooms.astype(int).tolist(),
        "age": gaps,
        "garden": garden.round(0).tolist(),
        "town": town.tolist(),
        "tax": (value / 3).round(2).tolist(),
        "price": value.round(1).tolist(),
    })  # fmt: skip


def digits() -> Path:
    """Return handwritten digits, a folder for each."""
    from PIL import Image

    stored = read_arrays("digits")
    root = folder() / "digits"
    for index in range(600):
        place = root / str(int(stored["label"][index]))
        place.mkdir(parents=True, exist_ok=True)
        pixels = (stored["image"][index].reshape(8, 8) / 16 * 255).astype(np.uint8)
        Image.fromarray(pixels).resize((32, 32)).save(place / f"{index}.png")
    return root


def sounds() -> Path:
    """Return tones of four kinds."""
    dice = np.random.default_rng(3)
    root, time = folder() / "waves", np.arange(1200)
    kinds = {"sine": np.sin, "square": lambda x: np.sign(np.sin(x)),
             "saw": lambda x: (x / np.pi) % 2 - 1,
             "chirp": lambda x: np.sin(x * x / 60)}  # fmt: skip
    for name, kind in kinds.items():
        (root / name).mkdir(parents=True)
        for n in range(24):
            wave = kind(time * dice.uniform(0.03, 0.06)) + dice.normal(0, 0.05, 1200)
            data = (wave * 9000).astype("<i2")
            (root / name / f"{n}.wav").write_bytes(wav(data))
    return root


def story() -> Path:
    """Return the text that comes with the product."""
    path = folder() / "help.txt"
    path.write_bytes(read_arrays("python_help")["text"].tobytes())
    return path


def opened(
    make: Callable[[], Path], column: str = "", mends: int = 0
) -> Callable[[MainWindow], None]:
    """Return what opens a source and looks at it in the room.

    Args:
        make: Makes the file.
        column: That is chosen.
        mends: Remedies that are pressed first.
    """

    def go(window: MainWindow) -> None:
        own = window.controllers.data
        window.document.new()
        own.doors.open([make()])
        _until(lambda: own.doors.dialog is not None)
        own.doors.dialog.add.click()
        window.rooms.enter("data")
        _until(lambda: own.room.page is not None and not own.room.is_busy)
        for _ in range(mends):
            own.room.page.health.buttons[0].click()
            shot.pause(0.3)
            _until(lambda: not own.room.is_busy)
        if column:
            own.room.page.table.choose_named(column)
        shot.pause(0.5)

    return go


def _until(holds: Callable[[], bool]) -> None:
    for _ in range(int(_WAIT_S / 0.1)):
        if holds():
            return
        shot.pause(0.1)
    raise shot.ShotError("the data was not read in time")
