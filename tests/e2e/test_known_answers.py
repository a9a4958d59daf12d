"""Sentences with known right trades, through whole jobs, on real prices."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.project import Project, make_project

# the families that the embedded reader is held to
IDS = tuple(f"p{number:02}" for number in range(1, 19))


@pytest.fixture(scope="module")
def reports(shared_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The JSON of every job, and the record its sentence comes from."""
    root = tmp_path_factory.mktemp("answers")
    project: Project = make_project(root, NLBT_DATA_DIR=str(shared_dir / "market" / "daily"))
    found = {}
    records = _records(shared_dir)
    for number in IDS:
        as_of = records[number].get("as_of")
        options = ("--as-of", as_of) if as_of else ()
        project.nlbt("bg", records[number]["prompt"], "--name", number, *options)
    project.nlbt("bg-wait", *IDS)
    for number in IDS:
        found[number] = {"report": project.report(number), "record": records[number]}
    return found


def _records(shared_dir: Path) -> dict[str, dict[str, Any]]:
    lines = (shared_dir / "prompts" / "examples.jsonl").read_text().splitlines()
    return {record["id"]: record for record in map(json.loads, lines)}


@pytest.mark.parametrize("number", IDS)
def test_the_report_gives_the_known_answer(reports: dict[str, dict[str, Any]], number: str):
    report, record = reports[number]["report"], reports[number]["record"]
    assert report["exit_code"] == 0, report["error"]
    expected, understood = record["expect"], report["understood"]
    assert set(understood["symbols"]) == set(expected["symbols"])
    assert (understood["start"], understood["end"]) == (expected["start"], expected["end"])
    assert understood["direction"] == expected["direction"]
    if expected["initial_capital"] is not None:
        assert understood["initial_capital"] == expected["initial_capital"]
    runs = {frozenset(run["symbols"]): run for run in record["gold"]["runs"]}
    assert len(report["runs"]) == len(record["gold"]["runs"])
    for row in report["runs"]:
        symbols = frozenset(trade["symbol"] for trade in row["trades"])
        gold = runs[symbols] if len(runs) > 1 else record["gold"]["runs"][0]
        assert row["final_equity"] == pytest.approx(gold["final_equity"], rel=1e-3)
        assert len(row["trades"]) == len(gold["trades"])
        for trade, right in zip(in_order(row["trades"]), in_order(gold["trades"]), strict=True):
            assert_same_trade(trade, right, gold.get("price_scale", {}).get(trade["symbol"], 1.0))


def in_order(trades: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """By symbol, entry and exit, the open ones last: golds of several symbols are listed by symbol."""
    return sorted(trades, key=lambda trade: (trade["symbol"], trade["entry_at"], trade["exit_at"] or "9999"))


def assert_same_trade(trade: dict[str, Any], right: dict[str, Any], scale: float) -> None:
    for key in ("symbol", "direction", "entry_at", "exit_at"):
        assert trade[key] == right[key], (key, trade, right)
    for key in ("entry_price", "exit_price"):
        if right[key] is None:
            assert trade[key] is None
        else:
            assert trade[key] == pytest.approx(right[key] * scale, rel=1e-4)


def test_a_crossover_that_stands_so_already_starts_flat_and_says_so(reports: dict[str, dict[str, Any]]):
    report = reports["p02"]["report"]
    (run,) = report["runs"]
    (trade,) = run["trades"]
    assert (trade["entry_at"], trade["exit_at"], trade["exit_reason"]) == ("2024-06-14", None, "end_open")
    (note,) = [note for note in run["notes"] if "started flat" in note]
    assert "2024-01-02" in note
    assert "already above" in note
