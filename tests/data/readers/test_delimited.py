"""CSV: what is written is read, whatever the dialect; every fault is named by place."""

import csv
import os
import tracemalloc
from datetime import datetime

import numpy as np
import pytest

from engine.data.readers.table import READERS, open_source, reader_for
from engine.errors import ConfigError, DataError

PEOPLE = [
    ["name", "age", "height", "born"],
    ["Ann", "34", "1.71", "1990-02-01"],
    ["Bo; the 2nd", "", "1.85", "1951-12-31"],
    ["浩", "7", "1.2e0", ""],
]


def write(path, rows, encoding="utf-8", **dialect):
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, **dialect).writerows(rows)
    return path


def whole(source, rows=2):
    batches = list(source.batches(rows))
    return {
        column.name: np.concatenate([batch.arrays[column.name] for batch in batches])
        for column in source.columns
    }


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_every_dialect_reads_the_same(tmp_path, delimiter, encoding, ends):
    path = tmp_path / "people.csv"
    write(path, PEOPLE, encoding, delimiter=delimiter, lineterminator=ends)
    source = open_source(path)
    assert [(c.name, c.kind, c.missing) for c in source.columns] == [
        ("name", "text", 0),
        ("age", "number", 1),
        ("height", "number", 0),
        ("born", "date", 1),
    ]
    found = whole(source)
    assert found["name"].tolist() == ["Ann", "Bo; the 2nd", "浩"]
    assert np.array_equal(found["age"], [34, np.nan, 7], equal_nan=True)
    assert found["height"].tolist() == [1.71, 1.85, 1.2]
    assert found["born"][0] == np.datetime64(datetime(1990, 2, 1))
    assert np.isnat(found["born"]).tolist() == [False, False, True]


@pytest.mark.parametrize("encoding", ["cp932", "euc_jp"])
def test_japanese_file_is_read_in_the_encoding_that_is_chosen(tmp_path, encoding):
    path = write(tmp_path / "a.csv", [["都市", "値"], ["東京", "1"]], encoding)
    found = whole(open_source(path, {"encoding": encoding}))
    assert found["都市"].tolist() == ["東京"]


def test_numbers_equal_those_that_were_written(tmp_path):
    generator = np.random.default_rng(3)
    numbers = generator.normal(size=(500, 7)) * 10.0 ** generator.integers(-9, 9, 7)
    rows = [[repr(float(value)) for value in row] for row in numbers]
    path = write(tmp_path / "n.csv", [[*"abcdefg"], *rows])
    found = whole(open_source(path), rows=64)
    assert np.array_equal(np.stack([found[n] for n in "abcdefg"], axis=1), numbers)


def test_decimal_commas_are_recognised(tmp_path):
    rows = [["x", "y"], ["1,5", "a"], ["-0,25", "b,c"]]
    found = whole(open_source(write(tmp_path / "a.csv", rows, delimiter=";")))
    assert found["x"].tolist() == [1.5, -0.25]
    assert found["y"].tolist() == ["a", "b,c"]


def test_table_without_header_gets_names(tmp_path):
    source = open_source(write(tmp_path / "a.csv", [["1", "x"], ["2", "y"]]))
    assert [column.name for column in source.columns] == ["column 1", "column 2"]
    assert whole(source)["column 1"].tolist() == [1, 2]


def test_header_can_be_told(tmp_path):
    path = write(tmp_path / "a.csv", [["2019", "2020"], ["1", "2"]])
    assert whole(open_source(path))["column 1"].tolist() == [2019, 1]
    assert whole(open_source(path, {"header": "yes"}))["2019"].tolist() == [1]


def test_long_identifiers_stay_texts(tmp_path):
    rows = [["id", "n"], ["90071992547409931", "1"], ["90071992547409933", "2"]]
    found = whole(open_source(write(tmp_path / "a.csv", rows)))
    assert len(set(found["id"])) == 2


def test_quoted_line_feeds_and_quotes_are_part_of_a_cell(tmp_path):
    rows = [["t", "n"], ['two\nlines, "said"', "1"], ["x", "2"]]
    path = write(tmp_path / "a.csv", rows)
    assert whole(open_source(path))["t"].tolist() == ['two\nlines, "said"', "x"]
    first = [batch.first_row for batch in open_source(path).batches(1)]
    assert first == [2, 4]  # as an editor counts them


def test_kind_can_be_chosen(tmp_path):
    path = write(tmp_path / "a.csv", [["zip", "n"], ["01234", "1"]])
    assert whole(open_source(path))["zip"].tolist() == [1234]
    assert whole(open_source(path, kinds={"zip": "text"}))["zip"].tolist() == ["01234"]


GOOD = "a,b\n1,x\n2,y\n"
BAD = {
    "empty": (b"", "empty", ""),
    "header only": (b"a,b\n", "no rows", ""),
    "blank lines": (b"\n\n\n", "no rows", ""),
    "short row": (b"a,b\n1,2\n3\n", "another number of cells", "row 3"),
    "long row": (b"a,b\n1,2\n3,4,5\n", "another number of cells", "row 3"),
    "unclosed quote": (b'a,b\n1,x\n2,"y\n3,z\n', "never closed", "row 3"),
    "text behind a quote": (b'a,b\n1,"x"y\n', "quotes", "row 2"),
    "same names": (b"a,a\n1,2\n", "same name", "row 1"),
    "bytes": (bytes(range(1, 256)) * 9, "not written in utf-8", "row"),
    "NUL bytes": (b"a,b\n1,\0\n", "its name says", ""),
    "late NUL": (GOOD.encode() * 9000 + b"1,\0\n", "no text", "row 27001"),
    "one line": (b"x" * 3_000_000, "too long", "row 1"),
    "huge cell": (b"a,b\n1," + b"x" * 200_000 + b"\n", "longer than 131,072", "row 2"),
    "too many columns": (b",".join([b"1"] * 30_000) + b"\n", "columns", "row 1"),
    "half a letter": (b"\xff\xfea\0,\0b\0\n\0\x31", "not written in utf-16", "row"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_file_is_refused_in_one_sentence(tmp_path, name):
    content, words, place = BAD[name]
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        whole(open_source(path))
    assert words in str(caught.value)
    assert caught.value.where.startswith("bad.csv")
    assert place in caught.value.where
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("cell", "kind"),
    [("x", "number"), ("inf", "number"), ("1e999", "number"), ("1_0", "number"),
     ("2024-13-01", "date"), ("31.12.2024", "date")],
)  # fmt: skip
def test_cell_that_contradicts_its_column_is_named(tmp_path, cell, kind):
    good = {"number": "1.5", "date": "2024-01-31"}[kind]
    rows = [["id", "v"], *([["a", good]] * 5000), ["b", cell]]
    source = open_source(write(tmp_path / "a.csv", rows))
    assert source.columns[1].kind == kind
    with pytest.raises(DataError) as caught:
        whole(source, rows=1000)
    assert caught.value.where == "a.csv, row 5002, column “v”"
    assert caught.value.got == cell
    found = whole(open_source(tmp_path / "a.csv", kinds={"v": "text"}))
    assert found["v"][-1] == cell


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs here")
def test_fifo_and_folder_are_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "f.csv")
    for path in (tmp_path / "f.csv", tmp_path / "nowhere.csv"):
        with pytest.raises(DataError, match="can't be read"):
            open_source(path)


def test_wrong_settings_are_refused(tmp_path):
    path = write(tmp_path / "a.csv", [["a", "b"], ["1", "2"]])
    with pytest.raises(ConfigError, match="Separator"):
        open_source(path, {"separator": "dash"})
    with pytest.raises(DataError, match=r"column “c”.*no such column"):
        open_source(path, kinds={"c": "text"})
    with pytest.raises(DataError, match=r"column “b”.*can't be of this kind"):
        open_source(path, kinds={"b": "integer"})
    with pytest.raises(DataError, match=r"no reader “csw”.*Did you mean “csv”"):
        open_source(path, {"reader": "csw"})


def test_large_file_is_read_in_little_memory(tmp_path):
    path = tmp_path / "large.csv"
    block = "".join(f"{n},{n / 7:.6f},name{n % 50}\n" for n in range(3000))
    with path.open("w") as file:
        file.write("n,x,who\n")
        for _ in range(20):
            file.write(block)
    tracemalloc.start()
    try:
        shares, count = [], 0
        for batch in open_source(path).batches(512):
            shares.append(batch.share)
            count += len(batch)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == 60_000
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert peak < path.stat().st_size / 2


def test_reading_can_stop_and_begin_again(tmp_path):
    path = write(tmp_path / "a.csv", [["a"], *([str(n)] for n in range(50))])
    source = open_source(path)
    for batch in source.batches(10):
        assert len(batch) == 10
        break
    assert whole(source)["a"].tolist() == list(range(50))


def test_suffix_decides_only_among_those_that_recognise_the_content(tmp_path):
    path = tmp_path / "really.npz"
    path.write_text("a,b\n1,2\n")
    assert reader_for(path) is READERS["csv"]
    path.write_bytes(b"\x00\x01\x02")
    with pytest.raises(DataError, match="not what its name says"):
        reader_for(path)
    nameless = path.rename(tmp_path / "really.xyz")
    with pytest.raises(DataError, match=r"No reader .*\.npz, .*\.csv"):
        reader_for(nameless)


@pytest.mark.parametrize("first", ["a fine film indeed " * 30, "9" * 400])
def test_first_words_that_no_file_can_be_called_are_texts(tmp_path, first):
    rows = "".join(f"{first},{n},{'ab'[n % 2]}\n" for n in range(60))
    (tmp_path / "a.csv").write_text(f"review,n,label\n{rows}")
    assert reader_for(tmp_path / "a.csv").id == "csv"
