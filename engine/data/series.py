"""Series: predict the value that follows a window.

The validation part is the end of the series. Its targets are never trained on; its
first windows reach back into the training part, as they do in any forecast.
"""

import numpy as np

from engine.data.folder import read_arrays
from engine.data.parts import Parts
from engine.data.settings import Settings
from engine.data.split import num_held_back
from engine.errors import DataError
from engine.i18n import tr


def read(settings: Settings) -> Parts:
    """Return both parts of a stored series.

    Shape:
        window: B×T×1; next: B×1
    """
    values = read_arrays(settings.spec.id)["value"][: settings.samples]
    boundary = len(values) - num_held_back(len(values), settings.validation)
    _check_length(settings, boundary)
    train = values[:boundary]
    # Only targets must be new: the first windows may reach back over the boundary.
    validation = values[boundary - settings.context :]
    return Parts(
        train=windows(train, settings.context),
        validation=windows(validation, settings.context),
        fit_on={"window": train, "next": train},
    )


def windows(values: np.ndarray, length: int) -> dict[str, np.ndarray]:
    """Return every window of `length` values that has a value after it."""
    view = np.lib.stride_tricks.sliding_window_view(values, length)[:-1]
    return {
        "window": view[:, :, np.newaxis],
        "next": values[length:, np.newaxis],
    }


def _check_length(settings: Settings, num_train: int) -> None:
    if settings.context < num_train:
        return
    raise DataError(
        tr("The window is longer than the training part"),
        where=tr(settings.spec.title),
        expected=tr("a context under {count}", count=num_train),
        got=settings.context,
        fix=tr("Choose a shorter context or a smaller validation part."),
    )
