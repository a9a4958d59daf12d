"""The house: a module imports only from its own folder and from floors below, and nobody imports nlbt."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

SOURCE = Path(__file__).resolve().parent.parent / "src"

# From the ground up. Names joined by | never import each other; other neighbours may.
FLOORS = """
errors bars periods
engine | data | llm | jobs
artifacts
language | sandbox
understanding | implementation | reporting
pipeline
settings story one_currency loading benchmark finishing kept rerunning local_processes batch job_model wiring bg_run bg_end evals api
cli __main__
"""
LOADERS = {"import_module", "__import__", "find_spec", "run_module", "resolve_name", "locate"}
NLBT_IN_TEXT = re.compile(r"""(?:^|[;"'`])\s*(?:import|from)\s+nlbt\b""", re.MULTILINE)
DATA_SUFFIXES = {".md", ".toml", ".j2", ".html", ".js"}


class Floor(NamedTuple):
    height: int
    apart: bool  # from its neighbours


def _floors() -> dict[str, Floor]:
    rows = FLOORS.strip().splitlines()
    return {
        name: Floor(height, "|" in row) for height, row in enumerate(rows) for name in row.replace("|", " ").split()
    }


HOUSE = _floors()


def _imported_modules(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and absolute name of everything imported, wherever in the file, by statement or by a loader's literal."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(level=0, module=str(module), names=names):
                yield from ((node.lineno, f"{module}.{alias.name}") for alias in names)
            case ast.Call(
                func=ast.Name(id=loader) | ast.Attribute(attr=loader), args=[ast.Constant(value=str(name)), *_]
            ):
                if loader in LOADERS:
                    yield node.lineno, name


def _room(name: str) -> str | None:
    """The room of the house that an imported name belongs to; None when it is not of the house."""
    package, _, rest = name.partition(".")
    if package != "bgagent" or rest == "__version__":
        return None
    room = rest.partition(".")[0]
    return room if room in HOUSE else "api"  # the front door hands out the names of bgagent.api


def breaches(module: str, source: str) -> list[str]:
    """What in `source`, the text of bgagent.<module>, breaks the order of the house; one line each."""
    own = module.partition(".")[0]
    if own not in HOUSE:
        return [f"bgagent.{own} has no floor: give it one in DESIGN, here and in pyproject.toml"]
    tree = ast.parse(source)
    found = [
        f"bgagent.{module}:{node.lineno} imports by a relative name"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level > 0
    ]
    for line, name in _imported_modules(tree):
        where = f"bgagent.{module}:{line} imports {name}"
        if name.partition(".")[0] == "nlbt":
            found.append(where)
            continue
        room = _room(name)
        if room is None or room == own:
            continue
        if HOUSE[room].height > HOUSE[own].height:
            found.append(f"{where}, from a floor above")
        elif HOUSE[room].height == HOUSE[own].height and HOUSE[own].apart:
            found.append(f"{where}, a neighbour on its own floor")
    return found


def _module_name(path: Path) -> str:
    parts = path.relative_to(SOURCE / "bgagent").with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__") or "__init__"


def _python_files() -> list[Path]:
    return sorted((SOURCE / "bgagent").rglob("*.py"))


def test_every_module_keeps_to_the_floors():
    files = [path for path in _python_files() if path != SOURCE / "bgagent/__init__.py"]
    assert len(files) > 3
    assert [line for path in files for line in breaches(_module_name(path), path.read_text(encoding="utf-8"))] == []


def test_the_front_door_loads_nothing_but_the_python_interface():
    tree = ast.parse((SOURCE / "bgagent/__init__.py").read_text(encoding="utf-8"))
    assert {_room(name) for _, name in _imported_modules(tree)} <= {None, "api"}


def test_no_text_of_the_package_imports_nlbt():
    texts = [path for path in SOURCE.rglob("*") if path.suffix in DATA_SUFFIXES | {".py"}]
    assert [str(path) for path in texts if NLBT_IN_TEXT.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    ("module", "source", "said"),
    [
        ("engine.kernel", "from bgagent.data import folder", "a neighbour"),
        ("engine.kernel", "def f():\n    import bgagent.cli.main", "a floor above"),
        ("errors", "from bgagent import jobs", "a floor above"),
        ("jobs.store", "from bgagent import run_job", "a floor above"),
        ("jobs.store", "import bgagent", "a floor above"),
        ("language.dates", "if TYPE_CHECKING:\n    from bgagent.sandbox.host import Host", "a neighbour"),
        ("artifacts.spec", "importlib.import_module('bgagent.pipeline')", "a floor above"),
        ("cli.main", "from . import bg", "relative"),
        ("cli.main", "from ..engine.costs import Costs", "relative"),
        ("cli.main", "import nlbt", "imports nlbt"),
        ("cli.main", "import nlbt.agent as a", "imports nlbt.agent"),
        ("cli.main", "from nlbt import agent", "imports nlbt.agent"),
        ("cli.main", "from nlbt.agent import run", "imports nlbt.agent.run"),
        ("cli.main", "def f():\n    __import__('nlbt')", "imports nlbt"),
        ("cli.main", "import_module('nlbt.agent')", "imports nlbt.agent"),
        ("cli.main", "importlib.util.find_spec('nlbt')", "imports nlbt"),
        ("helpers", "", "has no floor"),
    ],
)
def test_a_breach_is_found(module, source, said):
    found = breaches(module, source)
    assert len(found) == 1
    assert said in found[0]


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("engine.kernel", "from bgagent.engine.costs import Costs\nfrom bgagent.bars import Bars"),
        ("bars", "from bgagent.periods import Period"),
        ("wiring", "from bgagent.settings import Settings"),
        ("cli.main", "def f():\n    from bgagent.jobs.store import Store"),
        ("reporting.html", "from bgagent import __version__\nfrom bgagent.artifacts import report"),
        ("pipeline", "import nlbtools\nfrom json import loads"),
    ],
)
def test_what_the_house_allows_is_no_breach(module, source):
    assert breaches(module, source) == []


@pytest.mark.parametrize("text", ["x = 'import nlbt'", "```\nfrom nlbt.agent import run\n```", "a = 1; import nlbt"])
def test_an_import_hidden_in_text_is_found(text):
    assert NLBT_IN_TEXT.search(text)
