"""How many directions a matrix really uses.

Axes: R rows, C columns.
"""

import math

import torch
from torch import Tensor

LARGEST = 768
"""Of the shorter side: the time grows with its third power."""


def effective_rank(matrix_RC: Tensor, *, centred: bool = False) -> float:
    """Return exp(−Σ p·ln p) with p = σ/Σσ over the singular values σ; NaN if too large.

    Args:
        matrix_RC: Numbers.
        centred: Take the mean of each column away first.

    Shape:
        R×C → one number between 1 and the shorter side, 0 where all is 0

    Source: Roy & Vetterli 2007, The effective rank
    """
    matrix = matrix_RC.detach().double()
    if min(matrix.shape) > LARGEST or not bool(torch.isfinite(matrix).all()):
        return math.nan
    if centred:
        matrix = matrix - matrix.mean(0)
    rows, columns = matrix.shape
    # The eigenvalues of the smaller product are the squares: far cheaper than an SVD.
    gram = matrix @ matrix.T if rows <= columns else matrix.T @ matrix
    squares = torch.linalg.eigvalsh(gram)
    largest = float(squares.max()) if len(squares) else 0.0
    if largest <= 0:
        return 0.0
    noise = largest * torch.finfo(torch.float64).eps * max(rows, columns)
    values = squares[squares > noise].sqrt()
    shares = values / values.sum()
    return float(torch.exp(-(shares * shares.log()).sum()))
