"""What fills cost, by hand."""

import pytest

from bgagent.engine.costs import commission_of, commission_paid, costs_paid, slippage_paid, worse_price
from bgagent.engine.plan import Costs
from bgagent.engine.result import Fill


@pytest.mark.parametrize(
    ("costs", "expected"),
    [
        (Costs(5), 0.0),  # slippage is no commission
        (Costs(commission_bps=10), 2.0),  # 0.1 % of 2000
        (Costs(commission_per_share=0.02), 2.0),
        (Costs(commission_per_order=1.5), 1.5),
        (Costs(commission_bps=10, commission_per_share=0.02, commission_per_order=1.5), 5.5),
        (Costs(commission_bps=10, commission_minimum=7.0), 7.0),
    ],
)
@pytest.mark.parametrize("quantity", [100.0, -100.0])
def test_commission(costs, expected, quantity):
    assert commission_of(costs, quantity, 20.0) == pytest.approx(expected)


def test_slippage_is_always_against_us():
    assert worse_price(Costs(50), 200.0, 3.0) == pytest.approx(201)
    assert worse_price(Costs(50), 200.0, -3.0) == pytest.approx(199)


def test_what_was_paid_in_all():
    fills = (Fill(0, "A", 10.0, 101.0, 100.0, 2.0, "entry", 0), Fill(1, "A", -10.0, 99.5, 100.0, 3.0, "rule", 0))
    assert commission_paid(fills) == 5.0
    assert slippage_paid(fills) == pytest.approx(10 + 5)
    assert costs_paid(iter(fills)) == pytest.approx(20)
