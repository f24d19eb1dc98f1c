"""Every small bug that can be put into a file: one changed place each, found by ast.

A bug is what somebody writes on a tired evening: a sign, a flipped comparison, one
too many, the other axis, a mean that became a sum. Places where nobody could see it
(docstrings, annotations, log words, limits of time) are left out, see `unseen.py`.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.mutants import unseen
from tests.mutants.words import CALLS, NORMALISING, TWINS

_FLIPS = {
    ast.Lt: ("<", ("<=", ">")),
    ast.LtE: ("<=", ("<", ">=")),
    ast.Gt: (">", (">=", "<")),
    ast.GtE: (">=", (">", "<=")),
    ast.Eq: ("==", ("!=",)),
    ast.NotEq: ("!=", ("==",)),
    ast.Is: ("is", ("is not",)),
    ast.IsNot: ("is not", ("is",)),
    ast.In: ("in", ("not in",)),
    ast.NotIn: ("not in", ("in",)),
}
_SIGNS = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
}
_TEXTS = (ast.JoinedStr, ast.List, ast.Tuple, ast.ListComp)
_MAX_SHOWN = 70


@dataclass(frozen=True)
class Bug:
    """One changed place: characters `start` to `end` of `path` become `new`.

    Attributes:
        block: The function it is in, "" at module level.
        before: The expression around it, for people; `after` is the same, changed.
    """

    path: str
    line: int
    kind: str
    start: int
    end: int
    new: str
    block: str
    before: str
    after: str

    @property
    def place(self) -> str:
        """Where it is and what it changes, as it is printed."""
        return f"{self.path}:{self.line}  {self.before}  →  {self.after}"

    def apply(self, text: str) -> str:
        """Return the file with the bug in it."""
        return text[: self.start] + self.new + text[self.end :]


def bugs_in(path: str, text: str) -> list[Bug]:
    """Return every bug that can be put into a file, in the order of its lines."""
    found = _Finder(path, text)
    found.visit(ast.parse(text))
    sound = [bug for bug in found.bugs if _is_change(text, bug)]
    return sorted(sound, key=lambda bug: (bug.start, bug.end, bug.new))


def _is_change(text: str, bug: Bug) -> bool:
    """Tell whether the file still is Python, and another program than before."""
    old = text[bug.start : bug.end]
    return bool(bug.new.strip()) and " ".join(old.split()) != " ".join(bug.new.split())


class _Finder(unseen.Seeing):
    """Walks a tree and notes what could be wrong at each node."""

    def __init__(self, path: str, text: str) -> None:
        super().__init__()
        self.bugs: list[Bug] = []
        self._path, self._text = path, text
        self._words = set(re.findall(r"\w+", text))
        self._starts = [0]
        self._lines = text.splitlines(keepends=True)
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line))

    # What each kind of node offers.

    def visit_BinOp(self, node: ast.BinOp) -> None:
        if any(unseen.is_time(name) for name in _names_in(node)):
            return
        signs = _SIGNS.get(type(node.op))
        if signs and not _is_text(node.left) and not _is_text(node.right):
            self._binary(node, *signs)
        if isinstance(node.op, ast.Pow):
            self._whole("dropped", node, f"({self._source(node.left)})")
        self.generic_visit(node)

    def _binary(self, node: ast.BinOp, old: str, new: str) -> None:
        if self.is_picture and _is_number(node.left, node.right):
            return  # A pixel or two beside the place: looks, not a wrong figure.
        kind = "sign" if old in "+-" else "scale"
        left = f"({self._source(node.left)})"
        self._between(kind, node, (node.left, node.right), (old, new))
        if old == "/":
            self._whole("dropped", node, left)
        elif old in "+-" and isinstance(node.right, ast.Constant):
            self._whole("off by one", node, left)
        elif old == "-" and _is_last(node.left):  # count - 1 - i
            self._whole("mirror", node, self._source(node.right))

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        signs = _SIGNS.get(type(node.op))
        if signs and not _is_text(node.value):
            old, new = (f"{sign}=" for sign in signs)
            kind = "sign" if old[0] in "+-" else "scale"
            self._between(kind, node, (node.target, node.value), (old, new))
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        kind = {ast.USub: "sign", ast.Not: "not"}.get(type(node.op))
        is_axis = isinstance(node.operand, ast.Constant) and self.is_axis
        if kind and not is_axis and not (self.is_picture and kind == "sign"):
            self._whole(kind, node, f"({self._source(node.operand)})")
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        sides = [node.left, *node.comparators]
        for op, left, right in zip(node.ops, sides, sides[1:], strict=False):
            old, news = _FLIPS[type(op)]
            for new in news:
                self._between("comparison", node, (left, right), (old, new))
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        pair = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        for left, right in zip(node.values, node.values[1:], strict=False):
            self._between("logic", node, (left, right), pair)
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        body, test, other = map(self._source, (node.body, node.test, node.orelse))
        self._whole("swap", node, f"({other}) if {test} else ({body})")
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        if isinstance(node.test, (ast.Name, ast.Attribute, ast.Call)):
            self._whole("not", node.test, f"not {self._source(node.test)}")
        super().visit_If(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = unseen.name_of(node.func)
        if name in CALLS:
            self._rename("min and max", node.func, name, CALLS[name])
        if name in NORMALISING and len(node.args) == 1 and not node.keywords:
            self._whole("dropped", node, f"({self._source(node.args[0])})")
        if len(node.args) >= 2 and not unseen.is_symmetric(name):
            first, second = node.args[:2]
            if _is_plain(first) and _is_plain(second):
                self._swap(node, first, second)
        super().visit_Call(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        index = node.slice
        if isinstance(index, ast.Tuple) and len(index.elts) == 2:
            first, second = index.elts
            if isinstance(first, ast.Slice) != isinstance(second, ast.Slice):
                self._swap(node, first, second)
        self.generic_visit(node)

    def visit_Return(self, node: ast.Return) -> None:
        value = node.value
        if isinstance(value, ast.Tuple) and len(value.elts) >= 2:
            self._swap(value, *value.elts[:2])
        for other in self.neighbours(node):
            self._whole("neighbour", value, self._source(other), around=node)
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        for twin in TWINS.get(node.attr, ()):
            if twin in self._words or twin in unseen.QT_TWINS:
                self._rename("swap", node, node.attr, twin)
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        for twin in TWINS.get(node.id, ()):
            if isinstance(node.ctx, ast.Load) and twin in self.local_names:
                self._whole("swap", node, twin)

    def visit_Constant(self, node: ast.Constant) -> None:
        value = node.value
        if isinstance(value, bool):
            self._whole("constant", node, str(not value))
        elif isinstance(value, int) and not self.is_picture:
            kind = "axis" if self.is_axis and value in (0, 1) else "off by one"
            self._whole(kind, node, str(1 - value if kind == "axis" else value + 1))
            if value >= 10:
                self._whole("constant", node, str(value * 2))
        elif isinstance(value, float) and not self.is_picture:
            self._whole("constant", node, repr(value * 2) if value else "1.0")

    # How a place becomes a bug.

    def _offset(self, line: int, column: int) -> int:
        text = self._lines[line - 1].encode()[:column].decode()
        return self._starts[line - 1] + len(text)

    def _span(self, node: ast.AST) -> tuple[int, int]:
        return (
            self._offset(node.lineno, node.col_offset),
            self._offset(node.end_lineno, node.end_col_offset),
        )

    def _source(self, node: ast.AST) -> str:
        start, end = self._span(node)
        return self._text[start:end]

    def _whole(
        self, kind: str, node: ast.AST, new: str, around: ast.AST | None = None
    ) -> None:
        self._note(kind, self._span(node), new, around or self.parent_of(node))

    def _between(self, kind: str, node: ast.AST, sides: tuple, signs: tuple) -> None:
        """Change the operator between two neighbours."""
        start, end = self._span(sides[0])[1], self._span(sides[1])[0]
        old = re.escape(signs[0]).replace("\\ ", r"\s+")
        if signs[0][0].isalpha():
            old = rf"\b{old}\b"
        found = re.search(old, self._text[start:end])
        if found:
            span = (start + found.start(), start + found.end())
            self._note(kind, span, signs[1], node)

    def _rename(self, kind: str, node: ast.AST, old: str, new: str) -> None:
        end = self._span(node)[1]
        self._note(kind, (end - len(old), end), new, self.parent_of(node))

    def _swap(self, node: ast.AST, first: ast.AST, second: ast.AST) -> None:
        start, middle = self._span(first)
        other, end = self._span(second)
        between = self._text[middle:other]
        new = self._source(second) + between + self._source(first)
        self._note("swap", (start, end), new, node)

    def _note(self, kind: str, span: tuple, new: str, around: ast.AST) -> None:
        if not self.is_seen:
            return
        outer = self._span(around) if hasattr(around, "lineno") else span
        outer = (min(outer[0], span[0]), max(outer[1], span[1]))
        if outer[1] - outer[0] > 3 * _MAX_SHOWN:
            outer = self._line_around(span)
        head = self._text[outer[0] : span[0]]
        tail = self._text[span[1] : outer[1]]
        before = _shown(head, self._text[slice(*span)], tail)
        line = self._text.count("\n", 0, span[0]) + 1
        after = _shown(head, new, tail)
        self.bugs.append(
            Bug(self._path, line, kind, *span, new, self.block, before, after)
        )

    def _line_around(self, span: tuple[int, int]) -> tuple[int, int]:
        start = self._text.rfind("\n", 0, span[0]) + 1
        end = self._text.find("\n", span[1])
        return start, end if end >= 0 else len(self._text)


def _shown(head: str, middle: str, tail: str) -> str:
    """Return an expression on one line, cut to what surrounds the change."""
    head, middle, tail = (" ".join(f"|{s}|".split()) for s in (head, middle, tail))
    head, middle, tail = head[1:-1].lstrip(), middle[1:-1], tail[1:-1].rstrip()
    room = max(_MAX_SHOWN - len(middle), 20) // 2
    head = head if len(head) <= room else f"…{head[-room:]}"
    tail = tail if len(tail) <= room else f"{tail[:room]}…"
    return head + middle + tail


def _is_text(node: ast.AST) -> bool:
    """Tell an expression that is words or a list: adding joins, and fails loudly."""
    is_words = isinstance(node, ast.Constant) and isinstance(node.value, (str, bytes))
    return is_words or isinstance(node, _TEXTS)


def _is_last(node: ast.AST) -> bool:
    """Tell `count - 1`."""
    is_less = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub)
    return is_less and isinstance(node.right, ast.Constant)


def _is_number(*nodes: ast.AST) -> bool:
    return any(
        isinstance(node, ast.Constant) and isinstance(node.value, (int, float))
        for node in nodes
    )


def _is_plain(node: ast.AST) -> bool:
    """Tell a name, or a chain of names."""
    return isinstance(node, ast.Name) or (
        isinstance(node, ast.Attribute) and _is_plain(node.value)
    )


def _names_in(node: ast.AST) -> Iterator[str]:
    """Yield every plain name in a tree."""
    yield from (n.id for n in ast.walk(node) if isinstance(n, ast.Name))
