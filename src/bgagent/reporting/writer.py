"""How everything the page says of itself is written: its language, its currency, and whether the symbol is used."""

from dataclasses import dataclass

from bgagent.artifacts.report import Metrics
from bgagent.reporting import figures
from bgagent.reporting.catalogue import Catalogue
from bgagent.reporting.definitions import metrics
from bgagent.reporting.table import in_words


@dataclass(frozen=True, slots=True)
class Writer:
    """Figures and phrases as one reader sees them.

    with_symbol: amounts as `$1.00` rather than `1.00 USD`.
    """

    catalogue: Catalogue
    currency: str
    with_symbol: bool

    def say(self, text: str, /, **values: object) -> str:
        """A phrase of the page, its `{names}` filled."""
        return self.catalogue.say(text, **values)

    def figure(self, text: str) -> str:
        """A figure that `figures` wrote, with the signs of the language."""
        return self.say(text) if text == figures.NOT_DEFINED else self.catalogue.number(text)

    def money(self, value: float | None) -> str:
        """An amount to the cent; rupees are grouped by lakhs in every language."""
        text = figures.money(value, self.currency, with_symbol=self.with_symbol)
        if value is None:
            return self.say(text)
        symbol = figures.SYMBOLS.get(self.currency, "") if self.with_symbol and self.catalogue.symbol_after else ""
        if symbol:
            text = f"{text.replace(symbol, '')}\u00a0{symbol}"
        return self.catalogue.number(text, lakhs=self.currency == "INR")

    def percent(self, value: float | None) -> str:
        """A fraction in percent."""
        return self.figure(figures.percent(value))

    def ratio(self, value: float | None) -> str:
        """A plain number, two decimals."""
        return self.figure(figures.ratio(value))

    def count(self, value: float | None) -> str:
        """A whole number."""
        return self.figure(figures.count(value))

    def basis_points(self, value: float | None) -> str:
        """Basis points."""
        return self.figure(figures.basis_points(value))

    def price(self, value: float | None, smallest: float | None = None) -> str:
        """A price, as many decimals as in `figures.price`."""
        return self.figure(figures.price(value, smallest))

    def quantity(self, value: float | None) -> str:
        """A number of shares, coins or contracts."""
        return self.figure(figures.quantity(value))

    def seconds(self, value: float | None) -> str:
        """A span of time."""
        return self.figure(figures.seconds(value))

    def plain(self, value: float | None) -> str:
        """A figure of unknown kind."""
        return self.figure(figures.plain(value))

    def named(self, name: str) -> str:
        """A dotted path or an identifier as words: `rules.entry` is `Rules: entry`.

        A path that the catalogue has no phrase for as a whole is said part by part, in English where it lacks one.
        """
        words, texts = in_words(name), self.catalogue.texts
        said = texts.get(words) or ": ".join(texts.get(part, part) for part in words.split(": "))
        return said[:1].upper() + said[1:]

    def name(self, key: str) -> str:
        """A metric's name."""
        return self.say(metrics()[key].name)

    def metric(self, values: Metrics, key: str) -> str:
        """One metric as its kind is written: percent, ratio, count, days, money or date."""
        value, kind = values.get(key), metrics()[key].kind
        if isinstance(value, str):
            return value
        match kind:
            case "percent":
                return self.percent(value)
            case "count":
                return self.count(value)
            case "days":
                return self.days(value)
            case "money":
                return self.money(value)
        return self.ratio(value)

    def days(self, value: float | None) -> str:
        """A number of days."""
        return self.count(value) if value is None else self.say("{n} days", n=self.count(value))
