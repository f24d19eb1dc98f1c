import pytest

from engine.errors import DocumentError
from engine.training.listing import emptying, trash


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return a folder of runs; two of three are in the trash, 3,500 bytes together."""
    monkeypatch.setattr(emptying, "PART_S", 60.0)  # however busy the machine is
    for name, sizes in (("a", (1000,)), ("b", (500, 2000)), ("c", (1,))):
        for number, size in enumerate(sizes):
            file = tmp_path / "runs" / name / "deep" / str(number)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(bytes(size))
    trash.discard(tmp_path / "runs", ("a", "b"))
    return tmp_path / "runs"


def test_trash_is_weighed_and_emptied_and_nothing_else(folder):
    told = emptying.weighed(folder)
    assert (told.runs, told.bytes, told.total, told.is_last) == (
        ("a", "b"),
        3500,
        2,
        True,
    )
    gone = emptying.emptied(folder, told.runs)
    assert (gone.runs, gone.bytes, gone.left, gone.refused) == (told.runs, 3500, (), "")
    assert [*(folder / trash.FOLDER).iterdir()] == []
    assert (folder / "c" / "deep" / "0").read_bytes() == bytes(1)


def test_run_that_came_into_the_trash_later_stays(folder):
    told = emptying.weighed(folder)
    trash.discard(folder, ("c",))
    emptying.emptied(folder, told.runs)
    assert [path.name for path in (folder / trash.FOLDER).iterdir()] == ["c"]
    assert trash.restore(folder, ("c",)).runs == ("c",)


def test_links_in_the_trash_go_and_what_they_lead_to_stays(folder, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_bytes(bytes(10_000))
    (folder / trash.FOLDER / "link").symlink_to(outside)
    (folder / trash.FOLDER / "a" / "link").symlink_to(outside)
    told = emptying.weighed(folder)
    assert told.bytes < 10_000
    assert emptying.emptied(folder, told.runs).refused == ""
    assert (outside / "kept").stat().st_size == 10_000
    assert not [*(folder / trash.FOLDER).iterdir()]


def test_trash_that_is_a_link_and_names_that_lead_out_are_refused(folder, tmp_path):
    for name in ("../c", "..", ".", "", "x/y", ".gone-../c", ".index.json"):
        with pytest.raises(DocumentError):
            emptying.emptied(folder, (name,))
    assert (folder / "c").is_dir()
    (folder / trash.FOLDER).rename(tmp_path / "elsewhere")
    (folder / trash.FOLDER).symlink_to(tmp_path / "elsewhere")
    for ask in (emptying.weighed, lambda where: emptying.emptied(where, ("a",))):
        with pytest.raises(DocumentError, match="elsewhere"):
            ask(folder)


def test_many_runs_come_and_go_in_parts(folder, monkeypatch):
    monkeypatch.setattr(emptying, "PART", 1)
    first = emptying.weighed(folder)
    second = emptying.weighed(folder, 1)
    assert (first.runs, first.is_last, second.runs, second.is_last) == (
        ("a",),
        False,
        ("b",),
        True,
    )
    monkeypatch.setattr(emptying, "PART_S", -1.0)
    gone = emptying.emptied(folder, ("a", "b"))
    assert (gone.runs, gone.left) == (("a",), ("b",))


def test_run_of_which_some_is_gone_already_is_deleted_with_the_others(
    folder, monkeypatch
):
    def cut_off(path):
        raise OSError(5, "Input/output error", str(path))

    with monkeypatch.context() as patched:
        patched.setattr(emptying.shutil, "rmtree", cut_off)
        gone = emptying.emptied(folder, ("a",))
    assert gone.refused == "“a” stays: Input/output error"
    assert trash.restore(folder, ("a",)).runs == ()
    told = emptying.weighed(folder)
    assert told.bytes == 3500
    emptying.emptied(folder, told.runs)
    assert not [*(folder / trash.FOLDER).iterdir()]


def test_folder_without_a_trash_has_nothing(tmp_path):
    assert emptying.weighed(tmp_path / "none").total == 0


def test_what_another_program_left_in_the_trash_does_not_keep_it_full(folder):
    place = folder / trash.FOLDER
    (place / ".DS_Store").write_bytes(bytes(77))
    told = emptying.weighed(folder)
    assert (told.runs, told.bytes, told.total) == (("a", "b"), 3500, 2)
    assert emptying.emptied(folder, told.runs).runs == ("a", "b")
    assert [path.name for path in place.iterdir()] == [".DS_Store"]


def test_nothing_is_moved_through_a_trash_that_is_a_link(folder, tmp_path):
    outside = tmp_path / "elsewhere"
    (outside / "theirs").mkdir(parents=True)
    (folder / "mine").mkdir()
    if (folder / trash.FOLDER).exists():
        (folder / trash.FOLDER).rename(tmp_path / "aside")
    (folder / trash.FOLDER).symlink_to(outside)
    with pytest.raises(DocumentError, match="leads elsewhere"):
        trash.discard(folder, ["mine"])
    with pytest.raises(DocumentError, match="leads elsewhere"):
        trash.restore(folder, ["theirs"])
    assert (folder / "mine").is_dir()
    assert (outside / "theirs").is_dir()
