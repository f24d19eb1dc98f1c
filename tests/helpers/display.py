"""An X display with a window manager, and hands that press its keys."""

import os
import subprocess
import sys
import time
from pathlib import Path

from workbench.bootstrap import system

SIZE = "1600x1000x24"
PAUSE_S = 0.03
_STEPS = 8
_QUIETLY = ("-nolisten", "tcp", "-noreset")
_NAMES = {
    "?": "question",
    "+": "plus",
    "-": "minus",
    "Backspace": "BackSpace",
    "Del": "Delete",
    "Enter": "Return",
    "Esc": "Escape",
    "PgUp": "Prior",
    "PgDown": "Next",
}
_MODIFIERS = ("Ctrl", "Shift", "Alt", "Meta")


def missing() -> str:
    """Return why there can be no display here, with the line to type; or nothing."""
    if sys.platform != "linux":
        return "X11 is for Linux"
    return system.missing_display()


class Display:
    """Xvfb and openbox, on a number that is free.

    Args:
        folder: Where both find and leave their files.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        reading, writing = os.pipe()
        self._server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writing), "-screen", "0", SIZE, *_QUIETLY],
            pass_fds=[writing],
            stderr=subprocess.DEVNULL,
        )
        os.close(writing)
        with os.fdopen(reading) as told:
            number = told.readline().strip()
        if not number:
            raise RuntimeError("Xvfb did not start")
        self.name = f":{number}"
        self._manager = subprocess.Popen(
            ["openbox", "--sm-disable"],
            env=self.environment(folder),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def environment(self, home: Path) -> dict[str, str]:
        """Return what a program on this display gets: no setting of the user's."""
        own = {"DISPLAY": self.name, "QT_QPA_PLATFORM": "xcb"}
        return of_user(home) | own

    def close(self) -> None:
        """End both programs."""
        for process in (self._manager, self._server):
            process.terminate()
            process.wait(10)

    # Hands -----------------------------------------------------------------

    def do(self, *words: str) -> str:
        """Let xdotool do something; returns what it says."""
        done = subprocess.run(
            ["xdotool", *words],
            env=self.environment(self._folder),
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        if done.returncode != 0:
            raise AssertionError(f"xdotool {' '.join(words)}: {done.stderr.strip()}")
        return done.stdout.strip()

    def press(self, *keys: str) -> None:
        """Press keys as the cheat sheet writes them, one after the other."""
        self.do("key", *map(xdo_name, keys))

    def type(self, words: str) -> None:
        """Type words."""
        self.do("type", "--delay", "8", words)

    def click(self, x: int, y: int, button: int = 1) -> None:
        """Click at a place of the screen."""
        self.do("mousemove", str(x), str(y), "click", str(button))

    def grab(self, x: int, y: int) -> None:
        """Press the left button at a place."""
        self.do("mousemove", str(x), str(y), "mousedown", "1")

    def pull(self, *places: tuple[int, int]) -> None:
        """Move the pointer through places, as slowly as a hand."""
        for x, y in places:
            self.do("mousemove", str(x), str(y))
            time.sleep(PAUSE_S)

    def let_go(self) -> None:
        """Release the left button."""
        self.do("mouseup", "1")

    def drag(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Drag with the left button from a place to another."""
        self.grab(*start)
        (x, y), across, down = start, end[0] - start[0], end[1] - start[1]
        parts = [i / _STEPS for i in range(1, _STEPS + 1)]
        self.pull(*((round(x + across * t), round(y + down * t)) for t in parts))
        time.sleep(PAUSE_S)
        self.let_go()


class Nowhere:
    """No display: windows are painted, nobody sees them and no key comes from it."""

    def environment(self, home: Path) -> dict[str, str]:
        """Return what a program gets that paints for nobody."""
        return of_user(home) | {"QT_QPA_PLATFORM": "offscreen"}

    def do(self, *_words: str) -> str:
        """Do nothing: there is no window manager."""
        return ""


def of_user(home: Path) -> dict[str, str]:
    """Return the environment of a user whose folders are all in `home`."""
    own = {"HOME": str(home), "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1"}
    for kind in ("CONFIG", "DATA", "CACHE", "STATE"):
        own[f"XDG_{kind}_HOME"] = str(home / kind.lower())
    kept = {k: v for k, v in os.environ.items() if not k.startswith(_FOREIGN)}
    return kept | own


_FOREIGN = ("WAYLAND_", "XDG_", "QT_", "DESKTOP_SESSION", "DBUS_", "SESSION_MANAGER")


def xdo_name(keys: str) -> str:
    """Return what xdotool calls keys that are written as in the cheat sheet."""
    parts = []
    while True:
        modifier, plus, rest = keys.partition("+")
        if not plus or modifier not in _MODIFIERS or not rest:
            break
        parts.append(modifier.lower())
        keys = rest
    key = _NAMES.get(keys, keys)
    return "+".join([*parts, key.lower() if len(key) == 1 else key])
