"""What pyproject.toml promises."""

import re
import tomllib

import pytest

from tests.helpers.sources import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def test_both_commands_start_the_same_main():
    project = PROJECT["project"]
    assert project["gui-scripts"]["workbench"] == "workbench.__main__:main"
    assert project["scripts"]["backprop-workbench"] == "workbench.__main__:main"


def test_version_stands_in_the_changelog():
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert "## [Unreleased]" in changelog
    assert f"## [{PROJECT['project']['version']}]" in changelog


def test_licence_is_mit():
    assert (ROOT / "LICENSE").read_text("utf-8").startswith("MIT License")


def test_every_python_package_has_an_init_file():
    """A folder without one would be installed as a namespace, by accident."""
    bare = {
        path.parent.relative_to(ROOT).as_posix()
        for package in ("engine", "workbench", "presets")
        for path in (ROOT / package).rglob("*.py")
        if not (path.parent / "__init__.py").exists()
    }
    assert bare == set()


@pytest.mark.skipif(
    not (ROOT / "assets/screenshots").is_dir(), reason="no pictures are drawn yet"
)
def test_links_of_the_readme_lead_somewhere():
    text = (ROOT / "README.md").read_text("utf-8")
    targets = re.findall(r"\]\((?!http)([^)#]+)\)", text)
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []
