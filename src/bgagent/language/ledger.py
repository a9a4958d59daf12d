"""What became of each fact of a sentence, and what was assumed beside it."""

from dataclasses import dataclass, field

from bgagent.language.meanings import Place


class Contradiction(Exception):
    """The sentence says two things that cannot both be; the message is a question."""


class Missing(Exception):
    """What must be said and is not; the message is a question."""


class Beyond(Exception):
    """Understood, but no plan of rules can say it; a model may. The message says why; words: the places that say it."""

    def __init__(self, why: str, *words: Place | None) -> None:
        super().__init__(why)
        self.words = tuple(place for place in words if place is not None)


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One fact: where it stood (tokens), the field it became, what it was read as."""

    place: Place | None
    field: str
    value: str


@dataclass(slots=True)
class Ledger:
    """Rows in the order they were made, and assumptions as (field, value, why)."""

    rows: list[LedgerRow] = field(default_factory=list)
    assumptions: list[tuple[str, str, str]] = field(default_factory=list)

    def state(self, fact: object, name: str, value: str) -> None:
        """The fact became this field with this value."""
        row = LedgerRow(getattr(fact, "place", None), name, value)
        if row not in self.rows:
            self.rows.append(row)

    def assume(self, name: str, value: str, why: str) -> None:
        """The sentence left this open."""
        if (name, value, why) not in self.assumptions:
            self.assumptions.append((name, value, why))
