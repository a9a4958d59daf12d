"""A backtest of several symbols a second time, plainly: weights, payments, and rules that share cash.

Like `oracle.py`, which it builds on, it is written from the rules of fills and money alone and shares no code with
bgagent.engine. Markets are dictionaries from symbol to {day: (open, high, low, close)}, days are numbers.
"""

import itertools
import statistics

from tests.engine.oracle import Oracle


class PortfolioOracle(Oracle):
    """Steps through the days on which any of the markets trades."""

    def __init__(self, capital, markets, *, borrow=0.0, lend=0.0, leverage=1.0, **costs):
        super().__init__(capital, **costs)
        self.markets = markets
        self.borrow, self.lend, self.leverage = borrow, lend, leverage
        self.now = {}  # what a share of each symbol is worth at this moment
        self.targets = {}
        self.paid = 0.0
        self.returns = []
        self.last_day = None
        self.sold_on = {}

    def worth(self, price=None):
        total = self.cash
        for position in self.held:
            value = position["quantity"] * self.now[position["symbol"]]
            total += value if position["long"] else -value
        return total

    def short_value(self):
        return sum(lot["quantity"] * self.now[lot["symbol"]] for lot in self.held if not lot["long"])

    def free(self, price=None):
        gross = sum(lot["quantity"] * self.now[lot["symbol"]] for lot in self.held)
        return self.leverage * self.worth() - gross

    def own_days(self, symbol, until):
        return [day for day in sorted(self.markets[symbol]) if day <= until]

    # --- one day

    def step(self, day, payment=0.0):
        """The day's fills; `wishes` and `targets` are what was decided before it."""
        today = {symbol: market[day] for symbol, market in self.markets.items() if day in market}
        if self.last_day is not None:
            self.earn(day - self.last_day)
        self.last_day = day
        for symbol, (opening, *_) in today.items():
            self.now[symbol] = opening
        before = self.worth()
        if not self.ruined:
            self.cash += payment
            self.paid += payment
        else:
            payment = 0.0
        start = self.curve[-1]
        self.trade(day, today)
        for symbol, (*_, close) in today.items():
            self.now[symbol] = close
        self.cash_curve.append(self.cash)
        self.curve.append(self.worth())
        overnight = before / start if start > 0 else 1.0
        self.returns.append(overnight * self.curve[-1] / (before + payment) - 1 if before + payment > 0 else 0.0)
        if self.curve[-1] <= 0 and (self.trades or self.held):
            self.ruined = True
            self.wishes, self.targets = [], {}

    def earn(self, days):
        short = self.short_value()
        if self.cash > short:
            earned = (self.cash - short) * self.lend
        else:
            earned = 0.0
        owes = short + (-self.cash if self.cash < 0 else 0.0)
        self.cash += (earned - owes * self.borrow) * days / 365

    def trade(self, day, today):
        if self.ruined:
            for lot in [lot for lot in self.held if lot["symbol"] in today]:
                self.at_market(lot, day, today[lot["symbol"]][0], "ruin")
            return
        wishes = [order for order in self.wishes if order["symbol"] in today]
        self.wishes = [order for order in self.wishes if order["symbol"] not in today]
        for order in wishes:
            if order["do"] == "leave":
                for lot in [lot for lot in self.held if lot["symbol"] == order["symbol"]]:
                    self.at_market(lot, day, today[lot["symbol"]][0], order["why"])
        for lot in list(self.held):
            if lot["symbol"] not in today:
                continue
            held_days = [d for d in self.own_days(lot["symbol"], day) if d >= lot["bar"]]
            if lot["hold"] is not None and len(held_days) == lot["hold"] + 1:
                self.at_market(lot, day, today[lot["symbol"]][0], "time")
            else:
                self.price_is_beyond(lot, day, today[lot["symbol"]][0])
        targets = {symbol: target for symbol, target in self.targets.items() if symbol in today}
        self.targets = {symbol: target for symbol, target in self.targets.items() if symbol not in today}
        if targets:
            self.rebalance(targets, day, today)
        self.paid_fees = 0.0
        for order in wishes:
            if order["do"] == "buy":
                opening = today[order["symbol"]][0]
                lot = self.open_up(order, day, opening, self.slipped(opening, True), opening)
                if lot is not None:
                    lot["symbol"], lot["hold"] = order["symbol"], order["hold"]
                    self.now.setdefault(order["symbol"], opening)
                    self.price_is_beyond(lot, day, opening)
        for lot in list(self.held):
            if lot["symbol"] in today:
                _, high, low, _ = today[lot["symbol"]]
                self.inside(lot, day, high, low)
        for lot in self.held:
            if lot["trailing"] is not None and lot["symbol"] in today:
                _, high, low, _ = today[lot["symbol"]]
                lot["best"] = max(lot["best"], high) if lot["long"] else min(lot["best"], low)
                lot["trail"] = self.away(lot["trailing"], lot["best"], up=not lot["long"])

    def sell_off(self, position, bar, price, why):
        super().sell_off(position, bar, price, why)
        self.sold_on[position["symbol"]] = bar

    # --- target weights

    def rebalance(self, targets, day, today):
        """What is closed first pays, with what is there, for what is opened; that is cut by one factor if it must."""
        equity = self.worth()
        if equity <= 0:
            return
        wanted = {symbol: target["weight"] * equity / today[symbol][0] for symbol, target in targets.items()}
        additions = []
        for symbol, quantity in wanted.items():
            lots = [lot for lot in self.held if lot["symbol"] == symbol]
            has = sum(lot["quantity"] if lot["long"] else -lot["quantity"] for lot in lots)
            keeps = 0.0
            if has * quantity > 0:
                keeps = min(abs(has), abs(quantity))
            sells = abs(has) - keeps
            if has > 0 and keeps > 0 and not self.brings_its_fees(lots, sells, today[symbol][0]):
                sells = 0.0
            for lot in lots:
                if sells <= 1e-9 * abs(has):
                    break
                amount = min(lot["quantity"], sells)
                sells -= amount
                self.sell_part(lot, amount, day, today[symbol][0])
            adds = abs(quantity) - keeps
            if adds > 1e-9 * max(abs(has), abs(quantity)):
                additions.append((symbol, quantity > 0, adds))
        share = self.payable_share(additions, today)
        for symbol, goes_long, adds in additions:
            price = self.slipped(today[symbol][0], goes_long)
            target = targets[symbol]
            lot = {
                "symbol": symbol,
                "long": goes_long,
                "price": price,
                "bar": day,
                "number": self.opened,
                "best": price,
            }
            lot |= {"until": None, "hold": None, "quantity": adds * share, "trailing": None, "trail": None}
            lot["stop"] = self.away(target["stop_loss"], price, up=not goes_long)
            lot["target"] = None
            if share <= 1e-9:
                continue
            lot["fee"] = self.fee(lot["quantity"], price)
            self.cash += (-1 if goes_long else 1) * lot["quantity"] * price - lot["fee"]
            self.held.append(lot)
            self.opened += 1
            self.price_is_beyond(lot, day, today[symbol][0])

    def brings_its_fees(self, lots, sells, opening):
        """A part of a position is not sold for less than its fees when there is no cash to pay them."""
        price, brought = self.slipped(opening, False), 0.0
        for lot in lots:
            amount = min(lot["quantity"], sells)
            if amount > 0:
                brought += amount * price - self.fee(amount, price)
            sells -= amount
            if sells <= 1e-9:
                break
        return brought >= 0 or self.cash + brought >= 0

    def sell_part(self, lot, amount, day, opening):
        if amount < lot["quantity"] * (1 - 1e-9):
            part = {**lot, "quantity": amount, "fee": lot["fee"] * amount / lot["quantity"]}
            lot["fee"] -= part["fee"]
            lot["quantity"] -= amount
            self.held.append(part)
        else:
            part = lot
        self.at_market(part, day, opening, "rebalance")

    def payable_share(self, additions, today):
        free = self.free()

        def cost(share):
            total = 0.0
            for symbol, goes_long, adds in additions:
                price = self.slipped(today[symbol][0], goes_long)
                total += share * adds * price + self.fee(share * adds, price)
            return total

        if not additions or cost(1.0) <= free:
            return 1.0
        if cost(0.0) > free:
            return 0.0
        least, most = 0.0, 1.0
        for _ in range(200):
            middle = (least + most) / 2
            if cost(middle) <= free:
                least = middle
            else:
                most = middle
        return least

    # --- what a plan of weights says

    def closes_before(self, symbol, day):
        return [self.markets[symbol][one][3] for one in self.own_days(symbol, day - 1)]

    def weights(self, kind, day, symbols, *, given=(), length=3, top=1, holds=None):
        """Weights by symbol. holds: the close must be above that so many bars before."""
        closes = {symbol: self.closes_before(symbol, day) for symbol in symbols}
        allowed = set(symbols)
        if holds is not None:
            allowed = {s for s in symbols if len(closes[s]) > holds and closes[s][-1] > closes[s][-1 - holds]}
        if kind == "fixed":
            wanted = dict(zip(symbols, given, strict=True))
        elif kind == "equal":
            wanted = {symbol: 1 / len(symbols) for symbol in symbols}
        elif kind == "ranked":
            scores = {s: closes[s][-1] / closes[s][-1 - length] - 1 for s in allowed if len(closes[s]) > length}
            best = sorted(scores, key=lambda s: (-scores[s], symbols.index(s)))[:top]
            wanted = dict.fromkeys(best, 1 / top)
        elif kind == "formula":
            scores = {s: 3 * (closes[s][-1] / closes[s][-1 - length] - 1) for s in symbols if len(closes[s]) > length}
            wanted = {symbol: max(score, 0.0) for symbol, score in scores.items()}
            if sum(wanted.values()) > 1:
                wanted = {symbol: share / sum(wanted.values()) for symbol, share in wanted.items()}
        else:
            spreads = {}
            for symbol in symbols:
                last = closes[symbol][-length - 1 :]
                if len(last) == length + 1:
                    moves = [after / before - 1 for before, after in itertools.pairwise(last)]
                    spreads[symbol] = statistics.stdev(moves)
            inverse = {symbol: 1 / spread for symbol, spread in spreads.items() if spread > 0}
            wanted = {symbol: value / sum(inverse.values()) for symbol, value in inverse.items()}
        return {symbol: wanted.get(symbol, 0.0) if symbol in allowed else 0.0 for symbol in symbols}
