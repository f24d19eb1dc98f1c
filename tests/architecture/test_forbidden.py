"""Things that the source never does."""

import ast
import re

import pytest

from tests.helpers.sources import ROOT, name_of, python_files, tracked_files, tree

PRODUCT = ("engine", "workbench", "presets")
MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "shelve", "marshal"}
CALLS = {"eval", "exec", "__import__", "compile"}
NAMES = {"processEvents", "QThread", "QThreadPool", "configfile", "flowchart"}

# Put together here, so that this file does not contain what it looks for.
HOSTS = ["py" + "pi.org", "python" + "hosted.org", "download.py" + "torch.org",
         "ana" + "conda.org", "pie" + "wheels"]  # fmt: skip
MACHINE = r"(?<![\w.])/(work|root|home/\w+|Users/\w+|tmp/\w+)/|[A-Z]:\\Users\\"


def offences(module):
    """Yield (line, what) for everything that `module` may not do."""
    for node in ast.walk(module):
        what = _offence(node)
        if what:
            yield node.lineno, what


def _offence(node):
    if isinstance(node, ast.Import):
        return next((a.name for a in node.names if a.name in MODULES), None)
    if isinstance(node, ast.ImportFrom):
        return _import_offence(node)
    if isinstance(node, ast.Call):
        return _call_offence(node)
    if isinstance(node, ast.Attribute):
        return node.attr if node.attr in NAMES else None
    return None


def _import_offence(node):
    if node.module in MODULES:
        return node.module
    return next((a.name for a in node.names if a.name in NAMES | {"*"}), None)


def _call_offence(node):
    last = getattr(node.func, "attr", getattr(node.func, "id", ""))
    if last not in CALLS and last != "load" and not last.endswith("import_module"):
        return None
    called = ast.unparse(node.func)
    if called in CALLS:
        return f"{called}()"
    if called == "torch.load":
        safe = any(
            k.arg == "weights_only" and ast.unparse(k.value) == "True"
            for k in node.keywords
        )
        return None if safe else "torch.load without weights_only=True"
    if called.endswith("import_module") and not isinstance(node.args[0], ast.Constant):
        return "import by a name that is not written in the source"
    return None


@pytest.mark.parametrize("package", PRODUCT)
def test_source_does_nothing_forbidden(package):
    found = [
        f"{name_of(path, line)} {what}"
        for path in python_files(package)
        for line, what in offences(tree(path))
    ]
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        "eval('1')",
        "exec('1')",
        "import pickle",
        "from pickle import loads",
        "from x import *",
        "from PySide6.QtCore import QThread",
        "QApplication.processEvents()",
        "torch.load('f')",
        "torch.load('f', weights_only=False)",
        "importlib.import_module(name)",
    ],
)
def test_offence_is_found(source):
    assert list(offences(ast.parse(source)))


@pytest.mark.parametrize(
    "source",
    [
        "model.eval()",
        "app.exec()",
        "torch.load('f', weights_only=True)",
        "import pickletools",  # lists the words of a pickle and executes none
    ],
)
def test_lawful_code_passes(source):
    assert list(offences(ast.parse(source))) == []


def _text_of(path):
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        return ""


def test_no_file_names_a_registry_host():
    pattern = re.compile("|".join(map(re.escape, HOSTS)))
    found = [name_of(p) for p in tracked_files() if pattern.search(_text_of(p))]
    assert found == []


def test_no_file_holds_a_path_of_some_machine():
    pattern = re.compile(MACHINE)
    own = ROOT / "tests/architecture/test_forbidden.py"
    data = (ROOT / "assets/data").as_posix()
    found = [
        f"{name_of(path, number)} {line.strip()[:80]}"
        for path in tracked_files()
        if path != own and not path.as_posix().startswith(data)
        for number, line in enumerate(_text_of(path).splitlines(), 1)
        if pattern.search(line)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("cd /wor" + "k/main", True),
        ("/hom" + "e/anna/x", True),
        ("/tmp", False),
        ("a/work/b", False),
    ],
)
def test_machine_paths_are_recognised(text, is_found):
    assert bool(re.search(MACHINE, text)) is is_found
