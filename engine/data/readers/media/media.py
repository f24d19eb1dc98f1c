"""Rows that have an image or a sound each, and what is known of it without opening it.

The samples are brought to one shape, which is guessed from a few of them and said.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

import numpy as np

from engine.data.readers.listing import Entry, content
from engine.data.readers.media import pictures, waves
from engine.data.readers.reader import (
    BATCH_ROWS,
    Array,
    Batch,
    Column,
    Place,
    Settled,
    Source,
    Told,
    as_int,
    chosen,
    counted,
)
from engine.graph.files import giving_up
from engine.i18n import tr
from engine.layers.spec import Param, Params

LOOKED_AT = 64
"""Files that the shape is guessed from, evenly spread."""
_SIDE = 64
_KEPT_SIDE = 128
_BATCH_BYTES = 2**24
_LONGEST = 2**20
_MOST_SIDE = 1024

IMAGE_SETTINGS = (
    counted("size", "Size", "Height and width in pixels; automatic keeps equal small "
            "images and makes others 64 pixels wide.", 1, _MOST_SIDE),
    counted("width", "Width", "In pixels, where it isn't the height.", 1, _MOST_SIDE),
    chosen("colour", "Colours", "Grey levels, or red, green and blue.",
           ("grey", "rgb")),
    chosen("fit", "Other shapes", "Cut off, stretch, or fill up what has other sides.",
           pictures.FITS),
)  # fmt: skip
SOUND_SETTINGS = (
    counted("rate", "Rate", "Samples per second of all sounds.", 100, 192_000),
    counted("length", "Length", "Samples of each: longer ones are cut off, shorter "
            "ones end in silence.", 1, _LONGEST),
    chosen("channels", "Channels", "All in one, or each by itself.", ("one", "all")),
)  # fmt: skip
SETTINGS: dict[str, tuple[Param, ...]] = {
    "image": IMAGE_SETTINGS,
    "signal": SOUND_SETTINGS,
}
MediaKind = Literal["image", "signal"]
ENDINGS: dict[MediaKind, frozenset[str]] = {
    "image": pictures.ENDINGS,
    "signal": waves.ENDINGS | waves.OTHERS,
}
Decode = Callable[[bytes, Place], Array]


@runtime_checkable
class Light(Protocol):
    """A source that can leave its images and sounds away."""

    def light(self) -> Source:
        """Return the same rows without them: nothing is unpacked."""

    def trial(self) -> None:
        """Unpack a few, evenly spread.

        Raises:
            DataError: For the first that can't be.
        """


@dataclass(frozen=True)
class Form:
    """How the files of a column become arrays.

    Args:
        kind: `image` or `signal`.
        shape: Of one.
        decode: Makes it.
        told: What was guessed or chosen.
        settings: All that it depends on, as settings of the reader.
    """

    kind: MediaKind
    shape: tuple[int, ...]
    decode: Decode
    told: tuple[Told, ...]
    settings: Params

    @property
    def dtype(self) -> "np.dtype[np.generic]":
        """Of the arrays."""
        return np.dtype(np.uint8 if self.kind == "image" else np.float32)


def form_of(
    kind: MediaKind, folder: Path, files: Sequence[Entry], params: Params
) -> Form:
    """Return the form of files, guessed from some of them where nothing is chosen.

    Raises:
        DataError: When one of those can't be read.
    """
    spread = [files[i * len(files) // LOOKED_AT] for i in range(LOOKED_AT)]
    some = list(dict.fromkeys(spread))
    make = _image_form if kind == "image" else _sound_form
    return make(folder, some, params)


def _image_form(folder: Path, files: Sequence[Entry], params: Params) -> Form:
    looks = []
    for entry in files:
        giving_up.check()
        place = Place(folder / entry.word)
        looks.append(pictures.look(content(folder, entry), place))
    sizes = Counter((look.height, look.width) for look in looks)
    height, width = _size([*sizes.elements()], as_int(params, "size"))
    width = as_int(params, "width") or width
    colour = params.get("colour") or (
        "grey" if all(look.is_grey for look in looks) else "rgb"
    )
    fit = str(params.get("fit") or "crop")
    form = pictures.Form(height, width, 1 if colour == "grey" else 3, fit)
    as_they_are = len(sizes) == 1 and (height, width) in sizes
    told = (
        Told(tr("size"), f"{height} × {width}"),
        Told(tr("sizes of the files"), _sizes(sizes)),
        Told(tr("colours"), str(colour)),
        *(() if as_they_are else (Told(tr("other shapes"), fit),)),
    )
    settings: Params = {
        "size": height,
        "width": width,
        "colour": str(colour),
        "fit": fit,
    }

    def decode(data: bytes, at: Place) -> Array:
        return pictures.pixels(data, form, at)

    return Form("image", form.shape, decode, told, settings)


def _size(sizes: list[tuple[int, int]], side: int | None) -> tuple[int, int]:
    """Return the height and width that all images get."""
    if side is not None:
        return side, side
    if len(set(sizes)) == 1:
        height, width = sizes[0]
        if max(height, width) <= _KEPT_SIDE:
            return height, width
        scale = _SIDE / max(height, width)
        return max(1, round(height * scale)), max(1, round(width * scale))
    shorter = sorted(min(each) for each in sizes)
    side = min(_SIDE, shorter[len(shorter) // 2])
    return side, side


def _sizes(sizes: Counter[tuple[int, int]]) -> str:
    words = [f"{height} × {width}" for (height, width), _ in sizes.most_common(3)]
    return ", ".join(words) + (" …" if len(sizes) > 3 else "")


def _sound_form(folder: Path, files: Sequence[Entry], params: Params) -> Form:
    sounds = []
    for entry in files:
        giving_up.check()
        found = waves.decoded(content(folder, entry), Place(folder / entry.word))
        sounds.append((found.rate, found.seconds, len(found.values_CT)))
    rates = Counter(rate for rate, _, _ in sounds)
    rate = as_int(params, "rate") or rates.most_common(1)[0][0]
    lengths = sorted(round(seconds * rate) for _, seconds, _ in sounds)
    usual = lengths[min(len(lengths) - 1, round(0.95 * (len(lengths) - 1)))]
    length = as_int(params, "length") or max(1, min(_LONGEST, usual))
    is_one = params.get("channels") != "all"
    count = 1 if is_one else max(channels for _, _, channels in sounds)
    told = (
        Told(tr("rate"), f"{rate} Hz"),
        Told(tr("length"),
             tr("{n:sample|samples}, {s} s", n=length, s=f"{length / rate:.3g}")),
        Told(tr("lengths of the files"),
             f"{lengths[0] / rate:.3g} … {lengths[-1] / rate:.3g} s"),
        Told(tr("channels"), str(count)),
    )  # fmt: skip

    def decode(data: bytes, at: Place) -> Array:
        return _signal(waves.decoded(data, at), rate, (count, length))

    channels = "one" if is_one else "all"
    settings: Params = {"rate": rate, "length": length, "channels": channels}
    return Form("signal", (count, length), decode, told, settings)


def _signal(sound: waves.Sound, rate: int, shape: tuple[int, int]) -> Array:
    """Return a sound with a number of channels, at a rate, of a length."""
    count, length = shape
    values_CT = sound.values_CT
    if count == 1:
        values_CT = values_CT.mean(0, keepdims=True, dtype=np.float64)
    values_CT = waves.resampled(values_CT, sound.rate, rate)[:count, :length]
    made = np.zeros(shape, np.float32)
    made[: len(values_CT), : values_CT.shape[1]] = values_CT
    return made


@dataclass(frozen=True)
class Media:
    """Rows of another source, each with a file that is opened when it is its turn.

    Args:
        folder: That the files stand below.
        rest: The rows without them, and the files in their order.
        files: One for each row.
        form: What the files become.
        name: Of their column.
    """

    folder: Path
    rest: Source
    files: Sequence[Entry]
    form: Form
    name: str

    @property
    def columns(self) -> tuple[Column, ...]:
        """The files' column first."""
        own = Column(self.name, self.form.kind, self.form.shape, "input")
        return (own, *self.rest.columns)

    @property
    def told(self) -> tuple[Told, ...]:
        """What was guessed of the files, and of the rest."""
        return (*self.form.told, *self.rest.told)

    @property
    def settings(self) -> Params:
        """What makes another opening read the same."""
        rest = self.rest.settings if isinstance(self.rest, Settled) else {}
        return {**rest, **self.form.settings}

    def light(self) -> Source:
        """Return the same rows without the files: nothing is unpacked."""
        return self.rest

    def trial(self) -> None:
        """Unpack a few, evenly spread."""
        count = min(LOOKED_AT, len(self.files))
        for index in range(count):
            giving_up.check()
            self._array(self.files[index * len(self.files) // count])

    def batches(self, rows: int = BATCH_ROWS) -> Iterator[Batch]:
        """Yield all rows."""
        size = int(np.prod(self.form.shape)) * self.form.dtype.itemsize
        rows = max(1, min(rows, _BATCH_BYTES // max(1, size)))
        done = 0
        for batch in self.rest.batches(rows):
            files = self.files[done : done + len(batch)]
            block = np.empty((len(files), *self.form.shape), self.form.dtype)
            for index, entry in enumerate(files):
                giving_up.check()
                block[index] = self._array(entry)
            done += len(files)
            yield replace(batch, arrays={self.name: block, **batch.arrays})

    def _array(self, entry: Entry) -> Array:
        data = content(self.folder, entry)
        return self.form.decode(data, Place(self.folder / entry.word))
