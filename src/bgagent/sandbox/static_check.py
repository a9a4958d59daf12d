"""A first look at strategy source: quick, and with good messages for whoever wrote it.

It is never the boundary: anything it misses meets a sealed process.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from bgagent.artifacts.attempts import RunFailure
from bgagent.engine import rules
from bgagent.engine.other_symbols import words_of

LARGEST_SOURCE = 200_000

_MODULES = frozenset(
    """
    bisect collections collections.abc dataclasses datetime enum functools itertools math operator random statistics
    typing
    numpy numpy.fft numpy.lib.stride_tricks numpy.linalg numpy.ma numpy.polynomial numpy.random numpy.typing
    bgagent.engine.plan bgagent.engine.strategy
    """.split()
)
_OUTSIDE = frozenset("open input exec eval compile __import__ breakpoint globals locals vars".split())
_NUMPY_FILES = frozenset(
    """
    load save savez savez_compressed savetxt loadtxt genfromtxt fromfile tofile memmap DataSource ctypeslib f2py
    """.split()
)
_CLOCK = frozenset({"now", "utcnow", "today"})
_DUNDERS = frozenset({"__init__", "__post_init__", "__name__", "__doc__", "__len__"})

# modules that numpy and datetime load when first used, which a sealed process no longer can
_LOADED_LATE = {
    "random": "numpy.random",
    "fft": "numpy.fft",
    "polynomial": "numpy.polynomial",
    "ma": "numpy.ma",
    "strings": "numpy.strings",
    "char": "numpy.char",
    "rec": "numpy.rec",
    "strptime": "_strptime",
}


@dataclass(frozen=True, slots=True)
class Checked:
    """Source that may be sent. strategy: name of its class. modules: what has to be imported before the seal."""

    strategy: str
    modules: tuple[str, ...]


def _imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if not node.level else ["." * node.level + (node.module or "")]


def _import_finding(module: str) -> str | None:
    if module in _MODULES:
        return None
    if module.startswith("bgagent"):
        return f"{module} is not for strategies; import from bgagent.engine.strategy or bgagent.engine.plan"
    return f"{module} cannot be imported; a strategy has numpy, math, statistics, datetime and the like, nothing else"


def _name_finding(name: str, own: set[str]) -> str | None:
    if name in _OUTSIDE and name not in own:
        return f"{name}() is refused: a strategy has neither files nor code other than its own"
    return None


def _attribute_finding(node: ast.Attribute) -> str | None:
    if node.attr.startswith("__") and node.attr.endswith("__") and node.attr not in _DUNDERS:
        return f".{node.attr} is refused: a strategy does not reach into Python's internals"
    owner = (
        node.value.id
        if isinstance(node.value, ast.Name)
        else node.value.attr
        if isinstance(node.value, ast.Attribute)
        else ""
    )
    if owner in ("np", "numpy") and node.attr in _NUMPY_FILES:
        return f"{owner}.{node.attr} is refused: a strategy has no files"
    if owner in ("datetime", "date") and node.attr in _CLOCK:
        return f"{owner}.{node.attr}() reads the clock of today; use self.session"
    return None


def _indicator_finding(node: ast.Call, words: tuple[str, ...]) -> str | None:
    if not (isinstance(node.func, ast.Attribute) and node.func.attr == "indicator" and node.args):
        return None
    text = node.args[0]
    if not (isinstance(text, ast.Constant) and isinstance(text.value, str)):
        return None
    try:
        rules.parse(text.value, words)
    except rules.RuleError as error:
        return f'the indicator "{text.value[:80]}" cannot be read: {error}'
    return None


def _own_names(tree: ast.Module) -> set[str]:
    """Names that the module gives itself, as in `open = self.open[-1]`."""
    stored = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return stored | {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}


def _findings(tree: ast.Module, words: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    own = _own_names(tree)
    for node in ast.walk(tree):
        messages: list[str | None]
        match node:
            case ast.Import() | ast.ImportFrom():
                messages = [_import_finding(module) for module in _imported(node)]
            case ast.Name():
                messages = [_name_finding(node.id, own)]
            case ast.Attribute():
                messages = [_attribute_finding(node)]
            case ast.Call():
                messages = [_indicator_finding(node, words)]
            case ast.AsyncFunctionDef():
                messages = ["async functions are refused: a strategy is called once a bar"]
            case _:
                continue
        yield from ((node.lineno, message) for message in messages if message)


def _strategies(tree: ast.Module) -> list[ast.ClassDef]:
    """Classes of the module that derive from Strategy, directly or through another class of the module."""
    known = {"Strategy"}
    found = []
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            bases = {base.id if isinstance(base, ast.Name) else getattr(base, "attr", "") for base in node.bases}
            if bases & known:
                known.add(node.name)
                found.append(node)
    return found


def _strategy_findings(found: list[ast.ClassDef]) -> Iterator[tuple[int, str]]:
    if len(found) != 1:
        names = ", ".join(node.name for node in found) or "none"
        yield (found[1].lineno if found else 1), f"exactly one subclass of Strategy is needed, found {names}"
        return
    methods = {node.name for node in found[0].body if isinstance(node, ast.FunctionDef)}
    if not methods & {"on_bar", "on_start"}:
        yield found[0].lineno, f"{found[0].name} has neither on_bar nor on_start, so it can never trade"


def _needed_modules(tree: ast.Module) -> tuple[str, ...]:
    needed = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            needed.update(_imported(node))
            if isinstance(node, ast.ImportFrom) and node.module == "numpy":
                needed.update(_LOADED_LATE[alias.name] for alias in node.names if alias.name in _LOADED_LATE)
        elif isinstance(node, ast.Attribute) and node.attr in _LOADED_LATE:
            needed.add(_LOADED_LATE[node.attr])
    return tuple(sorted(needed))


def _parse(source: str) -> ast.Module | RunFailure:
    if len(source) > LARGEST_SOURCE:
        return RunFailure("static", f"the source has {len(source):,} characters; {LARGEST_SOURCE:,} are allowed")
    try:
        return ast.parse(source)
    except SyntaxError as error:
        return RunFailure("static", f"line {error.lineno or 1}: {error.msg}")
    except (ValueError, RecursionError, MemoryError) as error:  # null characters, lone surrogates, deep nesting
        return RunFailure("static", f"the source cannot be parsed: {str(error) or type(error).__name__}")


def check_source(source: str, symbols: tuple[str, ...] = ()) -> Checked | RunFailure:
    """What the child has to be told of a strategy's source, or why it is not sent there at all.

    symbols: those whose bars it may read, as in `spy.close`.
    The failure's detail holds the first findings in one line, its log all of them, each with its line number.
    """
    tree = _parse(source)
    if isinstance(tree, RunFailure):
        return tree
    strategies = _strategies(tree)
    words = words_of(symbols)
    findings = sorted({*_findings(tree, words), *_strategy_findings(strategies)})
    if findings:
        lines = [f"line {line}: {message}" for line, message in findings]
        more = f" (and {len(lines) - 3} more)" if len(lines) > 3 else ""
        return RunFailure("static", "; ".join(lines[:3]) + more, "\n".join(lines))
    return Checked(strategies[0].name, _needed_modules(tree))
