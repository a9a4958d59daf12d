"""Fills the gaps of conditions from the rest of the sentence, and turns them into expressions."""

from dataclasses import dataclass, replace

from bgagent.engine.expression import Binary, Call, Compare, Name, Node, Number, combine, nodes_of, unparse
from bgagent.language.comparisons import CLOSE
from bgagent.language.measures import (
    Average,
    Comparing,
    Condition,
    Crossing,
    Either,
    Every,
    Extreme,
    Extremity,
    Fact,
    Indicator,
    Known,
    Mention,
    Opposite,
    Otherwise,
    Reaching,
    Repeated,
    Returning,
    Scale,
    Scaled,
    Shifted,
    Touching,
    Turning,
    Value,
)
from bgagent.language.mirrors import MIDDLES
from bgagent.language.spoken import EXTREMES, TITLES, Resolved, Spoken, Unclear, family_of

_CLOSE, _HIGH, _LOW = Name("close"), Name("high"), Name("low")
_PRICES: frozenset[Value] = frozenset(Known(name, Scale.PRICE) for name in (_CLOSE, _HIGH, _LOW, Name("open")))
_PATTERNS = frozenset(
    (
        "engulfing harami marubozu spinning_top hammer inverted_hammer piercing_line morning_star doji "
        "three_white_soldiers three_black_crows dragonfly_doji gravestone_doji hanging_man shooting_star "
        "dark_cloud_cover evening_star"
    ).split()
)


