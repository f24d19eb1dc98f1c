"""What every test gets: own settings, one torch thread, and guards against leaks.

A test fails when it leaves a thread, timer, child process or top-level widget
behind. Nothing here imports Qt or torch for a test that did not.
"""

import gc
import os
import sys

import pytest
from hypothesis import HealthCheck, settings

import engine  # noqa: F401 - before torch, see there
from tests.helpers import leaks

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# Busy machines are slow, and what fails here must fail everywhere.
settings.register_profile(
    "house",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("house")

_HAS_FAILED = pytest.StashKey[bool]()


@pytest.fixture(autouse=True, scope="session")
def _no_user_folders(tmp_path_factory):
    """Point every folder of the user's at an empty one, also for child processes."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for kind in ("CONFIG", "DATA", "CACHE", "STATE"):
            patch.setenv(f"XDG_{kind}_HOME", str(home / kind.lower()))
        for name in ("APPDATA", "LOCALAPPDATA"):
            patch.setenv(name, str(home / name.lower()))
        yield


@pytest.fixture(autouse=True, scope="session")
def _garbage_waits():
    """Let nothing be collected inside a test; see workbench/app/launch/garbage.py."""
    gc.disable()
    gc.collect()
    gc.freeze()  # What all tests share needn't be looked at each time.
    yield
    gc.unfreeze()
    gc.enable()


@pytest.fixture(autouse=True, scope="module")
def _what_stays_is_not_looked_at():
    """Leave out of every collection what was there before this file: modules mostly."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _no_style_sheet():
    """Take off the theme that a test put on: a window under it takes twice as long."""
    yield
    widgets = sys.modules.get("PySide6.QtWidgets")
    app = widgets and widgets.QApplication.instance()
    if app and app.styleSheet():
        theme = sys.modules.get("workbench.theme.style")
        if theme:
            theme.undress(app)


@pytest.fixture(autouse=True)
def _collect_garbage():
    """Collect between tests: young objects each time, all of them now and then."""
    yield
    gc.collect(2 if next(_collections) % 100 == 99 else 1)


@pytest.fixture(autouse=True)
def _own_settings(tmp_path_factory):
    """Give a Qt test settings that no other test has written to."""
    core = sys.modules.get("PySide6.QtCore")
    if core is None:
        return
    folder = str(tmp_path_factory.getbasetemp() / f"settings-{next(_counter)}")
    settings = core.QSettings
    for kind in (settings.Format.NativeFormat, settings.Format.IniFormat):
        settings.setPath(kind, settings.Scope.UserScope, folder)


@pytest.fixture(autouse=True)
def _one_torch_thread():
    """Keep tests equal and quick on busy machines."""
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def _no_leaks(request):
    """Fail a passing test that leaves something running behind it."""
    guards = [guard() for guard in leaks.GUARDS]
    yield
    found = [text for guard in guards for text in guard.left_behind()]
    if found and not request.node.stash.get(_HAS_FAILED, False):
        pytest.fail("The test left behind: " + "; ".join(found), pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """Remember a failure: its traceback keeps objects alive that are no leak."""
    report = yield
    if report.failed:
        item.stash[_HAS_FAILED] = True
    return report


_counter = iter(range(sys.maxsize))
_collections = iter(range(sys.maxsize))
