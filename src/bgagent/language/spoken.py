"""Fills the gaps of values from the rest of the sentence, and turns them into expressions."""

from dataclasses import dataclass, field

from bgagent.engine.expression import Binary, Call, Compare, Name, Node, Number
from bgagent.language.comparisons import CLOSE
from bgagent.language.meanings import Idea, Levels
from bgagent.language.measures import (
    Average,
    Change,
    Comparing,
    Crossing,
    Extreme,
    Indicator,
    Known,
    Mention,
    Owned,
    Scale,
    Scaled,
    Shifted,
    SymbolPrice,
    Value,
)
from bgagent.language.quantities import Duration
from bgagent.language.values import WITHIN_DAY
from bgagent.periods import Timeframe, Trading

_CLOSE, _HIGH, _LOW = Name("close"), Name("high"), Name("low")
_DEFAULTS: dict[str, tuple[float, ...]] = {
    "rsi": (14,), "mfi": (14,), "cci": (20,), "adx": (14,), "atr": (14,), "williams_r": (14,), "plus_di": (14,),
    "minus_di": (14,), "macd": (12, 26, 9), "bollinger": (20, 2), "stochastic": (14, 3, 3), "supertrend": (10, 3),
    "psar": (0.02, 0.2),
    "keltner": (20, 10, 2), "ichimoku": (9, 26, 52), "ichimoku_conversion": (9,), "ichimoku_base": (26,),
}  # fmt: skip
EXTREMES = {
    "rsi": (30.0, 70.0), "mfi": (20.0, 80.0), "stochastic": (20.0, 80.0), "williams_r": (-80.0, -20.0),
    "cci": (-100.0, 100.0),
}  # fmt: skip
TITLES = {
    "rsi": "RSI", "mfi": "MFI", "cci": "CCI", "adx": "ADX", "atr": "ATR", "williams_r": "Williams %R", "macd": "MACD",
    "bollinger": "Bollinger bands", "stochastic": "stochastic", "plus_di": "+DI", "minus_di": "-DI",
    "zscore": "z-score", "supertrend": "Supertrend", "psar": "parabolic SAR", "keltner": "Keltner channel",
    "ichimoku": "Ichimoku cloud", "ichimoku_conversion": "conversion line", "ichimoku_base": "base line", "roc": "ROC",
    "cmo": "CMO", "aroon": "Aroon",
}  # fmt: skip
_SCALES = {
    "bollinger": Scale.PRICE, "atr": Scale.PRICE, "macd": Scale.MACD, "zscore": Scale.DEVIATIONS,
    "supertrend": Scale.PRICE, "psar": Scale.PRICE, "keltner": Scale.PRICE, "ichimoku": Scale.PRICE,
    "ichimoku_conversion": Scale.PRICE, "ichimoku_base": Scale.PRICE,
}  # fmt: skip
_WHOLE_NAMES = ("williams_r", "plus_di", "minus_di", "ichimoku_conversion", "ichimoku_base")
_OF_CLOSE = ("rsi", "zscore", "roc", "cmo")  # functions of a series
_KELTNER_MULTIPLE = 2.0
_KELTNER_RANGE = 10.0  # bars of its ATR where none are named
_SOME_KIND = ("average", "bare", "number")  # "the 50-day average", "the 50-day", "the 50"
_VOLUME_DAYS = 20
_BARS = {"week": 5, "month": 21, "quarter": 63, "year": 252}


class Unclear(Exception):
    """A gap that the sentence does not fill; the message is a question."""


@dataclass(frozen=True, slots=True)
class Resolved:
    """A value without gaps."""

    node: Node
    scale: Scale


