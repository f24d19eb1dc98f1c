"""The start page: in nobody's way, one click to a training."""

import json

import pytest
from PySide6.QtCore import Qt

from engine.folder import account
from engine.graph.files import serialize
from engine.graph.files.serialize import loads
from engine.protocol import commands
from engine.protocol.past_runs import RunsMoved
from workbench.app.launch import main
from workbench.options import Options


@pytest.fixture
def page(qtbot, window):
    window.document.new()
    page = window.show_start_page()
    page.begin()
    qtbot.waitUntil(lambda: page.gallery.is_complete, timeout=20_000)
    return page


def test_one_click_trains_a_preset_and_shows_its_canvas(qtbot, page, window, engine):
    card = next(card for card in page.gallery.cards if card.info.id == "xor")
    assert not window.canvas.isVisible()
    card.train_wanted.emit(card.info.id)
    qtbot.waitUntil(lambda: bool(engine.commands(commands.Train)))
    (train,) = engine.commands(commands.Train)
    assert loads(train.document).extra["preset"]["title"] == card.info.title
    assert window.canvas.isVisible()
    assert window.start_page is None


def test_panels_are_away_and_come_back(page, window):
    assert not any(window.docks.is_visible(name) for name in window.docks.names())
    page.empty.click()
    assert window.docks.is_visible("layers")
    assert window.docks.bottom.strip.isVisible()
    assert window.canvas.hasFocus() or not window.isActiveWindow()


def test_escape_shows_the_empty_canvas(qtbot, page, window):
    page.gallery.search.setFocus()
    qtbot.keyClick(page.gallery.search, Qt.Key.Key_Escape)
    assert window.canvas.isVisible()
    assert not window.document.project.graph.nodes


@pytest.mark.parametrize("name", ["xor", None])
def test_only_who_opens_nothing_gets_the_page(window, name):
    main._begin(window, Options(document=name))
    assert (window.start_page is None) == (name is not None)
    if window.start_page:
        window.document.load_preset("sine")
    assert window.start_page is None


def test_the_layout_is_kept_with_its_panels(page, window):
    window.shut_down()
    assert window.start_page is None
    assert not window.docks["layers"].isHidden()


def test_the_toolbar_waits_for_a_document(page, window):
    assert not window.tools.isVisible()
    page.empty.click()
    assert window.tools.isVisible()


def test_runs_and_files_of_last_time_are_offered(qtbot, window, tmp_path):
    path = tmp_path / "mine.bpw"
    serialize.save(window.document.project, path)
    window.settings.add_recent(path)
    folder = window.session.runs_folder
    for day, state in enumerate(("finished", "stopped", "running", "early"), start=1):
        run = folder / f"2026110{day}-120000-abc"
        run.mkdir(parents=True)
        head = {"format": account.FORMAT, "version": account.VERSION, "state": state}
        created = f"2026-11-0{day}T12:00:00+00:00"
        said = {**head, "name": f"Net {day}", "created": created, "document": "{}"}
        (run / "run.json").write_text(json.dumps(said))
    (folder / "99999999-none").mkdir()
    window.document.new()
    page = window.show_start_page()
    page.begin()
    offered = [tile.accessibleName() for tile in page.row.tiles]
    assert offered[0].startswith("mine, ")
    assert [words.partition(",")[0] for words in offered[1:]] == [
        "Net 4", "Net 3", "Net 2",
    ]  # fmt: skip
    assert "stopped early" in offered[1]
    assert "interrupted" in offered[2]
    with qtbot.waitSignal(page.row.run_chosen) as chosen:
        page.row.tiles[1].click()
    assert chosen.args[0].name == "20261104-120000-abc"
    (folder / "20261104-120000-abc" / "run.json").unlink()  # it went to the trash
    window.session.past_runs.shelf.moved.emit(RunsMoved(str(folder), ("x",), True))
    offered = [tile.accessibleName().partition(",")[0] for tile in page.row.tiles]
    assert offered == ["mine", "Net 3", "Net 2", "Net 1"]
    assert page.row.isVisible()
    page.row.tiles[0].click()
    assert window.document.path == path
    assert window.start_page is None


def test_who_is_new_sees_no_row(page):
    assert page.row.tiles == []
    assert not page.row.isVisible()
