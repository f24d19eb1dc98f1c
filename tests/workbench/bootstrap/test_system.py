import subprocess
import sys

import pytest

from workbench.bootstrap import check_python, console, display, system

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux only")


@pytest.fixture
def bare(monkeypatch):
    """A Debian without Qt's libraries, seen by an ordinary user."""
    monkeypatch.setattr(system, "_loads", lambda _: False)
    monkeypatch.setattr(system, "has_apt", lambda: True)
    monkeypatch.setattr(system.os, "geteuid", lambda: 1000)
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)


@pytest.mark.usefixtures("bare")
def test_missing_libraries_are_named_with_the_line_that_installs_them():
    with pytest.raises(console.SetupError) as caught:
        system.ensure_libraries(window=False)
    text = str(caught.value)
    assert "libEGL.so.1" in text
    line = next(line for line in text.splitlines() if "apt-get" in line)
    for package in system.DRAWING.values():
        assert package in line
    assert "xcb" not in line


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(
    ("variable", "package"),
    [("DISPLAY", "libxcb-cursor0"), ("WAYLAND_DISPLAY", "libwayland-cursor0")],
)
def test_window_needs_the_libraries_of_its_display(monkeypatch, variable, package):
    monkeypatch.setenv(variable, "0")
    with pytest.raises(console.SetupError, match=package):
        system.ensure_libraries(window=True)


@pytest.mark.usefixtures("bare")
def test_other_distributions_get_the_names_of_the_files(monkeypatch):
    monkeypatch.setattr(system, "has_apt", lambda: False)
    with pytest.raises(console.SetupError, match=r"libGL\.so\.1.*\n.*package manager"):
        system.ensure_libraries(window=False)


def test_root_updates_then_installs(monkeypatch, capsys):
    ran, installed = [], []

    def run(command, **_):
        ran.append(command)
        installed.append("install" in command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(system, "has_apt", lambda: True)
    monkeypatch.setattr(system.os, "geteuid", lambda: 0)
    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(system, "_loads", lambda f: f != "libGL.so.1" or any(installed))
    system.ensure_libraries(window=False)
    assert ran[0][-1] == "update"
    assert ran[1][-4:] == ["install", "-y", "--no-install-recommends", "libgl1"]
    assert "libGL.so.1" in capsys.readouterr().err


@pytest.fixture
def displayless(monkeypatch):
    """A Debian without the programs that tests on a display need."""
    monkeypatch.setattr(system, "has_apt", lambda: True)
    monkeypatch.setattr(system.shutil, "which", lambda _: None)
    monkeypatch.setattr(system, "_loads", lambda _: True)


@pytest.mark.usefixtures("displayless")
def test_display_for_tests_is_installed_by_root_only_and_the_line_is_told(monkeypatch):
    asked = []
    monkeypatch.setattr(system, "_apt", lambda *words: asked.append(words) or True)
    monkeypatch.setattr(system.os, "geteuid", lambda: 1000)
    system.ensure_display()
    assert asked == []
    assert "apt-get install openbox xdotool xvfb" in system.missing_display()
    monkeypatch.setattr(system.os, "geteuid", lambda: 0)
    system.ensure_display()
    assert asked[-1][-3:] == ("openbox", "xdotool", "xvfb")


@pytest.mark.usefixtures("displayless")
def test_display_that_cannot_be_installed_fails_no_other_test(monkeypatch, capsys):
    monkeypatch.setattr(system, "_apt", lambda *_: False)
    monkeypatch.setattr(system.os, "geteuid", lambda: 0)
    system.ensure_display()
    assert "apt-get failed" in capsys.readouterr().err


def test_libraries_of_this_machine_are_found():
    assert system.missing_libraries({"libc.so.6": "libc6"}) == {}
    assert system.missing_libraries({"libnone.so.9": "none"}) == {
        "libnone.so.9": "none"
    }


def test_unreachable_display_counts_as_none(monkeypatch):
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    monkeypatch.setenv("DISPLAY", ":4711")
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-4711")
    assert display.is_configured()
    assert not display.is_reachable()


def test_no_display_is_seen(monkeypatch):
    for name in ("QT_QPA_PLATFORM", "DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert not display.is_configured()
    assert not display.is_reachable()


def test_chosen_platform_is_trusted(monkeypatch):
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert display.is_configured()
    assert display.is_reachable()


def test_old_python_is_told_what_is_needed(monkeypatch, capsys):
    monkeypatch.setattr(sys, "version_info", (3, 6, 1))
    with pytest.raises(SystemExit) as caught:
        check_python()
    assert caught.value.code == 2
    message = capsys.readouterr().err
    assert "needs Python 3.11 or newer; this is 3.6" in message
