"""Tables read in blocks are, cell by cell, what Python's own csv and float() read."""

import csv
import io
import math

import numpy as np
import pytest

from engine.data.readers.delimited import READER
from engine.errors import DataError

WORDS = ["Kiel", "São Tomé", "京都", "x y", " pad ", "0x1", "1_0", "e5", "+", "#7"]
ODD = ["", "NA", "nan", "?", "-"]


def number(dice):
    kind = dice.integers(0, 6)
    value = float(dice.normal() * 10.0 ** dice.integers(-12, 12))
    whole = f"{dice.integers(-99, 99)}"
    return [f"{value:.17g}", f"{value:.3e}", f"{value:.4f}", whole, f" {value:.5g}",
            f"+{abs(value):.6g}"][kind]  # fmt: skip


def table(dice, rows, *, odd, quoted, blank):
    """Return the text of a table: a number, a word, a number with gaps."""
    lines = ["a,b,c"]
    for _ in range(rows):
        word = WORDS[dice.integers(len(WORDS))]
        if quoted and dice.random() < 0.02:
            word = ['"one, two"', '"two\nlines"', '"say ""hi"""'][dice.integers(3)]
        gap = ODD[dice.integers(len(ODD))] if dice.random() < odd else number(dice)
        lines.append(f"{number(dice)},{word},{gap}")
        if blank and dice.random() < 0.01:
            lines.append("")
    return "\n".join(lines)


def by_hand(text):
    rows = list(csv.reader(io.StringIO(text, newline=""), skipinitialspace=True))
    body = [row for row in rows[1:] if row]
    numbers = [
        [math.nan if row[n].strip() in ODD else float(row[n]) for row in body]
        for n in (0, 2)
    ]
    return numbers[0], [row[1].strip() for row in body], numbers[1]


@pytest.mark.parametrize("seed", range(12))
def test_blocks_hold_what_csv_and_float_read(tmp_path, seed):
    dice = np.random.default_rng(seed)
    text = table(dice, 3000, odd=[0, 0.001, 0.2][seed % 3], quoted=seed % 2,
                 blank=seed % 4 == 3)  # fmt: skip
    ends = "\r\n" if seed % 5 == 4 else "\n"
    path = tmp_path / "t.csv"
    path.write_bytes(text.replace("\n", ends).encode("utf-8"))
    source = READER.open(path, {}, {})
    batches = list(source.batches(257))
    a, b, c = by_hand(text.replace("\n", ends))
    for name, wanted in (("a", a), ("c", c)):
        found = np.concatenate([batch.arrays[name] for batch in batches])
        assert found.tobytes() == np.array(wanted).tobytes()
    words = [word for batch in batches for word in batch.arrays["b"].tolist()]
    assert words == b


@pytest.mark.parametrize(
    ("bad", "names"),
    [("1,x", ("row 5002",)), ("1,x,inf", ("row 5002", "“c”")), ("1,x,1_0", ("5002",)),
     ("y,x,2", ("row 5002", "“a”")), ('1,"x,2', ("row 5002",))],
)  # fmt: skip
def test_row_and_column_of_what_is_wrong_far_below(tmp_path, bad, names):
    dice = np.random.default_rng(1)
    lines = table(dice, 8000, odd=0, quoted=False, blank=False).split("\n")
    lines[5001] = bad
    (tmp_path / "t.csv").write_text("\n".join(lines))
    with pytest.raises(DataError) as error:
        list(READER.open(tmp_path / "t.csv", {}, {}).batches())
    assert all(name in str(error.value) for name in names)


def test_first_row_of_each_batch_is_the_line_it_stands_in(tmp_path):
    lines = ["above", "", "a,b", *(f"{n},{n}" for n in range(600)), '"1",2', "3,4"]
    (tmp_path / "t.csv").write_text("\n".join(lines))
    source = READER.open(tmp_path / "t.csv", {"skip": 2}, {})
    for batch in source.batches(100):
        first = lines[batch.first_row - 1].replace('"', "").split(",")
        assert float(first[0]) == batch.arrays["a"][0]
