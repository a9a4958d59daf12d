"""Suites from files, and the suite that comes with the program."""

import json
from collections import Counter
from pathlib import Path

import pytest

from bgagent.errors import BadUse
from bgagent.evals.suite import Case
from bgagent.evals.suite_files import built_in, read_suite
from tests.conftest import ROOT

FAMILIES = {
    *("crossovers", "RSI", "bands", "MACD", "breakouts", "trend", "stops", "short", "both sides", "dates", "weekdays"),
    *("holding times", "sizing", "costs", "weekly bars", "crypto", "comparisons", "buy and hold", "portfolios"),
    *("rotation", "payments"),
}


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_the_built_in_suite_is_as_large_as_it_has_to_be():
    suite = built_in()
    reports = [case for case in suite.cases if case.expectation.is_report]
    refusals = [case for case in suite.cases if not case.expectation.is_report]
    assert len(reports) >= 40
    assert len(refusals) >= 20
    assert sum(bool(case.answers) for case in reports) >= 30
    assert all(case.prices for case in reports if case.answers)
    assert {case.family for case in reports} == FAMILIES
    assert suite.data == "demo"


def test_every_gold_of_the_built_in_suite_has_something_to_hold_against():
    for case in built_in().cases:
        for answer in case.answers:
            assert answer.runs
            for run in answer.runs:
                assert run.final_equity > 0
                assert run.trades is None or run.trades, f"{case.id}: a gold without trades cannot tell rules apart"


def test_no_two_cases_of_the_built_in_suite_have_the_same_words():
    words = Counter(" ".join(case.sentence.lower().split()) for case in built_in().cases)
    assert [sentence for sentence, count in words.items() if count > 1] == []


def test_the_page_of_examples_has_fifteen_half_of_them_several_lines_with_bullets():
    cases = read_suite(ROOT / "EXAMPLES.md").cases
    assert len(cases) == 15
    with_bullets = [case for case in cases if sum(line.startswith(("-", "*", "1.", "2.")) for line in lines(case)) > 1]
    assert len(with_bullets) in (7, 8)
    assert all(case.answers for case in cases), "they are sentences of the built-in suite, so their answers are known"
    known = {case.id: case.sentence.strip() for case in built_in().cases}
    assert {case.id: case.sentence for case in cases} == {case.id: known[case.id] for case in cases}


def lines(case: Case) -> list[str]:
    return [line.strip() for line in case.sentence.splitlines()]


def test_a_suite_in_toml(tmp_path: Path):
    gold = {"id": "a", "gold": {"runs": [{"final_equity": 2.0, "match": "equity"}]}, "prices": {"SPY": "12"}}
    written(tmp_path, "golds.jsonl", json.dumps(gold))
    text = """
title = "mine"
data = "demo"
as_of = "2024-06-30"
golds = "golds.jsonl"
[[case]]
id = "a"
family = "first"
sentence = "Hold SPY"
[[case]]
id = "b"
sentence = "Hold it"
expect = { outcome = ["needs_clarification"], exit_code = [4], must_name = ["symbol"] }
"""
    suite = read_suite(written(tmp_path, "mine.toml", text))
    assert (suite.title, suite.data, suite.as_of) == ("mine", "demo", "2024-06-30")
    one, other = suite.cases
    assert (one.id, one.family, one.answers[0].runs[0].final_equity, one.prices) == ("a", "first", 2.0, {"SPY": "12"})
    assert one.expectation.is_report
    assert not other.expectation.is_report
    assert other.expectation.must_name == ("symbol",)


def test_known_answers_in_json_lines(tmp_path: Path):
    row = {
        "id": "p1",
        "prompt": "Hold NVDA",
        "as_of": "2025-01-02",
        "expect": {"symbols": ["NVDA"], "start": "2024-01-01", "start_any": ["2024-01-02"], "initial_capital": None},
        "gold": {"runs": [{"final_equity": 5, "match": "trades", "price_scale": {"NVDA": 10}, "trades": []}]},
        "alternatives": [{"runs": [{"final_equity": 6, "match": "equity"}], "expect": {"end": "2024-12-30"}}],
    }
    (case,) = read_suite(written(tmp_path, "known.jsonl", json.dumps(row))).cases
    first, second = case.answers
    assert first.meaning.starts == ("2024-01-01", "2024-01-02")
    assert first.runs[0].price_scale == {"NVDA": 10}
    assert first.runs[0].trades == ()
    assert second.meaning.ends == ("2024-12-30",)
    assert second.runs[0].trades is None
    assert case.as_of == "2025-01-02"


def test_refusals_in_json_lines_may_differ_where_a_model_reads(tmp_path: Path):
    ends = {"outcome": ["needs_model"], "exit_code": [4], "must_name": ["call"]}
    row = {
        "id": "x",
        "prompt": "sell calls",
        "expected": {**ends, "with_model": {"outcome": ["report"], "exit_code": [0]}},
    }
    (case,) = read_suite(written(tmp_path, "hard.jsonl", json.dumps(row))).cases
    assert case.expectation.outcomes == ("needs_model",)
    assert case.with_model is not None
    assert (case.with_model.outcomes, case.with_model.must_name) == (("report",), ("call",))


def test_the_private_known_answers_are_read(shared_dir: Path):
    known = read_suite(shared_dir / "prompts" / "examples.jsonl").cases
    hard = read_suite(shared_dir / "prompts" / "hard.jsonl").cases
    assert all(case.answers and not case.prices for case in known)
    assert not any(case.expectation.is_report for case in hard)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.csv", "sentence", "is no suite"),
        ("a.md", "# nothing\n", "holds no sentence"),
        ("a.toml", "case = 1 = 2", "is no TOML"),
        ("a.toml", 'colour = "red"', "unknown keys: colour"),
        ("a.toml", '[[case]]\nid = "a"\nsentence = "x"\nexpects = 1', "case 1 has unknown keys: expects"),
        ("a.toml", '[[case]]\nsentence = "x"', "case 1 needs 'id'"),
        ("a.toml", '[[case]]\nid = "a b"\nsentence = "x"', "cannot be an id"),
        ("a.toml", '[[case]]\nid = "a"\nsentence = "x"\n[[case]]\nid = "a"\nsentence = "y"', "two cases are called a"),
        (
            "a.toml",
            '[[case]]\nid = "a"\nsentence = "x"\nexpect = {outcome = "report", exit_code = [0]}',
            "a list is needed",
        ),
        ("a.toml", 'golds = "none.jsonl"', "cannot read"),
        ("a.jsonl", "{", "line 1 is no JSON"),
        ("a.jsonl", '{"id": "a", "prompt": "x", "gold": {"runs": [{"match": "equity"}]}}', "'final_equity'"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, name, text, said):
    with pytest.raises(BadUse, match=said):
        read_suite(written(tmp_path, name, text))
