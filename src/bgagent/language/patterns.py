"""Patterns of the grammar, read from a line of text.

word            that word, in any case; signs too (`,` `/` `%`), with a backslash before ( ) | ? * + { } < >
{name}          a rule or a category of the lexicon, its value bound to `name`; {label:name} binds it to `label`
<name>          the same, bound to nothing
(a|b c)         one of several; x? once or not at all; x* and x+ several times
"""

from bgagent.language.elements import Choice, Element, InOrder, Optional, Reference, Word


def read_pattern(text: str) -> Element:
    """The element that a pattern stands for. Raises ValueError naming the place where it cannot be read."""
    return _Pattern(text).read()


class _Pattern:
    """Reads the text of a pattern."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0

    def read(self) -> Element:
        element = self.choice()
        if self.place < len(self.text):
            raise ValueError(f"pattern {self.text!r} is not closed at {self.place}")
        return element

    def choice(self) -> Element:
        options = [self.sequence()]
        while self.peek() == "|":
            self.place += 1
            options.append(self.sequence())
        return options[0] if len(options) == 1 else Choice(tuple(options))

    def sequence(self) -> Element:
        elements: list[Element] = []
        while self.peek() not in ("", "|", ")"):
            elements.append(self.repeated())
        if not elements:
            raise ValueError(f"pattern {self.text!r} has an empty part")
        return elements[0] if len(elements) == 1 else InOrder(tuple(elements))

    def repeated(self) -> Element:
        element = self.single()
        sign = self.text[self.place : self.place + 1]
        if sign == "?":
            self.place += 1
            return Optional(element)
        if sign == "*":
            self.place += 1
            return Optional(element, repeats=True)
        if sign == "+":
            self.place += 1
            return InOrder((element, Optional(element, repeats=True)))
        return element

    def single(self) -> Element:
        sign = self.peek()
        if sign == "(":
            self.place += 1
            inner = self.choice()
            if self.peek() != ")":
                raise ValueError(f"pattern {self.text!r} lacks a closing bracket")
            self.place += 1
            return inner
        if sign in ("{", "<"):
            close = self.text.index("}" if sign == "{" else ">", self.place)
            label, _, name = self.text[self.place + 1 : close].rpartition(":")
            self.place = close + 1
            return Reference(name, (label or name) if sign == "{" else None)
        start = self.place
        while self.place < len(self.text) and self.text[self.place] not in " ()|?*+{}<>":
            self.place += 2 if self.text[self.place] == "\\" else 1
        if start == self.place:
            raise ValueError(f"pattern {self.text!r} cannot be read at {start}")
        return Word(self.text[start : self.place].replace("\\", ""))

    def peek(self) -> str:
        while self.text[self.place : self.place + 1] == " ":
            self.place += 1
        return self.text[self.place : self.place + 1]
