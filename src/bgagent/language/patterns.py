"""Patterns of the grammar, read from a line of text.

word            that word, in any case; signs too (`,` `/` `%`), with a backslash before ( ) | ? * + { } < >
{name}          a rule or a category of the lexicon, its value bound to `name`; {label:name} binds it to `label`
<name>          the same, bound to nothing
(a|b c)         one of several; x? once or not at all; x* and x+ several times
"""

import re

from bgagent.language.elements import Choice, Element, InOrder, Optional, Reference, Word


def read_pattern(text: str) -> Element:
    """The element that a pattern stands for. Raises ValueError naming the place where it cannot be read."""
    return _Pattern(text).read()


_PART = re.compile(r"\{[^}]*\}|<[^>]*>|[()|?*+]|(?:\\.|[^ ()|?*+{}<>\\])+|\S")
_END = ""


class _Pattern:
    """Reads the text of a pattern."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.parts = [*_PART.findall(text), _END]
        self.place = 0

    def read(self) -> Element:
        element = self.choice()
        if self.parts[self.place] != _END:
            raise ValueError(f"pattern {self.text!r} is not closed at {self.parts[self.place]!r}")
        return element

    def choice(self) -> Element:
        options = [self.sequence()]
        while self.parts[self.place] == "|":
            self.place += 1
            options.append(self.sequence())
        return options[0] if len(options) == 1 else Choice(tuple(options))

    def sequence(self) -> Element:
        elements: list[Element] = []
        while self.parts[self.place] not in (_END, "|", ")"):
            elements.append(self.repeated())
        if not elements:
            raise ValueError(f"pattern {self.text!r} has an empty part")
        return elements[0] if len(elements) == 1 else InOrder(tuple(elements))

    def repeated(self) -> Element:
        element = self.single()
        sign = self.parts[self.place]
        if sign not in ("?", "*", "+"):
            return element
        self.place += 1
        if sign == "+":
            return InOrder((element, Optional(element, repeats=True)))
        return Optional(element, repeats=sign == "*")

    def single(self) -> Element:
        part = self.parts[self.place]
        self.place += 1
        if part == "(":
            inner = self.choice()
            if self.parts[self.place] != ")":
                raise ValueError(f"pattern {self.text!r} lacks a closing bracket")
            self.place += 1
            return inner
        if len(part) > 1 and part[0] in "{<":
            label, _, name = part[1:-1].rpartition(":")
            return Reference(name, (label or name) if part[0] == "{" else None)
        if part in ("{", "<", "}", ">", "?", "*", "+", "\\"):
            raise ValueError(f"pattern {self.text!r} cannot be read at {part!r}")
        return Word(part.replace("\\", ""))
