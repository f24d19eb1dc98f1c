"""The gallery: every preset has a card, found by words, opened by mouse and keys."""

import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QImage
from PySide6.QtWidgets import QMainWindow

import presets
from workbench import theme
from workbench.dialogs import cards
from workbench.dialogs.gallery import Gallery
from workbench.dialogs.presets import PresetDialog
from workbench.theme.tokens import SPACE_M


@pytest.fixture
def gallery(qtbot):
    gallery = Gallery()
    qtbot.addWidget(gallery)
    gallery.resize(920, 600)
    gallery.show()
    qtbot.waitUntil(lambda: gallery.is_complete, timeout=20_000)
    return gallery


def card_of(gallery, preset_id):
    return next(card for card in gallery.cards if card.info.id == preset_id)


def test_every_preset_has_a_card_below_its_family(gallery):
    assert {c.info.id for c in gallery.cards} == set(presets.all_ids())
    assert all(card.info.family != presets.OTHERS for card in gallery.cards)
    families = [card.info.family for card in gallery.cards]
    assert list(dict.fromkeys(families)) == list(presets.FAMILIES)
    for before, after in zip(gallery.cards, gallery.cards[1:], strict=False):
        is_same = before.info.family == after.info.family
        assert is_same or after.y() > before.geometry().bottom()


def test_cards_never_overlap_and_use_the_width(gallery):
    for width in (300, 640, 1300):
        gallery.resize(width, 600)
        places = [card.geometry() for card in gallery.cards]
        assert not any(a.intersects(b) for a in places for b in places if a is not b)
        room = gallery.area.viewport().width()
        assert all(place.right() < room and place.width() > 200 for place in places)


def test_a_click_opens_and_the_button_trains(qtbot, gallery):
    card = card_of(gallery, "spirals")
    with qtbot.waitSignal(gallery.chosen) as chosen:
        qtbot.mouseClick(card, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    assert chosen.args == ["spirals"]
    with qtbot.waitSignal(gallery.train_wanted) as wanted:
        qtbot.mouseClick(card.train, Qt.MouseButton.LeftButton)
    assert wanted.args == ["spirals"]
    with qtbot.waitSignal(gallery.chosen) as chosen:
        qtbot.mouseClick(card.open, Qt.MouseButton.LeftButton)
    assert chosen.args == ["spirals"]


def test_search_puts_the_best_first_and_enter_opens_it(qtbot, gallery):
    gallery.search.setFocus()
    qtbot.keyClicks(gallery.search, "spiral")
    assert gallery.shown[0].info.id == "spirals"
    assert not card_of(gallery, "diabetes").isVisible()
    with qtbot.waitSignal(gallery.chosen) as chosen:
        qtbot.keyClick(gallery.search, Qt.Key.Key_Return)
    assert chosen.args == ["spirals"]


def test_search_finds_families_and_says_when_nothing_fits(gallery):
    gallery.search.setText("broken on purpose")
    assert {card.info.family for card in gallery.shown} == {"Broken on purpose"}
    gallery.search.setText("zzqqxx")
    assert not gallery.shown
    assert gallery.nothing.isVisible()
    gallery.search.clear()
    assert gallery.shown == gallery.cards


@pytest.mark.parametrize(
    ("words", "first", "others"),
    [
        ("time series", "sunspots", set()),
        ("tabular", None, {"diabetes", "breast-cancer", "unscaled"}),
        ("lstm", "char-lstm", {"digits-lstm", "sunspots"}),
        ("attention", None, {"tiny-gpt", "fine-tune-gpt", "seq2seq"}),
        ("mnist gan", "dcgan", set()),
        ("forecast sunspots", "sunspots", set()),
    ],
)
def test_search_finds_by_data_and_layers(gallery, words, first, others):
    gallery.search.setText(words)
    near = [c.info.id for c in gallery.shown if c.distance(words) < 3]
    assert first is None or near[0] == first
    assert others <= set(near)
    assert first is None or others or near == [first]


def test_arrows_walk_over_the_cards(qtbot, gallery):
    gallery.activateWindow()
    gallery.search.setFocus()
    qtbot.keyClick(gallery.search, Qt.Key.Key_Down)
    first, second = gallery.cards[:2]
    qtbot.waitUntil(first.hasFocus)
    qtbot.keyClick(first, Qt.Key.Key_Right)
    assert second.hasFocus()
    qtbot.keyClick(second, Qt.Key.Key_Down)
    below = next(card for card in gallery.cards if card.hasFocus())
    assert (below.x(), below.y() > second.y()) == (second.x(), True)
    with qtbot.waitSignal(gallery.train_wanted) as wanted:
        qtbot.keyClick(below, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert wanted.args == [below.info.id]
    qtbot.keyClick(below, Qt.Key.Key_Up)
    qtbot.keyClick(second, Qt.Key.Key_Up)
    assert gallery.search.hasFocus()


def test_pictures_are_read_for_what_is_seen_and_again_for_another_theme(
    qtbot, qapp, gallery
):
    first, last = gallery.cards[0], gallery.cards[-1]
    qtbot.waitUntil(lambda: not first.needs_picture)
    assert last.needs_picture
    other = "light" if theme.current().name == "dark" else "dark"
    theme.apply(qapp, other)
    assert first.needs_picture
    qtbot.waitUntil(lambda: not first.needs_picture)
    theme.apply(qapp, "dark")


def test_long_words_end_in_an_ellipsis_on_the_last_line(qapp):
    font, text = qapp.font(), "one two three four five six seven eight nine ten " * 4
    fits = QFontMetricsF(font).horizontalAdvance
    width = fits("one two three four ")
    lines = cards.broken(text, font, width, 3)
    assert all(fits(line) <= width + 1 for line in lines)
    assert len(lines) == 3
    assert lines[-1].endswith("…")
    assert text.startswith(f"{lines[0]} {lines[1]} ")
    assert " ".join(cards.broken(text, font, width, 99)) == text.strip()


@pytest.mark.parametrize("width", [300, 640, 1300])
def test_cards_say_all_that_there_is_to_watch(gallery, width):
    gallery.resize(width, 600)
    for card in gallery.cards:
        inner = card.width() - 2 * SPACE_M
        title = QFontMetricsF(cards._title_font()).horizontalAdvance(card.info.title)
        assert title <= inner
        for words, most in ((card.info.watch, 7), (card.goal(), 2)):
            lines = cards.broken(words, card.font(), inner, most)
            assert " ".join(lines) == words
        assert card.height() >= card.height_for(card.width())


@pytest.mark.parametrize("preset_id", presets.all_ids())
@pytest.mark.parametrize("look", ["dark", "light"])
def test_pictures_are_small_and_of_the_promised_size(preset_id, look):
    path = presets.thumbnail(preset_id, look)
    assert path.stat().st_size <= 25 * 1024
    assert QImage(str(path)).size() == QSize(640, 400)


def test_the_dialog_closes_with_the_choice(qtbot):
    window = QMainWindow()
    qtbot.addWidget(window)
    dialog = PresetDialog(window)
    dialog.show()
    qtbot.waitUntil(lambda: dialog.gallery.is_complete, timeout=20_000)
    card = dialog.gallery.cards[1]
    with qtbot.waitSignal(dialog.train_wanted) as wanted:
        qtbot.mouseClick(card.train, Qt.MouseButton.LeftButton)
    assert wanted.args == [card.info.id]
    assert not dialog.isVisible()
