"""Texts and records that no network can learn from; see `bad_files`."""

import gzip
import json
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

from tests.data.readers.bad_files import Bad, fifo, link, png, put


def database(*statements: str) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = folder / "a.sqlite"
        connection = sqlite3.connect(path)
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        connection.close()
        return path

    return make


TEXT = {
    "empty": Bad(put("a.txt", b""), "empty"),
    "short": Bad(put("a.txt", "Hello."), "too short"),
    "late NUL": Bad(put("a.txt", b"To be or not to be\n" * 9999 + b"\0"), "no text",
                    "row 10000"),
    "late byte": Bad(put("a.txt", b"To be or not\n" * 40_000 + b"\xff"), "not written",
                     "row 40001"),
    "pipe": Bad(fifo("a.txt"), "can't be read"),
    "a device": Bad(link("a.txt", "/dev/zero"), "can't be read"),
    "circle of links": Bad(link("a.txt", "a.txt"), "can't be read"),
    "pictures": Bad(put("a.txt", png(64, 64)), "single image"),
    "packed": Bad(put("a.txt", gzip.compress(b"hello " * 900)), "compressed"),
    "a program": Bad(put("a.txt", b"\x7fELF" + bytes(900)), "program"),
    "half a letter": Bad(put("a.txt", b"\xff\xfe" + b"a\0b\0\n\0" * 200 + b"\x31"), ""),
}  # fmt: skip
_RECORDS = "".join(json.dumps({"x": n / 7, "label": "ab"[n % 2]}) + "\n"
                   for n in range(40))  # fmt: skip
JSON = {
    "empty list": Bad(put("a.json", "[]"), "no rows"),
    "open list": Bad(put("a.json", '[{"x": 1}, {"x": 2}'), "not closed"),
    "truncated": Bad(put("a.jsonl", _RECORDS + '{"x": 1, "lab'), "no JSON", "row 41"),
    "no object": Bad(put("a.jsonl", _RECORDS + "17\n"), "no record", "row 41"),
    "another kind": Bad(put("a.jsonl", _RECORDS * 50 + '{"x": "oh", "label": "a"}\n'),
                        "another kind", "row 2001, column “x”"),
    "infinite": Bad(put("a.jsonl", _RECORDS * 50 + '{"x": 1e999, "label": "a"}\n'),
                    "another kind", "row 2001, column “x”"),
    "too deep": Bad(put("a.json", '[{"x": ' + "[" * 100_000), "too deep"),
    "another field": Bad(put("a.jsonl", _RECORDS * 50 + '{"x": 1, "new": 2}\n'),
                         "no such field", "row 2001, column “new”"),
    "lists": Bad(put("a.jsonl", '{"x": 1, "y": [1, 2]}\n{"x": 2, "y": "no"}\n'),
                 "lists or objects", "column “y”"),
    "one class": Bad(put("a.jsonl", _RECORDS.replace('"b"', '"a"')), "same class"),
    "all ignored": Bad(put("a.jsonl", '{"x": 1.5, "label": -100}\n' * 30),
                       "No row has a value", "label"),
    "no fields": Bad(put("a.jsonl", "{}\n{}\n"), "no fields"),
    "not UTF-8": Bad(put("a.jsonl", b'{"x": 1}\n' * 90_000 + b'{"\xff":1}'), "no text"),
    "pipe": Bad(fifo("a.json"), "can't be read"),
}  # fmt: skip
_TABLE = "CREATE TABLE t (x REAL, label TEXT)"
_INSERT = "INSERT INTO t VALUES (1.5, 'a')"
SQLITE = {
    "no table": Bad(database("CREATE TABLE t (x)", "DROP TABLE t"), "no table"),
    "no rows": Bad(database(_TABLE), "no rows"),
    "a view alone": Bad(database("CREATE VIEW v AS SELECT 1 AS x"), "no table"),
    "virtual table": Bad(database("CREATE VIRTUAL TABLE f USING fts5(x)",
                                  "DROP TABLE IF EXISTS t"), ""),
    "truncated": Bad(lambda f: _cut(database(
        _TABLE, "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c "
        "WHERE n < 9000) INSERT INTO t SELECT n, 'a' FROM c")(f)), "damaged"),
    "head only": Bad(put("a.sqlite", b"SQLite format 3\0"), "damaged"),
    "rubbish": Bad(put("a.sqlite", b"SQLite format 3\0" + os.urandom(9000)), "damaged"),
    "bytes in a cell": Bad(database(_TABLE, "INSERT INTO t VALUES (x'ff00', 'a')"),
                           "another kind", "column “x”"),
    "text in a number": Bad(database(_TABLE, *[_INSERT] * 1200,
                                     "INSERT INTO t VALUES ('oh', 'b')"),
                            "another kind", "row 1201, column “x”"),
    "infinite": Bad(database(_TABLE, *[_INSERT] * 1200,
                             "INSERT INTO t VALUES (9e999, 'b')"), "another kind",
                    "row 1201"),
    "one class": Bad(database(_TABLE, *[_INSERT] * 9),
                     ""),
    "pipe": Bad(fifo("a.sqlite"), "can't be read"),
}  # fmt: skip


def _cut(path: Path) -> Path:
    path.write_bytes(path.read_bytes()[:20_000])
    return path


PARQUET = {
    "head only": Bad(put("a.parquet", b"PAR1"), ""),
    "truncated": Bad(put("a.parquet", b"PAR1" + bytes(900)), "cut off"),
    "rubbish": Bad(put("a.parquet", b"PAR1" + bytes(900) + b"PAR1"), "damaged"),
    "huge footer": Bad(put("a.parquet", b"PAR1" + bytes(90) + b"\xff\xff\xff\x7fPAR1"),
                       "damaged"),
    "empty": Bad(put("a.parquet", b""), "empty"),
    "text": Bad(put("a.parquet", "hello"), ""),
    "pipe": Bad(fifo("a.parquet"), "can't be read"),
    "a device": Bad(link("a.parquet", "/dev/zero"), "can't be read"),
    "circle of links": Bad(link("a.parquet", "a.parquet"), "can't be read"),
    "packed": Bad(put("a.parquet", gzip.compress(b"PAR1" * 99)), "compressed"),
}  # fmt: skip
RECORDS: dict[str, dict[str, Bad]] = {
    "text": TEXT,
    "json": JSON,
    "sqlite": SQLITE,
    "parquet": PARQUET,
}
