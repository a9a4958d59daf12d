"""Expressions as English: every phrase is one that the reader reads as that same expression."""

from bgagent.engine.calendar_rules import parse_calendar
from bgagent.engine.expression import Binary, Call, Compare, Logic, Name, Node, Number, unparse
from bgagent.periods import Timeframe

_OPERATORS = {"<": "is below", "<=": "is at or below", ">": "is above", ">=": "is at or above"}
_AVERAGES = {"sma": "simple", "ema": "exponential", "wma": "weighted", "hma": "Hull", "dema": "double exponential",
             "tema": "triple exponential", "vwma": "volume weighted", "rma": "smoothed"}  # fmt: skip
_OSCILLATORS = {"rsi": "RSI", "mfi": "MFI", "cci": "CCI", "adx": "ADX", "atr": "ATR", "williams_r": "Williams %R",
                "plus_di": "plus DI", "minus_di": "minus DI", "aroon_up": "Aroon up", "aroon_down": "Aroon down",
                "aroon_oscillator": "Aroon oscillator"}  # fmt: skip
_OF_CLOSE = {"rsi": "RSI", "roc": "ROC", "cmo": "CMO"}
_SLOPING = ("sma", "ema", "wma", "rsi", "mfi", "cci", "adx", "williams_r", "macd", "macd_signal", "macd_histogram",
            "stochastic_k", "stochastic_d", "atr")  # fmt: skip
_LINES = ("supertrend", "psar", "keltner_upper", "keltner_lower", "ichimoku_conversion", "ichimoku_base",
          "ichimoku_span_a", "ichimoku_span_b")  # fmt: skip
_BOLLINGER = ("bollinger_upper", "bollinger_middle", "bollinger_lower")
_LARGEST_MULTIPLE = 5  # of an ATR; see the phrases for channels
_MACD = {"macd": "MACD{}", "macd_signal": "the MACD{} signal line", "macd_histogram": "the MACD{} histogram"}
_UNITS = {Timeframe.DAY: "day", Timeframe.WEEK: "week", Timeframe.MONTH: "month"}
_PERCENT_SCALE = ("rsi", "mfi", "cci", "adx", "williams_r", "stochastic_k", "stochastic_d", "plus_di", "minus_di",
                  "roc", "cmo", "aroon_up", "aroon_down", "aroon_oscillator", "zscore")  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_RANGE = Binary("/", Binary("-", Name("high"), Name("low")), Name("close"))
_SESSIONS = {
    "first_of_month": "on the first trading day of each month",
    "last_of_month": "on the last trading day of each month",
    "first_of_week": "on the first trading day of each week",
    "first_of_quarter": "on the first trading day of each quarter",
    "first_of_year": "on the first trading day of each year",
    "every_session": "whenever flat",
}


_CANDLES: dict[tuple[str, float], str] = {
    ("engulfing", 1): "a bullish engulfing candle", ("engulfing", -1): "a bearish engulfing candle",
    ("harami", 1): "a bullish harami", ("harami", -1): "a bearish harami", ("marubozu", 1): "a bullish marubozu",
    ("marubozu", -1): "a bearish marubozu", ("hammer", 1): "a hammer", ("inverted_hammer", 1): "an inverted hammer",
    ("piercing_line", 1): "a piercing line", ("morning_star", 1): "a morning star",
    ("three_white_soldiers", 1): "three white soldiers", ("doji", 1): "a doji",
    ("dragonfly_doji", 1): "a dragonfly doji",
    ("gravestone_doji", 1): "a gravestone doji", ("hanging_man", -1): "a hanging man",
    ("shooting_star", -1): "a shooting star", ("dark_cloud_cover", -1): "a dark cloud cover",
    ("evening_star", -1): "an evening star", ("three_black_crows", -1): "three black crows",
    ("inside_bar", 1): "an inside bar", ("outside_bar", 1): "an outside bar",
}  # fmt: skip


def number(value: float) -> str:
    """A number so that reading it gives the same one."""
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))


def percent(fraction: float) -> str:
    """A fraction as a percentage."""
    return f"{number(float(f'{fraction * 100:.12g}'))}%"


def condition(node: Node, timeframe: Timeframe) -> str:
    """A condition in words; in double quotes, as an expression, where there are no words for it."""
    return _condition(node, _UNITS.get(timeframe, "bar"), inner=False) or f'"{unparse(node)}"'


