"""JSON, SQLite and Parquet: typed rows come back; nothing in a database runs."""

import json
import sqlite3
import threading
import time

import numpy as np
import pytest

from engine.data.own.describe import described
from engine.data.readers.table import open_source
from engine.errors import DataError, EngineError
from engine.graph.files import giving_up

ROWS = [
    {"x": n / 7, "name": f"n{n % 3}", "ok": n % 2 == 0, "at": f"2024-01-{n + 1:02d}",
     "pair": [n, n + 0.5], "deep": {"y": n}}
    for n in range(20)
]  # fmt: skip


def whole(source, rows=7):
    batches = list(source.batches(rows))
    return {
        column.name: np.concatenate([batch.arrays[column.name] for batch in batches])
        for column in source.columns
    }


@pytest.mark.parametrize("form", ["lines", "array", "pretty", "utf-16"])
def test_json_records_come_back(tmp_path, form):
    path = tmp_path / "a.json"
    if form == "lines":
        path.write_text("\n".join(map(json.dumps, ROWS)))
    else:
        text = json.dumps(ROWS, indent=2 if form == "pretty" else None)
        path.write_text(text, "utf-16" if form == "utf-16" else "utf-8")
    found = whole(open_source(path))
    assert found["x"].tolist() == [row["x"] for row in ROWS]
    assert found["name"].tolist() == [row["name"] for row in ROWS]
    assert found["ok"].tolist() == ["true", "false"] * 10
    assert found["deep.y"].tolist() == [*range(20)]
    assert found["pair"].tolist() == [row["pair"] for row in ROWS]
    assert str(found["at"][3]) == "2024-01-04T00:00:00"


def test_field_that_a_record_lacks_is_missing(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"x": 1, "y": 2}\n{"x": null}\n{"y": 4, "x": 5}\n')
    found = whole(open_source(path))
    assert np.array_equal(found["x"], [1, np.nan, 5], equal_nan=True)
    assert np.array_equal(found["y"], [2, np.nan, 4], equal_nan=True)


def test_large_json_array_is_read_in_time(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps([{"x": n, "w": "word"} for n in range(60_000)]))
    begun = time.perf_counter()
    assert len(whole(open_source(path), 4096)["x"]) == 60_000
    assert time.perf_counter() - begun < 20


def database(path, *statements):
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
    return path


def test_table_of_a_database_comes_back(tmp_path):
    values = ", ".join(f"({n / 7}, 'n{n % 3}', NULL)" for n in range(30))
    path = database(
        tmp_path / "a.db",
        'CREATE TABLE "odd ""name" (x REAL, "w w" TEXT, empty)',
        f'INSERT INTO "odd ""name" VALUES {values}',
        "CREATE TABLE other (y)",
        "INSERT INTO other VALUES (5)",
    )
    before = path.read_bytes()
    found = whole(open_source(path))
    assert found["x"].tolist() == [n / 7 for n in range(30)]
    assert found["w w"].tolist() == [f"n{n % 3}" for n in range(30)]
    assert whole(open_source(path, {"table": "other"}))["y"].tolist() == [5]
    with pytest.raises(DataError, match="Did you mean “other”"):
        open_source(path, {"table": "othr"})
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["a.db"]


def test_nothing_in_a_database_runs(tmp_path):
    path = database(
        tmp_path / "a.db",
        "CREATE TABLE t (x REAL, y REAL AS (x + length(zeroblob(100000000))))",
        "CREATE VIEW v AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 "
        "FROM c) SELECT n AS x FROM c",
        *[f"INSERT INTO t (x) VALUES ({n})" for n in range(9)],
    )
    begun = time.perf_counter()
    assert list(whole(open_source(path))) == ["x"]  # what is computed is left out
    with pytest.raises(DataError, match="no table “v”"):
        open_source(path, {"table": "v"})
    assert time.perf_counter() - begun < 2


def test_parquet_comes_back(tmp_path):
    duckdb = pytest.importorskip("duckdb")
    path = tmp_path / "odd [name]*.parquet"
    duckdb.sql(
        "SELECT range / 7 AS x, 'n' || range % 3 AS w, range % 2 = 0 AS ok, "
        "DATE '2024-01-01' + CAST(range AS INT) AS at FROM range(10000)"
    ).write_parquet(str(path))
    found = whole(open_source(path), 4096)
    assert np.allclose(found["x"], np.arange(10_000) / 7, rtol=1e-15)
    assert found["w"].tolist()[:4] == ["n0", "n1", "n2", "n0"]
    assert found["ok"].tolist()[:2] == ["true", "false"]
    assert str(found["at"][31]) == "2024-02-01T00:00:00"
    assert described(path).rows == 10_000


def test_parquet_without_its_extra_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "duckdb", None)
    (tmp_path / "a.parquet").write_bytes(b"PAR1" + bytes(90) + b"PAR1")
    with pytest.raises(DataError, match=r"extra “data”.*backprop-workbench\[data\]"):
        open_source(tmp_path / "a.parquet")


def read_for_ever(path):
    while True:
        for _ in open_source(path).batches():
            pass


@pytest.mark.parametrize("kind", ["jsonl", "csv", "db", "folder"])
def test_reading_ends_when_it_is_given_up(tmp_path, kind):
    path = tmp_path / f"a.{kind}"
    if kind == "jsonl":
        path.write_text('{"x": 1.5}\n' * 200_000)
    elif kind == "csv":
        path.write_text("x,y\n" + "1.5,2\n" * 200_000)
    elif kind == "db":
        database(
            path,
            "CREATE TABLE t (x)",
            "WITH RECURSIVE c(n) AS (SELECT 1 UNION "
            "ALL SELECT n + 1 FROM c WHERE n < 400000) INSERT INTO t SELECT n FROM c",
        )
    else:
        for label in "ab":
            (path / label).mkdir(parents=True)
            for n in range(3000):
                (path / label / f"{n}.txt").write_text("to be")
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    begun = time.perf_counter()
    with giving_up.when(stop), pytest.raises(EngineError, match="given up"):
        read_for_ever(path)
    assert time.perf_counter() - begun < 0.3 + 1.5  # 0.5 s on a machine of one's own


def test_number_beyond_all_floats_is_refused_with_its_row(tmp_path):
    lines = [f'{{"x": {9 if n < 30 else "9" * 400}, "y": {n}}}' for n in range(60)]
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    with pytest.raises(DataError, match="another kind"):
        whole(open_source(tmp_path / "a.jsonl"))
    (tmp_path / "b.jsonl").write_text("\n".join(lines[30:]))
    with pytest.raises(DataError, match="another kind"):
        whole(open_source(tmp_path / "b.jsonl"))


def test_lists_deeper_than_any_array_are_refused(tmp_path):
    line = f'{{"x": {"[" * 200}{"]" * 200}, "y": 1}}\n'
    (tmp_path / "a.jsonl").write_text(line * 30)
    with pytest.raises(DataError, match="no shape"):
        open_source(tmp_path / "a.jsonl")


def test_halves_of_characters_never_reach_a_document(tmp_path):
    lines = [rf'{{"x\ud800": {n}, "l": "\udfff{"ab"[n % 2]}"}}' for n in range(60)]
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    found = described(tmp_path / "a.jsonl")
    names = [column.own.name for column in found.columns]
    assert names == ["x?", "l"]
    assert ascii(found).isprintable()
    "".join(str(column.own) for column in found.columns).encode()
    rows = whole(open_source(tmp_path / "a.jsonl"))
    assert set(rows["l"]) == {"?a", "?b"}