@dataclass(slots=True)
class Spoken:
    """What the whole sentence says of indicators, and what was spoken of last.

    parameters: indicator family -> parameters written out. averages: those with a length. pair: what crosses in an
    idea. crossed: what crossed last. bands: bollinger, keltner, as far as they are named. turned: the line that rose or
    fell last.
    topic: what an idea is about. subjects: the left sides of the condition read last.
    assumed: (field, value, why) of gaps filled by defaults.
    """

    timeframe: Timeframe = Timeframe.DAY
    trading: Trading = Trading.EXCHANGE
    parameters: dict[str, list[tuple[float, ...]]] = field(default_factory=dict)
    averages: list[Average] = field(default_factory=list)
    pair: tuple[Value, Value] | None = None
    crossed: tuple[Value, Value] | None = None
    topic: Value | None = None
    levels: tuple[float, float] | None = None
    subjects: tuple[Value, ...] = ()
    comparands: dict[Value, Value] = field(default_factory=dict)
    entry_nodes: tuple[Node, ...] = ()
    symbols: list[str] = field(default_factory=list)
    bands: set[str] = field(default_factory=set)
    turned: Value | None = None
    assumed: list[tuple[str, str, str]] = field(default_factory=list)

    # values

    def value(self, value: Value, *, against: Scale | None = None) -> Resolved:
        """The value as an expression. against: the scale of what it is compared with."""
        match value:
            case Known(node, scale, unit):
                return Resolved(self.known(node, unit), scale)
            case Owned(symbol, inner):
                self.symbols.append(symbol)
                return self.value(inner, against=against)
            case SymbolPrice(symbol, node):
                self.symbols.append(symbol)
                return Resolved(node, Scale.VOLUME if node == Name("volume") else Scale.PRICE)
            case Change(duration, who):
                self.value(who)
                bars = self.bars_of(duration)
                return Resolved(Call("change", (_CLOSE, Number(float(bars)))), Scale.FRACTION)
            case Average():
                return self.average(value, against)
            case Indicator():
                return self.indicator(value)
            case Extreme(side, length, source, unit):
                column = source or ("high" if side == "highest" else "low")
                return Resolved(Call(side, (Name(column), Number(float(self.bars(length, unit))))), Scale.PRICE)
            case Scaled(factor, inner):
                resolved = self.value(inner, against=against)
                return Resolved(Binary("*", Number(factor), resolved.node), resolved.scale)
            case Shifted():
                return self.shifted(value)
            case Mention(what):
                return self.mention(what, against)
        raise AssertionError(value)

    def known(self, node: Node, unit: str | None) -> Node:
        """A look-back counted in weeks or months is the same number of bars only on daily bars."""
        self.check_unit(unit, converted=True)
        return node

    def average(self, value: Average, against: Scale | None) -> Resolved:
        is_volume = value.column == "volume" or (value.column is None and against is Scale.VOLUME)
        length, kind = value.length, value.kind
        if is_volume:
            if length is None:
                length = _VOLUME_DAYS
                self.assume("average volume", "20 bars", "no length was given for the average volume")
            self.check_unit(value.unit)
            function = "sma" if kind in _SOME_KIND else kind
            return Resolved(Call(function, (Name("volume"), Number(float(length)))), Scale.VOLUME)
        if length is None:
            known = {
                (average.length, self.kind_of(average))
                for average in self.averages
                if kind in ("average", average.kind)
            }
            if len(known) != 1:
                raise Unclear("Which moving average do you mean? Give its length, for example the 50-day average.")
            ((length, kind),) = known
        self.check_unit(value.unit)
        assert length is not None
        if kind == "number" and length not in {average.length for average in self.averages}:
            raise Unclear(
                f"Is {length} the length of an average? Say '{length}-day average', or name what is compared."
            )
        return Resolved(Call(self.kind_of(Average(kind, length)), (_CLOSE, Number(float(length)))), Scale.PRICE)

    def kind_of(self, average: Average) -> str:
        """sma, ema or wma; where only "average" was said, the kind given elsewhere for that length, else simple."""
        if average.kind not in _SOME_KIND:
            return average.kind
        kinds = {
            other.kind for other in self.averages if other.length == average.length and other.kind not in _SOME_KIND
        }
        if len(kinds) == 1:
            return kinds.pop()
        self.assume("moving average", "simple", "the sentence does not say which kind of average")
        return "sma"

    def indicator(self, value: Indicator) -> Resolved:
        family = family_of(value.name)
        if family == "band":
            return self.indicator(self.named_band(value))
        self.check_unit(value.unit)
        parameters = value.parameters
        if parameters is None:
            said = list(dict.fromkeys(self.parameters.get(family, [])))
            if len(said) > 1:
                raise Unclear(f"Which {TITLES[family]} do you mean? The sentence names several.")
            if not said and family not in _DEFAULTS:
                raise Unclear(f"Over how many bars is the {TITLES[family]} taken?")
            parameters = said[0] if said else _DEFAULTS[family]
            if not said:
                self.assume(
                    TITLES[family], ", ".join(f"{number:g}" for number in parameters), "no parameters were given"
                )
        if family == "keltner" and len(parameters) == 1:
            parameters = (parameters[0], _KELTNER_MULTIPLE)
            self.assume("Keltner channel", "2 ATRs wide", "the sentence does not say how wide")
        if family == "keltner" and len(parameters) == 2:
            parameters = (parameters[0], _KELTNER_RANGE, parameters[1])
            self.assume("Keltner channel", "ATR over 10 bars", "the sentence does not give the length of its ATR")
        numbers = tuple(Number(float(number)) for number in parameters)
        scale = Scale.MACD if value.name == "supertrend_direction" else _SCALES.get(family, Scale.PERCENT)
        if value.name == "keltner_middle":
            return Resolved(Call("ema", (_CLOSE, numbers[0])), scale)
        if value.name in ("ichimoku_top", "ichimoku_bottom"):
            return Resolved(cloud_edge(value.name, numbers), scale)
        arguments: tuple[Node, ...] = (_CLOSE, *numbers) if value.name in _OF_CLOSE else numbers
        return Resolved(Call(value.name, arguments), scale)

    def named_band(self, value: Indicator) -> Indicator:
        """ "The lower band" of the bands that the sentence names elsewhere; of Bollinger's where it names none."""
        if len(self.bands) > 1:
            raise Unclear("Which band is meant? The sentence names Bollinger bands and Keltner channels.")
        family = next(iter(self.bands), "bollinger")
        return Indicator(f"{family}_{value.name.removeprefix('band_')}", value.parameters, value.unit)

    def shifted(self, value: Shifted) -> Resolved:
        sign = "+" if value.count > 0 else "-"
        base = self.value(value.value)
        if value.by == "atr":
            step: Node = self.indicator(Indicator("atr", (float(value.length),) if value.length else None)).node
        else:
            assert isinstance(base.node, Call)
            step = Call("deviation", base.node.arguments)
        count = Number(abs(value.count))
        return Resolved(Binary(sign, base.node, step if count.value == 1 else Binary("*", count, step)), base.scale)

    def mention(self, what: str, against: Scale | None) -> Resolved:
        if what in ("fast", "slow"):
            if self.pair is None:
                lengths = sorted({average.length or 0 for average in self.averages})
                if len(lengths) != 2:
                    raise Unclear(f"Which is the {what} average? Give the lengths of both.")
                length = lengths[0] if what == "fast" else lengths[1]
                return self.value(next(average for average in self.averages if average.length == length))
            return self.value(self.pair[0] if what == "fast" else self.pair[1])
        if what == "same":
            raise Unclear("Compared with what? Name the level or the line.")
        if what == "signal":
            return self.value(Indicator("macd_signal"))
        subject = self.subject_for(against)
        if subject is None:
            raise Unclear("What does 'it' stand for? Name the price or the indicator.")
        return self.value(subject)

    def subject_for(self, against: Scale | None) -> Value | None:
        """What was spoken of that can be compared with a value of that scale; None when that is not one thing."""
        fitting = []
        for subject in dict.fromkeys(self.subjects):
            scale = self.value(subject).scale
            if against in (None, Scale.ANY, scale) and not (against is Scale.ANY and scale is Scale.VOLUME):
                fitting.append(subject)
        if len(fitting) == 1:
            return fitting[0]
        if against in (Scale.PRICE, None) and (not fitting or against is Scale.PRICE):
            return CLOSE if not self.subjects or against is Scale.PRICE else None
        return None

    def bars(self, length: int, unit: str | None) -> int:
        """A look-back in bars."""
        self.check_unit(unit, converted=True)
        if unit not in _BARS or self.timeframe is not Timeframe.DAY:
            return length
        if unit == "week" and length == 52:
            unit, length = "year", 1
        if self.trading is Trading.ALWAYS:
            return length * {"week": 7, "month": 30, "quarter": 91, "year": 365}[unit]
        return length * _BARS[unit]

    def bars_of(self, duration: Duration) -> int:
        """A time in bars. Raises Unclear when it is not a whole number of them."""
        if duration.unit == "bar":
            bars = duration.count
        else:
            bars = duration.count * self.bars(1, duration.unit)
        if bars < 1 or not float(bars).is_integer():
            raise Unclear(f"How many bars are {duration.count:g} {duration.unit}s? Give the number of days.")
        return int(bars)

    def check_unit(self, unit: str | None, *, converted: bool = False) -> None:
        """Raises Unclear when a length is counted in something else than the bars of the test."""
        own = {Timeframe.DAY: "day", Timeframe.WEEK: "week", Timeframe.MONTH: "month"}.get(self.timeframe)
        if unit == WITHIN_DAY:
            if self.timeframe.is_intraday:
                return
            raise Unclear(
                "What is meant within the day needs bars within the day. Of which length, for example 15 minutes?"
            )
        if unit is None or unit == own or (converted and self.timeframe is Timeframe.DAY and unit in _BARS):
            return
        raise Unclear(
            f"How many {self.timeframe.value} bars are meant by a length in {unit}s? Give the number of bars."
        )

    def assume(self, name: str, value: str, why: str) -> None:
        if (name, value, why) not in self.assumed:
            self.assumed.append((name, value, why))


