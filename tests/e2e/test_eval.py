"""A suite through real jobs: right, wrong and refused, counted and written down, and held against another run."""

import json
from pathlib import Path
from typing import Any

import pytest

from bgagent.llm.scripted_server import ScriptedServer, said
from tests.e2e.project import Project

SUITE = """
title = "four of a kind"
data = "demo"
as_of = "2025-06-30"
golds = "golds.jsonl"

[[case]]
id = "right"
family = "averages"
sentence = "Put $25K on a 20/50 day simple moving average crossover of MSFT from 2021 to 2023"

[[case]]
id = "wrong"
family = "averages"
sentence = "Buy and hold IBM in 2023 with $10K"

[[case]]
id = "missing"
sentence = "Buy IBM when the Zorbo index is low"

[[case]]
id = "refused"
sentence = "Buy IBM when the Zorbo index is high"
expect = { outcome = ["needs_model"], exit_code = [4], must_name = ["Zorbo"] }
"""
GOLD = {"id": "wrong", "gold": {"runs": [{"final_equity": 1.0, "match": "equity"}]}}


def suite(project: Project, text: str = SUITE) -> Path:
    # the digest is that of the prices which the built-in answer for MSFT holds for; IBM's is looked up the same way
    from bgagent.evals.prices import digest_of_prices

    gold = {**GOLD, "prices": {"IBM": digest_of_prices("IBM")}}
    (project.root / "golds.jsonl").write_text(json.dumps(gold))
    path = project.root / "suite.toml"
    path.write_text(text)
    return path


def evaluated(project: Project, *arguments: str) -> tuple[int, dict[str, Any]]:
    done = project.nlbt("eval", *arguments, "--json")
    assert done.stdout, done.stderr
    facts = json.loads(done.stdout)
    return done.returncode, {**facts, "result": json.loads(Path(facts["json"]).read_text())}


def marks(result: dict[str, Any]) -> dict[str, str]:
    return {case["id"]: case["mark"] for case in result["cases"]}


def test_a_suite_is_run_counted_and_written_down(project: Project):
    suite(project)
    code, found = evaluated(project, "suite.toml")
    result = found["result"]
    assert code == 1, "goals are missed"
    assert marks(result) == {"right": "right", "wrong": "wrong", "missing": "missing", "refused": "right"}
    assert [case["id"] for case in result["cases"]] == ["right", "wrong", "missing", "refused"]
    for case in result["cases"]:
        assert case["imports_ok"] is True
        assert case["time_to_report_s"] >= case["job_s"] > 0
        assert json.loads(Path(case["report"]).read_text())["job_id"] == case["job_id"]
    assert {goal["name"]: goal["is_met"] for goal in found["goals"]}["no wrong number"] is False
    page = Path(found["markdown"]).read_text()
    assert "final equity" in page
    assert page.count("| `right` |") == 1
    assert not (project.root / "logs").exists(), "the jobs of an evaluation are not among the project's own"


def test_a_later_run_that_loses_a_case_is_a_regression(project: Project):
    suite(project)
    _, first = evaluated(project, "suite.toml", "--only", "averages")
    worse = dict(first["result"])
    worse["cases"] = [{**case, "mark": "wrong"} for case in worse["cases"]]
    (project.root / "worse.json").write_text(json.dumps(worse))
    same = project.nlbt("eval", "--compare", first["json"], first["json"])
    assert same.returncode == 0, same.stderr
    assert "no regression" in same.stdout
    lost = project.nlbt("eval", "--compare", first["json"], "worse.json")
    assert lost.returncode == 1
    assert "now wrong: right" in lost.stdout


def test_the_page_of_examples_is_run_and_held_against_its_answers(project: Project):
    known = "What would $10,000 of JNJ bought at the start of 2019 and held through 2022 have become?"
    page = f"# Two\n\n```text hold-one\n{known}\n```\n\nText.\n\n```text\nBuy and hold WAVE in 2024\n```\n"
    (project.root / "EXAMPLES.md").write_text(page)
    code, found = evaluated(project, "EXAMPLES.md", "--data", "demo")
    assert marks(found["result"]) == {"hold-one": "right", "example-02": "unchecked"}
    assert code == 0
    # the answers are for made-up prices: on others nothing is claimed
    _, other = evaluated(project, "EXAMPLES.md", "--only", "example-02", "--data", "prices")
    assert marks(other["result"]) == {"example-02": "unchecked"}


