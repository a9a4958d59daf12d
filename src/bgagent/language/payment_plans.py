"""Facts about new money become plans of payments."""

from collections.abc import Sequence

from bgagent.engine.expression import combine
from bgagent.engine.plan import PaymentPlan, Plan
from bgagent.language.ledger import Beyond, Contradiction, Missing
from bgagent.language.meanings import BuyAndHold, Order, Size, Without
from bgagent.language.measures import Condition
from bgagent.language.portfolio_facts import PortfolioFacts, describe_weights, in_order, often, owners_of, rule_text
from bgagent.language.portfolio_meanings import Allotment, Dates, LumpSum, Payment, Pool, Rebalancing
from bgagent.language.signals import StrategyFacts
from bgagent.language.spoken import Unclear

_CADENCES = ("first_of_week", "first_of_month", "first_of_quarter", "first_of_year")


class PaymentMaker(PortfolioFacts):
    """Makes a plan of payments."""

    def __init__(self, said: StrategyFacts, *, has_capital: bool) -> None:
        super().__init__(said)
        self.has_capital = has_capital

    def plan(self) -> Plan:
        amount, symbols, shares, on, conditions, bought = self.parts()
        if bought and self.has_capital:
            raise Unclear("Does the money of each purchase come from the starting capital, or is it new money?")
        if len(symbols) > 1 and not shares:
            self.said.assume("weights", f"1/{len(symbols)} of each payment", "no other shares were given")
        for other in self.said.of(LumpSum):
            self.said.state(other, "benchmark", "the same total at once on the first day")
        for hold in self.said.of(BuyAndHold):
            self.said.state(hold, "payments", "never sold")
        for absent in self.said.of(Without):
            if absent.name == "exit":
                self.said.state(absent, "payments", "never sold")
        if not self.has_capital:
            self.said.assume("initial_capital", "0", "no starting sum was given: the payments bring all the money")
        rebalance_on = self.rebalancing()
        nodes = [*(self.said.node(condition) for condition in conditions), *self.holds()]
        self.signal_free([*conditions, *(fact.condition for fact in self.conditions())])
        return PaymentPlan(
            symbols=symbols,
            amount=amount,
            on=on,
            weights=shares,
            when=rule_text(combine("and", tuple(nodes))) if nodes else None,
            rebalance_on=rebalance_on,
            whole_shares=self.whole_shares(),
        )

    def signal_free(self, conditions: Sequence[Condition | None]) -> None:
        named = {owner for condition in conditions if condition is not None for owner in owners_of(condition) if owner}
        if named - set(self.symbols_of([])) or (named and len(self.symbols_of([])) > 1):
            places = [fact.place for fact in self.conditions()]
            raise Beyond("a payment can only wait for a condition on the symbol that it buys", *places)

    def parts(self) -> tuple[float, tuple[str, ...], tuple[float, ...], str, list[Condition], bool]:
        orders = self.said.of(Order)
        facts = self.said.of(Payment)
        if not facts:
            return self.of_order(orders[0])
        symbols = self.symbols_of([fact.symbols for fact in facts])
        weighed: list[Allotment | Payment] = [*facts, *self.said.of(Allotment)]
        shares = self.one(
            [in_order(fact, symbols) for fact in weighed if fact.shares],
            "Two sets of weights are given. Which one is meant?",
        )
        if shares is not None and len(shares) != len(symbols):
            raise Contradiction(f"There are {len(shares)} weights for {len(symbols)} symbols. Which weight is whose?")
        amounts = [(fact.money.amount, fact.each) for fact in facts if fact.money is not None]
        money = self.one(amounts, "Two sums are given for a payment. Which one is meant?")
        if money is None:
            raise Missing("How much is paid in on each date?")
        each = money[1] and len(symbols) > 1
        if each and shares:
            raise Contradiction("Is the sum paid for each symbol, or divided by the weights?")
        amount = money[0] * (len(symbols) if each else 1)
        dates = [*(fact.dates for fact in facts if fact.dates), *self.said.of(Dates)]
        on = self.one([payment_dates(fact) for fact in dates], "Two schedules are given. On which is money paid in?")
        if on is None:
            raise Missing("How often is money paid in: every week, every month?")
        for fact in facts:
            self.said.state(fact, "payments", f"{amount:,.2f} {often(on)} into {', '.join(symbols)}")
        for date in self.said.of(Dates):
            self.said.state(date, "schedule", often(on))
        for allotment in self.said.of(Allotment):
            self.said.state(allotment, "weights", describe_weights(symbols, shares, 0.0))
        return amount, symbols, shares or (), on, [], any(fact.bought for fact in facts)

    def of_order(self, order: Order) -> tuple[float, tuple[str, ...], tuple[float, ...], str, list[Condition], bool]:
        """Bought for a sum on dates."""
        (trigger,) = order.triggers
        sizes = self.said.of(Size)
        amount = self.one([fact.sizing.value for fact in sizes], "Two sums are given for a payment. Which one?")
        assert amount is not None
        assert trigger.schedule is not None
        symbols = self.symbols_of([])
        on = payment_dates(Dates(trigger.schedule.on))
        self.said.state(order, "payments", f"{amount:,.2f} {often(on)} into {', '.join(symbols)}")
        for fact in sizes:
            self.said.state(fact, "payments", f"{amount:,.2f} each time")
        conditions = [trigger.condition] if trigger.condition is not None else []
        return amount, symbols, (), on, conditions, True

    def symbols_of(self, lists: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
        naming: list[Payment | Allotment | Pool] = [*self.said.of(Payment), *self.said.of(Allotment)]
        naming += self.said.of(Pool)
        given = [*lists, *(fact.symbols for fact in naming)]
        own = [symbols for symbols in given if symbols] or [self.named()]
        if not own[0]:
            raise Missing("Which symbol is bought with each payment?")
        if len({frozenset(symbols) for symbols in own}) > 1:
            raise Contradiction("Two lists of symbols are given. Which one is bought?")
        if beside := [symbol for symbol in self.named() if symbol not in own[0]]:
            raise Contradiction(f"What part does {' and '.join(beside)} play beside {', '.join(own[0])}?")
        for pool in self.said.of(Pool):
            self.said.state(pool, "universe", ", ".join(pool.symbols))
        return own[0]

    def rebalancing(self) -> str | None:
        facts = self.said.of(Rebalancing)
        if any(fact.drift for fact in facts):
            places = (fact.place for fact in facts)
            raise Beyond("payments can be rebalanced on dates, not by drift yet", *places)
        on = self.one([str(fact.on) for fact in facts], "Two schedules for rebalancing are given. Which one is meant?")
        for fact in facts:
            self.said.state(fact, "rebalance_on", often(str(fact.on)))
        return None if on == "first_session" else on


def payment_dates(dates: Dates) -> str:
    """When payments come: how often also means the window's first open, days that are named only those."""
    is_plain = dates.on in _CADENCES and not dates.is_named
    return f"first_session or {dates.on}" if is_plain else dates.on
