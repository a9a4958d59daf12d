"""Numbers as people read them; the only place where a figure of the report becomes text."""

NOT_DEFINED = "n/a"

SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩", "ILS": "₪"}


def _fixed(value: float, decimals: int) -> str:
    text = f"{value:,.{decimals}f}"
    return text.removeprefix("-") if not text.strip("-0.,") else text  # "-0.00" is no loss


def _significant(value: float, digits: int) -> str:
    """At most `digits` significant digits, without an exponent."""
    text = f"{value:.{digits}g}"
    if "e" in text:
        text = f"{float(text):.15f}" if abs(value) < 1 else f"{float(text):,.0f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(value: float | None) -> str:
    """A fraction in percent, two decimals."""
    return NOT_DEFINED if value is None else f"{_fixed(value * 100, 2)}%"


def ratio(value: float | None) -> str:
    """A plain number, two decimals."""
    return NOT_DEFINED if value is None else _fixed(value, 2)


def count(value: float | None) -> str:
    """A whole number."""
    return NOT_DEFINED if value is None else _fixed(value, 0)


def basis_points(value: float | None) -> str:
    """Basis points, one decimal unless whole."""
    if value is None:
        return NOT_DEFINED
    return f"{_fixed(value, 0 if value == int(value) else 1)} bps"


def price(value: float | None, smallest: float | None = None) -> str:
    """A price with the decimals its size calls for: cents for shares, more for currencies and small coins.

    smallest: the lowest price it stands among, so that a column has the same decimals all along.
    """
    if value is None:
        return NOT_DEFINED
    size = abs(value if smallest is None else smallest)
    if size >= 10:
        return _fixed(value, 2)
    return _fixed(value, 4) if size >= 1 else _significant(value, 6)


def quantity(value: float | None) -> str:
    """A number of shares, coins or contracts; fractions to four decimals, six digits below 1."""
    if value is None:
        return NOT_DEFINED
    if value == int(value):
        return _fixed(value, 0)
    return _fixed(value, 4) if abs(value) >= 1 else _significant(value, 6)


def money(value: float | None, currency: str, *, with_symbol: bool) -> str:
    """An amount to the cent: `$1,234.50` with a symbol, `1,234.50 USD` without or where the currency has none."""
    if value is None:
        return NOT_DEFINED
    text = _fixed(value, 2)
    if with_symbol and currency in SYMBOLS:
        sign = "-" if text.startswith("-") else ""
        return f"{sign}{SYMBOLS[currency]}{text.removeprefix('-')}"
    return f"{text} {currency}"


def seconds(value: float | None) -> str:
    """A span of time, two decimals below a minute."""
    if value is None:
        return NOT_DEFINED
    return f"{_fixed(value, 2 if value < 60 else 0)} s"


def plain(value: float | None) -> str:
    """A figure of unknown kind, as a check gives it: whole, to the cent, or six significant digits."""
    if value is None:
        return NOT_DEFINED
    if value == int(value) and abs(value) < 1e15:
        return _fixed(value, 0)
    if abs(value) >= 1e5:
        return _fixed(value, 2)
    return f"{value:.2g}" if abs(value) < 1e-6 else _significant(value, 6)
