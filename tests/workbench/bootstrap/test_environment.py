import os
import sys

import pytest

from workbench.bootstrap.environment import Environment

VERSION = "{}.{}".format(*sys.version_info)


@pytest.fixture
def environment(tmp_path):
    made = Environment(tmp_path)
    made.pyproject.write_text("[project]\ndependencies = []\n", "utf-8")
    made.python.parent.mkdir(parents=True)
    made.python.write_text("", "utf-8")
    return made


def test_fresh_environment_is_not_current(environment):
    assert not environment.is_current()


def test_stamped_environment_is_current(environment):
    environment.write_stamp(VERSION, [])
    assert environment.is_current()


def test_changed_pyproject_makes_the_stamp_old(environment):
    environment.write_stamp(VERSION, [])
    environment.pyproject.write_text("[project]\ndependencies = ['x']\n", "utf-8")
    assert not environment.is_current()


def test_application_does_not_need_the_extras_but_the_tests_do(environment):
    environment.write_stamp(VERSION, [])
    assert not environment.is_current(["dev"])
    environment.write_stamp(VERSION, ["dev"])
    assert environment.is_current()
    assert environment.is_current(["dev"])
    assert environment.extras() == {"dev"}


@pytest.mark.skipif(os.name == "nt", reason="links")
def test_other_python_behind_the_link_makes_the_stamp_old(environment, tmp_path):
    environment.write_stamp(VERSION, [])
    other = tmp_path / "python9"
    other.write_text("", "utf-8")
    environment.python.unlink()
    environment.python.symlink_to(other)
    assert not environment.is_current()


def test_other_version_inside_makes_the_stamp_old(environment, monkeypatch):
    environment.write_stamp("3.1", [])
    assert environment.is_current()
    monkeypatch.setattr(sys, "prefix", str(environment.folder))
    assert not environment.is_current()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pyproject": 3}'])
def test_damaged_stamp_counts_as_none(environment, content):
    environment._stamp.write_text(content, "utf-8")
    assert not environment.is_current()


def test_cut_off_installation_is_noticed_until_the_stamp(environment):
    environment.write_stamp(VERSION, [])
    environment.begin()
    assert environment.is_unfinished()
    assert not environment.is_current()
    environment.write_stamp(VERSION, [])
    assert not environment.is_unfinished()


def test_installed_package_is_no_checkout(tmp_path):
    assert not Environment(tmp_path).is_checkout
