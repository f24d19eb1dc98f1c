"""Tables as people bring them: whatever the dialect, the same values come out."""

import contextlib
import csv
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data.readers import dates
from engine.data.readers.cells import MISSING
from engine.data.readers.encodings import guessed
from engine.data.readers.table import open_source
from engine.errors import EngineError


def whole(source):
    batches = list(source.batches())
    return {
        column.name: np.concatenate([batch.arrays[column.name] for batch in batches])
        for column in source.columns
    }


def read(tmp_path, text, encoding="utf-8", name="a.csv", **options):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding) if isinstance(text, str) else text)
    return open_source(path, options)


JAPANESE = "都市,人口,地方\n東京,1400,関東です\n大阪,880,近畿です\n京都,144,近畿です\n"
WESTERN = "ville,prix,été\nOrléans,1,réglé\nBéziers,2,annulé\nNîmes,3,réglé\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le",
                                      "utf-16-be", "cp932", "euc_jp"])  # fmt: skip
def test_encoding_of_japanese_is_found(tmp_path, encoding):
    found = whole(read(tmp_path, JAPANESE, encoding))
    assert found["都市"].tolist() == ["東京", "大阪", "京都"]
    assert found["人口"].tolist() == [1400, 880, 144]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_encoding_of_french_is_found(tmp_path, encoding):
    found = whole(read(tmp_path, WESTERN, encoding))
    assert found["ville"].tolist() == ["Orléans", "Béziers", "Nîmes"]
    assert list(found) == ["ville", "prix", "été"]


def test_german_is_not_taken_for_japanese():
    text = "Größe;Übung;Straße;müßig;Ärger;Öl\n" * 9
    assert guessed(text.encode("cp1252"), is_whole=True) == "cp1252"


@pytest.mark.parametrize(
    ("texts", "values"),
    [
        (["1,5", "-0,25", "1e3"], [1.5, -0.25, 1000]),
        (["1.234,5", "12.345.678,9", "7,0"], [1234.5, 12345678.9, 7]),
        (["1,234.5", "12,345,678.9", "7"], [1234.5, 12345678.9, 7]),
        (["1 234,5", "7,25", "12 000,0"], [1234.5, 7.25, 12000]),
        (["1'234.5", "7.25", "2"], [1234.5, 7.25, 2]),
        (["1,234,567", "5", "10,000"], [1234567, 5, 10000]),
        (["12 %", "7.5%", "0%"], [12, 7.5, 0]),
        (["$1,200.50", "-$3.00", "$7"], [1200.5, -3, 7]),
        (["€ 5", "€ 7.5", "€ 0.1"], [5, 7.5, 0.1]),
        (["−5", "3", "−0.5"], [-5, 3, -0.5]),
        (["+5", ".5", "5."], [5, 0.5, 5]),
    ],
)
def test_numbers_are_read_as_they_are_meant(tmp_path, texts, values):
    rows = "".join(f"{text};x\n" for text in texts)
    found = whole(read(tmp_path, f"n;word\n{rows}"))
    assert found["n"].tolist() == values


def test_thousands_in_quotes_between_commas(tmp_path):
    found = whole(read(tmp_path, 'n,m\n"1,234",1.5\n"12,000,000",2.5\n7,3.5\n'))
    assert found["n"].tolist() == [1234, 12_000_000, 7]


@pytest.mark.parametrize("word", sorted(MISSING - {""}))
def test_every_word_for_nothing_is_missing(tmp_path, word):
    for said in (word, word.upper(), f" {word} "):
        source = read(tmp_path, f"x\ty\n1.5\ta\n{said}\tb\n2.5\t{said}\n")
        found = whole(source)
        assert np.array_equal(found["x"], [1.5, np.nan, 2.5], equal_nan=True)
        assert found["y"].tolist() == ["a", "b", None]


@pytest.mark.parametrize(
    ("texts", "wanted"),
    [
        (["2024-05-31", "1999-01-02"], ["2024-05-31", "1999-01-02"]),
        (["2024-05-31T14:30:05Z", "2024-05-31 02:00:00"],
         ["2024-05-31T14:30:05", "2024-05-31T02:00:00"]),
        (["2024-05-31T14:30:00+09:00"], ["2024-05-31T05:30:00"]),
        (["31.12.2024", "01.02.2024"], ["2024-12-31", "2024-02-01"]),
        (["12/31/2024", "01/02/2024"], ["2024-12-31", "2024-01-02"]),
        (["31/12/2024", "01/02/2024"], ["2024-12-31", "2024-02-01"]),
        (["01/02/2024"], ["2024-01-02"]),
        (["01.02.24"], ["2024-02-01"]),
        (["2024/5/31 7:05"], ["2024-05-31T07:05"]),
        (["2024年5月31日", "2023年12月1日"], ["2024-05-31", "2023-12-01"]),
        (["31 Dec 2024", "1 March 1999"], ["2024-12-31", "1999-03-01"]),
        (["Dec 31, 2024"], ["2024-12-31"]),
        (["2024-05"], ["2024-05-01"]),
        (["Mar-20"], ["2020-03-01"]),
        (["1:05 PM", "12:00 AM"], ["1970-01-01T13:05", "1970-01-01T00:00"]),
    ],
)  # fmt: skip
def test_dates_are_read_as_they_are_meant(tmp_path, texts, wanted):
    rows = "".join(f"{text};x\n" for text in texts)
    source = read(tmp_path, f"when;word\n{rows}")
    assert source.columns[0].kind == "date"
    found = whole(source)["when"]
    assert found.tolist() == np.array(wanted, "datetime64[s]").tolist()


