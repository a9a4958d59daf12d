import csv
import errno
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from bgagent.artifacts.attempts import Attempt
from bgagent.artifacts.codec import from_json
from bgagent.artifacts.report import Report
from bgagent.artifacts.request import Request
from bgagent.artifacts.spec import StrategySpec
from bgagent.errors import MachineUnfit
from bgagent.reporting import write
from bgagent.reporting.files import equity_csv, report_paths, trades_csv, write_report
from tests.reporting.samples import ATTEMPT, REQUEST, SPEC, comparison, crossover, no_trades
from tests.reporting.test_markdown import failure

SAMPLES = {"crossover": crossover, "no_trades": no_trades, "comparison": comparison, "failure": lambda: (failure(), [])}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_report_leaves_everything_it_names(name, tmp_path):
    report, curves = SAMPLES[name]()
    paths = write_report(report, tmp_path, request=REQUEST, curves=curves, attempts=[ATTEMPT])
    assert paths == report_paths(tmp_path, REQUEST.job_id)
    assert from_json(paths.json.read_bytes(), Report) == report
    assert from_json((paths.folder / "request.json").read_bytes(), Request) == REQUEST
    assert from_json((paths.folder / "spec.json").read_bytes(), StrategySpec) == SPEC
    assert from_json((paths.folder / "attempts" / "1.json").read_bytes(), Attempt) == ATTEMPT
    assert (paths.folder / "attempts" / "1.py").read_text() == ATTEMPT.sources[0].text
    assert paths.markdown.read_text().startswith("# ")
    assert paths.html.read_text().startswith("<!doctype html>")
    for run in report.runs:
        files = run.files
        for path in (files.strategy, files.trades, files.equity, files.equity_chart, files.price_chart):
            assert (tmp_path / path).stat().st_size > 0
            assert path in paths.markdown.read_text() or path == files.strategy or not run.trades
        assert (tmp_path / files.strategy).read_text() == run.source
    assert not list(tmp_path.rglob("*.part"))


def test_the_json_is_the_contracts(tmp_path):
    report, curves = crossover()
    written = json.loads(write_report(report, tmp_path, request=REQUEST, curves=curves).json.read_bytes())
    assert list(written)[:14] == [
        "schema_version", "job_id", "status", "exit_code", "verdict", "prompt", "understood", "clauses", "assumptions",
        "data", "runs", "checks", "telemetry", "error"]  # fmt: skip
    trade = written["runs"][0]["trades"][0]
    assert {"symbol", "direction", "quantity", "entry_at", "entry_price", "exit_at", "exit_price", "exit_reason",
            "profit", "return", "costs", "bars_held"} <= set(trade)  # fmt: skip
    assert {"strategy", "trades", "equity"} <= set(written["runs"][0]["files"])
    assert {"label", "metrics", "benchmark", "final_equity"} <= set(written["runs"][0])


def test_the_trades_file_holds_the_trades_of_the_json():
    report, _ = crossover()
    rows = list(csv.DictReader(io.StringIO(trades_csv(report.runs[0].trades))))
    assert len(rows) == len(report.runs[0].trades)
    for row, trade in zip(rows, report.runs[0].trades, strict=True):
        assert (row["entry_at"], row["exit_at"], row["exit_reason"]) == (
            trade.entry_at, trade.exit_at or "", trade.exit_reason)  # fmt: skip
        assert float(row["entry_price"]) == trade.entry_price
        assert float(row["return"]) == trade.return_


def test_the_equity_file_has_a_row_for_every_bar():
    _, (curve,) = crossover()
    rows = list(csv.DictReader(io.StringIO(equity_csv(curve))))
    assert list(rows[0]) == ["at", "equity", "cash", "position_value", "benchmark_equity", "drawdown"]
    assert [row["at"] for row in rows] == list(curve.at)
    assert [float(row["equity"]) for row in rows] == list(curve.equity)


def test_a_symbol_is_no_formula_in_a_spreadsheet():
    report, _ = crossover()
    trade = replace(report.runs[0].trades[0], symbol="=1+1")
    assert trades_csv([trade]).splitlines()[1].startswith("'=1+1,long,")


def test_where_the_json_stands_the_rest_is_complete(tmp_path, monkeypatch):
    report, curves = crossover()
    written: list[str] = []
    real = write.os.fsync

    def fails_at(number: int):
        def fsync(descriptor: int) -> None:
            written.append("file")
            if len(written) == number:
                raise OSError(errno.ENOSPC, "No space left on device")
            real(descriptor)

        return fsync

    write_report(report, tmp_path / "whole", request=REQUEST, curves=curves, attempts=[ATTEMPT])
    total = sum(path.is_file() for path in (tmp_path / "whole").rglob("*"))
    for number in range(1, total + 1):
        written.clear()
        folder = tmp_path / str(number)
        monkeypatch.setattr(write.os, "fsync", fails_at(number))
        with pytest.raises(MachineUnfit, match="no room left"):
            write_report(report, folder, request=REQUEST, curves=curves, attempts=[ATTEMPT])
        assert not report_paths(folder, REQUEST.job_id).json.exists()


def test_a_value_the_json_cannot_hold_costs_no_file(tmp_path):
    report, curves = crossover()
    broken = replace(report, runs=(replace(report.runs[0], final_equity=float("nan")),))
    with pytest.raises(ValueError, match=r"runs\[0\].final_equity is nan"):
        write_report(broken, tmp_path, request=REQUEST, curves=curves)
    assert not list(tmp_path.iterdir())


def test_a_report_needs_a_curve_for_every_run(tmp_path: Path):
    report, _ = crossover()
    with pytest.raises(ValueError, match="argument"):
        write_report(report, tmp_path, request=REQUEST, curves=[])
