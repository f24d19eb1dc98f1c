"""Which part of a preset's picture its card shows: what was drawn, without the axes.

A picture in the shape of a card is shown whole.
"""

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPixmap

WIDTH = 320
"""Of all pictures, in the units below."""
_INSIDE: dict[str, tuple[int, int, int]] = {
    "autoencoder": (6, 30, 304),
    "char-lstm": (4, 4, 250),
    "dcgan": (8, 6, 298),
    "diffusion-2d": (8, 28, 300),
    "diffusion-mnist": (11, 60, 291),
    "exploding": (56, 30, 128),
    "fine-tune-gpt": (4, 4, 250),
    "forgetting": (87, 57, 158),
    "gan-2d": (92, 45, 165),
    "mnist-resnet": (0, 20, 320),
    "multimodal": (0, 20, 320),
    "seq2seq": (0, 0, 320),
    "spirals": (50, 52, 157),
    "tiny-gpt": (4, 4, 250),
    "transfer": (31, 78, 200),
    "vae": (67, 50, 182),
    "xor": (55, 50, 158),
}
"""Left, top and width of what is shown."""


def inside(preset_id: str, picture: QPixmap, ratio: float) -> QRectF:
    """Return the part of a picture that a card shows, in the picture's pixels.

    Args:
        preset_id: Whose picture it is; without an entry its middle is shown.
        picture: As it is in the file.
        ratio: Height of the part over its width.
    """
    if abs(picture.height() - picture.width() * ratio) < 1:
        return QRectF(picture.rect())
    middle = round((picture.height() * WIDTH / picture.width() - WIDTH * ratio) / 2)
    left, top, width = _INSIDE.get(preset_id, (0, max(0, middle), WIDTH))
    scale = picture.width() / WIDTH
    part = QRectF(left, top, width, width * ratio)
    return QRectF(part.topLeft() * scale, part.size() * scale)
