"""A walk over a tree that knows which places nobody could see, and why.

Left out: docstrings and all words, annotations, `__all__`, imports, decorators,
`raise` and `assert`, log lines, limits of time (a pause of 40 ms or 80 ms is no
wrong result), and bare pixels in painting, where a bug is a matter of looks.
"""

import ast
import re

_TIMES = re.compile(
    r"(_MS|_S|TIMEOUT|GRACE|POLL|PAUSE|DELAY|INTERVAL|PATIENCE_S|timeout\w*"
    r"|\w*_ms|\w*_s|\w*interval\w*|\w*delay\w*|priority|stacklevel|buffering)$"
)
_LOOKS = re.compile(
    r"_?(paint|draw|sizeHint|minimumSizeHint|boundingRect|style|polish|icon|build_ui"
    r"|_?lay_out|layout)\w*$"
)
_PIXELS = re.compile(r"\w*(_PX|_WIDTH|_HEIGHT|_ALPHA|MARGIN|PADDING|SPACING|RADIUS)$")
_LOGS = {"debug", "info", "warning", "exception", "log", "warn"}
_CLOCKS = {"singleShot", "setInterval", "sleep", "wait", "join", "startTimer"}
_SIZES = re.compile(
    r"(Q(Rect|Point|Size|Line|Margins|Color|Pen|Font|Icon|Painter|Transform)\w*"
    r"|set(Contents|Spacing|Geometry|Fixed|Minimum|Maximum|Width|Height|Horizontal|Vertical"
    r"|Stretch|Column|Row|Point|Pixel|Icon|Alpha|Corner|Default|Z|Opacity|Hotspot"
    r"|Size|Margin|Line|Resize|Section|Cosmetic|Clip|Render|Cache|Word|Text)\w*"
    r"|add(Stretch|Spacing|Layout|Widget|Item|Round\w*)|adjusted|translated|resize"
    r"|move|place|pen|pixmap|mixed|lighter|darker|fillRect|drawText|insertWidget)$"
)
_FLAGS = {
    "strict", "exist_ok", "parents", "daemon", "frozen", "slots", "kw_only", "repr",
    "check", "capture_output", "text", "missing_ok", "ensure_ascii", "copy", "cache",
    "fresh", "keepends", "close_fds", "start_new_session", "pin_memory", "indent",
    "maxsize", "foreach", "fused", "set_to_none", "dont_inherit", "eq", "inplace",
}  # fmt: skip
"""Arguments that choose a way, not a result."""
_AXES = {"axis", "dim", "dims"}
_SYMMETRIC = {
    "min", "max", "isinstance", "getattr", "hasattr", "setattr", "minimum", "maximum",
    "isclose", "allclose", "zip", "print", "connect", "gcd", "tr", "QRectF", "add",
    "equal", "array_equal", "hypot", "type", "super", "cast", "logaddexp",
}  # fmt: skip
QT_TWINS = {"x", "y", "width", "height", "left", "right", "top", "bottom"}


def name_of(node: ast.AST) -> str:
    """Return the last name of a chain: `a.b.c` is "c"."""
    return getattr(node, "attr", getattr(node, "id", ""))


def is_time(name: str) -> bool:
    """Tell a constant that limits a time: `LOOK_MS`."""
    return name.isupper() and bool(_TIMES.search(name))


def is_symmetric(name: str) -> bool:
    """Tell a call whose first two arguments may change places."""
    return name in _SYMMETRIC