def _condition(node: Node, unit: str, *, inner: bool) -> str | None:
    match node:
        case Logic(operator, parts):
            said = [_condition(part, unit, inner=True) for part in parts]
            if not all(said):
                return None
            joined = f" {operator} ".join(part for part in said if part)
            return f"({joined})" if inner else joined
        case Compare(">" | "<" as operator, Call("supertrend_direction", numbers), Number(0.0)) if _is_usual(numbers):
            return f"the supertrend {_listed(numbers)} is {'up' if operator == '>' else 'down'}"
        case Compare(">=", Name("high"), Call("highest", (Name("high"), Number(length)))):
            return f"the high is the {number(length)}-{unit} highest high"
        case Compare("<=", Name("low"), Call("lowest", (Name("low"), Number(length)))):
            return f"the low is the {number(length)}-{unit} lowest low"
        case Compare(">=" | "<=" as operator, Name("close"), Binary("+", Name("low"), Binary("*", Number(part), rest))):
            return _in_range(operator, part, rest)
        case Compare(">=", Call("count", (inner_node, Number(length))), Number(count)) if count == length:
            repeated = _condition(inner_node, unit, inner=False) if isinstance(inner_node, Compare) else None
            return f"{repeated} for {number(count)} {unit}s in a row" if repeated else None
        case Compare(">" | "<" as operator, Call() as line, Call("previous", (other, Number(1.0)))) if (
            line == other and line.function in _SLOPING
        ):
            line_said = _value(line, unit)
            return f"{line_said} is {'rising' if operator == '>' else 'falling'}" if line_said else None
        case Compare(operator, left, right) if operator in _OPERATORS:
            return _comparison(operator, left, right, unit)
        case Compare("==", Name(name), Number(sign)) if (name, sign) in _CANDLES:
            return f"there is {_CANDLES[name, sign]}"
        case Call("crosses_above" | "crosses_below" as cross, (Call("supertrend_direction", numbers), Number(0.0))) if (
            _is_usual(numbers)
        ):
            return f"the supertrend {_listed(numbers)} turns {'up' if cross == 'crosses_above' else 'down'}"
        case Call("crosses_above" | "crosses_below" as cross, (left, right)):
            first, second = _value(left, unit), _level(left, right, unit)
            return f"{first} {cross.replace('_', ' ')} {second}" if first and second else None
        case _:
            return None


def _in_range(operator: str, part: float, rest: Node) -> str | None:
    """The close in the upper or lower part of the bar's range."""
    if rest != Binary("-", Name("high"), Name("low")):
        return None
    side, share = ("top", 1 - part) if operator == ">=" else ("bottom", part)
    return f"the close is in the {side} {percent(round(share, 12))} of its range"


def _is_usual(numbers: tuple[Node, ...]) -> bool:
    """Whether of two numbers the first is read as bars and the second as a multiple."""
    return isinstance(numbers[1], Number) and numbers[1].value <= _LARGEST_MULTIPLE


def _listed(numbers: tuple[Node, ...]) -> str:
    return f"({', '.join(number(part.value) for part in numbers if isinstance(part, Number))})"


def _comparison(operator: str, left: Node, right: Node, unit: str) -> str | None:
    outward = {">": "highest", ">=": "highest", "<": "lowest", "<=": "lowest"}[operator]
    if left in (Name("close"), Name("high"), Name("low")):
        match right:
            case Call("previous", (Call(side, (Name(column), Number(length))), Number(1.0))) if side == outward:
                return f"{_value(left, unit)} {_OPERATORS[operator]} the {number(length)}-{unit} {side} {column}"
            case Call(side, _) if side == outward:  # words would mean the bars before
                return None
    if isinstance(right, Binary) and right.operator in ("*", "+", "-"):
        return _off(operator, left, right, unit)
    first, second = _value(left, unit), _level(left, right, unit)
    return f"{first} {_OPERATORS[operator]} {second}" if first and second else None


def _off(operator: str, left: Node, right: Binary, unit: str) -> str | None:
    """A price held against a level at a distance from a line: "at least 5% below the 20-day highest high"."""
    away = _away(right, unit)
    first, second = _value(left, unit), _level(left, right, unit)
    if first and away and _is_price(left):
        distance, side, line = away
        if (side == "below") == operator.startswith("<"):
            amount = "at least" if operator.endswith("=") else "more than"
            return f"{first} is {amount} {distance} {side} {line}"
        return f"{first} {_OPERATORS[operator]} {distance} {side} {line}"
    return f"{first} {_OPERATORS[operator]} {second}" if first and second else None


