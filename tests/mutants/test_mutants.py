"""The tool itself, on a toy: what it plants, what it leaves out, what it tells."""

import os
from collections import Counter

import pytest

from tests.mutants import draw, marks, rooms, scratch
from tests.mutants.bugs import bugs_in
from tests.mutants.runs import Trials, Warm

TOY = '''"""Sums."""


def mean(values):
    """Return the mean."""
    return sum(values) / len(values)


def top(values):
    if not values:
        return 0
    return max(values)


def untold(value):
    return value + 10
'''
TESTS = """
from engine.toy import sums


def test_mean():
    assert sums.mean([1, 2, 6]) == 3


def test_top():
    assert sums.top([3, 1]) == 3


def test_untold():
    sums.untold(1)
"""
needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")


def planted(source):
    """Return what a line can become, without the spaces."""
    return {bug.apply(source).strip() for bug in bugs_in("engine/x.py", source)}


@pytest.mark.parametrize(
    ("source", "bug"),
    [
        ("a - b", "a + b"),
        ("a += b", "a -= b"),
        ("a < b", "a <= b"),
        ("a < b", "a > b"),
        ("a is not None", "a is None"),
        ("a / n", "(a)"),
        ("np.sqrt(x)", "(x)"),
        ("x.mean(axis=1)", "x.sum(axis=1)"),
        ("x.sum(axis=1)", "x.sum(axis=0)"),
        ("np.log2(x)", "np.log10(x)"),
        ("max(a, b)", "min(a, b)"),
        ("a and b", "a or b"),
        ("if not a: pass", "if (a): pass"),
        ("names[count - 1 - i]", "names[i]"),
        ("f(a, b)", "f(b, a)"),
        ("rate = 0.5", "rate = 1.0"),
        ("count = 3", "count = 4"),
        ("size = t / 1000", "size = (t)"),
        ("def f(): return a, b", "def f(): return b, a"),
        ("def f(rows, columns): return rows", "def f(rows, columns): return columns"),
        ("'∂' if a == b else c", "'∂' if a != b else c"),
    ],
)
def test_each_kind_of_bug_is_planted(source, bug):
    assert bug in planted(source)


@pytest.mark.parametrize(
    "source",
    [
        '"""One + two < 3."""',
        "def f(a: Literal[1]) -> Annotated[int, 3]: ...",
        "__all__ = ['a'] + ['b']",
        "LIMIT_MS = 40",
        "def close(self, timeout_s=3.0): ...",
        "x = LOOK_MS / 1000",
        "getattr(os, 'O_CLOEXEC', 0)",
        "raise ValueError(a + b)",
        "assert a < b",
        "log.info(a + b)",
        "time.sleep(0.5)",
        "zip(a, b, strict=True)",
        "painter.drawLine(QPointF(x + 3, 4))",
        "'a' + b",
    ],
)
def test_what_nobody_sees_is_left_out(source):
    assert planted(source) == set()


def test_bugs_of_this_house_are_python_and_known_by_their_lines():
    path = "engine/measure/histogram.py"
    text = (draw.Path(__file__).parents[2] / path).read_text("utf-8")
    for bug in bugs_in(path, text):
        marks.ast.parse(bug.apply(text))
        changed = zip(text.split("\n"), bug.apply(text).split("\n"), strict=False)
        first = next(i for i, (old, new) in enumerate(changed, 1) if old != new)
        assert bug.line <= first


def test_draw_is_the_same_for_a_seed_and_prefers_what_is_shown(tmp_path):
    for place in ("engine/measure/a.py", "engine/graph/a.py"):
        (tmp_path / place).parent.mkdir(parents=True)
        lines = [f"def f{i}(a, b):\n    return a - b\n" for i in range(60)]
        (tmp_path / place).write_text("\n".join(lines))
    bugs = draw.all_bugs(tmp_path, ["engine"])
    first = draw.drawn(bugs, 40, 5, tmp_path)
    assert first == draw.drawn(bugs, 40, 5, tmp_path)
    assert first != draw.drawn(bugs, 40, 6, tmp_path)
    assert len({(bug.path, bug.line) for bug in first}) == 40
    counts = Counter(rooms.is_first(bug.path) for bug in first)
    assert counts[True] > 2 * counts[False]


def test_listed_equivalents_are_bugs_that_can_be_drawn():
    root = draw.Path(__file__).parents[2]
    known = draw.equivalents()
    found = set()
    for path in {key.partition(": ")[0] for key in known}:
        text = (root / path).read_text("utf-8")
        found |= {draw.key(bug) for bug in bugs_in(path, text)}
    assert set(known) <= found
    assert all(known.values())


@pytest.fixture
def toy(tmp_path):
    tree = tmp_path / "tree"
    for place, text in {
        "engine/toy/sums.py": TOY,
        "tests/toy/test_sums.py": TESTS,
    }.items():
        (tree / place).parent.mkdir(parents=True)
        (tree / place).write_text(text)
    return tree


@needs_fork
def test_two_bugs_are_caught_and_the_one_without_a_test_survives(toy, tmp_path):
    changes = {"sum(values) / len(values)  →  sum(values) * len(values)":
               "test_mean", "max(values)  →  min(values)": "test_top",
               "value + 10  →  value - 10": ""}  # fmt: skip
    path = "engine/toy/sums.py"
    by_change = {f"{b.before}  →  {b.after}": b for b in bugs_in(path, TOY)}
    trials = Trials(toy, tmp_path / "kept", lambda _: None, is_bare=True)
    try:
        for change, test in changes.items():
            verdict = trials.judge(by_change[change])
            assert verdict.test.rpartition("::")[2] == test
            assert (toy / path).read_text() == TOY
            assert verdict.ran == 1
    finally:
        trials.close()


@needs_fork
def test_hang_counts_as_caught(toy):
    (toy / "tests/toy/test_hang.py").write_text(
        "import time\n\ndef test_long():\n    time.sleep(600)\n"
    )
    warm = Warm(toy, is_bare=True)
    try:
        answer = warm.ask({"tests": ["tests/toy/test_hang.py"], "seconds": 3})
        assert answer["failed"] == "hang"
    finally:
        warm.close()


def test_copy_is_apart_from_the_tree(toy, tmp_path):
    copy = scratch.copy_of(toy, tmp_path / "copy")
    bug = bugs_in("engine/toy/sums.py", TOY)[0]
    with scratch.planted(copy, bug):
        assert (copy / bug.path).read_text() == bug.apply(TOY)
        assert (toy / bug.path).read_text() == TOY
    assert (copy / bug.path).read_text() == TOY


def test_line_is_found_behind_its_mark():
    tree = marks.ast.parse(TOY)
    lines = {line: marks.block_at(tree, line) for line in (1, 6, 10, 11, 12, 16)}
    assert lines == {1: "", 6: "mean#0", 10: "top#0", 11: "top#2", 12: "top#1",
                     16: "untold#0"}  # fmt: skip
