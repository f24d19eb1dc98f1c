"""Each kind of field shows values, takes edits and steps by keys."""

import pytest
from PySide6.QtCore import Qt

from engine.layers.spec import Param
from workbench.inspector import fields

RATE = Param("lr", "float", 1e-3, "Rate", min=1e-4, max=1.0, log=True)
COUNT = Param("n", "int", 4, "Count", min=1, max=8, unit="steps")
AUTO = Param("k", "int", None, "Size", min=1, optional=True)
WAY = Param("way", "choice", "b", "Way", choices=("a", "b", "c"))
FREE = Param("way", "choice", None, "Way", choices=("a", "b"), optional=True)
ON = Param("on", "bool", False, "On")
PAIR = Param("size", "size", 3, "Kernel", min=1, dims=2)


@pytest.fixture
def made(qtbot):
    def make(param):
        field = fields.make(param)
        qtbot.addWidget(field)
        field.told, field.complaints = [], []
        field.committed.connect(field.told.append)
        field.refused.connect(field.complaints.append)
        field.show()
        return field

    return make


@pytest.mark.parametrize(
    ("param", "kind"),
    [(RATE, fields.LogField), (COUNT, fields.TextField), (WAY, fields.ChoiceField),
     (ON, fields.BoolField), (PAIR, fields.SizeField),
     (Param("p", "float", 0.5, "p"), fields.TextField),
     (Param("k", "size", 3, "k", dims=1), fields.TextField)],
)  # fmt: skip
def test_each_kind_of_parameter_has_its_field(made, param, kind):
    assert type(made(param)) is kind


def typed(field, text, edit=None):
    edit = edit or field.edit
    edit.setText(text)
    edit.editingFinished.emit()


def test_what_is_typed_is_told_once_or_refused_with_what_is_expected(made):
    field = made(COUNT)
    field.show_value(4)
    typed(field, "4")
    assert field.told == []
    typed(field, "7")
    assert field.told == [7]
    typed(field, "9")
    assert field.told == [7]
    assert field.complaints[0].startswith("Expected ")


def test_mixed_and_automatic_values_are_told_in_the_placeholder(made):
    field = made(AUTO)
    field.show_value(None)
    assert (field.edit.text(), field.edit.placeholderText()) == ("", "auto")
    field.show_value(3, mixed=True)
    assert (field.edit.text(), field.edit.placeholderText()) == ("", "—")
    field.show_value(3)
    assert field.edit.text() == "3"
    plain = made(COUNT)
    plain.show_value(3)
    assert plain.edit.placeholderText() == ""


def test_arrow_keys_step_up_and_down_and_end_at_the_limits(qtbot, made):
    field = made(COUNT)
    field.show_value(4)
    qtbot.keyClick(field.edit, Qt.Key.Key_Up)
    qtbot.keyClick(field.edit, Qt.Key.Key_Down)
    assert field.told == [5, 3]
    field.show_value(8)
    qtbot.keyClick(field.edit, Qt.Key.Key_Up)
    assert field.told == [5, 3]
    auto = made(AUTO)
    auto.show_value(None)
    qtbot.keyClick(auto.edit, Qt.Key.Key_Up)
    assert auto.told == []


def test_a_slider_stands_at_its_value_and_tells_the_one_under_it(made):
    field = made(RATE)
    field.show_value(1e-2)
    assert (field.slider.minimum(), field.slider.maximum()) == (0, 280)
    assert field.slider.value() == 140
    assert field.told == []
    field.slider.setValue(210)
    assert field.edit.text() == "0.1"
    assert field.told == [0.1]
    field.slider.setSliderDown(True)
    field.slider.setValue(280)
    assert field.told == [0.1]
    field.show_value(1e-2)
    assert field.slider.value() == 280  # not torn out of the hand
    field.slider.setValue(0)
    field.slider.setSliderDown(False)
    assert field.told == [0.1, 1e-4]


def test_a_choice_tells_its_word_and_nothing_for_the_automatic_one(made):
    field = made(WAY)
    field.show_value("c")
    assert field.combo.currentIndex() == 2
    field.combo.activated.emit(0)
    assert field.told == ["a"]
    field.show_value("c", mixed=True)
    assert field.combo.currentIndex() == -1
    free = made(FREE)
    free.show_value(None)
    assert free.combo.currentText() == "auto"
    free.combo.activated.emit(0)
    free.combo.activated.emit(2)
    assert free.told == [None, "b"]


def test_a_box_is_ticked_or_half_ticked(qtbot, made):
    field = made(ON)
    field.show_value(True)
    assert field.check.checkState() == Qt.CheckState.Checked
    field.show_value(False)
    assert field.check.checkState() == Qt.CheckState.Unchecked
    field.show_value(True, mixed=True)
    assert field.check.checkState() == Qt.CheckState.PartiallyChecked
    field.show_value(False)
    field.check.click()
    field.check.click()
    assert field.told == [True, False]


def test_a_linked_size_takes_the_number_that_was_changed(made):
    field = made(PAIR)
    field.show_value(3)
    assert [edit.text() for edit in field.edits] == ["3", "3"]
    assert field.link.isChecked()
    typed(field, "5", field.edits[1])
    assert field.told == [5]
    field.show_value((2, 4))
    assert [edit.text() for edit in field.edits] == ["2", "4"]
    assert not field.link.isChecked()
    typed(field, "6", field.edits[0])
    assert field.told == [5, (6, 4)]
    field.link.click()
    assert field.told[-1] == 6
    names = [edit.accessibleName() for edit in field.edits]
    assert names == ["Kernel, dimension 1", "Kernel, dimension 2"]
    field.show_value(3, mixed=True)
    assert [edit.text() for edit in field.edits] == ["", ""]
    assert field.edits[0].placeholderText() == "—"