def _away(node: Binary, unit: str) -> tuple[str, str, str] | None:
    """Distance, side and line of a level: 5%, below, the 20-day highest high."""
    match node:
        case Binary("*", Number(factor), inner) if 0 < factor < 2 and factor != 1 and _is_price(inner):
            line, distance = _value(inner, unit), percent(round(abs(factor - 1), 12))
            side = "above" if factor > 1 else "below"
        case Binary("+" | "-" as sign, base, step) if (ranges := _ranges(step)) is not None:
            line, distance = _value(base, unit), ranges
            side = "above" if sign == "+" else "below"
        case _:
            return None
    line_node = node.right if node.operator == "*" else node.left
    return (distance, side, line) if line and isinstance(line_node, (Call, Name)) else None


def _ranges(step: Node) -> str | None:
    """So many ATRs in words."""
    match step:
        case Binary("*", Number(count), Call("atr", (Number(length),))) if count > 0:
            return f"{number(count)} ATR({number(length)})"
        case Call("atr", (Number(length),)):
            return f"1 ATR({number(length)})"
    return None


def _level(left: Node, right: Node, unit: str) -> str | None:
    """The right side; a constant in the scale of the left one."""
    if not isinstance(right, Number):
        same = _is_price(left) == _is_price(right) and _is_volume(left) == _is_volume(right)
        return _value(right, unit) if same else None
    if left in (_RANGE, Name("gap")) or (isinstance(left, Call) and left.function == "change"):
        return percent(right.value)
    if _is_price(left) or _is_volume(left) or (isinstance(left, Call) and left.function in (*_PERCENT_SCALE, *_MACD)):
        return number(right.value)
    return None


def _is_price(node: Node) -> bool:
    match node:
        case Name(name):
            return name in ("open", "high", "low", "close")
        case Call(function, (inner, _)) if function in (*_AVERAGES, "highest", "lowest", "previous"):
            return _is_price(inner)
        case Call(function, _) if function in (*_BOLLINGER, *_LINES, "atr"):
            return True
        case Call("max" | "min", (first, second)):
            return _is_price(first) and _is_price(second)
        case Binary("+" | "-", left, _):
            return _is_price(left)
        case Binary("*", Number(), right):
            return _is_price(right)
        case _:
            return False


def _is_volume(node: Node) -> bool:
    match node:
        case Name("volume"):
            return True
        case Call("sma" | "ema" | "wma" | "previous", (inner, _)):
            return _is_volume(inner)
        case Binary("*", Number(), right):
            return _is_volume(right)
        case _:
            return False


def _value(node: Node, unit: str) -> str | None:
    match node:
        case Name("gap"):
            return "the opening gap"
        case Name("open" | "high" | "low" | "close" | "volume" as name):
            return f"the {name}"
        case Call("previous", (Name(name), Number(back))):
            return f"the previous {name}" if back == 1 else f"the {name} {number(back)} {unit}s ago"
        case Call(kind, (Name("close"), Number(length))) if kind in _AVERAGES:
            return f"the {number(length)}-{unit} {_AVERAGES[kind]} moving average"
        case Call("sma" as kind, (Name("volume"), Number(length))):
            return f"the {number(length)}-{unit} average volume"
        case Call("rsi" | "roc" | "cmo" as function, (Name("close"), Number(length))):
            return f"{_OF_CLOSE[function]}({number(length)})"
        case Call(function, (Number(length),)) if function in _OSCILLATORS:
            return f"{_OSCILLATORS[function]}({number(length)})"
        case Call(function, (Number(fast), Number(slow), Number(signal))) if function in _MACD:
            return _MACD[function].format(f"({number(fast)}, {number(slow)}, {number(signal)})")
        case Call("stochastic_k" | "stochastic_d" as line, (Number(length), Number(smooth), Number(last))):
            return f"stochastic %{line[-1].upper()} ({number(length)}, {number(smooth)}, {number(last)})"
        case Call("zscore", (Name("close"), Number(length))):
            return f"the {number(length)}-{unit} z-score"
        case Call("supertrend", numbers) if _is_usual(numbers):
            return f"the supertrend {_listed(numbers)}"
        case Call("psar", numbers):
            return f"the parabolic SAR {_listed(numbers)}"
        case Call("keltner_upper" | "keltner_lower" as name, (_, Number(ranges), Number(count)) as numbers):
            told = count <= _LARGEST_MULTIPLE < ranges
            return f"the {name.removeprefix('keltner_')} Keltner channel {_listed(numbers)}" if told else None
        case Call("ichimoku_conversion" | "ichimoku_base" as name, numbers):
            return f"the Ichimoku {'conversion' if name.endswith('conversion') else 'base'} line {_listed(numbers)}"
        case Call(
            "max" | "min" as edge, (Call("ichimoku_span_a", (fast, slow)), Call("ichimoku_span_b", (longest, back)))
        ):
            place = "top" if edge == "max" else "bottom"
            return f"the {place} of the Ichimoku cloud {_listed((fast, slow, longest))}" if back == slow else None
        case Call(function, (Number(length), Number(width))) if function in _BOLLINGER:
            return f"the {function.removeprefix('bollinger_')} Bollinger band ({number(length)}, {number(width)})"
        case Call("highest" | "lowest" as side, (Name("high" | "low" | "close" as column), Number(length))):
            return f"the {number(length)}-{unit} {side} {column}"
        case Call("change", (Name("close"), Number(length))):
            return f"the {number(length)}-{unit} return"
        case Binary("*", Number(factor), Call("sma" | "ema" | "wma", _) as inner) if factor > 0:
            said = _value(inner, unit)
            return f"{number(factor)} times {said}" if said else None
        case Binary("+" | "-" as sign, Call("sma", (Name("close"), _) as arguments) as base, step):
            return _shifted(sign, base, Call("deviation", arguments), step, unit)
        case _ if node == _RANGE:
            return "the daily range"
        case _:
            return None


