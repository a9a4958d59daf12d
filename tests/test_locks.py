"""The locks hold what pyproject.toml asks for, by hash, and no address or path."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCKS = (
    "requirements.lock",
    "requirements-dev.lock",
    "benchmarks/requirements.lock",
    "benchmarks/crosscheck/requirements.lock",
)
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)[^\n]*((?:\n    --hash=[^\n]+)*)", re.MULTILINE)


def pins(lock: str) -> list[tuple[str, str, str]]:
    """Name, version and hash lines of everything pinned; some names twice, for different Pythons."""
    return PIN.findall((ROOT / lock).read_text(encoding="utf-8"))


def asked_for(*extras: str) -> list[Requirement]:
    optional = PROJECT["optional-dependencies"]
    lines = [*PROJECT["dependencies"], *(line for extra in extras for line in optional[extra])]
    return [wanted for wanted in map(Requirement, lines) if wanted.name != PROJECT["name"]]


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_nothing_but_pins_with_hashes(lock):
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert PIN.sub("", text).strip() == ""
    assert "://" not in text
    assert [name for name, _, hashes in pins(lock) if "sha256:" not in hashes] == []


@pytest.mark.parametrize(
    ("lock", "extras"),
    [("requirements.lock", ()), ("requirements-dev.lock", ("dev", "parquet", "calendars"))],
)
def test_a_lock_pins_all_that_is_asked_for_within_its_bounds(lock, extras):
    for wanted in asked_for(*extras):
        versions = [
            version for name, version, _ in pins(lock) if canonicalize_name(name) == canonicalize_name(wanted.name)
        ]
        assert versions, f"{wanted} is not in {lock}: run make lock"
        assert all(wanted.specifier.contains(version) for version in versions), f"{wanted} against {versions}"


def test_both_locks_pin_the_same_versions():
    tools = {(name, version) for name, version, _ in pins("requirements-dev.lock")}
    assert {(name, version) for name, version, _ in pins("requirements.lock")} <= tools
