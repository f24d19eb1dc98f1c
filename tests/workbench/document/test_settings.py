"""Settings survive a restart and broken values."""

import errno
import json
import os
from pathlib import Path

from PySide6.QtCore import QByteArray

from workbench.document.settings import MAX_RECENT, Settings


def test_values_are_there_at_the_next_start(qapp, tmp_path):
    settings = Settings()
    settings.theme, settings.language = "light", "ja"
    settings.set_window("geometry", QByteArray(b"abc"))
    settings.set_flag("reduced_motion", on=True)
    settings.save()
    again = Settings()
    assert (again.theme, again.language) == ("light", "ja")
    assert again.window("geometry") == QByteArray(b"abc")
    assert again.flag("reduced_motion", default=False)


def test_broken_values_read_as_defaults(qapp):
    settings = Settings()
    settings.theme = "purple"
    settings._store.setValue("recent", "{not json")
    assert settings.theme == "dark"
    assert settings.recent == []


def test_recent_files_are_newest_first_and_exist(qapp, tmp_path):
    settings = Settings()
    files = [tmp_path / f"{i}.bpw" for i in range(MAX_RECENT + 3)]
    for path in files:
        path.touch()
        settings.add_recent(path)
    settings.add_recent(files[5])
    files[4].unlink()
    recent = settings.recent
    assert recent[0] == files[5].resolve()
    assert len(recent) == MAX_RECENT - 1
    assert files[4] not in recent
    assert settings.folder == tmp_path.resolve()


def test_places_that_no_system_can_look_at_are_not_there(qapp, tmp_path, monkeypatch):
    settings = Settings()
    for name in ("w" * 5000, "a\0b", str(tmp_path / "real.bpw")):
        settings._store.setValue("folder", name)
        assert settings.folder == Path.home()
    (tmp_path / "real.bpw").touch()
    names = ["/" + "w" * 5000, "a\0b", str(tmp_path / "real.bpw")]
    settings._store.setValue("recent", json.dumps(names))
    assert settings.recent == [tmp_path / "real.bpw"]


def test_a_mount_that_is_gone_holds_up_nothing(qapp, tmp_path, monkeypatch):
    settings = Settings()
    settings.add_recent(tmp_path / "far.bpw")

    def gone(*_args, **_named):
        raise OSError(errno.ENOTCONN, "Transport endpoint is not connected")

    monkeypatch.setattr(os, "stat", gone)
    assert settings.recent == []
    assert settings.folder == Path.home()


def test_what_the_disk_refuses_is_told_kept_and_tried_again(qapp):
    settings = Settings()
    settings.set_lesson("04-backward", 2)
    assert settings.save()
    path = Path(settings._store.fileName())
    before, folder, names = path.read_bytes(), path.parent, list(path.parent.iterdir())
    aside = folder.with_name("aside")
    folder.rename(aside)  # no file can be made where the folder has been
    folder.write_text("")
    settings.set_lesson("05-update", 1)
    assert not settings.save()
    assert settings.lessons["05-update"] == 1
    folder.unlink()
    aside.rename(folder)
    assert path.read_bytes() == before
    assert list(folder.iterdir()) == names
    assert settings.save()
    assert Settings().lessons == {"04-backward": 2, "05-update": 1}
    assert b"05-update" in path.read_bytes()