class Seeing(ast.NodeVisitor):
    """Knows, at each node, the function around and whether a bug can be seen."""

    def __init__(self) -> None:
        self.block = ""
        self.is_axis = False
        self.is_picture = False
        self.local_names: set[str] = set()
        self._hidden = 0
        self._parents: list[ast.AST] = []
        self._returns: list[ast.Return] = []

    @property
    def is_seen(self) -> bool:
        """Whether a bug here would change what somebody sees."""
        return self._hidden == 0

    def visit(self, node: ast.AST) -> None:
        """Walk on, with the parents at hand."""
        self._parents.append(node)
        super().visit(node)
        self._parents.pop()

    def parent_of(self, node: ast.AST) -> ast.AST:
        """Return the expression around `node`, or itself."""
        for parent in reversed(self._parents):
            if parent is not node and isinstance(parent, (ast.expr, ast.stmt)):
                is_small = not hasattr(parent, "body") or isinstance(parent, ast.IfExp)
                return parent if is_small else node
        return node

    def neighbours(self, node: ast.Return) -> list[ast.AST]:
        """Return the values that the returns beside this one give."""
        if node not in self._returns:
            return []
        place = self._returns.index(node)
        beside = self._returns[max(place - 1, 0) : place] or self._returns[1:2]
        return [other.value for other in beside]

    # Places that hide what is inside.

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        before = (self.block, self.local_names, self.is_picture, self._returns)
        self.block = f"{self.block}.{node.name}".lstrip(".")
        self.local_names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
        self.local_names |= {n.arg for n in ast.walk(node) if isinstance(n, ast.arg)}
        self.is_picture = self.is_picture or bool(_LOOKS.match(node.name))
        self._returns = [r for r in ast.walk(node) if _gives(r)]
        self._defaults(node.args)
        for statement in node.body:
            self.visit(statement)
        self.block, self.local_names, self.is_picture, self._returns = before

    visit_AsyncFunctionDef = visit_FunctionDef

    def _defaults(self, arguments: ast.arguments) -> None:
        last = [*arguments.posonlyargs, *arguments.args]
        pairs = [
            *zip(last[::-1], arguments.defaults[::-1], strict=False),
            *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
        ]
        for argument, default in pairs:
            if default is not None:
                self._keyword(ast.keyword(argument.arg, default))

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        before = self.block
        self.block = f"{self.block}.{node.name}".lstrip(".")
        for statement in node.body:
            self.visit(statement)
        self.block = before

    def visit_If(self, node: ast.If) -> None:
        if name_of(node.test) != "TYPE_CHECKING":
            self.generic_visit(node)

    def visit_While(self, node: ast.While) -> None:
        for part in [] if isinstance(node.test, ast.Constant) else [node.test]:
            self.visit(part)
        for statement in node.body:
            self.visit(statement)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._assigned([node.target], node.value)

    def visit_Assign(self, node: ast.Assign) -> None:
        self._assigned(node.targets, node.value)

    def _assigned(self, targets: list, value: ast.AST) -> None:
        names = [name_of(target) for target in targets]
        if any(name.startswith("__") or _TIMES.search(name) for name in names):
            return
        picture = self.is_picture
        self.is_picture = picture or any(_PIXELS.match(name) for name in names)
        self.visit(value)
        self.is_picture = picture

    def visit_Call(self, node: ast.Call) -> None:
        name = name_of(node.func)
        if name in _LOGS or name in _CLOCKS or name == "getattr":
            return
        picture = self.is_picture
        self.is_picture = picture or bool(_SIZES.match(name))
        self.visit(node.func)
        for argument in node.args:
            self.visit(argument)
        for keyword in node.keywords:
            self._keyword(keyword)
        self.is_picture = picture

    def _keyword(self, node: ast.keyword) -> None:
        name = node.arg or ""
        if name in _FLAGS or _TIMES.fullmatch(name):
            return
        axis, self.is_axis = self.is_axis, name in _AXES
        picture, self.is_picture = self.is_picture, self.is_picture or "px" in name
        self.visit(node.value)
        self.is_axis, self.is_picture = axis, picture

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self.generic_visit(node)

    def _skip(self, node: ast.AST) -> None:
        """Leave out what is inside."""

    visit_Raise = visit_Assert = visit_Import = visit_ImportFrom = _skip


def _gives(node: ast.AST) -> bool:
    """Tell a return with a value that could be another's."""
    value = node.value if isinstance(node, ast.Return) else None
    return value is not None and not (
        isinstance(value, ast.Constant) and value.value is None
    )
