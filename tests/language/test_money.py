"""Sums of money, costs and sizes."""

import pytest

from bgagent.engine.plan import Costs, SizeKind
from tests.language.reading import plan_of, questions, spec_of


@pytest.mark.parametrize(
    ("said", "amount"),
    [
        ("with $25K", 25_000),
        ("with 25k usd", 25_000),
        ("with ten thousand dollars", 10_000),
        ("with 5 grand", 5_000),
        ("with $1.5m", 1_500_000),
        ("with 2 million dollars", 2_000_000),
        ("with USD 7,500", 7_500),
        ("initial capital: 10000", 10_000),
        ("starting with 12,500 dollars", 12_500),
        ("on a $3,000 account", 3_000),
        ("using $500", 500),
        ("$99.95 starting cash", 99.95),
        ("with about 10k", 10_000),
        ("with twenty-five thousand bucks", 25_000),
        ("with two hundred and fifty thousand dollars", 250_000),
        ("", 10_000),
    ],
)
def test_a_capital_in_dollars(said: str, amount: float):
    assert spec_of(f"Buy and hold AAPL in 2024 {said}").initial_capital == amount


@pytest.mark.parametrize(
    ("sentence", "amount", "currency"),
    [
        ("Buy and hold RELIANCE.NS in 2024 with ₹10 lakh", 1_000_000, "INR"),
        ("Buy and hold RELIANCE in 2024 with Rs 10,00,000", 1_000_000, "INR"),
        ("Buy and hold AIR.PA in 2024 with €5.000", 5_000, "EUR"),
        ("Buy and hold AIR.PA in 2024 with 5.000 euros", 5_000, "EUR"),
        ("Buy and hold VOD.L in 2024 with £2,000", 2_000, "GBP"),
        ("Buy and hold AIR.PA in 2024", 10_000, "EUR"),
    ],
)
def test_a_capital_in_the_money_of_its_exchange(sentence: str, amount: float, currency: str):
    spec = spec_of(sentence)
    assert (spec.initial_capital, spec.currency) == (amount, currency)


def test_money_of_another_exchange_is_asked_about():
    assert "EUR" in questions("Buy and hold AAPL in 2024 with €5,000")


@pytest.mark.parametrize(
    ("said", "costs"),
    [
        ("", Costs()),
        ("5 bps slippage", Costs()),
        ("no slippage", Costs(slippage_bps=0)),
        ("0.1% commission", Costs(commission_bps=10)),
        ("commission of 10 bps per trade", Costs(commission_bps=10)),
        ("without commission", Costs()),
        ("no transaction costs", Costs(slippage_bps=0)),
        ("frictionless", Costs(slippage_bps=0)),
        ("no commission or slippage", Costs(slippage_bps=0)),
        ("$1 per trade commission", Costs(commission_per_order=1)),
        ("$0.005 per share commission", Costs(commission_per_share=0.005)),
        ("half a cent per share commission", Costs(commission_per_share=0.005)),
        ("0.05% fee and 2 bps slippage", Costs(slippage_bps=2, commission_bps=5)),
        ("costs of 10 bps per trade", Costs(slippage_bps=0, commission_bps=10)),
        ("slippage of 1 cent per share", Costs(slippage_bps=0, slippage_per_share=0.01)),
        ("borrow fee 3% a year", Costs(borrow_rate=0.03)),
    ],
)
def test_costs(said: str, costs: Costs):
    assert spec_of(f"AAPL 20/50 SMA crossover in 2024, {said}").costs == costs


@pytest.mark.parametrize(
    ("said", "kind", "value"),
    [
        ("", SizeKind.EQUITY, 1),
        ("all in", SizeKind.EQUITY, 1),
        ("position size 50%", SizeKind.EQUITY, 0.5),
        ("10% of equity per trade", SizeKind.EQUITY, 0.1),
        ("half the capital per trade", SizeKind.EQUITY, 0.5),
        ("$2,000 per trade", SizeKind.CASH, 2_000),
        ("100 shares per trade", SizeKind.QUANTITY, 100),
        ("risking 1% per trade with a 5% stop", SizeKind.RISK, 0.01),
        ("volatility target 15%", SizeKind.VOLATILITY, 0.15),
        ("max 4 positions", SizeKind.EQUITY, 0.25),
    ],
)
def test_sizes(said: str, kind: SizeKind, value: float):
    sizing = plan_of(f"AAPL 20/50 SMA crossover in 2024, {said}").sizing
    assert (sizing.kind, sizing.value) == (kind, value)


def test_whole_shares():
    assert plan_of("AAPL 20/50 SMA crossover in 2024, whole shares only").sizing.whole_shares
    assert not plan_of("AAPL 20/50 SMA crossover in 2024").sizing.whole_shares
