import pytest

from engine.errors import DocumentError
from engine.graph.edits import apply_all
from engine.graph.files import serialize
from engine.graph.presets import preset_fix
from engine.graph.settings_text import Assign, assign
from presets import all_presets, load


@pytest.mark.parametrize("name", [info.id for info in all_presets()])
def test_the_fix_of_a_preset_is_one_fix_that_can_be_undone(name):
    project = load(name)
    fix = preset_fix.fix_of(project)
    if "cure" not in project.extra["preset"]:
        assert fix is None
        return
    before = serialize.dumps(project)
    inverse = apply_all(project, fix.edits)
    by_hand = load(name)
    assign(by_hand, by_hand.extra["preset"]["cure"]["set"])
    assert serialize.dumps(project) == serialize.dumps(by_hand) != before
    assert preset_fix.fix_of(project) is None
    apply_all(project, inverse)
    assert serialize.dumps(project) == before


def test_words_are_made_of_the_document_as_it_is_then():
    project = load("too-fast")
    fix = preset_fix.fix_of(project)
    assign(project, ["epochs=77"])
    apply_all(project, fix.edits)
    assert project.training.number("epochs") == 77
    assert project.training.phases[0].optimizer.params["lr"] == 0.003


def test_redo_after_undo_makes_the_same_changes():
    project = load("mnist-cnn")
    before = serialize.dumps(project)
    undo = Assign(("conv1.out_channels=4", "lr=0.5")).apply(project)
    changed = serialize.dumps(project)
    redo = undo.apply(project)
    assert serialize.dumps(project) == before
    redo.apply(project)
    assert serialize.dumps(project) == changed != before


def test_a_fix_that_names_what_is_not_there_is_no_fix():
    project = load("too-fast")
    project.extra["preset"]["cure"]["set"] = ["nothing.of=healthy"]
    assert preset_fix.fix_of(project) is None


def test_a_record_that_is_no_fix_is_refused_with_words():
    with pytest.raises(DocumentError, match="not a cure"):
        preset_fix.read({"text": "nothing to set"})
