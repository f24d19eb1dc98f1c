"""What the engine's process does about its memory."""

import gc

from engine.host import heap


class Link:
    """Something that only the collector can free."""

    def __init__(self):
        self.me = self


def test_collector_passes_over_what_lives_and_still_frees_what_comes_later():
    lives = [[] for _ in range(1000)]
    heap.keep_libraries()
    assert not any(each is lives for each in gc.get_objects())
    assert len(gc.get_objects()) < 1000
    del lives
    Link()
    assert gc.collect() >= 1