def test_baselines_run_in_front_and_a_run_is_held_against_them(project: Project):
    suite(project)
    _, single = evaluated(project, "suite.toml", "--arm", "single")
    assert marks(single["result"]) == {"right": "right", "wrong": "wrong", "missing": "missing", "refused": "right"}
    (first, *_) = single["result"]["cases"]
    report = json.loads(Path(first["report"]).read_text())
    checks = {check["id"] for check in report["checks"]}
    assert "critic" in checks
    assert "lookahead" not in checks
    _, talk = evaluated(project, "suite.toml", "--arm", "interactive", "--answer-s", "60")
    assert [case["questions"] for case in talk["result"]["cases"]] == [2, 2, 1, 1]
    _, found = evaluated(project, "suite.toml", "--baseline", talk["json"])
    met = {goal["name"]: goal["is_met"] for goal in found["goals"]}
    assert met["ten times as fast as the interactive arm, assuming (not measured) 60 s for each of 2 answers"] is True
    page = Path(found["markdown"]).read_text()
    assert "The baseline asks a person 2 times in the median case." in page


def test_what_a_model_said_is_recorded_and_answers_in_its_place(project: Project):
    answer = {
        "runs": [{"plan": {"symbol": "WAVE", "entry": {"when": "rsi(14) < 45"}}}],
        "clauses": [
            {"words": "Grab WAVE", "status": "stated", "field": "symbol", "value": "WAVE"},
            {"words": "on a frobnicating RSI under 45", "status": "stated", "field": "entry", "value": "rsi(14) < 45"},
            {"words": "in 2024", "status": "stated", "field": "period", "value": "2024"},
        ],
    }
    row = {"id": "asked", "prompt": "Grab WAVE on a frobnicating RSI under 45 in 2024"}
    (project.root / "asked.jsonl").write_text(json.dumps(row))
    with ScriptedServer(lambda _: said(json.dumps(answer))) as server:
        model = {"LLM_MODEL": "scripted", "LLM_BASE_URL": server.base_url, "LLM_API_KEY": "sk-test-0123456789abcdef"}
        told = project.nlbt("eval", "asked.jsonl", "--record", "kept", "--as-of", "2025-06-30", "--json", **model)
    recorded = json.loads(Path(json.loads(told.stdout)["json"]).read_text())["cases"][0]
    assert recorded["mark"] == "unchecked", recorded["why"]
    assert recorded["model_calls"] >= 1
    _, found = evaluated(project, "asked.jsonl", "--replay", "kept", "--as-of", "2025-06-30")
    (replayed,) = found["result"]["cases"]
    assert replayed["mark"] == "unchecked", replayed["why"]
    equities = [
        json.loads(Path(case["report"]).read_text())["runs"][0]["final_equity"] for case in (recorded, replayed)
    ]
    assert equities[0] == equities[1]


def test_tasks_are_scored_by_stage(project: Project):
    tasks = [
        {"id": 1, "reformulated_task": "Buy when the 10-day SMA crosses above the 30-day SMA.", "yf_symbol": "WAVE"},
        {"id": 2, "reformulated_task": "Buy when the Zorbo index is low.", "yf_symbol": "WAVE"},
    ]
    rows = [{**task, "timeframe": "1d", "difficulty": "easy", "source": "ours"} for task in tasks]
    (project.root / "tasks.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    _, found = evaluated(project, "tasks.jsonl", "--data", "demo")
    first, second = (case["stages"] for case in found["result"]["cases"])
    assert first == {"compiles": True, "runs": True, "looks not ahead": True, "conforms": True, "trades": True}
    assert set(second.values()) == {None}
    assert "Stages of coding tasks" in Path(found["markdown"]).read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere.toml",), "cannot read"),
        (("--only", "no such case"), "no case has"),
        (("--answer-s", "3"), "--arm interactive"),
        (("--replay", "nowhere"), "there is no folder nowhere"),
        (("--record", "kept", "--arm", "single"), "neither records nor replays"),
        (("--compare", "a.json", "b.json"), "is no result of an evaluation"),
        (("suite.toml", "--compare", "a.json", "b.json"), "is no result|--compare runs no suite"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_line(project: Project, arguments, said):
    import re

    done = project.nlbt("eval", *arguments)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert re.search(said, done.stderr)
