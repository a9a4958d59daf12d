"""Suites from files: TOML, JSON lines, a page of examples in Markdown; tasks in JSON lines of another form.

TOML has a table `case` with `id`, `sentence`, `family`, `expect`, and beside it `title`, `data`, `as_of` and `golds`, a
file of JSON lines next to it with an `id` and an answer each. JSON lines hold a case each, with the same keys or with
`prompt`, `expect`, `gold`, `alternatives`, or `expected` for what must be refused.
"""

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

from bgagent.errors import BadUse
from bgagent.evals.answers import answers_of, expectation_of
from bgagent.evals.quantcode import is_task, task_case
from bgagent.evals.suite import Case, Expectation, Suite

BUILT_IN = "built_in"
_FENCED = re.compile(r"^```text *(?P<id>[A-Za-z0-9_.-]*)\n(?P<sentence>.*?)^```", re.MULTILINE | re.DOTALL)
_KEYS_OF_A_CASE = {"id", "sentence", "prompt", "family", "expect", "expected", "gold", "alternatives", "as_of", "notes"}
_KEYS_OF_A_CASE |= {"why", "prices"}


def built_in() -> Suite:
    """The suite that comes with the program."""
    folder = resources.files("bgagent.evals")
    return _from_toml(
        folder.joinpath(f"{BUILT_IN}.toml").read_text(encoding="utf-8"),
        golds=lambda name: folder.joinpath(name).read_text(encoding="utf-8"),
        title=BUILT_IN,
    )


def read_suite(path: Path) -> Suite:
    """The cases of a file. Raises BadUse naming what cannot be used.

    Sentences that the built-in suite has too get its answers, which hold for made-up prices alone.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        match path.suffix.lower():
            case ".toml":
                suite = _from_toml(text, golds=lambda name: (path.parent / name).read_text("utf-8"), title=path.stem)
            case ".jsonl" | ".ndjson":
                suite = Suite(path.stem, tuple(_from_row(row, f"line {n}") for n, row in _json_lines(text)))
            case ".md":
                suite = _from_page(text, path.stem)
            case _:
                raise BadUse(f"{path.name} is no suite", hint="give a .toml, .jsonl or .md file")
    except (OSError, UnicodeDecodeError) as error:
        raise BadUse(f"cannot read {path}: {error}", hint="give a toml, jsonl or md file in UTF-8") from error
    if not suite.cases:
        raise BadUse(f"{path.name} holds no sentence", hint="docs/evaluation.md shows what a suite looks like")
    _refuse_twins(suite)
    return replace(suite, cases=_with_known_answers(suite.cases))


def _with_known_answers(cases: Sequence[Case]) -> tuple[Case, ...]:
    known = {" ".join(case.sentence.split()): case for case in built_in().cases}

    def answered(case: Case) -> Case:
        twin = known.get(" ".join(case.sentence.split()))
        if twin is None or case.answers or not twin.answers:
            return case
        return replace(case, answers=twin.answers, prices=twin.prices, family=case.family or twin.family)

    return tuple(answered(case) for case in cases)


def _from_toml(text: str, *, golds: Any, title: str) -> Suite:
    try:
        held = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadUse(f"{title} is no TOML: {error}") from error
    unknown = set(held) - {"title", "data", "as_of", "golds", "case"}
    if unknown:
        raise BadUse(f"{title} has unknown keys: {', '.join(sorted(unknown))}", hint="see docs/evaluation.md")
    answers: dict[str, Mapping[str, Any]] = {}
    if "golds" in held:
        answers = {row["id"]: row for _, row in _json_lines(golds(held["golds"]))}
    rows = held.get("case", [])
    cases = tuple(
        _from_row({**row, **answers.get(row.get("id", ""), {})}, f"case {number}")
        for number, row in enumerate(rows, start=1)
    )
    unused = set(answers) - {case.id for case in cases}
    if unused:
        raise BadUse(f"{title} has golds of no case: {', '.join(sorted(unused))}", hint="record the golds anew")
    return Suite(held.get("title", title), cases, held.get("data"), held.get("as_of"))


def _from_page(text: str, title: str) -> Suite:
    """Fenced blocks of `text`: each is a sentence, called by the word behind `text`, else by its number."""
    found = enumerate(_FENCED.finditer(text), start=1)
    cases = tuple(Case(block["id"] or f"example-{number:02}", block["sentence"].strip()) for number, block in found)
    return Suite(title, cases)


def _from_row(row: Mapping[str, Any], where: str) -> Case:
    if is_task(row):
        return task_case(row, where)
    unknown = set(row) - _KEYS_OF_A_CASE
    if unknown:
        raise BadUse(f"{where} has unknown keys: {', '.join(sorted(unknown))}", hint="see docs/evaluation.md")
    sentence = row.get("sentence", row.get("prompt"))
    if not isinstance(sentence, str) or not isinstance(row.get("id"), str):
        raise BadUse(f"{where} needs 'id' and 'sentence', both text")
    expected = row.get("expected", row["expect"] if "outcome" in row.get("expect", {}) else {})
    with_model = expected.get("with_model")
    try:
        return Case(
            id=_checked_id(row["id"], where),
            sentence=sentence,
            family=row.get("family", ""),
            expectation=expectation_of(expected) if expected else Expectation(),
            with_model=expectation_of({**expected, **with_model}) if with_model else None,
            answers=answers_of(row),
            prices=row.get("prices", {}),
            as_of=row.get("as_of"),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadUse(f"{where} cannot be used: {type(error).__name__} {error}") from error


def _checked_id(name: str, where: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,59}", name):
        raise BadUse(f"{where}: '{name}' cannot be an id", hint="use up to 60 letters, digits, '.', '_' and '-'")
    return name


def _json_lines(text: str) -> list[tuple[int, dict[str, Any]]]:
    rows = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise BadUse(f"line {number} is no JSON: {error}") from error
        if not isinstance(row, dict):
            raise BadUse(f"line {number} is no object")
        rows.append((number, row))
    return rows


def _refuse_twins(suite: Suite) -> None:
    ids = [case.id for case in suite.cases]
    twins = sorted({name for name in ids if ids.count(name) > 1})
    if twins:
        raise BadUse(f"two cases are called {twins[0]}", hint="give each an id of its own")
