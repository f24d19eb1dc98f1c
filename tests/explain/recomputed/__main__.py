"""`python -m tests.explain.recomputed`: many random networks, and all presets."""

import argparse
import sys
import time
from functools import partial

import torch
from hypothesis import HealthCheck, Phase, given, settings

import presets
from engine.errors import EngineError
from tests.explain.recomputed.checks import check
from tests.explain.recomputed.documents import FAMILIES, documents
from tests.explain.recomputed.training import doubled


def main():
    """Print what was compared; 1 when something differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--graphs", type=int, default=50, help="of each family")
    parser.add_argument("--presets", action="store_true", help="all presets too")
    parser.add_argument("only", nargs="*", help="families or presets")
    options = parser.parse_args()
    torch.set_num_threads(1)
    known = {family: partial(_family, family, options.graphs) for family in FAMILIES}
    if options.presets:
        known |= {name: partial(_preset, name) for name in presets.all_ids()}
    wanted = options.only or list(known)
    return int(any([not _told(name, known[name]) for name in wanted]))  # noqa: C419


def _told(name, run):
    start = time.process_time()
    try:
        count = run()
    except AssertionError as error:
        sys.stdout.write(f"{name:<16} {str(error)[:1500]}\n")
        return False
    seconds = time.process_time() - start
    sys.stdout.write(f"{name:<16} {count:>4} the same  {seconds:6.1f} s\n")
    sys.stdout.flush()
    return True


def _family(family, graphs):
    seen = []

    @settings(
        max_examples=graphs,
        derandomize=True,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(project=documents(family))
    def run(project):
        try:
            parts = doubled(project)
        except EngineError:
            return
        check(parts)
        seen.append(project)

    run()
    return len(seen)


def _preset(name):
    project = presets.load(name)
    project.training = project.training.with_value("batch_size", 3)
    check(doubled(project), steps=1, places=1)
    return 1


if __name__ == "__main__":
    sys.exit(main())
