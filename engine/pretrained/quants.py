"""The kinds of numbers that a GGUF file holds, and their way back to float32.

Quantised numbers stand in blocks of 32 along a row, with a scale for each block.

Axes: B blocks, K 32 numbers of a block.

Source: the GGUF specification and the reference layouts of ggml (Gerganov et al.)
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats32 = npt.NDArray[np.float32]
BLOCK = 32


@dataclass(frozen=True)
class Quant:
    """One kind of numbers.

    Args:
        name: As the specification calls it.
        per_block: Numbers of a block.
        block_bytes: Bytes of a block.
        undo: Brings bytes of whole blocks back to float32.
    """

    name: str
    per_block: int
    block_bytes: int
    undo: Callable[[bytes], Floats32]

    def num_bytes(self, count: int) -> int:
        """Return the bytes of so many numbers."""
        return count // self.per_block * self.block_bytes


def _f32(data: bytes) -> Floats32:
    return np.frombuffer(data, "<f4").astype(np.float32)


def _f16(data: bytes) -> Floats32:
    return np.frombuffer(data, "<f2").astype(np.float32)


def bf16(data: bytes) -> Floats32:
    """Return numbers that are the upper half of a float32 each.

    Shape:
        2·N bytes → N
    """
    wide = np.frombuffer(data, "<u2").astype(np.uint32) << 16
    return wide.view(np.float32)


def _q8_0(data: bytes) -> Floats32:
    blocks: Any = np.frombuffer(data, [("d", "<f2"), ("q", "i1", (BLOCK,))])
    made: Floats32 = blocks["q"].astype(np.float32)
    made *= blocks["d"].astype(np.float32)[:, None]
    return made.reshape(-1)


def _nibbles(packed_BK: npt.NDArray[np.uint8]) -> Floats32:
    """Return the lower halves of the bytes of a block, then the upper ones.

    Shape:
        B×K/2 → B×K
    """
    both = np.concatenate([packed_BK & 15, packed_BK >> 4], axis=1)
    return both.astype(np.float32)


def _q4_0(data: bytes) -> Floats32:
    blocks: Any = np.frombuffer(data, [("d", "<f2"), ("q", "u1", (BLOCK // 2,))])
    made = _nibbles(blocks["q"])
    made -= 8
    made *= blocks["d"].astype(np.float32)[:, None]
    return made.reshape(-1)


def _q4_1(data: bytes) -> Floats32:
    kind = [("d", "<f2"), ("m", "<f2"), ("q", "u1", (BLOCK // 2,))]
    blocks: Any = np.frombuffer(data, kind)
    made = _nibbles(blocks["q"])
    made *= blocks["d"].astype(np.float32)[:, None]
    made += blocks["m"].astype(np.float32)[:, None]
    return made.reshape(-1)


QUANTS: dict[int, Quant] = {
    0: Quant("F32", 1, 4, _f32),
    1: Quant("F16", 1, 2, _f16),
    2: Quant("Q4_0", BLOCK, 18, _q4_0),
    3: Quant("Q4_1", BLOCK, 20, _q4_1),
    8: Quant("Q8_0", BLOCK, 34, _q8_0),
    30: Quant("BF16", 1, 2, bf16),
}
"""Number in the file → kind; others are refused by name."""

OTHERS = {
    6: "Q5_0", 7: "Q5_1", 9: "Q8_1", 10: "Q2_K", 11: "Q3_K", 12: "Q4_K", 13: "Q5_K",
    14: "Q6_K", 15: "Q8_K", 16: "IQ2_XXS", 17: "IQ2_XS", 18: "IQ3_XXS", 19: "IQ1_S",
    20: "IQ4_NL", 21: "IQ3_S", 22: "IQ2_S", 23: "IQ4_XS", 24: "I8", 25: "I16",
    26: "I32", 27: "I64", 28: "F64", 29: "IQ1_M", 34: "TQ1_0", 35: "TQ2_0",
}  # fmt: skip
"""Kinds that are known by name alone."""
