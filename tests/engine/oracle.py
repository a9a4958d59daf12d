"""A backtest a second time, plainly: one symbol, long and short told apart in full, slow on purpose.

Written from the rules of fills and money alone. It shares no code with bgagent.engine and knows none of its types:
orders and positions are dictionaries, prices are lists.
"""

import math


class Oracle:
    """Steps through bars; `wishes` is the list of orders for the next one.

    An order: do (buy, short, leave, leave_long, leave_short, leave_lot, weigh), lot, part (None, or `quantity` or
    `position` and how much of what is left), weight, kind (market, limit, stop), limit, stop,
    size (equity, cash, quantity, risk), amount, whole, stop_loss, target, trailing (each None or (`fraction` or
    `money`, value)), hold, good_for, why.
    """

    def __init__(self, capital, *, slip=0.0, tick=0.0, rate=0.0, per_share=0.0, per_order=0.0, least=0.0):
        self.cash = capital
        self.slip, self.tick = slip, tick
        self.rate, self.per_share, self.per_order, self.least = rate, per_share, per_order, least
        self.held = []
        self.wishes = []
        self.trades = []
        self.curve = [capital]
        self.cash_curve = []
        self.opened = 0
        self.last_exit = None
        self.ambiguous = set()
        self.cut = 0
        self.ruined = False

    def fee(self, quantity, price):
        return max(self.least, quantity * price * self.rate + quantity * self.per_share + self.per_order)

    def slipped(self, price, buys):
        """What a market order pays or gets; never less than nothing."""
        return price * (1 + self.slip) + self.tick if buys else max(price * (1 - self.slip) - self.tick, 0.0)

    def worth(self, price):
        total = self.cash
        for position in self.held:
            if position["long"]:
                total += position["quantity"] * price
            else:
                total -= position["quantity"] * price
        return total

    def free(self, price):
        """Money for new positions: neither what short sales brought in nor as much again, their margin."""
        return self.cash - 2 * sum(other["quantity"] * price for other in self.held if not other["long"])

    # --- closing

    def sell_off(self, position, bar, price, why):
        fee = self.fee(position["quantity"], price)
        if position["long"]:
            self.cash += position["quantity"] * price - fee
            gain = (price - position["price"]) * position["quantity"]
        else:
            self.cash -= position["quantity"] * price + fee
            gain = (position["price"] - price) * position["quantity"]
        self.held = [other for other in self.held if other is not position]
        self.last_exit = bar
        self.trades.append(
            {**position, "out_bar": bar, "out_price": price, "why": why, "profit": gain - fee - position["fee"]}
        )

    def at_market(self, position, bar, price, why):
        self.sell_off(position, bar, self.slipped(price, not position["long"]), why)

    def sell_oldest(self, positions, quantity, bar, price, why):
        """So much of some positions, at the market, the oldest first; each part is a trade of its own."""
        whole = quantity
        for position in positions:
            if quantity <= whole * 1e-9:
                return
            if position["quantity"] <= quantity * (1 + 1e-9):
                quantity -= position["quantity"]
                self.at_market(position, bar, price, why)
            else:
                part = {**position, "quantity": quantity, "fee": position["fee"] * quantity / position["quantity"]}
                position["fee"] -= part["fee"]
                position["quantity"] -= quantity
                self.held.append(part)
                self.at_market(part, bar, price, why)
                return

    def bring_to_weight(self, weight, bar, open_price):
        """Sells or buys until the position is this share of equity, as far as the money goes."""
        equity = self.worth(open_price)
        if equity <= 0:
            return
        wanted = weight * equity / open_price
        has = sum(position["quantity"] if position["long"] else -position["quantity"] for position in self.held)
        keeps = min(abs(has), abs(wanted)) if has * wanted > 0 else 0.0
        if abs(has) - keeps > 1e-9 * abs(has):
            self.sell_oldest(list(self.held), abs(has) - keeps, bar, open_price, "rebalance")
        adds = abs(wanted) - keeps
        if adds <= 1e-9 * max(abs(has), abs(wanted)):
            return
        goes_long = wanted > 0
        price = self.slipped(open_price, goes_long)
        spent = equity - self.worth(open_price)
        too_much = adds * open_price > (self.free(open_price) + spent) * (1 + 1e-9)
        quantity = self.payable(adds, price, self.free(open_price))
        if too_much or quantity <= adds * 1e-9:
            self.cut += 1
        if quantity > adds * 1e-9:
            position = {"long": goes_long, "price": price, "bar": bar, "number": self.opened, "best": price}
            position |= dict.fromkeys(("stop", "target", "trailing", "trail", "until"))
            position |= {"quantity": quantity, "fee": self.fee(quantity, price)}
            self.cash += (-1 if goes_long else 1) * quantity * price - position["fee"]
            self.held.append(position)
            self.opened += 1

    def stop_of(self, position):
        """The level of the nearer stop and its name; None without one."""
        stops = [(position["stop"], "stop_loss"), (position["trail"], "trailing_stop")]
        stops = [(level, name) for level, name in stops if level is not None]
        if not stops:
            return None, None
        nearest = max(level for level, _ in stops) if position["long"] else min(level for level, _ in stops)
        return nearest, next(name for level, name in stops if level == nearest)

    def price_is_beyond(self, position, bar, price):
        """Rules 2 and 3 of a bar: the price traded now lies beyond the target, or else beyond the stop."""
        target = position["target"]
        stop, name = self.stop_of(position)
        if position["long"]:
            if target is not None and price >= target:
                self.sell_off(position, bar, price, "take_profit")
            elif stop is not None and price <= stop:
                self.at_market(position, bar, price, name)
        elif target is not None and price <= target:
            self.sell_off(position, bar, price, "take_profit")
        elif stop is not None and price >= stop:
            self.at_market(position, bar, price, name)

    def inside(self, position, bar, high, low, *, entered_inside=False, close=None):
        """Rules 4 and 5 of a bar: the stop, else the target, lies in the range."""
        target = position["target"]
        stop, name = self.stop_of(position)
        if position["long"]:
            stop_hit = stop is not None and low <= stop
            target_in_range = target is not None and high >= target
            target_after = target is not None and close is not None and close >= target
        else:
            stop_hit = stop is not None and high >= stop
            target_in_range = target is not None and low <= target
            target_after = target is not None and close is not None and close <= target
        if entered_inside:
            if stop_hit or target_in_range:
                self.ambiguous.add(bar)
        elif stop_hit and target_in_range:
            self.ambiguous.add(bar)
        if stop_hit:
            self.at_market(position, bar, stop, name)
        elif target_after if entered_inside else target_in_range:
            self.sell_off(position, bar, target, "take_profit")

    # --- opening

    def open_up(self, order, bar, raw, price, open_price):
        goes_long = order["do"] == "buy"
        for position in list(self.held):
            if position["long"] != goes_long:
                self.sell_off(position, bar, price, order["why"])
        position = {"long": goes_long, "price": price, "bar": bar, "number": self.opened, "best": price}
        position["stop"] = self.away(order["stop_loss"], price, up=not goes_long)
        if order["target"] is not None and order["target"][0] == "risk":
            position["target"] = price + order["target"][1] * (price - position["stop"])
        else:
            position["target"] = self.away(order["target"], price, up=goes_long)
        position["steps"] = order.get("steps", ())
        position["trailing"] = order["trailing"]
        position["trail"] = self.away(order["trailing"], price, up=not goes_long)
        position["until"] = None if order["hold"] is None else bar + order["hold"]
        equity = self.worth(open_price)
        asked = order["amount"]
        if order["size"] == "equity":
            asked = equity * order["amount"] / price
        if order["size"] == "cash":
            asked = order["amount"] / price
        if order["size"] == "risk":
            stop, _ = self.stop_of(position)
            asked = equity * order["amount"] / abs(price - stop)
        free = self.free(open_price)
        quantity = self.payable(asked, price, free)
        short_of_money = quantity < asked * (1 - 1e-9)
        if order["size"] in ("equity", "cash") and asked * price <= free * (1 + 1e-9):
            short_of_money = False
        if order["whole"]:
            quantity = math.floor(quantity + 1e-9)
            if quantity * price + self.fee(quantity, price) > free:
                quantity -= 1
        if quantity <= 0 or quantity < asked * 1e-9:
            self.cut += 1
            return None
        self.cut += short_of_money
        position["quantity"] = quantity
        position["fee"] = self.fee(quantity, price)
        self.cash += -quantity * price - position["fee"] if goes_long else quantity * price - position["fee"]
        self.held.append(position)
        self.opened += 1
        return position

    @staticmethod
    def away(distance, price, *, up):
        if distance is None:
            return None
        kind, value = distance
        if kind == "level":
            return value
        if kind == "fraction":
            return price * (1 + value) if up else price * (1 - value)
        return price + value if up else price - value

    def payable(self, asked, price, free):
        """By bisection: what costs not more than there is."""
        if asked <= 0 or free <= 0:
            return 0.0
        if asked * price + self.fee(asked, price) <= free:
            return asked
        least, most = 0.0, asked
        if self.fee(0.0, price) > free:
            return 0.0
        for _ in range(200):
            middle = (least + most) / 2
            if middle * price + self.fee(middle, price) <= free:
                least = middle
            else:
                most = middle
        return least

    # --- one bar

    def step(self, bar, open_price, high, low, close):
        wishes, self.wishes = self.wishes, []
        if self.ruined:
            for position in list(self.held):
                self.at_market(position, bar, open_price, "ruin")
            wishes = []
        for order in wishes:
            leaving = []
            for position in list(self.held):
                leaves = (
                    order["do"] == "leave"
                    or (order["do"] == "leave_long" and position["long"])
                    or (order["do"] == "leave_short" and not position["long"])
                    or (order["do"] == "leave_lot" and position["number"] == order["lot"])
                )
                if leaves:
                    leaving.append(position)
            if order.get("part") is None:
                for position in leaving:
                    self.at_market(position, bar, open_price, order["why"])
            else:
                kind, left = order["part"]
                if kind == "position":
                    left = left * sum(position["quantity"] for position in leaving)
                self.sell_oldest(leaving, left, bar, open_price, order["why"])
        for position in list(self.held):
            if position["until"] == bar:
                self.at_market(position, bar, open_price, "time")
            else:
                self.price_is_beyond(position, bar, open_price)
        weights = [order["weight"] for order in wishes if order["do"] == "weigh"]
        if weights:
            self.bring_to_weight(weights[-1], bar, open_price)
        waiting = []
        for order in wishes:
            if order["do"] not in ("buy", "short"):
                continue
            goes_long = order["do"] == "buy"
            slipped = self.slipped(open_price, goes_long)
            position = None
            if order["kind"] == "market":
                position = self.open_up(order, bar, open_price, slipped, open_price)
            elif order["kind"] == "limit" and (
                open_price <= order["limit"] if goes_long else open_price >= order["limit"]
            ):
                position = self.open_up(order, bar, open_price, open_price, open_price)
            elif order["kind"] == "stop" and (
                open_price >= order["stop"] if goes_long else open_price <= order["stop"]
            ):
                position = self.open_up(order, bar, open_price, slipped, open_price)
            else:
                waiting.append(order)
            if position is not None:
                self.price_is_beyond(position, bar, open_price)
        for position in list(self.held):
            self.inside(position, bar, high, low)
        for order in waiting:
            goes_long = order["do"] == "buy"
            position = None
            if order["kind"] == "limit" and (low <= order["limit"] if goes_long else high >= order["limit"]):
                level = order["limit"]
                position = self.open_up(order, bar, level, level, open_price)
            elif order["kind"] == "stop" and (high >= order["stop"] if goes_long else low <= order["stop"]):
                level = order["stop"]
                slipped = self.slipped(level, goes_long)
                position = self.open_up(order, bar, level, slipped, open_price)
            else:
                left = None if order["good_for"] is None else order["good_for"] - 1
                if left is None or left > 0:
                    self.wishes.append({**order, "good_for": left})
            if position is not None:
                self.price_is_beyond(position, bar, level)
                if any(other is position for other in self.held):
                    self.inside(position, bar, high, low, entered_inside=True, close=close)
        for position in self.held:
            if position["trailing"] is not None:
                position["best"] = max(position["best"], high) if position["long"] else min(position["best"], low)
                position["trail"] = self.away(position["trailing"], position["best"], up=not position["long"])
        self.cash_curve.append(self.cash)
        self.curve.append(self.worth(close))
        if self.curve[-1] <= 0:
            self.ruined = True
            self.wishes = []
        for position in self.held:
            self.step_stop(position, high, low)

    @staticmethod
    def step_stop(position, high, low):
        """A completed bar that came far enough puts the stop nearer, never further."""
        for gain, stop_at in position.get("steps", ()):
            price = position["price"]
            if position["long"] and high >= price * (1 + gain):
                level = price * (1 + stop_at)
                position["stop"] = level if position["stop"] is None else max(position["stop"], level)
            if not position["long"] and low <= price * (1 - gain):
                level = price * (1 - stop_at)
                position["stop"] = level if position["stop"] is None else min(position["stop"], level)

    def decide_by_rules(self, bar, flags, plan):
        """The orders of one-sided or two-sided rules for the open of `bar`.

        flags: which of buy, leave_long, short, leave_short are true. plan: max_positions, wait, and the fields of an
        entry order.
        """
        if self.ruined:
            return
        both = flags["buy"] and flags["short"]
        rested = plan["wait"] is None or self.last_exit is None or bar >= self.last_exit + plan["wait"]
        if not self.held:
            if flags["buy"] and not both and not flags["leave_long"] and rested:
                self.wishes.append({**plan["order"], "do": "buy"})
            if flags["short"] and not both and not flags["leave_short"] and rested:
                self.wishes.append({**plan["order"], "do": "short"})
        elif self.held[0]["long"]:
            if flags["leave_long"]:
                self.wishes.append({**plan["order"], "do": "leave_long", "kind": "market"})
                if flags["short"] and not both and not flags["leave_short"] and plan["wait"] is None:
                    self.wishes.append({**plan["order"], "do": "short"})
            elif flags["buy"] and not both and len(self.held) < plan["max_positions"] and rested:
                self.wishes.append({**plan["order"], "do": "buy"})
        elif flags["leave_short"]:
            self.wishes.append({**plan["order"], "do": "leave_short", "kind": "market"})
            if flags["buy"] and not both and not flags["leave_long"] and plan["wait"] is None:
                self.wishes.append({**plan["order"], "do": "buy"})
        elif flags["short"] and not both and len(self.held) < plan["max_positions"] and rested:
            self.wishes.append({**plan["order"], "do": "short"})
