"""Series and text: windows, what follows them, and the end as validation part."""

import numpy as np
import pytest

from engine.data import text
from engine.data.catalog import load
from engine.data.folder import read_arrays
from engine.errors import DataError


@pytest.mark.parametrize(("source", "held_back"), [("sunspots", 62), ("co2", 105)])
def test_series_predicts_the_value_after_the_window(source, held_back):
    values = read_arrays(source)["value"].astype(np.float32)
    dataset = load({"source": source, "context": 12, "scaling": "none"})
    boundary = len(values) - held_back
    assert dataset.num_train == boundary - 12
    assert dataset.num_validation == held_back
    starts = {"train": 0, "validation": boundary - 12}
    for name, start in starts.items():
        part = getattr(dataset, name)
        for row, window in enumerate(part["window"]):
            at = start + row
            assert np.array_equal(window[:, 0], values[at : at + 12])
            assert part["next"][row, 0] == values[at + 12]


def test_series_never_trains_on_what_it_validates():
    values = read_arrays("co2")["time"]
    boundary = len(values) - 105
    dataset = load({"source": "co2", "scaling": "none"})
    stored = read_arrays("co2")["value"].astype(np.float32)
    seen = np.concatenate(
        [dataset.train["window"][0, :, 0], dataset.train["next"][:, 0]]
    )
    assert np.array_equal(seen, stored[:boundary])
    assert np.array_equal(dataset.validation["next"][:, 0], stored[boundary:])


def test_series_with_too_long_a_window_is_refused():
    with pytest.raises(DataError, match=r"Sunspots: .*under 247, got 300.*shorter"):
        load({"source": "sunspots", "context": 300})


def test_text_is_split_in_two_at_its_end():
    whole = bytes(read_arrays("python_help")["text"]).decode("ascii")
    dataset = load({"source": "python_help", "context": 100})
    held_back = round(len(whole) * 0.2)
    train, validation = whole[:-held_back], whole[-held_back:]
    tokens, following = dataset.train["tokens"], dataset.train["next"]
    for row in (0, 1, 777, len(tokens) - 1):
        assert text.decode(tokens[row]) == train[25 * row : 25 * row + 100]
        assert text.decode(following[row]) == train[25 * row + 1 : 25 * row + 101]
    assert (
        text.decode(np.concatenate(dataset.validation["tokens"]))
        == (validation[: 100 * dataset.num_validation])
    )
    assert len(validation) - 100 * dataset.num_validation <= 100


def test_text_encodes_and_decodes_to_itself():
    sample = "def f(x):\n    return ~x  # 100 %\n"
    codes = np.frombuffer(sample.encode("ascii"), dtype=np.uint8)
    assert text.decode(text.encode(codes)) == sample


def test_text_without_room_for_a_window_is_refused():
    with pytest.raises(DataError, match="too short for this context"):
        load({"source": "python_help", "samples": 500, "context": 128})
