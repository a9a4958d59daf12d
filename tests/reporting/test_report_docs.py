import dataclasses
import re
from pathlib import Path

import pytest

from bgagent.artifacts import attempts, breakdown, clauses, report

DOCUMENT = (Path(__file__).parents[2] / "docs" / "report.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"(?m)^\| (?:`([^`]+)`|top)[^|]* \| (.*) \|$", DOCUMENT))


@pytest.mark.parametrize(
    ("where", "kind"),
    [
        ("", report.Report),
        ("understood", report.UnderstoodRow),
        ("clauses[]", clauses.Clause),
        ("assumptions[]", clauses.Assumption),
        ("data[]", report.DataRow),
        ("runs[]", report.RunRow),
        ("runs[].benchmark", report.Benchmark),
        ("runs[].trades[]", report.TradeRow),
        ("runs[].files", report.RunFiles),
        ("runs[].costs_ladder[]", breakdown.Replay),
        ("runs[].months[]", breakdown.MonthRow),
        ("runs[].years[]", breakdown.YearRow),
        ("runs[].by_symbol[]", breakdown.SymbolRow),
        ("runs[].payments[]", breakdown.PaymentRow),
        ("runs[].trade_returns[]", breakdown.ReturnBin),
        ("comparison", breakdown.Comparison),
        ("checks[]", attempts.Check),
        ("attempts[]", report.AttemptRow),
        ("telemetry", report.Telemetry),
        ("error", report.ErrorRow),
    ],
)
def test_the_document_lists_the_keys_of_the_json_and_no_others(where, kind):
    named = [name for name in re.findall(r"`([^`]+)`", ROWS[where]) if name != "null"]
    assert named == [field.name.removesuffix("_") for field in dataclasses.fields(kind)]
