"""System libraries that Qt needs and a bare Debian or Ubuntu lacks."""

import ctypes
import os
import shutil
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from workbench.bootstrap.console import SetupError, say

# File that the loader looks for -> Debian package that brings it.
DRAWING = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libdbus-1.so.3": "libdbus-1-3",
}
X11 = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
WAYLAND = {
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
}
# Program -> Debian package: an X display for tests alone, with a window manager and
# hands. The machine's own display is left alone.
DISPLAY = {"Xvfb": "xvfb", "openbox": "openbox", "xdotool": "xdotool"}


def ensure_libraries(*, window: bool) -> None:
    """Make sure that Qt can draw here, and open a window when `window` is true.

    Raises:
        SetupError: Naming each missing library and the one line that installs them.
    """
    if sys.platform != "linux":
        return
    absent = missing_libraries(wanted(window=window))
    if not absent:
        return
    what = f"Qt needs system libraries that are missing here: {', '.join(absent)}."
    if not has_apt():
        raise SetupError(f"{what}\nInstall them with your package manager.")
    install(sorted(set(absent.values())), what)
    still = missing_libraries(absent)
    if still:
        raise SetupError(f"Still missing after the installation: {', '.join(still)}.")


def wanted(*, window: bool) -> dict[str, str]:
    """Return file -> package for drawing, and for the display that is there."""
    libraries = dict(DRAWING)
    if window and os.environ.get("DISPLAY"):
        libraries |= X11
    elif window and os.environ.get("WAYLAND_DISPLAY"):
        libraries |= WAYLAND
    return libraries


def missing_libraries(libraries: Mapping[str, str]) -> dict[str, str]:
    """Return those of `libraries` that the loader does not find."""
    return {file: package for file, package in libraries.items() if not _loads(file)}


def ensure_display() -> None:
    """Install what tests on a display need where that is allowed; never fails.

    Without it those tests are skipped, and say what `missing_display` returns.
    """
    absent = _absent_for_display()
    if not absent or not has_apt() or os.geteuid() != 0:
        return
    what = f"Tests on a display need programs that are missing: {', '.join(absent)}."
    try:
        install(sorted(set(absent.values())), what)
    except SetupError as error:
        say(str(error))


def missing_display() -> str:
    """Return what tests on a display lack, with the line to type; or nothing."""
    absent = _absent_for_display()
    if not absent:
        return ""
    what = f"Not on this machine: {', '.join(absent)}."
    if not has_apt():
        return f"{what} Install them with your package manager."
    return f"{what} Type: sudo apt-get install {' '.join(sorted(set(absent.values())))}"


def _absent_for_display() -> dict[str, str]:
    programs = {name: pack for name, pack in DISPLAY.items() if not shutil.which(name)}
    return programs | missing_libraries(X11)


def has_apt() -> bool:
    """Return whether this is Debian, Ubuntu or a relative."""
    return Path("/etc/debian_version").exists() and bool(shutil.which("apt-get"))


def venv_package() -> str:
    """Return the Debian package with the venv module of the running Python."""
    own = os.path.realpath(sys.executable)
    if own == os.path.realpath("/usr/bin/python3"):
        return "python3-venv"
    return f"python{sys.version_info.major}.{sys.version_info.minor}-venv"


def install(packages: Iterable[str], what: str) -> None:
    """Install Debian `packages` when allowed to, or name the line that does.

    Args:
        packages: Package names.
        what: The sentence that says why.

    Raises:
        SetupError: When this is not root, or apt-get fails.
    """
    names = " ".join(packages)
    line = f"apt-get update && apt-get install -y --no-install-recommends {names}"
    if os.geteuid() != 0:
        raise SetupError(
            f"{what}\nInstall them with this line, then start again:\n\n"
            f"    sudo sh -c '{line}'\n"
        )
    say(f"{what}\nInstalling: {names}")
    if not _apt("update") or not _apt(
        "install", "-y", "--no-install-recommends", *names.split()
    ):
        raise SetupError(
            f"apt-get failed; its reason stands above. The line was:\n\n    {line}\n"
        )


def _apt(*arguments: str) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    command = ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=300"]
    command += ["-o", "Dpkg::Use-Pty=0", *arguments]
    import subprocess  # seldom, and slow to load

    done = subprocess.run(command, env=environment, stdout=sys.stderr, check=False)
    return done.returncode == 0


def _loads(file: str) -> bool:
    try:
        ctypes.CDLL(file)
    except OSError:
        return False
    return True
