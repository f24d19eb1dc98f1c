"""The gallery: every preset has a card, found by words, opened by mouse and keys."""

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPixmap
from PySide6.QtWidgets import QMainWindow

import presets
from engine import i18n
from workbench import theme
from workbench.dialogs import cards, pictures
from workbench.dialogs.gallery import Gallery
from workbench.dialogs.presets import PresetDialog
from workbench.theme.tokens import SPACE_M

TRANSLATIONS = Path(__file__).parents[3] / "assets" / "translations"


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


def test_every_preset_has_a_card_family_by_family(gallery):
    assert {c.info.id for c in gallery.cards} == set(presets.all_ids())
    assert all(card.info.family != presets.OTHERS for card in gallery.cards)
    families = [card.info.family for card in gallery.cards]
    assert list(dict.fromkeys(families)) == list(presets.FAMILIES)


def test_fifteen_cards_are_whole_in_the_room_of_a_window_of_1440(qtbot, gallery):
    gallery.resize(1408, 716)
    qtbot.wait(10)
    port = gallery.area.viewport()
    whole = [
        card for card in gallery.cards
        if port.rect().contains(card.geometry())
    ]  # fmt: skip
    assert len(whole) >= 15
    card = gallery.cards[0]
    assert 264 <= card.width() <= 272
    assert 212 <= card.height() <= 216


@pytest.mark.parametrize("family", list(presets.FAMILIES))
def test_a_chip_leads_to_its_family_and_all_leads_back(qtbot, gallery, family):
    qtbot.mouseClick(gallery.chips[family], Qt.MouseButton.LeftButton)
    assert [c.info.id for c in gallery.shown] == list(presets.FAMILIES[family])
    assert gallery.shown[0].isVisible()
    assert gallery.shown[0].pos() == QPoint(0, 0)
    down = [name for name, chip in gallery.chips.items() if chip.isChecked()]
    assert down == [family]
    qtbot.mouseClick(gallery.chips[""], Qt.MouseButton.LeftButton)
    assert gallery.shown == gallery.cards


def test_a_search_stays_within_the_family(gallery):
    gallery.show_family("Language")
    gallery.search.setText("lstm")
    assert gallery.shown[0].info.id == "char-lstm"
    assert all(card.info.family == "Language" for card in gallery.shown)


def test_cards_never_overlap_and_use_the_width(gallery):
    for width in (300, 640, 1300):
        gallery.resize(width, 600)
        places = [card.geometry() for card in gallery.cards]
        assert not any(a.intersects(b) for a in places for b in places if a is not b)
        room = gallery.area.viewport().width()
        assert all(place.right() < room and place.width() > 200 for place in places)


def test_a_click_opens_and_the_button_that_it_shows_trains(qtbot, gallery):
    card = card_of(gallery, "spirals")
    with qtbot.waitSignal(gallery.chosen) as chosen:
        qtbot.mouseClick(card, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    assert chosen.args == ["spirals"]
    assert not card_of(gallery, "sine").train.isVisible()
    gallery.activateWindow()
    card.setFocus()
    qtbot.waitUntil(card.train.isVisible)
    with qtbot.waitSignal(gallery.train_wanted) as wanted:
        qtbot.mouseClick(card.train, Qt.MouseButton.LeftButton)
    assert wanted.args == ["spirals"]
    assert card.rect().contains(card.train.geometry())


def test_enter_trains_the_card_with_the_keyboard_and_space_opens_it(qtbot, gallery):
    card = card_of(gallery, "sine")
    with qtbot.waitSignal(gallery.train_wanted) as wanted:
        qtbot.keyClick(card, Qt.Key.Key_Return)
    assert wanted.args == ["sine"]
    with qtbot.waitSignal(gallery.chosen) as chosen:
        qtbot.keyClick(card, Qt.Key.Key_Space)
    assert chosen.args == ["sine"]


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
    near = [card.info.id for card in gallery.shown]
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


@pytest.mark.parametrize("width", [300, 640, 1300])
def test_titles_and_first_sentences_have_room(gallery, width):
    gallery.resize(width, 600)
    for card in gallery.cards:
        inner = card.width() - 2 * SPACE_M
        title = QFontMetricsF(cards._title_font()).horizontalAdvance(card.info.title)
        assert title <= inner
        assert card.info.watch in card.toolTip() or "&" in card.toolTip()


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("preset_id", presets.all_ids())
def test_what_a_preset_reaches_is_never_cut_off_before_its_figure(
    qtbot, preset_id, language
):
    i18n.load(language, TRANSLATIONS)
    try:
        card = cards.PresetCard(presets.info(preset_id))
        qtbot.addWidget(card)
        goal = card.goal()
        figure = re.search(r"[≤≥<>] ?[\d.]+|[\d.]+", goal)
        metrics = QFontMetricsF(cards._small_font())
        width = cards.CARD_PX - 2 * SPACE_M
        assert figure.group() in cards.with_figure(goal, metrics, width)
    finally:
        i18n.install("en", {})


def test_the_line_of_a_card_is_its_first_sentence():
    assert cards.first_sentence("One net. It learns.") == "One net."
    assert cards.first_sentence("ひとつ。学ぶ。") == "ひとつ。"
    assert cards.first_sentence("No end") == "No end"


@pytest.mark.parametrize("preset_id", presets.all_ids())
def test_the_part_of_a_picture_that_shows_lies_inside_it(qapp, preset_id):
    picture = QPixmap(str(presets.thumbnail(preset_id, "dark")))
    part = pictures.inside(preset_id, picture, 120 / 264)
    assert QRectF(picture.rect()).contains(part)
    assert part.height() / part.width() == pytest.approx(120 / 264)
    if picture.height() == 400:
        assert preset_id in pictures._INSIDE
    else:
        assert part == QRectF(picture.rect())


@pytest.mark.parametrize("preset_id", presets.all_ids())
@pytest.mark.parametrize("look", ["dark", "light"])
def test_pictures_are_small_and_of_the_promised_size(preset_id, look):
    path = presets.thumbnail(preset_id, look)
    assert path.stat().st_size <= 25 * 1024
    assert QImage(str(path)).size() in {QSize(640, 400), QSize(528, 240)}


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
