"""Arrays that grow at their end without copying on every append."""

from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

Scalar = TypeVar("Scalar", bound=np.generic)


class Column(Generic[Scalar]):
    """A growing array of scalars, or of rows of `width` values.

    Args:
        dtype: Type of an element.
        width: Length of a row; 0 for scalars.
        capacity: Elements to make room for at first.
    """

    def __init__(
        self, dtype: type[Scalar], width: int = 0, capacity: int = 1024
    ) -> None:
        self._tail = (width,) if width else ()
        self._data: npt.NDArray[Scalar] = np.empty(
            (max(capacity, 1), *self._tail), dtype
        )
        self._length = 0

    def __len__(self) -> int:
        return self._length

    @property
    def room(self) -> int:
        """Elements that fit before the next copy."""
        return len(self._data)

    @property
    def values(self) -> npt.NDArray[Scalar]:
        """A view of what is there; valid until the next `extend`."""
        return self._data[: self._length]

    def extend(self, values: npt.ArrayLike) -> None:
        """Append an array of elements (or rows)."""
        block = np.asarray(values)
        stop = self._length + len(block)
        if stop > len(self._data):
            self._grow(stop)
        self._data[self._length : stop] = block
        self._length = stop

    def _grow(self, needed: int) -> None:
        room = max(needed, 2 * len(self._data))
        data = np.empty((room, *self._tail), self._data.dtype)
        data[: self._length] = self.values
        self._data = data