def test_way_of_dates_can_be_chosen(tmp_path):
    text = "when;word\n01/02/2024;x\n03/04/2024;y\n"
    found = whole(read(tmp_path, text, dates="day first"))["when"]
    assert str(found[0]) == "2024-02-01T00:00:00"


@pytest.mark.parametrize(
    "word", ["march hare", "mark 12", "may", "5 apples", "1-2-3-4"]
)
def test_words_are_no_dates(word):
    assert dates.form_of([word]) is None


def test_title_lines_and_comments_are_passed_over(tmp_path):
    text = "Report of May\n\nmade by hand\n# note\na;b;c\n1;2;x\n# more\n3;4;y\n5;6;z\n"
    source = read(tmp_path, text)
    assert whole(source)["a"].tolist() == [1, 3, 5]
    assert ("lines above the table", "4") in [(t.what, t.value) for t in source.told]


def test_rows_in_messages_count_what_stands_above(tmp_path):
    text = "Title\n\na;b;c\n" + "1;2;x\n" * 1100 + "oh;2;x\n"
    with pytest.raises(EngineError, match="row 1104, column “a”"):
        whole(read(tmp_path, text))


def test_first_line_of_excel_tells_the_separator(tmp_path):
    assert whole(read(tmp_path, "sep=|\na|b\n1|x\n2|y\n"))["a"].tolist() == [1, 2]


def test_blanks_separate_columns(tmp_path):
    found = whole(read(tmp_path, "  x    y\n 1.5  2\n -3   4\n 10 11\n"))
    assert found["x"].tolist() == [1.5, -3, 10]
    assert found["y"].tolist() == [2, 4, 11]


def test_comma_at_the_end_of_each_row_is_no_column(tmp_path):
    assert list(whole(read(tmp_path, "a,b,\n1,2,\n3,4,\n"))) == ["a", "b"]


def test_names_of_rows_as_r_writes_them(tmp_path):
    found = whole(read(tmp_path, "x,y\nr1,1,2\nr2,3,4\n"))
    assert found["x"].tolist() == [1, 3]


def test_table_of_words_without_header(tmp_path):
    rows = [
        ("red", "small"),
        ("blue", "large"),
        ("red", "large"),
        ("blue", "small"),
    ] * 3
    text = "".join(f"{one},{two}\n" for one, two in rows)
    assert len(whole(read(tmp_path, text))["column 1"]) == 12


def test_table_in_a_text_file_is_a_table(tmp_path):
    text = "a\tb\n" + "".join(f"{n}\tword {n}\n" for n in range(9))
    assert whole(read(tmp_path, text, name="a.txt"))["a"].tolist() == [*range(9)]


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0\r",
                             exclude_categories=("Cs",)), max_size=12)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=8),
    st.sampled_from([",", ";", "\t", "|"]),
)
def test_what_python_writes_is_read_or_refused(tmp_path_factory, rows, separator):
    names = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=separator, quoting=csv.QUOTE_ALL).writerows(
        [("one", "two", "three"), *rows]
    )
    path = tmp_path_factory.mktemp("t") / "a.csv"
    path.write_text(buffer.getvalue(), "utf-8", newline="")
    kinds = dict.fromkeys(("one", "two", "three"), "text")
    options = {"separator": names[separator], "header": "yes", "encoding": "utf-8",
               "reader": "csv", "skip": 0}  # fmt: skip
    found = whole(open_source(path, options, kinds))
    wanted = [
        None if row[1].strip().casefold() in MISSING else row[1].strip() for row in rows
    ]
    assert found["two"].tolist() == wanted


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["csv", "json", "text", "wav", "npy"]))
def test_any_bytes_are_read_or_refused(tmp_path_factory, content, end):
    path = tmp_path_factory.mktemp("t") / f"a.{end}"
    path.write_bytes(content)
    with contextlib.suppress(EngineError):  # a sentence of ours
        whole(open_source(path))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(-1e15, 1e15, allow_nan=False), min_size=3, max_size=20),
       st.booleans())  # fmt: skip
def test_numbers_come_back_exactly(tmp_path_factory, numbers, comma):
    path = tmp_path_factory.mktemp("t") / "a.csv"
    texts = [repr(n).replace(".", ",") if comma else repr(n) for n in numbers]
    path.write_text("n;w\n" + "".join(f"{text};x\n" for text in texts))
    options = {"decimal": "comma" if comma else "point", "separator": "semicolon"}
    found = whole(open_source(path, options))["n"]
    assert found.tolist() == numbers
