"""Lets a language model write the code of a strategy, and mend it by the findings of the critic."""

import ast
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from bgagent.artifacts.attempts import Check, StrategySource
from bgagent.artifacts.clauses import Clause, ClauseStatus
from bgagent.artifacts.codec import to_plain
from bgagent.artifacts.spec import RunSpec, StrategySpec
from bgagent.engine.vocabulary import calendar_words, common_words, price_words
from bgagent.errors import ModelUnavailable
from bgagent.implementation.strategy_api import strategy_api
from bgagent.llm.answers import Unreadable, read_python
from bgagent.llm.call import FailureKind, Model, Question
from bgagent.llm.prompts import fill, load_prompt
from bgagent.llm.repair import ask_for

_ANSWER_TOKENS = 8000
_LONGEST_FINDING = 1400  # characters
_MOST_DEEP = 150  # nodes of the file's tree within each other
_LONGEST_QUOTE = 100  # characters of a clause; the text itself stands beside it
_WITHIN_DAY = re.compile(r"(previous_)?session_|bar_of_session|minutes|utc_minutes|opening_|daily")


@dataclass(frozen=True, slots=True)
class Place:
    """Where the code will run: over several symbols or one, on bars within the day or longer ones."""

    of_several: bool = False
    within_day: bool = False

    @property
    def example(self) -> str:
        """Name of the prompt with strategies of the kind."""
        return "several_example" if self.of_several else "within_day_example" if self.within_day else "example"


class ModelProducer:
    """Writes one source per run and attempt; see `bgagent.implementation.loop.Producer`.

    Remembers the last source of each run: a later attempt gets that and the findings, nothing of the talk before it.
    """

    name = "model"

    def __init__(
        self, model: Model, *, sentence: str, clauses: Sequence[Clause], earlier: Sequence[StrategySource] = ()
    ) -> None:
        """earlier: the last sources of a job that is taken up."""
        self._model = model
        self._sentence = sentence
        self._clauses = tuple(clauses)
        self._last: dict[str, str] = {source.label: source.text for source in earlier}

    def write(self, spec: StrategySpec, run: RunSpec, findings: tuple[Check, ...], number: int) -> StrategySource:
        """Source of one Strategy subclass. Raises ModelUnavailable or LimitReached."""
        task = fill(
            load_prompt(__package__, "task"),
            sentence=json.dumps(self._sentence, ensure_ascii=False),
            plan=json.dumps(_agreed(spec, run), ensure_ascii=False),
            clauses=clause_lines(self._clauses),
        )
        last = self._last.get(run.label)
        if findings and last is not None:
            task = fill(
                load_prompt(__package__, "revise_strategy"), task=task, findings=finding_lines(findings), source=last
            )
        place = Place(len(run.symbols) > 1, spec.timeframe.is_intraday)
        text = self._ask(task, purpose=f"write the strategy, attempt {number}", place=place)
        self._last[run.label] = text
        return StrategySource(run.label, text, self.name)

    def _ask(self, task: str, *, purpose: str, place: Place) -> str:
        def question(is_short: bool) -> Question:
            return write_question(task, purpose, is_short=is_short, place=place)

        try:
            return ask_for(self._model, question(self._model.short_context), read_source)
        except ModelUnavailable as error:
            if error.kind != FailureKind.CONTEXT or self._model.short_context:
                raise
        return ask_for(self._model, question(True), read_source)


def write_question(task: str, purpose: str, *, is_short: bool, place: Place = Place()) -> Question:
    """What the model is asked. is_short: without examples and rare words, for a model with little room."""
    words = common_words() if is_short else price_words()
    instructions = fill(
        load_prompt(__package__, "write_strategy"),
        api=strategy_api(of_several=place.of_several),
        words=" ".join(word for word in words if place.within_day or not _WITHIN_DAY.match(word)),
        within_day=f" {load_prompt(__package__, 'within_day')}" if place.within_day else "",
        calendar=" ".join(calendar_words()),
        examples="" if is_short else load_prompt(__package__, place.example),
    )
    return Question(instructions, (task,), purpose=purpose, max_tokens_out=_ANSWER_TOKENS)


def read_source(answer: str) -> str:
    """The Python file in an answer. Raises Unreadable when there is none, or when it is no Python."""
    source = read_python(answer)
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        raise Unreadable(f"the file is no Python: {error}" + (f" (line {line})" if line else "")) from error
    if _depth(tree) > _MOST_DEEP:
        raise Unreadable(f"the file is nested more than {_MOST_DEEP} deep; say it in several statements")
    return source


def _depth(tree: ast.AST) -> int:
    """How deep the tree is; whoever walks it later goes down step by step, and Python not farther than a thousand."""
    deep, level = 0, [tree]
    while level:
        deep, level = deep + 1, [child for node in level for child in ast.iter_child_nodes(node)]
    return deep


def clause_lines(clauses: Sequence[Clause]) -> str:
    """The clauses that decide a trade, numbered from 1, each with what it was read as."""
    return "\n".join(
        f"{number}. {json.dumps(_shortened(clause.text), ensure_ascii=False)}: {clause.field} = "
        f"{json.dumps(clause.value, ensure_ascii=False)}"
        for number, clause in enumerate(deciding(clauses), start=1)
    )


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]} ..."


_NOT_IN_CODE = frozenset(
    "period start end initial_capital capital currency costs benchmark price_mode symbol symbols timeframe".split()
)


def deciding(clauses: Sequence[Clause]) -> tuple[Clause, ...]:
    """The clauses that code has to follow; window, money and costs are the engine's business."""
    return tuple(
        clause
        for clause in clauses
        if clause.status is not ClauseStatus.UNSUPPORTED
        and not {part.strip().partition(".")[0] for part in clause.field.split(",")} <= _NOT_IN_CODE
    )


def finding_lines(findings: Sequence[Check]) -> str:
    """The findings, a line each; they may hold what the code printed, so each is quoted and cut."""
    return "\n".join(
        f"- {check.id}: {json.dumps(check.detail[:_LONGEST_FINDING], ensure_ascii=False)}" for check in findings
    )


def _agreed(spec: StrategySpec, run: RunSpec) -> dict[str, object]:
    plan = to_plain(run.plan)
    assert isinstance(plan, dict)
    given = {name: value for name, value in plan.items() if value is not None}
    return {"timeframe": spec.timeframe.value, **given}
