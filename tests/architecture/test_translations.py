"""Every text that people see has a translation with the same fields."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from engine import i18n

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "assets" / "translations"
CATALOGUES = sorted(FOLDER.glob("*.json"))
MIN_COVERED = 0.97
"""Of the texts; the few that came last may wait for their translator."""
CATALOGUE_FIELDS = {"title", "help", "label", "doc", "unit", "unset", "watch", "text"}
FROM_ELSEWHERE = (
    "engine/data/readers/delimited.py",
    "workbench/app/bars/room_switch.py",
    "workbench/app/commands/palette.py",
    "workbench/app/commands/menu_bar.py",
    "workbench/app/commands/shortcuts.py",
    "workbench/app/commands/submenus.py",
    "workbench/canvas/cards/labels.py",
    "workbench/canvas/commands/menus.py",
    "workbench/canvas/edits/replace.py",
    "workbench/canvas/widgets/layer_list.py",
    "workbench/canvas/widgets/layer_rail.py",
    "workbench/dialogs/cards.py",
    "workbench/dialogs/gallery.py",
    "workbench/dialogs/help/topics.py",
    "workbench/inspector/fields.py",
    "workbench/inspector/training/form.py",
)
"""Files whose variables hold words of the catalogue or of a table elsewhere."""
HOW_TO = """\
Run `.venv/bin/python assets/translations/extract.py`, then fill in the empty
translations of {name}. These are missing:
{texts}"""


@pytest.fixture(scope="module")
def extract() -> ModuleType:
    spec = importlib.util.spec_from_file_location("extract", FOLDER / "extract.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def found(extract: ModuleType):
    return extract.collect()


@pytest.fixture(scope="module")
def texts(found) -> set[str]:
    return set(found.places)


def test_languages_are_there() -> None:
    assert [path.stem for path in CATALOGUES] == ["ja"]


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_texts_are_translated(path: Path, texts: set[str], extract: ModuleType) -> None:
    catalogue = extract.read(path)
    missing = sorted(text for text in texts if not catalogue.get(text))
    covered = 1 - len(missing) / len(texts)
    lines = "\n".join(f"  {text!r}" for text in missing)
    assert covered >= MIN_COVERED, HOW_TO.format(name=path.name, texts=lines)


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_translations_keep_the_fields(path: Path, extract: ModuleType) -> None:
    catalogue = extract.read(path)
    wrong = {
        text: words
        for text, words in catalogue.items()
        if words and extract.fields(text) != extract.fields(words)
    }
    assert not wrong


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_no_translation_is_stale(
    path: Path, texts: set[str], extract: ModuleType
) -> None:
    stale = sorted(extract.read(path).keys() - texts)
    share = len(stale) / len(texts)
    assert share <= 1 - MIN_COVERED, f"extract.py --drop takes away: {stale}"


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_menu_entries_keep_a_key(path: Path, extract: ModuleType) -> None:
    catalogue = extract.read(path)
    lost = [
        text
        for text, words in catalogue.items()
        if words and ("&" in text) != ("&" in words)
    ]
    assert not lost


def test_extract_finds_literals_tables_and_choices(
    extract: ModuleType, texts: set[str]
) -> None:
    source = (
        'LIMIT = "constant"\n'
        '_KINDS = {"key": "table"}\n'
        'tr("literal {n}", n=1)\n'
        'tr("yes" if x else "no")\n'
        "tr(LIMIT)\n"
        "tr(_KINDS[x])\n"
        "tr(unclear)\n"
    )
    words = extract.Words()
    extract.read_source(source, "some.py", words)
    assert set(words.places) == {"literal {n}", "yes", "no", "constant", "table"}
    assert words.unclear == ["some.py:7: unclear"]
    catalogue = {"Learning rate", "Kernel", "reflect", "&File", "Convolution"}
    assert catalogue <= texts


def test_tables_still_exist(extract: ModuleType) -> None:
    for name, constants in extract.TABLES.items():
        source = (ROOT / name).read_text("utf-8")
        assert all(f"{constant}" in source for constant in constants), name


def test_variables_come_from_known_tables(extract: ModuleType, found) -> None:
    known = {*extract.TABLES, *FROM_ELSEWHERE}
    strange = [
        call
        for call in found.unclear
        if call.partition(":")[0] not in known
        and call.rpartition(".")[2] not in CATALOGUE_FIELDS
    ]
    assert not strange, "add the table of these to TABLES in extract.py"


def test_empty_translation_reads_as_english(tmp_path: Path) -> None:
    (tmp_path / "ja.json").write_text('{"Stop": "", "Go": "進む"}', "utf-8")
    i18n.load("ja", tmp_path)
    try:
        assert (i18n.tr("Stop"), i18n.tr("Go")) == ("Stop", "進む")
    finally:
        i18n.install("en", {})
