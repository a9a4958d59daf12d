"""A reading as rows that a person can check at a glance: phrase -> meaning."""

from dataclasses import dataclass

from bgagent.language.read import Reading


@dataclass(frozen=True, slots=True)
class ExplainedRow:
    """One phrase of the sentence, or one value it left open. kind: stated, assumed, not understood, question."""

    kind: str
    phrase: str
    meaning: str


def explain(reading: Reading) -> tuple[ExplainedRow, ...]:
    """What the sentence says in the order it says it, then what is assumed, then what is missing."""
    stated = [ExplainedRow("stated", clause.text, f"{clause.field}: {clause.value}") for clause in reading.clauses]
    assumed = [ExplainedRow("assumed", "", f"{row.field}: {row.value} ({row.why})") for row in reading.assumptions]
    unknown = [ExplainedRow("not understood", part.text, part.why) for part in reading.unexplained]
    questions = [ExplainedRow("question", "", question) for question in reading.questions]
    return tuple(stated + assumed + unknown + questions)