def _shifted(sign: str, base: Node, deviation: Node, step: Node, unit: str) -> str | None:
    side = "above" if sign == "+" else "below"
    match step:
        case Binary("*", Number(count), inner) if inner == deviation and count > 0:
            return f"{number(count)} standard deviations {side} {_value(base, unit)}"
        case _ if step == deviation:
            return f"1 standard deviation {side} {_value(base, unit)}"
    return None


def value(node: Node, timeframe: Timeframe) -> str | None:
    """A value in words; None where there are none."""
    return _value(node, _UNITS.get(timeframe, "bar"))


def days(on: str, *, leaves: bool) -> str:
    """The days an order fills on, in words; in double quotes where there are no words for them."""
    node = parse_calendar(on).node
    match node:
        case Name(name) if name in _SESSIONS and not (leaves and name == "every_session"):
            return _SESSIONS[name]
        case Logic("and", (Name("last_of_month"), rest)) if (said := _last_of(rest)) is not None:
            return said
        case Logic("or", (first, second)) if (names := _two_weekdays(first, second, leaves=leaves)) is not None:
            return f"on {names}"
        case Compare("==", Name("weekday"), Number(weekday)) if not leaves and weekday in range(7):
            return f"every {WEEKDAYS[int(weekday)]}"
        case Call("on_weekday", (Number(weekday),)) if leaves:
            return f"on {WEEKDAYS[int(weekday)]}"
        case Call("dated", (Number(month), Number(day))):
            return f"on {int(day)} {MONTHS[int(month) - 1]}"
        case Logic("and", (Call("dated", (Number(month), Number(day))), Compare("==", Name("year"), Number(year)))):
            return f"on {int(day)} {MONTHS[int(month) - 1]} {int(year)}"
        case Call("on_day", (Number(day),)):
            return f"on day {int(day)} of each month"
    return f'on days "{on}"'


def season(on: str | None) -> str | None:
    """A part of each year, "from November to April", or "in January"; None where it is none."""
    match parse_calendar(on).node if on else None:
        case Compare("==", Name("month"), Number(month)):
            return f"in {MONTHS[int(month) - 1]}"
        case Logic(_, (Compare(">=", Name("month"), Number(first)), Compare("<=", Name("month"), Number(last)))):
            return f"from {MONTHS[int(first) - 1]} to {MONTHS[int(last) - 1]}"
    return None


def _two_weekdays(first: Node, second: Node, *, leaves: bool) -> str | None:
    names = []
    for node in (first, second):
        match node:
            case Compare("==", Name("weekday"), Number(day)) if not leaves and day in range(7):
                names.append(WEEKDAYS[int(day)])
            case Call("on_weekday", (Number(day),)) if leaves and day in range(7):
                names.append(WEEKDAYS[int(day)])
            case _:
                return None
    return " or ".join(names)


def _last_of(rest: Node) -> str | None:
    quarters = Logic("or", tuple(Compare("==", Name("month"), Number(float(month))) for month in (3, 6, 9, 12)))
    if rest == quarters:
        return "on the last trading day of each quarter"
    match rest:
        case Compare("==", Name("month"), Number(12.0)):
            return "on the last trading day of each year"
        case Compare("==", Name("month"), Number(month)):
            return f"on the last trading day of {MONTHS[int(month) - 1]}"
    return None
