"""Which runs a sentence about portfolios asks for, and the plan of each."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from bgagent.engine.expression import Unary, unparse
from bgagent.engine.plan import Plan, RulePlan, RulePortfolio, SizeKind, Sizing
from bgagent.engine.rules import parse
from bgagent.language.context import Context
from bgagent.language.ledger import Contradiction, Ledger, Missing
from bgagent.language.meanings import (
    BarLength,
    BuyAndHold,
    Capital,
    Comparison,
    MostPositions,
    Order,
    Size,
    State,
    Universe,
    Variant,
    Versus,
)
from bgagent.language.measures import Average, Schedule, Trigger
from bgagent.language.portfolio_meanings import (
    Allotment,
    Contest,
    Dates,
    Fallback,
    Holds,
    InverseVolatility,
    LumpSum,
    Payment,
    Ranking,
    Rebalancing,
    SharedCapital,
    Skip,
)
from bgagent.language.portfolios import is_portfolio, make_portfolio, pays, sells
from bgagent.language.spoken import learn
from bgagent.periods import Timeframe, Trading

Facts = Sequence[object]
MakeRules = Callable[[str, Facts], RulePlan]

_DATES = {Timeframe.WEEK: "first_of_week", Timeframe.MONTH: "first_of_month"}
_AGAINST = frozenset(("against", "versus", "vs", "to", "with"))


def settled(facts: tuple[object, ...]) -> tuple[object, ...]:
    """Facts whose meaning hangs on the other ones as what they mean in this sentence."""
    return _with_dates(_with_orders(facts) if sells(facts) else facts)


def _with_orders(facts: tuple[object, ...]) -> tuple[object, ...]:
    """Purchases on dates as orders, where something sells again: those need no new money."""
    found: list[object] = []
    for fact in facts:
        if not (isinstance(fact, Payment) and fact.bought and fact.money and fact.dates):
            found.append(fact)
            continue
        schedule = Schedule(fact.dates.on)
        found.append(Order("buy", (Trigger(schedule=schedule),), place=fact.place))
        found.append(Size(Sizing(SizeKind.CASH, fact.money.amount), fact.money.currency, place=fact.place))
        found.append(Universe(fact.symbols, place=fact.place))
    return tuple(found)


def _with_dates(facts: tuple[object, ...]) -> tuple[object, ...]:
    """In a portfolio "weekly" and "monthly" alone tell when it is looked at, not how long a bar is."""
    if not is_portfolio(facts) and not any(isinstance(fact, State) and _counts_days(fact) for fact in facts):
        return facts
    chosen = any(isinstance(fact, (Ranking, Allotment, InverseVolatility)) for fact in facts)
    return tuple(_date_word(fact) or (chosen and _bare_order(fact)) or fact for fact in facts)


def _bare_order(fact: object) -> Dates | None:
    """ "Every month buy" before "the best 3 by their return" tells only when."""
    if not isinstance(fact, Order) or fact.action != "buy" or len(fact.triggers) != 1:
        return None
    (trigger,) = fact.triggers
    if trigger.schedule is None or trigger.condition is not None:
        return None
    return Dates(trigger.schedule.on, place=fact.place)


def _counts_days(part: object) -> bool:
    """Whether an average of so many days is part of it, which bars of a week or a month cannot have."""
    if isinstance(part, Average):
        return part.unit == "day" and (part.length or 0) > 1
    if isinstance(part, tuple):
        return any(_counts_days(one) for one in part)
    return any(_counts_days(getattr(part, name)) for name in getattr(part, "__dataclass_fields__", ()))


def _date_word(fact: object) -> Dates | None:
    if not isinstance(fact, BarLength) or fact.place is None or fact.timeframe not in _DATES:
        return None
    first, after = fact.place
    return Dates(_DATES[fact.timeframe], place=fact.place) if after == first + 1 else None


class PortfolioRuns:
    """Finds the runs of a sentence about portfolios, or about rules for several symbols in one account.

    words: the sentence's words, by place. make_rules: makes a plan of rules for one symbol.
    """

    def __init__(
        self,
        facts: Facts,
        words: Sequence[str],
        ledger: Ledger,
        *,
        timeframe: Timeframe,
        trading: Trading,
        make_rules: MakeRules,
    ) -> None:
        self.facts = list(facts)
        self.words = words
        self.ledger = ledger
        self.timeframe = timeframe
        self.trading = trading
        self.make_rules = make_rules

    def plans(self) -> list[Plan]:
        """The plan of each run, in order. Raises what makes a question of the sentence, as the makers do."""
        for fact in self.facts:
            if isinstance(fact, SharedCapital):
                self.ledger.state(fact, "account", "one for all symbols")
            if isinstance(fact, Capital) and fact.each:
                raise Contradiction("Is the money given the one of the whole account, or is each symbol run alone?")
        return [self.plan(facts) for facts in self.variants()]

    def plan(self, facts: Facts) -> Plan:
        """The plan of one run."""
        symbols = tuple(dict.fromkeys(symbol for fact in facts for symbol in getattr(fact, "symbols", ())))
        if not symbols:
            raise Missing("Which symbols does each run trade?")
        if is_portfolio(facts):
            context = Context(timeframe=self.timeframe, trading=self.trading)
            learn(context, tuple(facts))
            has_capital = any(isinstance(fact, Capital) and fact.money.amount > 0 for fact in self.facts)
            plan = make_portfolio(facts, symbols, context, self.ledger, has_capital=has_capital)
            for assumed in context.assumed:
                self.ledger.assume(*assumed)
            return plan
        if len(symbols) == 1:
            return self.make_rules(symbols[0], facts)
        return self.rule_portfolio(symbols, facts)

    # rules of several symbols

    def rule_portfolio(self, symbols: tuple[str, ...], facts: Facts) -> Plan:
        lists = {frozenset(fact.symbols) for fact in facts if isinstance(fact, Universe)}
        if len(lists) > 1:
            raise Contradiction("Do the rules hold for all of the symbols, or each for its own? Name them once.")
        slots = self.slots(symbols, facts)
        own = [fact for fact in facts if not isinstance(fact, MostPositions)]
        if any(isinstance(fact, Size) and fact.sizing == Sizing() for fact in own):
            raise Contradiction("All of the capital in each symbol, or an equal part of it?")
        plans = tuple(self.make_rules(symbol, own) for symbol in symbols)
        if not any(isinstance(fact, Size) for fact in own):
            self.ledger.assumptions = [row for row in self.ledger.assumptions if row[0] != "rules.sizing"]
            share = f"1/{slots or len(symbols)} of equity each"
            self.ledger.assume("rules.sizing", share, "one account for all symbols, with equal slots")
        else:
            self.ledger.assume("account", "one for all symbols", "several symbols are named and no comparison")
        return RulePortfolio(plans, slots, self.preference(facts))

    def slots(self, symbols: tuple[str, ...], facts: Facts) -> int | None:
        said = [fact for fact in facts if isinstance(fact, MostPositions)]
        if len({fact.count for fact in said}) > 1:
            raise Contradiction("Two different numbers of positions are given. Which one is meant?")
        for fact in said:
            self.ledger.state(fact, "slots", f"at most {fact.count} symbols at once")
        if said and said[0].count > len(symbols):
            raise Contradiction(f"{said[0].count} positions are allowed, but {len(symbols)} symbols are named.")
        return said[0].count if said and said[0].count < len(symbols) else None

    def preference(self, facts: Facts) -> str | None:
        """What decides which symbols come first when more enter than slots are free."""
        said = [fact for fact in facts if isinstance(fact, Ranking)]
        if not said:
            return None
        (fact, *others) = said
        if others or fact.score is None or fact.score.value is None:
            raise Contradiction("By what are the symbols chosen when more can be bought than slots are free?")
        context = Context(timeframe=self.timeframe, trading=self.trading)
        learn(context, tuple(facts))
        node = context.value(fact.score.value).node
        text = parse(unparse(Unary("-", node) if fact.lowest_first else node)).text
        self.ledger.state(fact, "score", f"the highest {text} first")
        return text

    # what is compared

    def variants(self) -> list[Facts]:
        if any(isinstance(fact, Variant) for fact in self.facts):
            return self.marked()
        marks = [fact for fact in self.facts if isinstance(fact, (Comparison, Versus))]
        against = self.against() if is_portfolio(self.facts) else []
        if not marks and not against:
            return [self.facts]
        for mark in marks:
            self.ledger.state(mark, "runs", "one run each")
        self.check_rebalancing()
        rest = [fact for fact in self.facts if fact not in marks and fact not in against]
        strategies = [*self.compared(rest), *([fact] for fact in against)]
        holds = [fact for fact in rest if isinstance(fact, BuyAndHold)]
        if pays(rest):
            return self.payments(rest, against)
        if holds or against:
            strategies = self.with_holds(rest, against)
        if len(strategies) < 2:
            raise Missing("What should be compared with what? Name two portfolios or strategies.")
        return strategies

    def check_rebalancing(self) -> None:
        """Raises Contradiction where the one rebalancing said stands by one of two portfolios: "A yearly against B"."""
        ways = [fact for fact in self.facts if isinstance(fact, (Allotment, InverseVolatility, Contest, BuyAndHold))]
        said = [fact for fact in self.facts if isinstance(fact, Rebalancing)]
        if len(said) != 1 or said[0].place is None:
            return
        before = [way for way in ways if way.place and way.place[0] < said[0].place[0]]
        after = [way for way in ways if way.place and way.place[0] > said[0].place[0]]
        if before and any(isinstance(way, (Allotment, InverseVolatility, Contest)) for way in after):
            raise Contradiction("Are both portfolios rebalanced then, or only the one it stands by?")
        if len([way for way in before if not isinstance(way, BuyAndHold)]) > 1:
            self.ledger.assume("rebalancing", "the same for all portfolios", "it is said once, after the last of them")

    def marked(self) -> list[Facts]:
        """Facts after "run 1:" belong to it; those before any mark belong to all."""
        shared: list[object] = []
        runs: dict[str, list[object]] = {}
        current = shared
        for fact in self.facts:
            if isinstance(fact, Variant):
                if fact.mark in runs:
                    raise Contradiction(f"There are two strategies called {fact.mark}. Which rules belong to which?")
                current = runs.setdefault(fact.mark, [])
                self.ledger.state(fact, "runs", f"run {len(runs)}")
            elif isinstance(fact, Comparison):
                self.ledger.state(fact, "runs", "one run each")
            else:
                current.append(fact)
        return [[*shared, *facts] for facts in runs.values()]

    def against(self) -> list[Universe]:
        """Symbols that the portfolio is held against: "60/40 against QQQ"."""
        found = []
        for fact in self.facts:
            if isinstance(fact, Universe) and len(fact.symbols) == 1 and fact.place:
                before = set(self.words[max(0, fact.place[0] - 2) : fact.place[0]])
                versus = any(isinstance(mark, Versus) for mark in self.facts)
                inside = any(self.is_inside(fact, hold) for hold in self.facts if isinstance(hold, BuyAndHold))
                if not inside and (before & {"against", "versus", "vs"} or (versus and before & _AGAINST)):
                    found.append(fact)
        return found

    def is_inside(self, fact: Universe, hold: BuyAndHold) -> bool:
        return bool(fact.place and hold.place and hold.place[0] <= fact.place[0] and fact.place[1] <= hold.place[1])

    def compared(self, facts: list[object]) -> list[Facts]:
        """One list of facts for each way to choose weights, or for each schedule, where there are several."""
        ways: list[list[object]] = []
        for kind in (Allotment, InverseVolatility, Contest):
            for fact in facts:
                if isinstance(fact, kind) and all(not _same(fact, other) for (other, *_) in ways):
                    ways.append([fact])
        ranking: list[object] = [fact for fact in facts if isinstance(fact, (Ranking, Skip))]
        if any(isinstance(fact, Ranking) for fact in ranking):
            ways.append(ranking)
        chosen = [fact for way in ways for fact in way]
        rest = [fact for fact in facts if all(fact is not one for one in chosen)]
        if len(ways) > 1:
            kinds = {type(way[0]) for way in ways}
            if len(kinds) > 1 and any(isinstance(fact, (Holds, Fallback)) for fact in rest):
                raise Contradiction("Does the condition belong to both portfolios, or to one of them?")
            return [[*way, *self.without_symbols(rest, way, ways)] for way in ways]
        schedules = [fact for fact in rest if isinstance(fact, Rebalancing)]
        if len({(fact.on, fact.drift) for fact in schedules}) > 1:
            others = [fact for fact in facts if fact not in schedules]
            return [[*others, schedule] for schedule in schedules]
        return [facts]

    def without_symbols(self, rest: list[object], way: list[object], ways: list[list[object]]) -> list[object]:
        """The facts that all runs share; symbols of another run are lent to one that names none."""
        if any(getattr(fact, "symbols", ()) for fact in way):
            return rest
        lent = [fact.symbols for (fact, *_) in ways if getattr(fact, "symbols", ())]  # type: ignore[attr-defined]
        return [*rest, Universe(tuple(lent[0]))] if lent else rest

    def with_holds(self, facts: list[object], against: list[Universe]) -> list[Facts]:
        """The portfolio, and beside it each symbol that is bought and held."""
        holds = [fact for fact in facts if isinstance(fact, BuyAndHold)]
        held: list[Universe] = []
        for hold in holds:
            own = [fact for fact in facts if isinstance(fact, Universe) and self.is_inside(fact, hold)]
            if not own:
                self.ledger.state(hold, "benchmark", "the same symbols bought and held")
            for universe in own:
                self.ledger.state(hold, "runs", f"buy and hold of {', '.join(universe.symbols)}")
            held += own
        for universe in against:
            self.ledger.assume("runs", f"buy and hold of {universe.symbols[0]}", "what it is held against")
        others = [fact for fact in facts if fact not in holds and fact not in held]
        first = self.compared(others)
        return [*first, *([BuyAndHold(), universe] for universe in (*held, *against))]

    def payments(self, facts: list[object], against: list[Universe]) -> list[Facts]:
        """Payments against each other, or against a lump sum: that one is their benchmark in any case."""
        ways = [fact for fact in facts if isinstance(fact, Payment)]
        if len(ways) > 1 and not against and not any(isinstance(fact, BuyAndHold) for fact in facts):
            rest = [fact for fact in facts if not isinstance(fact, Payment)]
            return [[way, *rest] for way in ways]
        if against:
            raise Contradiction("Payments are compared with the same total at once. Should another symbol be one too?")
        holds = [fact for fact in facts if isinstance(fact, BuyAndHold)]
        if not holds and not any(isinstance(fact, LumpSum) for fact in facts):
            raise Missing("What should the payments be compared with?")
        for hold in holds:
            self.ledger.state(hold, "benchmark", "the same total at once on the first day")
        return [[fact for fact in facts if fact not in holds]]


def _same(first: object, second: object) -> bool:
    return replace(first, place=None) == replace(second, place=None)  # type: ignore[type-var]
