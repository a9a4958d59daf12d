"""Writes the strategy that a plan of payments says, as Python for people."""

from bgagent.artifacts.spec import RunSpec, StrategySpec
from bgagent.engine.other_symbols import words_of
from bgagent.engine.plan import PaymentPlan
from bgagent.implementation.conditions import Declarations
from bgagent.implementation.template_markets import claim, declare_each, known, quoted
from bgagent.implementation.template_words import module


def render_payments(spec: StrategySpec, run: RunSpec, plan: PaymentPlan) -> str:
    """A module with one Strategy subclass that pays in and buys as the plan says."""
    each = Declarations(owner="market", of_each=True, taken={"due", "rebalancing"}, words=words_of(plan.needed_symbols))
    asks = claim("is_wanted", "self, market", known(plan.when, each)) if plan.when is not None else []
    shares = ", ".join(f"{quoted(symbol)}: {share!r}" for symbol, share in zip(plan.symbols, plan.shares, strict=True))
    whole = ", whole_shares=True" if plan.whole_shares else ""
    rebalancing = plan.rebalance_on is not None
    body = [
        "",
        f"    PAYMENT = {float(plan.amount)!r}",
        f"    SHARES = {{{shares}}}",
        "",
        "    def init(self):",
        f'        self.due = self.calendar("{plan.on}")',
        *([f'        self.rebalancing = self.calendar("{plan.rebalance_on}")'] if rebalancing else []),
        *declare_each(each),
        "",
        "    def on_start(self):",
        "        self.purchase(self.pay() if self.due else {}, start=self.cash)",
        "",
        "    def on_bar(self):",
        *(
            [
                "        paid = self.pay() if self.due else {}",
                "        if self.rebalancing:",
                "            self.rebalance(self.SHARES)",
                "        else:",
                "            self.purchase(paid)",
            ]
            if rebalancing
            else ["        if self.due:", "            self.purchase(self.pay())"]
        ),
        *asks,
        *_pay(plan),
        "",
        "    def purchase(self, paid, start=0.0):",
        "        for symbol, share in self.SHARES.items():",
        "            money = paid.get(symbol, 0.0) + start * share",
        "            if money > 0:",
        f'                self[symbol].buy(Sizing(SizeKind.CASH, money{whole}), reason="schedule")',
    ]
    return module(spec, run, "Payments", _said(plan), body)


def _pay(plan: PaymentPlan) -> list[str]:
    """The method that pays in, and says what is for which symbol."""
    if plan.when is None:
        return [
            "",
            "    def pay(self):",
            "        self.pay_in(self.PAYMENT)",
            "        return {symbol: self.PAYMENT * share for symbol, share in self.SHARES.items()}",
        ]
    return [
        "",
        "    def pay(self):",
        "        wanted = {symbol: share for symbol, share in self.SHARES.items() if self.is_wanted(self[symbol])}",
        "        paid = {symbol: self.PAYMENT * share for symbol, share in wanted.items()}",
        "        if paid:",
        "            self.pay_in(self.PAYMENT if len(paid) == len(self.SHARES) else sum(paid.values()))",
        "        return paid",
    ]


def _said(plan: PaymentPlan) -> str:
    when = f", when {plan.when}" if plan.when is not None else ""
    return f"{', '.join(plan.symbols)}: pays in {plan.amount:,.2f} on {plan.on}{when} and buys for it."
