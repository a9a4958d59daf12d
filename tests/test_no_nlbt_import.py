"""Importing every module of the package asks for no nlbt, prints nothing and leaves nothing behind."""

import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent / "src"

IMPORT_ALL = """
import importlib, os, pkgutil, sys

class Refusal:
    asked = []

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "nlbt":
            self.asked.append(name)
        return None

def failed(name):
    raise

sys.meta_path.insert(0, Refusal())
environment = dict(os.environ)
package = importlib.import_module(sys.argv[1])
names = [found.name for found in pkgutil.walk_packages(package.__path__, package.__name__ + ".", onerror=failed)]
for name in names:
    importlib.import_module(name)
assert names, "no module was found"
assert not Refusal.asked, f"asked for {Refusal.asked}"
assert dict(os.environ) == environment, "importing changed the environment"
"""


def import_all(package: str, source: Path, working_dir: Path) -> "subprocess.CompletedProcess[str]":
    """Import every module of `package`, found in the folder `source`, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-B", "-c", IMPORT_ALL, package],
        cwd=working_dir,
        env={"PATH": "/usr/bin:/bin", "HOME": str(working_dir), "PYTHONPATH": str(source)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_importing_every_module_asks_for_no_nlbt_and_does_nothing(tmp_path):
    ended = import_all("bgagent", SOURCE, tmp_path)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", ""), ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_import_of_nlbt_is_seen_even_when_the_module_swallows_its_failure(tmp_path):
    package = tmp_path / "guilty"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "tool.py").write_text(
        "import importlib\ntry:\n    importlib.import_module('nl' + 'bt.agent')\nexcept ImportError:\n    pass\n"
    )
    ended = import_all("guilty", tmp_path, tmp_path)
    assert ended.returncode == 1
    assert "asked for ['nlbt']" in ended.stderr
