"""Hostile strategies, one a file: what each tries stands in its docstring, how one sees that it worked in its SIGN."""

import ast
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
GROUPS = ("reading", "writing", "network", "processes", "kernel", "waste", "future", "result")
_OWN = ("victim", "bgagent", "strategy")


@dataclass(frozen=True, slots=True)
class Attack:
    """name: group/file. aim: the first line of its docstring. sign: how one sees from outside that it worked.

    needs_root: an ordinary user could not do it even without any layer. modules: what it imports. limits: those of
    Limits that hold it, where others than usual are needed. refused_as: kinds of failure, one of which must come.
    """

    name: str
    aim: str
    source: str
    sign: str = "log"
    needs_root: bool = False
    modules: tuple[str, ...] = ()
    limits: tuple[tuple[str, float], ...] = ()
    refused_as: tuple[str, ...] = ()

    @property
    def group(self) -> str:
        """Its folder."""
        return self.name.partition("/")[0]


def load_attack(path: Path) -> Attack:
    """An attack from its file. Raises ValueError without a docstring."""
    source = path.read_text()
    tree = ast.parse(source)
    aim = (ast.get_docstring(tree) or "").split("\n")[0]
    if not aim:
        raise ValueError(f"{path} does not say what it tries")
    named = {
        statement.targets[0].id: ast.literal_eval(statement.value)
        for statement in tree.body
        if isinstance(statement, ast.Assign)
        and isinstance(statement.targets[0], ast.Name)
        and statement.targets[0].id in ("SIGN", "NEEDS_ROOT", "LIMITS", "REFUSED_AS")
    }
    return Attack(
        f"{path.parent.name}/{path.stem}",
        aim,
        source,
        named.get("SIGN", "log"),
        named.get("NEEDS_ROOT", False),
        _modules(tree),
        tuple(named.get("LIMITS", {}).items()),
        tuple(named.get("REFUSED_AS", ())),
    )


def _modules(tree: ast.Module) -> tuple[str, ...]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return tuple(sorted(name for name in found if name.partition(".")[0] not in _OWN))


def all_attacks() -> list[Attack]:
    """Every attack, by group and name."""
    return [load_attack(path) for group in GROUPS for path in sorted((FOLDER / group).glob("*.py"))]
