import json

import pytest

from bgagent.artifacts.codec import to_json
from bgagent.artifacts.schema import schema_json
from tests.artifacts.published import PUBLISHED, complaints
from tests.reporting.portfolios import allocation, no_payment, payments
from tests.reporting.samples import comparison, crossover, no_trades
from tests.reporting.test_markdown import clarification, failure, hostile

SAMPLES = {
    "crossover": lambda: crossover()[0],
    "comparison": lambda: comparison()[0],
    "no_trades": lambda: no_trades()[0],
    "allocation": lambda: allocation()[0],
    "payments": lambda: payments()[0],
    "no_payment": lambda: no_payment()[0],
    "failure": failure,
    "clarification": clarification,
    "hostile": hostile,
}
ANEW = (
    'python -c "from pathlib import Path; from bgagent.artifacts.schema import schema_json; '
    "Path('docs/report.schema.json').write_bytes(schema_json())\""
)


def test_what_is_published_is_what_is_written():
    assert PUBLISHED.read_bytes() == schema_json(), f"make it anew: {ANEW}"


@pytest.mark.parametrize("name", SAMPLES)
def test_every_kind_of_report_keeps_to_the_schema(name):
    assert complaints(json.loads(to_json(SAMPLES[name]()))) == []


def broken(change):
    report = json.loads(to_json(crossover()[0]))

    change(report)
    return report


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda report: report.pop("verdict"), "$"),
        (lambda report: report.update(runs={}), "$.runs"),
        (lambda report: report["runs"][0]["trades"][0].pop("return"), "$.runs[0].trades[0]"),
        (lambda report: report["runs"][0]["trades"][0].update(profit="12"), "$.runs[0].trades[0].profit"),
        (lambda report: report["checks"][0].update(status="maybe"), "$.checks[0].status"),
        (lambda report: report["runs"][0]["months"][0].update({"return": "x"}), "$.runs[0].months[0].return"),
        (lambda report: report["telemetry"].update(attempts=1.5), "$.telemetry.attempts"),
    ],
)
def test_a_report_that_breaks_it_is_found_out(change, place):
    found = complaints(broken(change))
    assert [line.split(": ")[0] for line in found] == [place]


def test_keys_of_later_programs_are_let_through():
    assert complaints(broken(lambda report: report.update(something_new=1))) == []
