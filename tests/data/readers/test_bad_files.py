"""Readers refuse what nothing can be learnt from: a sentence, soon, nothing changed."""

import importlib.util
import os
import time
from pathlib import Path

import pytest

from engine.data import catalog
from engine.data.own.describe import described
from engine.errors import EngineError
from tests.data.readers.bad_files import BAD
from tests.data.readers.bad_records import RECORDS

FILES = {**BAD, **RECORDS}
CASES = [(reader, name) for reader, cases in FILES.items() for name in cases]
MOST_S = 5.0
NEEDS = {"parquet": "duckdb"}


def seen(folder: Path) -> list[tuple[str, int, int]]:
    """Return name, kind and time of everything in a folder."""
    found = []
    for root, folders, files in os.walk(folder):
        for each in (*folders, *files):
            facts = os.lstat(os.path.join(root, each))  # noqa: PTH118
            found.append((f"{root}/{each}", facts.st_mode, facts.st_mtime_ns))
    return sorted(found)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
@pytest.mark.parametrize(("reader", "name"), CASES)
def test_bad_file_is_refused(tmp_path, reader, name):
    if reader in NEEDS and importlib.util.find_spec(NEEDS[reader]) is None:
        pytest.skip(f"the extra with {NEEDS[reader]} is not installed")
    bad = FILES[reader][name]
    path = bad.make(tmp_path)
    before, begun = seen(tmp_path), time.perf_counter()
    with pytest.raises(EngineError) as caught:
        catalog.load(described(path).params(str(path)))
    assert time.perf_counter() - begun < MOST_S
    assert bad.says in str(caught.value)
    assert bad.where in caught.value.where
    assert len(str(caught.value)) < 500
    assert "\n" not in str(caught.value)
    assert seen(tmp_path) == before
