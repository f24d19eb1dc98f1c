from workbench.dialogs import fuzzy
from workbench.dialogs.palette import Command, found


def test_beginning_of_a_word_beats_its_middle():
    assert fuzzy.score("tr", "Train") < fuzzy.score("ra", "Train")
    assert fuzzy.score("st", "One step") < fuzzy.score("st", "Last")


def test_letters_in_order_fit_and_others_do_not():
    assert fuzzy.score("owe", "Open weights") is not None
    assert fuzzy.score("xyz", "Open weights") is None


def test_begins_asks_for_the_beginning_of_a_word():
    assert fuzzy.begins("series", "Time series")
    assert fuzzy.begins("time ser", "Time series")
    assert not fuzzy.begins("ries", "Time series")
    assert fuzzy.begins("ries", "series and riesling")


def test_found_keeps_the_order_of_equals():
    commands = [Command(text, lambda: None) for text in ("Stop", "Step", "Save")]
    assert [c.text for c in found(commands, "")] == ["Stop", "Step", "Save"]
    assert [c.text for c in found(commands, "ste")] == ["Step"]
