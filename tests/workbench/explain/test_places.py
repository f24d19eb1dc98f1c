"""Cells of a piece and places of a tensor: each way against numpy."""

import numpy as np
import pytest
import torch
from PySide6.QtCore import QRectF

from engine.explain.answers import pieces
from workbench.explain.layer.kernels import kernel_of, window_of
from workbench.explain.layer.places import around_largest, index_of, largest, place_of
from workbench.explain.layer.plates import Maps

SHAPES = [
    ("input0", (7,), ""),
    ("input0", (3, 4, 5), ""),
    ("output0", (2, 3, 4, 5), ""),
    ("weight:weight", (6, 3, 2, 2), ""),
    ("weight:weight", (10, 8), "2:9:3, ::2"),
    ("weight:weight", (10, 8), "-1"),
]


@pytest.mark.parametrize(("name", "shape", "part"), SHAPES)
def test_a_cell_is_the_number_that_numpy_finds_there(name, shape, part):
    values = torch.arange(max(1, int(np.prod(shape)))).reshape(shape).float()
    piece = pieces.piece(name, values, part)
    for index in np.ndindex(piece.values.shape):
        place = place_of(piece, index)
        assert float(values[place]) == piece.values[index]
        assert index_of(piece, place) == index


def test_a_block_stands_for_its_first_number_and_has_no_cell_of_its_own():
    values = torch.randn(400, 300)
    piece = pieces.piece("weight:weight", values)
    rows, columns = piece.block
    assert rows * columns > 1
    assert place_of(piece, (1, 2)) == (rows, 2 * columns)
    assert index_of(piece, (0, 0)) is None
    block = values[rows : 2 * rows, 2 * columns : 3 * columns]
    np.testing.assert_allclose(piece.values[1, 2], block.mean(), atol=1e-6)
    np.testing.assert_allclose(piece.largest[1, 2], block.abs().max())


def test_a_cell_that_is_not_there_has_no_place():
    piece = pieces.piece("input0", torch.zeros(3))
    assert place_of(piece, (3,)) is None
    assert place_of(piece, (0, 0)) is None


def test_a_kernel_has_the_cells_of_its_channel():
    values = torch.randn(4, 3, 5, 2)
    piece = kernel_of(pieces.piece("weight:weight", values), 2)
    assert piece.values.shape == (3, 5, 2)
    assert place_of(piece, (1, 4, 0)) == (2, 1, 4, 0)
    assert index_of(piece, (2, 1, 4, 0)) == (1, 4, 0)
    assert index_of(piece, (1, 1, 4, 0)) is None


@pytest.mark.parametrize(
    ("kernel", "stride", "padding", "dilation"),
    [(3, 1, 0, 1), (5, 1, None, 1), (3, 2, 1, 1), (3, 1, 2, 2)],
)
def test_the_window_is_what_torch_looks_at(kernel, stride, padding, dilation):
    pad = (dilation * (kernel - 1)) // 2 if padding is None else padding
    x = torch.randn(1, 1, 9, 9, requires_grad=True)
    layer = torch.nn.Conv2d(1, 1, kernel, stride, pad, dilation)
    z = layer(x)
    params = {
        "kernel_size": kernel, "stride": stride,
        "padding": padding, "dilation": dilation,
    }  # fmt: skip
    plate = Maps(pieces.piece("input0", x[0]), "x")
    plate.rect = QRectF(0, 0, 900, 900)
    window = window_of(params, "input0", "output0")
    for index in ((0, 0, 0), (0, 2, 1), (0, z.shape[2] - 1, z.shape[3] - 1)):
        (slope,) = torch.autograd.grad(z[(0, *index)], x, retain_graph=True)
        rows, columns = torch.nonzero(slope[0, 0], as_tuple=True)
        (rect,) = window.rects({"input0": plate}, index)
        first = plate.rect_of((0, int(rows.min()), int(columns.min())))
        last = plate.rect_of((0, int(rows.max()), int(columns.max())))
        seen = first.united(last)
        assert rect.contains(seen.center())
        if dilation == 1:
            assert rect == seen


def test_the_largest_number_of_a_large_tensor_is_found():
    values = torch.randn(900, 700)
    values[700, 123] = -99.0
    whole = pieces.piece("weight:weight", values)
    part = pieces.piece("weight:weight", values, around_largest(whole))
    assert around_largest(part) == ""
    assert largest(part) == (700, 123)
    values[3, 4] = float("nan")
    assert largest(pieces.piece("weight:weight", values[:9, :9])) == (3, 4)
