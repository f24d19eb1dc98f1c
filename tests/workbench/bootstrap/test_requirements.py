import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet

from tests.helpers.sources import ROOT
from workbench.bootstrap import requirements

releases = st.lists(st.integers(0, 12), min_size=1, max_size=4).map(
    lambda parts: ".".join(map(str, parts))
)
clauses = st.tuples(st.sampled_from([">=", "<=", "==", "!=", "<", ">"]), releases)


@given(releases, st.lists(clauses.map("".join), min_size=1, max_size=3))
def test_ranges_agree_with_the_packaging_library(version, specifiers):
    text = ",".join(specifiers)
    assert requirements.allows(text, version) is SpecifierSet(text).contains(version)


@pytest.mark.parametrize(
    ("specifier", "version", "expected"),
    [
        (">=2.13,<2.14", "2.13.0+cpu", True),
        (">=2.13,<2.14", "2.14.0+cu130", False),
        (">=6.10,<6.12", "6.11.3", True),
        (">=6.10,<6.12", "6.12.0", False),
        (">=2.1,<3", "10.0", False),
        ("", "1", True),
        ("~=1.0", "1.0", False),
        (">=1", "unknown", False),
    ],
)
def test_version_is_judged(specifier, version, expected):
    assert requirements.allows(specifier, version) is expected


def test_own_requirements_are_ranges_that_the_check_understands():
    lines = requirements.read(ROOT / "pyproject.toml", ["dev"])
    assert "torch>=2.13,<2.14" in lines
    assert any(line.startswith("pytest>=") for line in lines)
    assert all(requirements._LINE.match(line) for line in lines)


def test_absent_and_too_old_packages_are_missing():
    lines = ["pytest>=1", "pytest>=1000", "no-such-package-here>=1", "odd ; marker"]
    assert requirements.missing(lines) == lines[1:]


def test_this_environment_satisfies_the_project():
    assert requirements.satisfied(ROOT / "pyproject.toml", ["dev"])
