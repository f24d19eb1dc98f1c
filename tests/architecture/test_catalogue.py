"""Who searches for an id finds its entry and, in a file of that name, its builder."""

import ast
from pathlib import Path

import pytest

from engine.compile.builders import table
from engine.layers import registry

ROOT = Path(__file__).resolve().parents[2]
ENTRIES = ROOT / "engine/layers/families"
BUILDERS = ROOT / "engine/compile/builders"
NOT_BUILT = {"data", "noise", "block"}


def _texts(folder):
    """Return which texts stand literally in each file of a folder, by its name."""
    return {
        path.stem: {
            node.value
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        for path in folder.glob("*.py")
    }


def _by_family(families, ids):
    return {family.__name__.rpartition(".")[2]: set(ids(family)) for family in families}


ENTRY_IDS = _by_family(registry.FAMILIES, lambda f: (spec.id for spec in f.SPECS))
BUILDER_IDS = _by_family(table.FAMILIES, lambda f: f.BUILDERS)


def test_every_family_has_one_file_of_entries_and_one_of_builders():
    entries = {path.stem for path in ENTRIES.glob("*.py")} - {"__init__"}
    builders = {path.stem for path in BUILDERS.glob("*.py")} - {"__init__", "table"}
    assert entries == builders == set(ENTRY_IDS) == set(BUILDER_IDS)


@pytest.mark.parametrize("family", sorted(ENTRY_IDS))
def test_entries_and_builders_of_a_family_are_the_same(family):
    assert ENTRY_IDS[family] - BUILDER_IDS[family] <= NOT_BUILT
    assert BUILDER_IDS[family] <= ENTRY_IDS[family]


def test_no_id_is_built_twice():
    assert sum(map(len, BUILDER_IDS.values())) == len(table.BUILDERS)


def test_ids_stand_literally_in_both_files():
    entries, builders = _texts(ENTRIES), _texts(BUILDERS)
    datasets = ROOT / "engine/layers/datasets"
    builders["view"] |= ENTRY_IDS["view"]  # those that take anything need no line
    entries["source"] |= set().union(*_texts(datasets).values())
    missing = [
        (family, type_id)
        for texts, ids in ((entries, ENTRY_IDS), (builders, BUILDER_IDS))
        for family, members in ids.items()
        for type_id in members
        if type_id not in texts[family]
    ]
    assert missing == []
