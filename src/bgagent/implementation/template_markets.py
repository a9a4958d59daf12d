"""Pieces of rendered strategies over several symbols: what `init` declares for each of them, and how it is read."""

import json
from collections.abc import Iterable

from bgagent.implementation.conditions import Declarations, render_condition


def quoted(symbol: str) -> str:
    """A symbol as Python."""
    return json.dumps(symbol)


def declare_each(declarations: Declarations, markets: str = "self.markets") -> list[str]:
    """Lines of `init` for what is declared for every market."""
    return [
        *(
            f'        self.{name} = {{market: market.indicator("{text}") for market in {markets}}}'
            for name, text in declarations.indicators.items()
        ),
        *(
            f'        self.{name} = {{market: market.calendar("{text}") for market in {markets}}}'
            for name, text in declarations.calendars.items()
        ),
    ]


def declare_one(declarations: Declarations) -> list[str]:
    """Lines of `init` for what is declared for the owner alone."""
    return [
        *(
            f'        self.{name} = {declarations.owner}.indicator("{text}")'
            for name, text in declarations.indicators.items()
        ),
        *(f'        self.{name} = self.calendar("{text}")' for name, text in declarations.calendars.items()),
    ]


def claim(name: str, parameters: str, conditions: Iterable[str]) -> list[str]:
    """A method that is true where all conditions are; empty ones are left out."""
    said = " and ".join(condition for condition in conditions if condition)
    return ["", f"    def {name}({parameters}):", f"        return bool({said})"]


def known(expression: str, declarations: Declarations) -> tuple[str, str]:
    """Conditions for an expression on prices to be true: that a bar is known, and the expression itself."""
    condition = render_condition(expression, declarations)
    return "self.index >= 0", f"({condition})" if " or " in condition else condition
