"""The help: complete in both languages, searched, walked through, literal, offline."""

import re

import pytest
import torch
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QLineEdit, QWidget

from engine import i18n
from engine.export import formats
from engine.graph.options import OPTIMIZERS, PHASE_PARAMS, SCHEDULES, TRAINING_PARAMS
from engine.layers import registry
from engine.layers.datasets.catalogue import DATASETS
from engine.protocol.past_runs import Comparison
from workbench.app.compare.window import CompareWindow
from workbench.app.docks.docks import TITLES
from workbench.dialogs.base import Dialog
from workbench.dialogs.bench.better import BetterDialog
from workbench.dialogs.bench.preflight import PreflightDialog
from workbench.dialogs.export import ExportDialog
from workbench.dialogs.help import markup, topics
from workbench.dialogs.help.topics import FOLDER, Topic
from workbench.dialogs.help.window import HelpWindow
from workbench.dialogs.judging.report import ReportDialog
from workbench.dialogs.shortcuts import ShortcutsDialog
from workbench.dialogs.weights import WeightsDialog
from workbench.theme.tokens import DARK, LIGHT

LANGUAGES = ("en", "ja")
FIELD = {
    "activation", "attention", "autograd", "backpropagation", "batch",
    "batch-normalisation", "bias", "chain-rule", "checkpoint", "convolution",
    "cross-entropy", "dropout", "embedding", "epoch", "fine-tuning",
    "generalisation", "gradient", "gradient-clipping", "gradient-descent",
    "initialisation", "learning-rate", "logits", "loss", "metric", "momentum",
    "optimizer", "overfitting", "pooling", "regularisation", "relu",
    "residual-connection", "softmax", "step", "stride", "tensor", "underfitting",
    "validation", "vanishing-gradients", "exploding-gradients", "weight-decay",
}  # fmt: skip
LINK = re.compile(r"\]\(([^)]+)\)")


def own(language):
    text = (FOLDER / f"{language}.md").read_text("utf-8")
    return {topic.id: topic for topic in topics.pages(text)}


@pytest.fixture
def japanese():
    folder = FOLDER.parent / "translations"
    i18n.load("ja", folder)
    yield
    i18n.install("en", {})


@pytest.fixture
def help_(qtbot):
    parent = QWidget()
    qtbot.addWidget(parent)
    window = HelpWindow(parent)
    window.show()
    yield window
    parent.close()


def entries(window):
    tree = window.list
    return [tree.topLevelItem(i).text(0) for i in range(tree.topLevelItemCount())]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_panel_and_every_word_of_the_field_has_a_page(language):
    pages = own(language)
    assert {f"panel/{name}" for name in TITLES} <= pages.keys()
    assert {f"word/{name}" for name in FIELD} <= pages.keys()
    assert all(topic.body and topic.title and topic.group for topic in pages.values())


def test_both_languages_have_the_same_pages_in_the_same_order():
    assert list(own("en")) == list(own("ja"))
    links = [
        {i: sorted(LINK.findall(t.body)) for i, t in own(language).items()}
        for language in LANGUAGES
    ]
    assert links[0] == links[1]


def test_japanese_pages_are_in_japanese():
    kana = re.compile(r"[\u3040-\u30ff]")
    assert [t.id for t in own("ja").values() if not kana.search(t.body)] == []


def test_every_layer_setting_and_data_set_has_a_page():
    known = topics.topics().keys()
    specs = [s.id for s in registry.all_specs() if s.id not in ("block", "reroute")]
    wanted = {f"layer/{name}" for name in specs}
    wanted |= {f"setting/{name}" for name in (*TRAINING_PARAMS, *PHASE_PARAMS)}
    wanted |= {f"optimizer/{name}" for name in OPTIMIZERS}
    wanted |= {f"schedule/{name}" for name in SCHEDULES}
    wanted |= {f"data/{name}" for name in DATASETS}
    assert wanted <= known


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_link_leads_nowhere(language):
    known = topics.topics().keys()
    links = [link for t in own(language).values() for link in LINK.findall(t.body)]
    assert len(links) > 25
    assert [link for link in links if link not in known] == []


def test_page_of_a_layer_says_all_that_the_catalogue_says(qapp):
    spec, document = registry.get("conv2d"), QTextDocument()
    topic = topics.topics()["layer/conv2d"]
    document.setHtml(markup.html(topic.body, DARK))
    said = " ".join(document.toPlainText().split())
    for words in (spec.help, spec.source, *(p.label for p in spec.params)):
        assert " ".join(words.split()) in said
    for param in spec.params:
        assert param.doc in said


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=lambda each: each.name)
def test_names_draw_no_markup_and_marks_are_what_they_say(qapp, tokens):
    evil = "<img src='x.png'> <b>bold</b> *stars* `code` [a](b) | & \\"
    body = f"### {topics.literal(evil)}\n\n- {topics.literal(evil)}\n\n"
    body += f"| {topics.literal(evil)} | 1 |\n| {topics.literal(evil)} | 2 |\n"
    body += f"`{evil.replace('`', '')}`\n:::loss {topics.literal(evil)}\n:::\n"
    html = markup.html(body, tokens)
    assert "<img" not in html
    assert "<b>" not in html
    document = QTextDocument()
    document.setHtml(html)
    assert document.toPlainText().count("<img src='x.png'> <b>bold</b> *stars*") == 6


