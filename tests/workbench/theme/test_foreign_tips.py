"""What strangers wrote is shown literally in tooltips and questions, never as HTML."""

import ast
from pathlib import Path

import pytest

import workbench
from engine.protocol.data.surveys import PreparationStep
from engine.protocol.findings import Evidence
from workbench.app.bars.finish_bar import FinishBar
from workbench.app.commands import menu_bar
from workbench.data.steps_view import StepsView
from workbench.explain.steps_bar import Chip, StepsBar
from workbench.inspector.parts.evidence import EvidencePlot
from workbench.inspector.section import Section

PICTURE = '<img src="red.png" width=200><b>x</b>'


def _chip(qtbot):
    chip = Chip("forward", 0)
    qtbot.addWidget(chip)
    chip.say("here", PICTURE)
    return chip.toolTip()


def _next(qtbot):
    bar = StepsBar()
    qtbot.addWidget(bar)
    bar.say({}, PICTURE, can_back=True)
    return bar.next.toolTip()


def _step(qtbot):
    view = StepsView()
    qtbot.addWidget(view)
    view.show_steps([PreparationStep("Scale", PICTURE, 0)])
    return view.buttons[0].toolTip()


def _evidence(qtbot):
    plot = EvidencePlot(Evidence(PICTURE, 1.0, "≤", 2.0))
    qtbot.addWidget(plot)
    return plot.toolTip()


def _section(qtbot):
    section = Section("Title")
    qtbot.addWidget(section)
    section.resize(40, 20)
    section.show()
    section.show_value(PICTURE)
    return section._button.toolTip()


def _longer(qtbot):
    bar = FinishBar()
    qtbot.addWidget(bar)
    bar.offer_longer([], PICTURE)
    return bar.longer.toolTip()


def _menu(_qtbot):
    return menu_bar._tip(f"Undo {PICTURE}", "Ctrl+Z", "")


@pytest.mark.parametrize(
    "shown", [_chip, _next, _step, _evidence, _section, _longer, _menu]
)
def test_names_are_letters_in_tooltips(qtbot, shown):
    words = shown(qtbot)
    assert "&lt;img" in words
    assert "<img" not in words


def test_words_with_fields_in_tooltips_go_through_tip():
    """A tooltip that is filled in where it is set may hold anybody's words."""
    found = []
    for path in sorted(Path(workbench.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and _name(node) == "setToolTip":
                filled = _filled(node.args[-1])
                found += [f"{path.name}:{node.lineno}"] if filled else []
    assert found == []


def _name(call):
    return getattr(call.func, "attr", "")


def _filled(node):
    """Return whether a tooltip is made of words and fields without `tip`."""
    if isinstance(node, ast.JoinedStr):
        first = node.values[0]
        is_ours = isinstance(first, ast.Constant) and first.value == "<qt>"
        fields = [v.value for v in node.values if isinstance(v, ast.FormattedValue)]
        is_ours |= all(ast.unparse(f).startswith("tr(") for f in fields)
        return not is_ours and ast.unparse(node) != "f'{words}  ({keys})'"
    if isinstance(node, ast.IfExp):
        return _filled(node.body) or _filled(node.orelse)
    is_tr = isinstance(node, ast.Call) and ast.unparse(node.func) == "tr"
    return is_tr and bool(node.keywords)
