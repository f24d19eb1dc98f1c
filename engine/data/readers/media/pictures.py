"""One image → numbers of one size: rotated as its camera says, without transparency.

Axes: C channels (1 grey, 3 red, green, blue), H height, W width.
"""

import io
import struct
import warnings
import zlib
from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from engine.data.readers.reader import Array, Place
from engine.i18n import tr

ENDINGS = frozenset(
    (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".ppm", ".pgm")
)
FITS = ("crop", "stretch", "pad")
MOST_PIXELS = 100_000_000
"""Of a file before it is made smaller; 400 MB unpacked."""
_FORMATS = ("PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP", "PPM")
"""No EPS: to draw one, another program would be run."""
_DEEP = ("I;16", "I;16B", "I;16L", "I")
_FAULTS = (OSError, ValueError, SyntaxError, EOFError, KeyError, IndexError,
           OverflowError, struct.error, zlib.error, TypeError, ZeroDivisionError,
           Image.DecompressionBombError, MemoryError, RuntimeError)  # fmt: skip
"""What Pillow's readers raise of damaged files."""
_LEVELS = 255


@dataclass(frozen=True)
class Form:
    """What every image is brought to.

    Args:
        height: In pixels.
        width: In pixels.
        channels: 1 or 3.
        fit: How another shape is made to fit: cut off, stretched or filled up.
    """

    height: int
    width: int
    channels: Literal[1, 3]
    fit: str = "crop"

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of an array: C×H×W."""
        return self.channels, self.height, self.width


@dataclass(frozen=True)
class Look:
    """What an image says of itself before it is unpacked.

    Args:
        width: In pixels, as it stands upright.
        height: The same.
        is_grey: It has grey levels alone.
    """

    width: int
    height: int
    is_grey: bool


def look(content: bytes, place: Place) -> Look:
    """Return size and kind of an image.

    Raises:
        DataError: When it is none, or is too large.
    """
    with _quiet(), _opened(content, place) as image:
        width, height = image.size
        try:
            turned = image.getexif().get(0x0112, 1) in {5, 6, 7, 8}
        except _FAULTS:
            turned = False
        is_grey = image.mode in {"1", "L", "LA", *_DEEP}
        if image.mode in {"P", "RGB"}:
            is_grey = _is_grey(np.asarray(_decoded(image, place, 3, (64, 64))))
        return Look(*((height, width) if turned else (width, height)), is_grey)


def _is_grey(pixels: Array) -> bool:
    return bool((pixels == pixels[..., :1]).all())


def pixels(content: bytes, form: Form, place: Place) -> Array:
    """Return an image as uint8.

    Raises:
        DataError: When it can't be unpacked; names the file.

    Shape:
        bytes → C×H×W
    """
    with _quiet(), _opened(content, place) as image:
        size = form.width, form.height
        whole = _decoded(image, place, form.channels, size)
        if whole.size != size:
            whole = _fitted(whole, size, form.fit)
        array: Array = np.asarray(whole, np.uint8)
    return array[np.newaxis] if array.ndim == 2 else array.transpose(2, 0, 1)


class _quiet(warnings.catch_warnings):  # noqa: N801 - used like a function
    """Keep what Pillow says of odd but sound files to itself."""

    def __enter__(self) -> None:
        super().__enter__()
        warnings.simplefilter("ignore")


def _opened(content: bytes, place: Place) -> Image.Image:
    Image.MAX_IMAGE_PIXELS = None  # ours counts, and is an error at once
    try:
        image = Image.open(io.BytesIO(content), formats=_FORMATS)
    except _FAULTS as error:
        raise _damaged(place, error) from error
    if image.width * image.height > MOST_PIXELS:
        raise place.refuse(
            tr("The image is too large"),
            expected=tr("at most {n} million pixels", n=MOST_PIXELS // 10**6),
            got=f"{image.width:,} × {image.height:,}",
            fix=tr("Make it smaller, or take it out of the folder."),
        )
    return image


def _decoded(
    image: Image.Image, place: Place, channels: int, size: tuple[int, int]
) -> Image.Image:
    """Return an image upright, in grey or in colours, perhaps already smaller."""
    mode = "L" if channels == 1 else "RGB"
    try:
        image.draft(mode, size)  # JPEG unpacks at an eighth of its size and upwards
        image.load()
        upright = ImageOps.exif_transpose(image)
    except _FAULTS as error:
        raise _damaged(place, error) from error
    if upright.mode in {*_DEEP, "F"}:
        upright = _shallow(upright)
    if upright.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or _has_holes(upright):
        upright = _on_white(upright)
    return upright.convert(mode)


def _has_holes(image: Image.Image) -> bool:
    return "transparency" in image.info and image.mode in {"P", "L", "RGB", "1"}


def _on_white(image: Image.Image) -> Image.Image:
    whole = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", whole.size, "white"), whole)


def _shallow(image: Image.Image) -> Image.Image:
    """Return 16 bits, or real numbers, as 256 levels."""
    values = np.asarray(image, np.float64)
    values = np.nan_to_num(values, posinf=0, neginf=0)
    most = float(values.max(initial=0))
    if image.mode == "F":
        factor = _LEVELS if most <= 1 else 1.0
    else:
        factor = 1 / 257 if most > _LEVELS else 1.0
    levels = np.clip(np.round(values * factor), 0, _LEVELS)
    return Image.fromarray(levels.astype(np.uint8), "L")


def _fitted(image: Image.Image, size: tuple[int, int], fit: str) -> Image.Image:
    if fit == "stretch":
        return image.resize(size, Image.Resampling.BILINEAR)
    if fit == "pad":
        return ImageOps.pad(image, size, Image.Resampling.BILINEAR)
    return ImageOps.fit(image, size, Image.Resampling.BILINEAR)


def _damaged(place: Place, error: BaseException) -> Exception:
    is_unknown = isinstance(error, UnidentifiedImageError)
    return place.refuse(
        tr("This is no image, or of a kind that isn't read")
        if is_unknown
        else tr("The image is damaged"),
        expected=tr("PNG, JPEG, WebP, BMP, GIF, TIFF or PPM"),
        got=None if is_unknown else str(error),
        fix=tr("Fetch it again, or take it out of the folder."),
    )
