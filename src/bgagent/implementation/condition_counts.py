"""Counts how often each condition of a strategy's code is true: for code that never trades, so that one sees why.

The counting is done by the code itself, in the sandbox, and printed on its last bar; it is told as what it is.
"""

import ast
import re
from dataclasses import dataclass

MOST_TOLD = 14
_LONGEST_TEXT = 70  # characters
_PRINTED = re.compile(r"^counted conditions: ([\d, \[\]]+)$", re.MULTILINE)
_PRELUDE = """
_looks = [[0, 0] for _ in range({count})]


def _looked(place, value):
    _looks[place][0] += 1
    if value:
        _looks[place][1] += 1
    return value
"""
_ON_BAR = """
def on_bar(self):
    try:
        self._counted_on_bar()
    finally:
        if self.next_session is None:
            print("counted conditions:", _looks)
"""


@dataclass(frozen=True, slots=True)
class Counting:
    """The same strategy, counting. conditions: what it counts, each with its line."""

    source: str
    conditions: tuple[str, ...]

    def read(self, printed: str) -> tuple[str, ...]:
        """What the counts say, a line for each condition; nothing when they were not printed."""
        found = _PRINTED.findall(printed)
        pairs = re.findall(r"(\d+), (\d+)", found[-1]) if found else []
        if len(pairs) != len(self.conditions):
            return ()
        told = [
            f"{text}: true {true} of {looked} times" if int(looked) else f"{text}: never looked at"
            for text, (looked, true) in zip(self.conditions, pairs, strict=True)
        ]
        left = len(told) - MOST_TOLD
        return (*told[:MOST_TOLD], *((f"and {left} more conditions",) if left > 0 else ()))


def counting(source: str) -> Counting | None:
    """The strategy with a counter on each condition that its methods test; None when there is none to count."""
    tree = ast.parse(source)
    marker = _Marker()
    tree = ast.fix_missing_locations(marker.visit(tree))
    methods = [
        (node, method)
        for node in tree.body
        if isinstance(node, ast.ClassDef)
        for method in node.body
        if isinstance(method, ast.FunctionDef) and method.name == "on_bar"
    ]
    if not marker.conditions or len(methods) != 1:
        return None
    owner, method = methods[0]
    method.name = "_counted_on_bar"
    owner.body.extend(ast.parse(_ON_BAR).body)
    last_import = max(
        (i for i, node in enumerate(tree.body) if isinstance(node, ast.Import | ast.ImportFrom)), default=-1
    )
    tree.body[last_import + 1 : last_import + 1] = ast.parse(_PRELUDE.format(count=len(marker.conditions))).body
    return Counting(ast.unparse(ast.fix_missing_locations(tree)), tuple(marker.conditions))


class _Marker(ast.NodeTransformer):
    """Wraps every part of every tested condition into a call that counts."""

    def __init__(self) -> None:
        self.conditions: list[str] = []

    def visit_If(self, node: ast.If) -> ast.AST:
        node.test = self._marked(node.test)
        node.body = [self.visit(part) for part in node.body]
        node.orelse = [self.visit(part) for part in node.orelse]
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        self.generic_visit(node)
        node.test = self._marked(node.test)
        return node

    def visit_Return(self, node: ast.Return) -> ast.AST:
        """`return a and b`, as helpers that tell whether to enter do."""
        if isinstance(node.value, ast.BoolOp | ast.Compare):
            node.value = self._marked(node.value)
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        """`goes_up = a and b`"""
        if isinstance(node.value, ast.BoolOp):
            node.value = self._marked(node.value)
        return node

    def _marked(self, test: ast.expr) -> ast.expr:
        if isinstance(test, ast.BoolOp):
            test.values = [self._marked(part) for part in test.values]
            return test
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            test.operand = self._marked(test.operand)
            return test
        text = ast.unparse(test)
        text = text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}..."
        self.conditions.append(f"line {test.lineno}: {text}")
        place = ast.Constant(len(self.conditions) - 1)
        return ast.Call(ast.Name("_looked", ast.Load()), [place, test], [])
