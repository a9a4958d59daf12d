"""Request to spec: what is read, what is asked, what is refused and with which words."""

from datetime import date

import pytest

from bgagent.artifacts.request import Request
from bgagent.engine.plan import Costs
from bgagent.errors import BadUse, NeedsClarification, NeedsModel
from bgagent.language.read import LONGEST, Defaults
from bgagent.understanding.understand import understand
from tests.language.reading import NOW


def request(prompt: str, **more: object) -> Request:
    return Request("job", prompt, NOW, **more)  # type: ignore[arg-type]


def test_a_plain_sentence_gives_spec_clauses_and_assumptions():
    found = understand(request("Backtest AAPL 50/200 MA crossover in 2024 with $25K"))
    assert found.spec.initial_capital == 25_000
    assert found.spec.reader == "embedded"
    assert {clause.field for clause in found.clauses} >= {"symbols", "period", "initial_capital", "rules.entry"}
    assert "costs.slippage_bps" in {row.field for row in found.assumptions}
    prompt = "Backtest AAPL 50/200 MA crossover in 2024 with $25K"
    for clause in found.clauses:
        assert prompt[slice(*clause.span)] == clause.text


@pytest.mark.parametrize("prompt", ["", "   ", "\n\t", "x" * (LONGEST + 1)])
def test_nothing_and_too_much_are_bad_use(prompt: str):
    with pytest.raises(BadUse):
        understand(request(prompt))


def test_an_unknown_reader_is_bad_use():
    with pytest.raises(BadUse, match="oracle"):
        understand(request("Buy and hold AAPL in 2024", reader="oracle"))


def test_words_that_nothing_explains_are_named():
    with pytest.raises(NeedsModel) as caught:
        understand(request("Buy and hold AAPL in 2024 unless the moon is full"))
    assert "unless" in str(caught.value)
    assert any("moon" in words for words in caught.value.words)


def test_what_contradicts_itself_is_asked():
    with pytest.raises(NeedsClarification) as caught:
        understand(request("RSI 30/70 on SPY in 2023 with $10K of starting capital and an initial balance of $50,000"))
    assert caught.value.questions == ("Two starting capitals are given: 10,000 and 50,000. Which one is meant?",)


def test_reading_by_a_model_without_one_says_so():
    with pytest.raises(NeedsModel) as caught:
        understand(request("Buy and hold AAPL in 2024", reader="model"))
    assert caught.value.message == "no language model is set"
    assert "--reader embedded" in caught.value.hint


def test_the_usual_costs_come_from_the_settings():
    defaults = Defaults(Costs(slippage_bps=2.0, commission_bps=1.0))
    spec = understand(request("Buy and hold AAPL in 2024"), defaults=defaults).spec
    assert spec.costs == Costs(slippage_bps=2.0, commission_bps=1.0)
    spec = understand(request("Buy and hold AAPL in 2024 with no commission"), defaults=defaults).spec
    assert spec.costs == Costs(slippage_bps=2.0, commission_bps=0.0)


def test_a_relative_window_ends_at_the_last_session_given():
    spec = understand(
        request("Buy and hold AAPL for the last 2 years"), last_session=lambda now, symbol: date(2026, 11, 13)
    ).spec
    assert (spec.period.start, spec.period.end) == (date(2024, 11, 20), date(2026, 11, 13))


def test_several_symbols_in_one_portfolio_are_one_run():
    understood = understand(request("Buy and hold AAPL and MSFT in 2023 with $10k"))
    [run] = understood.spec.runs
    assert run.symbols == ("AAPL", "MSFT")
