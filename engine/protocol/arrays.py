"""Kinds of numpy arrays in the values of the protocol.

A module of its own, so that `frame` can be imported without numpy.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Pixels = npt.NDArray[np.uint8]
