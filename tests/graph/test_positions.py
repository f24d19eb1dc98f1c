"""How far from the middle of the canvas a node may stand."""

import pytest

from engine.errors import DocumentError
from engine.graph.files import records


@pytest.mark.parametrize("sign", [1, -1])
def test_positions_end_at_the_same_distance_on_either_side(sign):
    far = records._FAR_PX
    assert records._position("n", [sign * far, 0]) == (sign * far, 0)
    assert records._position("n", [0, sign * far]) == (0, sign * far)
    for pair in ([sign * far * 1.01, 0], [0, sign * far * 1.01]):
        with pytest.raises(DocumentError):
            records._position("n", pair)