def family_of(name: str) -> str:
    """What an indicator shares its parameters with: all lines of the MACD, all Bollinger bands."""
    return name if name in _WHOLE_NAMES else name.partition("_")[0]


def cloud_edge(name: str, numbers: tuple[Number, ...]) -> Call:
    """The upper or lower edge of the Ichimoku cloud as it stands at the bar."""
    fast, slow, longest = numbers
    spans = (Call("ichimoku_span_a", (fast, slow)), Call("ichimoku_span_b", (longest, slow)))
    return Call("max" if name == "ichimoku_top" else "min", spans)


def learn(spoken: Spoken, meanings: tuple[object, ...]) -> None:
    """Notes what the facts of a sentence say about indicators."""
    values = [value for meaning in meanings for value in _values_in(meaning)]
    spoken.bands = {family_of(value.name) for value in values if isinstance(value, Indicator)} & {
        "bollinger",
        "keltner",
    }
    for meaning in meanings:
        for value in _values_in(meaning):
            if isinstance(value, Average) and value.length is not None and _is_named(value):
                spoken.averages.append(value)
            if isinstance(value, Indicator) and value.parameters is not None:
                family = family_of(value.name)
                family = next(iter(spoken.bands), "bollinger") if family == "band" else family
                spoken.parameters.setdefault(family, []).append(value.parameters)
        if isinstance(meaning, Levels):
            spoken.levels = (meaning.low, meaning.high)
        if isinstance(meaning, Idea):
            spoken.topic = meaning.topic or spoken.topic
            if isinstance(meaning.entry, Crossing) and meaning.entry.left and meaning.entry.right:
                spoken.pair = (meaning.entry.left, meaning.entry.right)
            match meaning.entry, meaning.exit:
                case Comparing(right=Known(Number(low))), Comparing(right=Known(Number(high))) if (
                    meaning.name == "levels"
                ):
                    spoken.levels = (low, high)


def _is_named(average: Average) -> bool:
    """An average of prices that is said to be one: not "the 50" alone."""
    return average.column != "volume" and average.kind != "number"


def _values_in(meaning: object) -> list[Value]:
    """Every value inside a fact, however deep."""
    found: list[Value] = []
    stack = [meaning]
    while stack:
        part = stack.pop()
        if isinstance(part, (Average, Indicator)):
            found.append(part)
        if isinstance(part, tuple):
            stack.extend(reversed(part))
        elif hasattr(part, "__dataclass_fields__") and not isinstance(part, (Name, Call, Number, Compare, Binary)):
            stack.extend(getattr(part, name) for name in reversed(list(part.__dataclass_fields__)))
    return found
