"""Facts about weights and rankings become plans of weights."""

from collections.abc import Sequence

from bgagent.engine.expression import combine
from bgagent.engine.plan import Plan, Weighting, WeightPlan
from bgagent.engine.rules import parse
from bgagent.language.ledger import Beyond, Contradiction, Missing
from bgagent.language.limits import protection_of
from bgagent.language.meanings import BuyAndHold, State, Universe
from bgagent.language.measures import Condition
from bgagent.language.phrases import condition as words_of
from bgagent.language.portfolio_facts import (
    PortfolioFacts,
    describe_weights,
    in_order,
    often,
    other_symbol,
    owners_of,
    rule_text,
)
from bgagent.language.portfolio_meanings import (
    Allotment,
    Contest,
    Fallback,
    Holds,
    InverseVolatility,
    Invested,
    Pool,
    Ranking,
    ReadOn,
    Rebalancing,
    RotationTitle,
    Score,
    TradedWhen,
)
from bgagent.language.quantities import Duration
from bgagent.language.scores import score_text
from bgagent.language.spoken import Unclear

_USUAL_VOLATILITY_BARS = 63


class WeightMaker(PortfolioFacts):
    """Makes a plan of weights."""

    def plan(self) -> Plan:
        contests = self.said.of(Contest)
        if self.said.of(InverseVolatility) and self.only_times_volatility:
            return self.inverse_volatility()
        kinds = [bool(self.said.of(Allotment)), bool(contests), bool(self.said.of(InverseVolatility)), self.ranks]
        if sum(kinds) > 1 and not self.is_equal_only:
            raise Contradiction("Two ways to choose the weights are named. Which one is meant?")
        if contests:
            return self.contest(contests)
        if self.ranks:
            return self.ranking()
        if self.said.of(InverseVolatility):
            return self.inverse_volatility()
        if self.said.of(State):
            return self.state()
        return self.allotment()

    @property
    def ranks(self) -> bool:
        ranked = any(fact.top or fact.bottom or fact.score or fact.symbols for fact in self.said.of(Ranking))
        return ranked or any(title.dual for title in self.said.of(RotationTitle))

    @property
    def only_times_volatility(self) -> bool:
        """Beside inverse volatility only its time is said as if something were ranked by it."""
        rankings = self.said.of(Ranking)
        others = [fact for fact in rankings if fact.top or fact.bottom or fact.symbols]
        times = all(fact.score is None or fact.score.volatility is not None for fact in rankings)
        return bool(rankings) and times and not others and not self.said.of(Allotment) and not self.said.of(Contest)

    @property
    def is_equal_only(self) -> bool:
        """Equal weights said beside a ranking: the ranked ones are weighted alike anyway."""
        return (
            self.ranks
            and not self.said.of(Contest)
            and not self.said.of(InverseVolatility)
            and all(not fact.shares and not fact.symbols for fact in self.said.of(Allotment))
        )

    # what they have in common

    def members(self, *lists: tuple[str, ...]) -> tuple[str, ...]:
        """The symbols among which the plan chooses. Raises Contradiction where it is unclear which they are."""
        others = {symbol for fact in self.said.of(Fallback) for symbol in fact.symbols}
        others |= {symbol for fact in self.said.of(ReadOn) for symbol in fact.symbols}
        given = [*lists, *(fact.symbols for fact in self.said.of(Pool))]
        for pool in self.said.of(Pool):
            self.said.state(pool, "universe", ", ".join(pool.symbols))
        for title in self.said.of(RotationTitle):
            self.said.state(title, "description", title.name)
        own = [symbols for symbols in given if symbols]
        named = tuple(symbol for symbol in self.named() if symbol not in others)
        if not own:
            apart = {frozenset(fact.symbols) for fact in self.said.of(Universe) if not set(fact.symbols) <= others}
            if len(apart) > 1 and any(len(each) > 1 for each in apart):
                raise Contradiction("Two lists of symbols are given. Which one is meant?")
            own = [named] if named else []
        if not own:
            raise Missing("Which symbols is it chosen from? Name them.")
        if len({frozenset(symbols) for symbols in own}) > 1:
            raise Contradiction("Two lists of symbols are given. Which one is meant?")
        (symbols, *_) = own
        self.check_named(symbols, named)
        return symbols

    def check_named(self, symbols: tuple[str, ...], named: tuple[str, ...]) -> None:
        if beside := [symbol for symbol in named if symbol not in symbols]:
            raise Contradiction(f"What part does {' and '.join(beside)} play beside {', '.join(symbols)}?")

    def dates(self, default: str | None, why: str) -> str:
        on = self.schedule()
        if on is not None:
            return on
        if default is None:
            raise Missing("How often are the weights decided: every week, every month, every quarter?")
        self.said.assume("schedule", often(default), why)
        return default

    def drift(self) -> float | None:
        facts = [fact for fact in self.said.of(Rebalancing) if fact.drift is not None]
        drift = self.one([fact.drift for fact in facts], "Two drift bands are given. Which one is meant?")
        for fact in facts:
            self.said.state(fact, "drift", f"only when a weight is {drift or 0:.6g} of equity off its target")
        if drift is not None:
            self.said.assume("drift", f"{drift * 100:g} percentage points", "counted in points of equity")
        return drift

    def otherwise(self, *, is_used: bool) -> tuple[str | None, bool]:
        """What is held instead, and whether the share of what is not held goes to the others."""
        facts = self.said.of(Fallback)
        found = self.one(
            [(fact.symbols[0] if fact.symbols else None, fact.spread) for fact in facts],
            "Two things are named that are held instead. Which one is meant?",
        )
        for fact in facts:
            text = "the other symbols" if fact.spread else ", ".join(fact.symbols) or "cash"
            self.said.state(fact, "otherwise", text)
        if found is not None and not is_used:
            raise Unclear(f"When is {found[0] or 'cash'} held? The sentence gives no condition.")
        if found is None and is_used:
            self.said.assume("otherwise", "cash", "the sentence does not say what is held instead")
        return found or (None, False)

    def terms(self) -> dict[str, object]:
        """Fields that every plan of weights may have."""
        invested = self.one([fact.share for fact in self.said.of(Invested)], "How much of equity is invested in all?")
        for fact in self.said.of(Invested):
            self.said.state(fact, "invested", f"{fact.share * 100:g}% of equity")
        traded = [self.said.node(fact.condition) for fact in self.said.of(TradedWhen)]
        for condition, node in zip(self.said.of(TradedWhen), traded, strict=True):
            self.said.state(condition, "when", words_of(node, self.context.timeframe))
        found: dict[str, object] = {
            name: protection_of(self.said, name) for name in ("stop_loss", "take_profit", "trailing_stop")
        }
        found["whole_shares"] = self.whole_shares()
        if invested is not None:
            found["invested"] = invested
        if traded:
            found["when"] = rule_text(combine("and", tuple(traded)))
        return found

    def held_while(self, extra: Sequence[Condition] = ()) -> tuple[str | None, str | None]:
        """(condition, symbol on whose bars it is read)."""
        facts = [fact.condition for fact in self.conditions() if fact.condition is not None]
        stated = [*extra, *facts, *(fact.condition for fact in self.said.of(TradedWhen))]
        nodes = [*(self.said.node(condition) for condition in extra), *self.holds()]
        read_on = self.signal_symbol(stated)
        return (rule_text(combine("and", tuple(nodes))) if nodes else None), read_on

    def signal_symbol(self, conditions: Sequence[Condition]) -> str | None:
        """The symbol whose bars the conditions speak of; None: each symbol's own."""
        asked = self.said.of(ReadOn)
        for fact in asked:
            self.said.state(fact, "signal_symbol", fact.symbols[0])
        owners = [owner for condition in conditions for owner in owners_of(condition)]
        named = {owner for owner in owners if owner} | {fact.symbols[0] for fact in asked}
        if not named:
            return None
        if len(named) > 1 or (not asked and None in owners):
            raise Beyond("a condition on several symbols cannot be read yet", *(f.place for f in self.conditions()))
        return named.pop()

    # the ways to choose weights

    def allotment(self) -> Plan:
        facts = self.said.of(Allotment)
        given = tuple(fact.symbols for fact in facts)
        symbols = self.members(*given)
        shares = self.one(
            [in_order(fact, symbols) for fact in facts if fact.shares], "Two sets of weights are given. Which one?"
        )
        if not facts:
            self.said.assume("weights", f"1/{len(symbols)} each", "no weights were given")
        if shares is not None and len(shares) != len(symbols):
            raise Contradiction(f"There are {len(shares)} weights for {len(symbols)} symbols. Which weight is whose?")
        for fact in facts:
            self.said.state(fact, "weights", describe_weights(symbols, shares, fact.cash))
        for hold in self.said.of(BuyAndHold):
            self.said.state(hold, "weights", "held")
        holds, read_on = self.held_while()
        drift = self.drift()
        if not facts and not self.said.of(Rebalancing):
            raise Missing("By what is it decided what is held, for example the 6-month return?")
        default, why = "first_session", "no rebalancing was asked for: bought once, then left to drift"
        if drift is not None:
            default, why = "every_session", "the drift is looked at at every open"
        on = self.dates(None if holds else default, why)
        if drift is not None and on == "first_session":
            raise Contradiction("Is it rebalanced when a weight drifts, or never?")
        otherwise, spread = self.otherwise(is_used=holds is not None)
        return WeightPlan(
            symbols=symbols,
            weighting=Weighting.FIXED if shares else Weighting.EQUAL,
            weights=shares or (),
            on=on,
            drift=drift,
            holds=holds,
            signal_symbol=other_symbol(read_on, symbols),
            otherwise=otherwise,
            spread=spread,
            **self.terms(),  # type: ignore[arg-type]
        )

    def state(self) -> Plan:
        """Symbols that are held while a condition holds, checked on dates, with something else instead."""
        states = self.said.of(State)
        if len(states) > 1:
            raise Contradiction("There are two conditions for holding. Which one is meant?")
        condition = states[0].trigger.condition
        if condition is None or states[0].trigger.schedule is not None:
            places = (fact.place for fact in self.said.of(Fallback))
            raise Beyond("a season with something else held in the rest of the year cannot be read yet", *places)
        symbols = self.members()
        holds, read_on = self.held_while((condition,))
        self.said.state(states[0], "holds", f"held while {holds}")
        if len(symbols) > 1:
            self.said.assume("weights", f"1/{len(symbols)} each", "several symbols share the account equally")
        on = self.dates("every_session", "the condition is looked at at every close, as nothing else is said")
        otherwise, spread = self.otherwise(is_used=True)
        return WeightPlan(
            symbols=symbols,
            on=on,
            drift=self.drift(),
            holds=holds,
            signal_symbol=other_symbol(read_on, symbols),
            otherwise=otherwise,
            spread=spread,
            **self.terms(),  # type: ignore[arg-type]
        )

    def contest(self, facts: list[Contest]) -> Plan:
        fact = facts[0]
        if len({(each.symbols, each.score) for each in facts}) > 1:
            raise Contradiction("Two comparisons of symbols are given. Which one decides?")
        others = {symbol for other in self.said.of(Fallback) for symbol in other.symbols}
        if not self.said.of(Fallback):
            raise Missing(f"What is held when {fact.symbols[0]} is not: {fact.symbols[1]}, or cash?")
        if others != {fact.symbols[1]} or self.conditions():
            places = (each.place for each in self.said.of(Fallback))
            raise Beyond("one of two symbols can be held by their returns, not a third one or cash yet", *places)
        score = score_text(self.said, fact.score, lowest_first=False)
        self.check_named(fact.symbols, self.named())
        for each in facts:
            self.said.state(each, "score", f"the higher {score}")
        for other in self.said.of(Fallback):
            self.said.state(other, "otherwise", fact.symbols[1])
        for title in self.said.of(RotationTitle):
            self.said.state(title, "description", title.name)
        return WeightPlan(
            symbols=fact.symbols[::-1],  # of equal scores the second is held: the first is not better then
            weighting=Weighting.RANKED,
            on=self.dates(None, ""),
            score=score,
            top=1,
            drift=self.drift(),
            **self.terms(),  # type: ignore[arg-type]
        )

    def ranking(self) -> Plan:
        facts = self.said.of(Ranking)
        titles = self.said.of(RotationTitle)
        is_dual = any(title.dual for title in titles)
        symbols = self.members(*(fact.symbols for fact in facts))
        self.note_equal_weights()
        top = self.one([fact.top for fact in facts if fact.top], "Two numbers of symbols to hold are given. Which one?")
        bottom = self.one([fact.bottom for fact in facts if fact.bottom], "How many are sold short?")
        chosen = self.one([fact.score for fact in facts if fact.score], "They are ranked by two things. Which one?")
        lowest = self.one(
            [fact.lowest_first for fact in facts if fact.lowest_first is not None], "The highest, or the lowest?"
        )
        if chosen is None and is_dual:
            chosen = Score((Duration(12, "month"),))
            self.said.assume("score", "12-month return", "the usual look-back of dual momentum")
        if chosen is None:
            raise Missing("By what are they ranked, for example their 6-month return?")
        if top is None and bottom is None and (is_dual or len(symbols) == 2):
            top = 1
            self.said.assume("top", "1", "the better one is held")
        if top is None and bottom is None:
            raise Missing("How many of them are held?")
        if len(symbols) == 1:
            raise Missing(f"Among which symbols is it chosen? Only {symbols[0]} is named.")
        if (top or 0) + (bottom or 0) > len(symbols):
            raise Contradiction(f"{(top or 0) + (bottom or 0)} are to be held, but {len(symbols)} symbols are named.")
        score = score_text(self.said, chosen, lowest_first=bool(lowest))
        for fact in facts:
            self.said.state(fact, self.field_of(fact), self.describe(fact, score))
        holds, read_on = self.held_while()
        positives = [fact for fact in self.said.of(Holds) if fact.condition is None]
        for positive in positives:
            self.said.state(positive, "holds", f"only when {score} is above 0")
        if is_dual and holds is None and not positives:
            self.said.assume("holds", f"only when {score} is above 0", "dual momentum asks for a gain of its own too")
        if positives or (is_dual and holds is None):
            holds = rule_text(combine("and", (*([parse(holds).node] if holds else []), parse(f"{score} > 0").node)))
        ranked_first = self.ranks_first(holds, score, read_on, symbols, (top or 0) + (bottom or 0))
        otherwise, spread = self.otherwise(is_used=holds is not None)
        default = "first_of_month" if is_dual else None
        return WeightPlan(
            symbols=symbols,
            weighting=Weighting.RANKED,
            on=self.dates(default, "dual momentum is looked at every month"),
            score=score,
            top=top or 0,
            bottom=bottom,
            drift=self.drift(),
            holds=holds,
            signal_symbol=other_symbol(read_on, ()),
            otherwise=otherwise,
            spread=spread,
            ranked_first=ranked_first,
            **self.terms(),  # type: ignore[arg-type]
        )

    def ranks_first(
        self, holds: str | None, score: str, read_on: str | None, symbols: tuple[str, ...], held: int
    ) -> bool:
        """Whether the condition is asked of the ranked ones only, where that makes a difference."""
        if holds is None or read_on is not None or held == len(symbols) or holds == parse(f"{score} > 0").text:
            return False
        asked_first = [isinstance(fact, Holds) and fact.first for fact in self.conditions()]
        if len(set(asked_first)) > 1:
            raise Unclear("Is the condition asked before the ranking, or of the ranked ones only?")
        if asked_first and asked_first[0]:
            return False
        self.said.assume("holds", "asked of the ranked ones only", "who ranks below them does not take their place")
        return True

    def note_equal_weights(self) -> None:
        for fact in self.said.of(Allotment):
            self.said.state(fact, "weights", "the same for each")
        for hold in self.said.of(BuyAndHold):
            self.said.state(hold, "weights", "held")

    def field_of(self, fact: Ranking) -> str:
        names = [name for name, value in (("top", fact.top), ("bottom", fact.bottom), ("score", fact.score)) if value]
        return ", ".join(names) or "universe"

    def describe(self, fact: Ranking, score: str) -> str:
        parts = [f"the best {fact.top}" if fact.top else "", f"the worst {fact.bottom} short" if fact.bottom else ""]
        parts += [f"of {', '.join(fact.symbols)}" if fact.symbols else "", f"by {score}" if fact.score else ""]
        return " ".join(filter(None, parts))

    def inverse_volatility(self) -> Plan:
        facts = self.said.of(InverseVolatility)
        symbols = self.members(*(fact.symbols for fact in facts))
        if len(symbols) == 1:
            raise Missing(f"Weighted against what? Only {symbols[0]} is named.")
        times = [self.context.bars_of(fact.time) for fact in facts if fact.time is not None]
        for ranking in self.said.of(Ranking):
            assert ranking.score is not None
            assert ranking.score.volatility is not None
            times.append(self.context.bars_of(ranking.score.volatility))
            self.said.state(ranking, "volatility_bars", f"{times[-1]} bars")
        bars = self.one(times, "Over how many days is the volatility taken?")
        if bars is None:
            bars = _USUAL_VOLATILITY_BARS
            self.said.assume("volatility_bars", f"{bars} bars", "no time was given for the volatility")
        if any(fact.is_parity for fact in facts):
            self.said.assume("weighting", "inverse volatility", "risk parity without correlations")
        for fact in facts:
            self.said.state(fact, "weighting", f"inverse volatility over {bars} bars")
        holds, read_on = self.held_while()
        otherwise, spread = self.otherwise(is_used=holds is not None)
        return WeightPlan(
            symbols=symbols,
            weighting=Weighting.INVERSE_VOLATILITY,
            on=self.dates(None, ""),
            volatility_bars=bars,
            drift=self.drift(),
            holds=holds,
            signal_symbol=other_symbol(read_on, symbols),
            otherwise=otherwise,
            spread=spread,
            **self.terms(),  # type: ignore[arg-type]
        )
