import gc
import weakref

from PySide6.QtCore import QObject

from workbench.app.launch.garbage import Collector


class Circle:
    def __init__(self):
        self.me = self


def test_garbage_goes_in_the_event_loop_and_not_before(qtbot):
    owner = QObject()
    collector = Collector(owner)
    assert not gc.isenabled()
    lost = weakref.ref(Circle())
    kept = [[] for _ in range(100_000)]  # would start an automatic collection
    assert lost() is not None
    collector._timer.setInterval(1)
    qtbot.waitUntil(lambda: lost() is None, timeout=5000)
    collector.close()
    assert gc.isenabled()
    gc.disable()  # as tests have it
    assert len(kept) == 100_000
