"""Asks a model whether code that a model wrote says what the sentence says: the last of the critic's checks.

The judge sees the code without comments and docstrings, so that the code cannot speak to it. What it does not answer,
or not in form, is no pass.
"""

import ast
import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bgagent.artifacts.attempts import Check, CheckStatus, StrategySource
from bgagent.artifacts.clauses import Assumption, Clause
from bgagent.artifacts.codec import to_plain
from bgagent.engine.plan import Plan
from bgagent.errors import ModelUnavailable
from bgagent.implementation.model_producer import clause_lines, deciding
from bgagent.llm.answers import Unreadable, read_object
from bgagent.llm.call import FailureKind, Model, Question
from bgagent.llm.prompts import fill, load_prompt
from bgagent.llm.repair import ask_for

CHECK_ID = "says_the_sentence"
_ANSWER_TOKENS = 4000
_LONGEST_REASON = 200  # characters
_LONGEST_QUOTE = 100


class Verdict(StrEnum):
    """Whether the code follows a clause."""

    YES = "yes"
    NO = "no"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Opinion:
    """The judge's answer. verdicts: by number of the clause.

    left_out: what the sentence asks for and the code does not do. beside: what the code does that nothing asks for.
    """

    verdicts: dict[int, tuple[Verdict, str]]
    beside: tuple[str, ...]
    left_out: tuple[str, ...] = ()


def ask_opinion(
    model: Model,
    *,
    sentence: str,
    clauses: Sequence[Clause],
    source: StrategySource,
    plan: Plan | None = None,
    assumptions: Sequence[Assumption] = (),
) -> Check:
    """One call: `pass` when every clause is followed, nothing left out and nothing added, `fail` naming what is not.

    plan, assumptions: what was agreed beside the clauses. `warn` where the judge cannot tell. No usable answer is
    `fail`. Raises ModelUnavailable otherwise, LimitReached.
    """
    judged = deciding(clauses)
    if not judged:
        return Check(CHECK_ID, CheckStatus.FAIL, "there is no clause that the code could be held against", {})
    turn = fill(
        load_prompt(__package__, "case"),
        sentence=json.dumps(sentence, ensure_ascii=False),
        agreed=json.dumps(_agreed(plan, assumptions), ensure_ascii=False),
        clauses=clause_lines(judged),
        aside=json.dumps([clause.text for clause in clauses if clause not in judged], ensure_ascii=False),
        source=without_words(source.text),
    )
    instructions = load_prompt(__package__, "judge_strategy")
    question = Question(
        instructions, (turn,), purpose="hold the code against the sentence", max_tokens_out=_ANSWER_TOKENS
    )
    try:
        opinion = ask_for(model, question, lambda answer: read_opinion(answer, len(judged)))
    except ModelUnavailable as error:
        if error.kind != FailureKind.MALFORMED:
            raise
        return Check(CHECK_ID, CheckStatus.FAIL, f"no usable opinion on the code: {error.message}", {})
    return _as_check(opinion, judged)


def _agreed(plan: Plan | None, assumptions: Sequence[Assumption]) -> dict[str, object]:
    given = to_plain(plan) if plan is not None else {}
    assert isinstance(given, dict)
    return {
        **{name: value for name, value in given.items() if value is not None},
        "assumptions": [f"{row.field}: {row.value}" for row in assumptions],
    }


def read_opinion(answer: str, count: int) -> Opinion:
    """The opinion on clauses 1 to `count`. Raises Unreadable naming every clause without a verdict."""
    given = read_object(answer)
    rows = given.get("clauses")
    verdicts: dict[int, tuple[Verdict, str]] = {}
    for row in rows if isinstance(rows, list) else []:
        match row:
            case {"number": int(number), "verdict": "yes" | "no" | "unclear" as verdict} if 1 <= number <= count:
                if verdicts.get(number, (verdict, ""))[0] != verdict:
                    raise Unreadable(f"clause {number} has two verdicts")
                verdicts[number] = (Verdict(verdict), str(row.get("why") or ""))
    missing = [str(number) for number in range(1, count + 1) if number not in verdicts]
    if missing:
        raise Unreadable(f"no verdict (yes, no or unclear) on clause {', '.join(missing)}")
    beside, left_out = (_lines(given, name) for name in ("beside", "left_out"))
    return Opinion(verdicts, beside, left_out)


def _lines(given: dict[str, object], name: str) -> tuple[str, ...]:
    """What is listed under a name. Raises Unreadable for no list: it may be unanswered, or the one thing wrong."""
    listed = given.get(name)
    if not isinstance(listed, list):
        raise Unreadable(f"{name} is no list; write [] where there is nothing")
    return tuple(str(item) for item in listed if item)


def without_words(source: str) -> str:
    """The code alone: no comments, no docstrings, no other text that stands for itself."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            kept = [part for part in body if not _is_text(part)]
            body[:] = kept or ([ast.Pass()] if not isinstance(node, ast.Module) else [])
    return ast.unparse(tree)


def _is_text(part: ast.stmt) -> bool:
    return isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant) and isinstance(part.value.value, str)


def _as_check(opinion: Opinion, clauses: Sequence[Clause]) -> Check:
    said = {
        verdict: [
            f"'{clause.text[:_LONGEST_QUOTE]}': {opinion.verdicts[number][1][:_LONGEST_REASON] or 'no reason given'}"
            for number, clause in enumerate(clauses, start=1)
            if opinion.verdicts[number][0] is verdict
        ]
        for verdict in Verdict
    }
    figures: dict[str, float | None] = {f"clauses_{verdict.value}": float(len(said[verdict])) for verdict in Verdict}
    wrong = [
        *said[Verdict.NO],
        *(f"left out: {item[:_LONGEST_REASON]}" for item in opinion.left_out),
        *(f"beside the sentence: {item[:_LONGEST_REASON]}" for item in opinion.beside),
    ]
    if wrong:
        return Check(CHECK_ID, CheckStatus.FAIL, "; ".join(wrong), figures)
    if said[Verdict.UNCLEAR]:
        return Check(CHECK_ID, CheckStatus.WARN, "; ".join(said[Verdict.UNCLEAR]), figures)
    return Check(
        CHECK_ID, CheckStatus.PASS, f"the code follows each of {len(clauses)} clauses, in a model's opinion", figures
    )