def test_marks_become_what_they_stand_for():
    html = markup.html("A **b** *c* `d` [e](word/loss) \\*f\\*", DARK)
    assert "<i>c</i>" in html
    assert "<code>d</code>" in html
    assert '<a href="word/loss">e</a>' in html
    assert "*f*" in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_of_the_four_steps_are_those_that_torch_computes(language):
    """Every number of the worked example, by automatic differentiation."""
    body = own(language)["start/backprop"].body
    w = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
    b = torch.tensor(0.1, dtype=torch.float64, requires_grad=True)
    y = w * 2 + b
    y.retain_grad()
    loss = (y - 2) ** 2
    loss.backward()
    new_w, new_b = w - 0.1 * w.grad, b - 0.1 * b.grad
    ends = {
        "y = ": y, "L = ": loss, "∂L/∂y": y.grad, "∂L/∂w": w.grad, "∂L/∂b": b.grad,
        "w ← ": new_w, "b ← ": new_b,
    }  # fmt: skip
    lines = re.findall(r"^`(.+)`$", body, re.MULTILINE)
    assert len(lines) == len(ends)
    for line, (start, value) in zip(lines, ends.items(), strict=True):
        assert line.startswith(start)
        shown = line.rpartition("= ")[2].replace("−", "-")
        assert float(shown) == pytest.approx(value.item(), abs=1e-9)
    assert (new_w * 2 + new_b).item() == pytest.approx(2)
    assert "0.86 · 2 + 0.28" in body


def test_search_finds_by_name_by_other_words_and_by_what_is_said(qtbot, help_):
    for typed, first in (
        ("backprop", "Backpropagation"),
        ("conv2d", "Conv2d"),
        ("lr", "Learning rate"),
        ("vanishing", "Vanishing gradients"),
    ):
        help_.search.clear()
        qtbot.keyClicks(help_.search, typed)
        assert first in entries(help_)[:4], typed
    help_.search.clear()
    qtbot.keyClicks(help_.search, "never overwritten")
    assert entries(help_)[0] == "Runs and files"
    assert help_.topic == "start/runs"


def test_search_without_a_result_says_so(qtbot, help_):
    assert not help_.nothing.isVisible()
    qtbot.keyClicks(help_.search, "qqzzxx")
    assert help_.nothing.isVisible()
    assert entries(help_) == []


def test_arrows_walk_through_what_was_found(qtbot, help_):
    qtbot.keyClicks(help_.search, "gradient")
    first = help_.topic
    qtbot.keyClick(help_.search, Qt.Key.Key_Down)
    assert help_.topic != first
    assert help_.page.toPlainText().strip()


def test_links_lead_on_and_the_way_back_is_kept(qtbot, help_):
    help_.open_at("panel/loss")
    help_.page.anchorClicked.emit(QUrl("word/overfitting"))
    assert help_.topic == "word/overfitting"
    qtbot.keyClick(help_, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert help_.topic == "panel/loss"
    qtbot.mouseClick(help_.forward, Qt.MouseButton.LeftButton)
    assert help_.topic == "word/overfitting"
    assert not help_.forward.isEnabled()


def test_unknown_page_is_the_first(help_):
    help_.open_at("word/nothing-of-the-kind")
    assert help_.topic == topics.FIRST


def test_pages_load_nothing(help_):
    kind = QTextDocument.ResourceType.ImageResource
    assert help_.page.loadResource(kind, QUrl("file:///etc/passwd")) is None
    assert not help_.page.openLinks()
    assert not help_.page.openExternalLinks()


def test_escape_closes(qtbot, help_):
    qtbot.keyClick(help_.search, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not help_.isVisible())


def test_in_japanese_pages_and_catalogue_are_japanese(japanese, help_):
    help_.open_at("panel/loss")
    assert "学習損失は下がり" in help_.page.toPlainText()
    help_.search.setText("過学習")  # QTest types no Japanese
    assert help_.topic == "word/overfitting"
    body = topics.topics()["layer/linear"].body
    assert "設定" in body


def test_a_topic_of_a_file_is_read_as_it_stands():
    text = "# Group\n\n## a/b | Title | one, two\n\nBody\n## c | Other\nMore\n"
    assert list(topics.pages(text)) == [
        Topic("a/b", "Title", "Group", "Body", ("one", "two")),
        Topic("c", "Other", "Group", "More"),
    ]


@pytest.mark.parametrize(
    "kind",
    [
        Dialog, ExportDialog, ShortcutsDialog, WeightsDialog, ReportDialog,
        PreflightDialog, BetterDialog, CompareWindow,
    ],
)  # fmt: skip
def test_f1_in_a_dialog_opens_the_page_about_it(qtbot, tmp_path, kind):
    made = {
        Dialog: lambda: Dialog("Title"),
        ExportDialog: lambda: ExportDialog(tmp_path, "net", formats.told()),
        ShortcutsDialog: lambda: ShortcutsDialog({"Edit": [("Undo", "Ctrl+Z")]}),
        WeightsDialog: lambda: WeightsDialog(tmp_path, tmp_path),
        ReportDialog: ReportDialog,
        PreflightDialog: PreflightDialog,
        BetterDialog: lambda: BetterDialog({}),
        CompareWindow: lambda: CompareWindow(Comparison((), (), ())),
    }[kind]()
    qtbot.addWidget(made)
    made.open()
    field = made.findChild(QLineEdit) or made
    qtbot.keyClick(field, Qt.Key.Key_F1)
    (shown,) = made.findChildren(HelpWindow)
    assert shown.isVisible()
    assert shown.topic == kind.topic
    assert kind.topic in topics.topics()
    qtbot.keyClick(field, Qt.Key.Key_F1)
    assert made.findChildren(HelpWindow) == [shown]
    shown.close()
