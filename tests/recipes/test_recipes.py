"""CONTRIBUTING.md is done to the letter in a copy of the checkout, and used there.

The copy runs in a child process; `uses/` says what each recipe must be good for.
"""

import os
import shutil
import subprocess
import sys

import pytest

from tests.recipes import book

USES = book.ROOT / "tests/recipes/uses"
RECIPES = book.steps()
MOST_FILES = 3


@pytest.fixture
def checkout(tmp_path):
    """Return a copy of all that the product consists of; its assets are a link."""
    ignored = shutil.ignore_patterns("screenshots", "*.pyc.*")
    for name in ("engine", "workbench", "presets", "tests/recipes", "tests/helpers"):
        shutil.copytree(book.ROOT / name, tmp_path / name, ignore=ignored)
    (tmp_path / "tests/__init__.py").touch()
    (tmp_path / "assets").symlink_to(book.ROOT / "assets")
    shutil.copy(book.ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def run(checkout, *arguments):
    settings = {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(checkout)}
    return subprocess.run(
        [sys.executable, *arguments],
        check=False,
        cwd=checkout,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.mark.parametrize("name", RECIPES)
def test_recipe_adds_something_that_works(checkout, name):
    for step in RECIPES[name]:
        step.make(checkout)
    changed = sorted({step.path for step in RECIPES[name]})
    for check in (("check",), ("format", "--check")):
        lint = run(checkout, "-m", "ruff", *check, *changed)
        assert lint.returncode == 0, lint.stdout + lint.stderr
    used = run(checkout, "-m", f"tests.recipes.uses.{module_of(name)}")
    assert used.returncode == 0, used.stderr
    assert used.stdout.splitlines()[-1] == f"{checkout}: works"


def module_of(name):
    return name.removeprefix("an ").removeprefix("a ").replace(" ", "_")


def test_every_recipe_is_used_and_none_is_told_twice():
    known = {path.stem for path in USES.glob("*.py")} - {"__init__", "project"}
    assert known == {module_of(name) for name in RECIPES}
    assert len(RECIPES) == 7


@pytest.mark.parametrize("name", RECIPES)
def test_recipe_takes_as_few_files_as_the_page_says(name):
    files = book.product_files(RECIPES[name])
    assert len(files) == book.counts()[name]
    assert 0 < len(files) <= MOST_FILES