@dataclass(slots=True)
class Context(Spoken):
    """What the whole sentence says, and what was spoken of last; makes expressions of conditions."""

    def condition(self, condition: Condition) -> Node:
        """The condition as an expression. Raises Unclear when the sentence leaves a gap open."""
        match condition:
            case Fact(node, who):
                if who != Mention("it"):
                    self.value(who)  # notes a symbol
                elif self.turned is not None:
                    raise Unclear("What rises or falls several times in a row, the price or the indicator? Name it.")
                self.assume_patterns(node)
                self.subjects = (CLOSE,)
                return node
            case Every(parts):
                return combine("and", self.joined(parts))
            case Either(parts):
                return combine("or", self.joined(parts))
            case Repeated(inner, count):
                node = self.condition(inner)
                return Compare(">=", Call("count", (node, Number(float(count)))), Number(float(count)))
            case Otherwise():
                raise Unclear("Otherwise than what? Say when the position is closed.")
            case Opposite():
                raise Unclear("The opposite of which signal? Say when the position is closed.")
            case _:
                return self.single(condition, None)

    def assume_patterns(self, node: Node) -> None:
        """Lists by whose definition a pattern of candles is found."""
        for part in nodes_of(node):
            if isinstance(part, Name) and part.name in _PATTERNS:
                self.assume("candles", part.name.replace("_", " "), "as TA-Lib defines the pattern")

    def joined(self, parts: tuple[Condition, ...]) -> tuple[Node, ...]:
        """Parts of one condition: a part without a subject speaks of the subject before it."""
        nodes = []
        subjects: tuple[Value, ...] = ()
        before: Value | None = None
        earlier = self.subjects
        for part in parts:
            if isinstance(part, (Every, Either, Fact, Opposite, Otherwise, Repeated)):
                nodes.append(self.condition(part))
                subjects += self.subjects
                before = None
                continue
            self.subjects = subjects or earlier
            nodes.append(self.single(part, before))
            subjects += self.subjects[-1:]
            before = self.subjects[-1] if self.subjects else None
        self.subjects = subjects
        return tuple(nodes)

    def single(self, condition: Condition, before: Value | None) -> Node:
        match condition:
            case Comparing(left, operator, right, returns):
                compared = self.comparing(left, operator, right, before)
                return self.returned(compared) if returns else compared
            case Crossing(left, side, right):
                return self.crossing(left, side, right, before)
            case Touching(left, right):
                return self.touching(left, right)
            case Returning(left, right):
                return self.returning(left, right)
            case Extremity(left, side):
                return self.extremity(left, side, before)
            case Turning(left, side, event):
                return self.turning(left, side, before, event=event)
            case Reaching(right, left):
                return self.reaching(right, left)
        raise AssertionError(condition)

    def left_of(self, left: Value | None, right: Value, before: Value | None) -> Value:
        """What a comparison without a subject is about."""
        if left is not None and left != Mention("it"):
            return left
        if right == Mention("yesterday") and left is None:
            if before is None:
                raise Unclear("What is held against that of the day before? Name the price or the indicator.")
            return before
        scale = self.value(right).scale if not isinstance(right, (Mention, Average)) else Scale.PRICE
        scale = Scale.ANY if scale is Scale.AROUND_ZERO else scale
        spoken = self.subject_for(scale) if self.subjects else None
        others: tuple[Value | None, ...] = (self.topic, spoken) if scale is not Scale.PRICE or _is_signal(right) else ()
        candidates = [candidate for candidate in (before, *others) if candidate is not None]
        if left == Mention("it"):
            found = self.subject_for(scale) if self.subjects else self.topic
            candidates = [found] if found is not None else []
        for candidate in candidates:
            if _is_signal(right):
                return candidate
            own = self.value(candidate).scale
            plain = scale is Scale.ANY and (candidate is before or left is not None or own is not Scale.PRICE)
            if own is scale or (plain and own is not Scale.VOLUME):
                return candidate
        if scale is Scale.PRICE:
            return CLOSE
        raise Unclear("Compared with what? Name the price or the indicator before the number.")

    def returned(self, compared: Compare) -> Node:
        """ "back above": a return from the other side, which the entry may have made sure of already."""
        side = "above" if compared.operator.startswith(">") else "below"
        if self.entered_opposite(compared):
            return compared
        return Call(f"crosses_{side}", (compared.left, compared.right))

    def entered_opposite(self, compared: Compare) -> bool:
        """Whether the entry has the line on the other side of that level."""
        prices = (_CLOSE, _HIGH, _LOW)
        lines = prices if compared.left in prices else (compared.left,)
        for node in self.entry_nodes:
            for part in nodes_of(node):
                match part:
                    case Compare(operator, left, right) if left in lines:
                        side = operator[0]
                    case Call("crosses_above" | "crosses_below" as cross, (left, right)) if left in lines:
                        side = "<" if cross == "crosses_below" else ">"
                    case _:
                        continue
                if side == compared.operator[0]:
                    continue
                if isinstance(right, Number) and isinstance(compared.right, Number):
                    level = compared.right.value
                    return level >= right.value if side == "<" else level <= right.value
                return True
        return False

    def comparing(self, left: Value | None, operator: str, right: Value, before: Value | None) -> Compare:
        subject = (
            self.subject_held() if left is None and right == Mention("same") else self.left_of(left, right, before)
        )
        first = self.value(subject)
        if isinstance(right, (Scaled, Shifted)) and right.value == Mention("it"):  # "2% above it"
            right = replace(right, value=self.line_of(self.comparand_of(subject)))
        if right in (Mention("it"), Mention("same")):  # the line spoken of, not what was held against it
            right = self.line_held(subject)
        if right == Mention("yesterday"):  # the same of the bar before
            second = Resolved(Call("previous", (first.node, Number(1.0))), first.scale)
        else:
            second = self.value(right, against=first.scale)
        first_node, second_node = first.node, self.matched(first, second)
        if first_node == second_node or (isinstance(second_node, Binary) and second_node.right == first_node):
            raise Unclear("What is compared with what? Name both sides.")
        if isinstance(subject, Average) and second.scale is Scale.ANY and first.scale is Scale.PRICE:
            raise Unclear(f"Is {unparse(second_node)} a price or the length of an average? Say which.")
        if isinstance(right, Extreme) and first_node in (_CLOSE, _HIGH, _LOW):
            outward = (right.side == "highest") == operator.startswith(">")
            if outward:  # a breakout looks at the bars before
                second_node = Call("previous", (second_node, Number(1.0)))
                self.assume(
                    "breakout",
                    f"the {unparse(first_node)} against the {right.side} of the bars before",
                    "the present bar is no part of the high or low it is held against",
                )
        self.subjects = (CLOSE if first_node in (_HIGH, _LOW) else subject,)  # "it" is the price then
        self.comparands[subject] = right
        return Compare(operator, first_node, second_node)

    def subject_held(self) -> Value:
        """What was held against something, where "when below" says neither side."""
        held = list(self.comparands)
        if len(held) != 1:
            raise Unclear("What is compared with what? Name both sides.")
        return held[0]

    def matched(self, first: Resolved, second: Resolved) -> Node:
        """The second value in the scale of the first."""
        if second.scale is Scale.FRACTION and first.scale is Scale.PERCENT and isinstance(second.node, Number):
            return Number(second.node.value * 100)
        if second.scale is Scale.AROUND_ZERO:
            if first.scale not in (Scale.MACD, Scale.FRACTION):
                raise Unclear("What is positive or negative? Name the indicator.")
            return second.node
        if first.scale is Scale.PRICE and isinstance(second.node, Number) and second.node.value <= 0:
            raise Unclear("A price is never zero or below. Which level is meant?")
        allowed = {first.scale, Scale.ANY} if first.scale is not Scale.FRACTION else {Scale.FRACTION}
        if first.scale is Scale.FRACTION and second.node == Number(0.0):
            return second.node
        if second.scale not in allowed and first.scale is not Scale.ANY:
            raise Unclear("Two different things are compared with each other. Which value with which level?")
        return second.node

    def crossing(self, left: Value | None, side: str, right: Value | None, before: Value | None) -> Node:
        if left is None and right is None:
            pair = self.pair or self.crossed
            if pair is None:
                raise Unclear("What crosses what? Name both lines.")
            subject, other = pair
        elif right is None:
            assert left is not None
            subject = self.left_side(left)
            other = self.usual_other(subject) or self.line_held(subject)
        else:
            if left is None and self.pair is not None and self.value(self.pair[1]).node == self.value(right).node:
                left = self.pair[0]
            subject, other = self.left_of(left, right, before), right
            if right == Mention("it"):
                other = self.line_held(subject)
        first = self.value(subject)
        second = self.value(other, against=first.scale)
        if first.node == second.node:
            raise Unclear("What crosses what? Name both lines.")
        self.subjects = (subject,)
        self.comparands[subject] = other
        self.crossed = (subject, other)
        return Call(f"crosses_{side}", (first.node, self.matched(first, second)))

    def usual_other(self, subject: Value) -> Value | None:
        """What a line crosses when nothing is said: the MACD its signal line."""
        if isinstance(subject, Indicator) and subject.name == "macd" and subject not in self.comparands:
            self.assume("MACD cross", "its signal line", "the sentence does not say what the MACD crosses")
            return Indicator("macd_signal", subject.parameters)
        return None

    def comparand_of(self, subject: Value) -> Value:
        """What the subject was held against before."""
        found = self.comparands.get(subject)
        others = [other for other in dict.fromkeys(self.subjects) if other != subject]
        if subject in _PRICES:  # the low is held against what the close was; never against the close
            others = [other for other in others if other not in _PRICES]
            lines = {self.comparands[price] for price in _PRICES if price in self.comparands} - _PRICES
            found = found if found is not None or len(lines) != 1 else next(iter(lines))
        if found is None and len(others) == 1:
            found = others[0]
        if found is None and self.pair and self.value(self.pair[0]).node == self.value(subject).node:
            found = self.pair[1]
        if isinstance(found, Known) and isinstance(found.node, Number):
            found = None  # a level on the other side is another number
        if found is None:
            raise Unclear("Compared with what, or crossing what? Name the level or the line.")
        return found

    def line_held(self, subject: Value) -> Value:
        """The line that the subject was held against: "5% below the average ... above it" is above the average."""
        held = self.comparand_of(subject)
        if isinstance(held, Scaled) and not held.is_distance:
            raise Unclear("The line itself, or the multiple of it that was named before? Say which.")
        line = self.line_of(held)
        if line != held:
            self.assume("it", "the line itself", "the distance belongs to the condition it was said in")
        return line

    def line_of(self, value: Value) -> Value:
        """The line that a distance was counted from."""
        while isinstance(value, (Scaled, Shifted)):
            value = value.value
        return value

    def left_side(self, left: Value) -> Value:
        if left != Mention("it"):
            return left
        if len(dict.fromkeys(self.subjects)) == 1:
            return self.subjects[0]
        if not self.subjects and self.topic is not None:
            return self.topic
        raise Unclear("What does 'it' stand for? Name the price or the indicator.")

    def touching(self, left: Value | None, right: Value) -> Node:
        subject = self.left_of(left, right, None)
        if right == Mention("it"):
            right = self.line_held(subject)
        first = self.value(subject)
        second = self.value(right, against=first.scale)
        self.subjects = (subject,)
        self.comparands[subject] = right
        if first.scale is Scale.PERCENT and isinstance(second.node, Number):
            return Compare("<=" if second.node.value < 50 else ">=", first.node, second.node)
        if first.scale is not Scale.PRICE or second.scale not in (Scale.PRICE, Scale.ANY):
            raise Unclear("What is touched? Name the band or the average.")
        level = second.node
        if isinstance(right, Extreme):
            previous = Call("previous", (level, Number(1.0)))
            return Compare(">=", _HIGH, previous) if right.side == "highest" else Compare("<=", _LOW, previous)
        name = level.function if isinstance(level, Call) else ""
        if name == "bollinger_lower":
            return Compare("<=", _LOW, level)
        if name == "bollinger_upper":
            return Compare(">=", _HIGH, level)
        signs = self.entry_signs(first.node)
        if len(signs) == 1:  # the entry tells from which side it is touched
            return Compare(">=", _HIGH, level) if signs == {"<"} else Compare("<=", _LOW, level)
        return combine("and", (Compare("<=", _LOW, level), Compare(">=", _HIGH, level)))

    def returning(self, left: Value | None, right: Value) -> Node:
        subject = left if left is not None and left != Mention("it") else CLOSE
        if right == Mention("it"):
            right = self.line_held(subject)
        first = self.value(subject)
        second = self.value(right, against=first.scale)
        signs = self.entry_signs(first.node)
        if len(signs) != 1:
            raise Unclear("From which side does the price come back? Say 'closes above' or 'closes below'.")
        self.subjects = (subject,)
        return Compare(">=" if signs == {"<"} else "<=", first.node, self.matched(first, second))

    def entry_signs(self, own: Node) -> set[str]:
        """On which side of a line the entry has the price: "<" below, ">" above."""
        prices = (_CLOSE, _LOW, _HIGH, own)
        signs: set[str] = set()
        for node in self.entry_nodes:
            for part in nodes_of(node):
                match part:
                    case Compare(operator, left, right) if left in prices and not isinstance(right, Number):
                        signs.add(operator[0])
                    case Call("crosses_above" | "crosses_below" as cross, (left, right)):
                        if left in prices and not isinstance(right, Number):
                            signs.add("<" if cross == "crosses_below" else ">")
        return signs

    def turning(self, left: Value | None, side: str, before: Value | None, *, event: bool) -> Node:
        """A line that rises is above where it was on the bar before."""
        subject = left if left is not None and left != Mention("it") else before or self.left_side(Mention("it"))
        node = self.value(subject).node
        self.turned = subject
        if node in (_CLOSE, _HIGH, _LOW):
            raise Unclear("Rising since when? Say over how many days the price rises.")
        self.subjects = (subject,)
        self.assume("rising or falling", "against the bar before", "no other time was given")
        previous = Call("previous", (node, Number(1.0)))
        if event:
            return Call(f"crosses_{side}", (node, previous))
        return Compare(">" if side == "above" else "<", node, previous)

    def reaching(self, right: Value, left: Value | None) -> Node:
        """ "exit at 50": at it or beyond, coming from where the entry is."""
        level = self.value(right)
        entered: set[tuple[Node, float]] = set()
        for node in self.entry_nodes:
            for part in nodes_of(node):
                match part:
                    case Compare(_, Call(name, _) as own, Number(value)) if name in MIDDLES:
                        entered.add((own, value))
                    case Call(_, (Call(name, _) as own, Number(value))) if name in MIDDLES:
                        entered.add((own, value))
        if len(entered) != 1 or not isinstance(level.node, Number) or level.scale is not Scale.ANY:
            raise Unclear("What reaches that level, and from which side? Name the indicator or the price.")
        ((line, entered_at),) = entered
        if left is not None and self.value(left).node != line:
            raise Unclear("The exit names another indicator than the entry. From which side is its level reached?")
        if level.node.value == entered_at:
            raise Unclear("Entry and exit are at the same level. When is the position closed?")
        return Compare(">=" if level.node.value > entered_at else "<=", line, level.node)

    def extremity(self, left: Value | None, side: str, before: Value | None) -> Node:
        subject = left if left is not None and left != Mention("it") else before or self.topic
        if subject is None and len(dict.fromkeys(self.subjects)) == 1:
            subject = self.subjects[0]
        if not isinstance(subject, Indicator):
            raise Unclear(f"Over{'sold' if side == 'low' else 'bought'} by which indicator? For example RSI under 30.")
        family = family_of(subject.name)
        if family not in EXTREMES:
            raise Unclear(f"At which level of {TITLES.get(family, family)}? Give the number.")
        low, high = self.levels if self.levels and family == "rsi" else EXTREMES[family]
        level = low if side == "low" else high
        if not (self.levels and family == "rsi"):
            self.assume(
                f"{TITLES[family]} over{'sold' if side == 'low' else 'bought'}", f"{level:g}", "no level was given"
            )
        self.subjects = (subject,)
        return Compare("<" if side == "low" else ">", self.value(subject).node, Number(level))


def _is_signal(value: Value) -> bool:
    return value == Mention("signal")
