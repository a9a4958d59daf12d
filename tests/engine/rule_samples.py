"""One use of every function of the rule language, with small lengths."""

USES = {
    "sma": "sma(close, 5)", "ema": "ema(close, 5)", "wma": "wma(close, 5)", "rsi": "rsi(5)",
    "macd": "macd(3, 6, 4)", "macd_signal": "macd_signal(3, 6, 4)", "macd_histogram": "macd_histogram(3, 6, 4)",
    "bollinger_upper": "bollinger_upper(5, 2)", "bollinger_middle": "bollinger_middle(5, 2)",
    "bollinger_lower": "bollinger_lower(5, 2)", "atr": "atr(5)", "adx": "adx(5)", "plus_di": "plus_di(5)",
    "minus_di": "minus_di(5)", "cci": "cci(5)", "mfi": "mfi(5)", "williams_r": "williams_r(5)",
    "stochastic_k": "stochastic_k(5, 3, 2)", "stochastic_d": "stochastic_d(5, 3, 2)",
    "highest": "highest(close, 5)", "lowest": "lowest(close, 5)", "previous": "previous(close, 5)",
    "change": "change(close, 5)", "deviation": "deviation(close, 5)", "zscore": "zscore(close, 5)",
    "crosses_above": "crosses_above(close, open)", "crosses_below": "crosses_below(close, open)",
    "abs": "abs(close)", "min": "min(close, open)", "max": "max(close, open)",
    "sign": "sign(close - open)", "log": "log(close)", "sqrt": "sqrt(close)",
    "dema": "dema(close, 5)", "tema": "tema(close, 5)", "hma": "hma(close, 9)", "rma": "rma(close, 5)",
    "vwma": "vwma(close, 5)", "linear_regression": "linear_regression(close, 5)", "slope": "slope(close, 5)",
    "momentum": "momentum(close, 5)", "roc": "roc(close, 5)", "cmo": "cmo(close, 5)", "trix": "trix(close, 4)",
    "aroon_up": "aroon_up(5)", "aroon_down": "aroon_down(5)", "aroon_oscillator": "aroon_oscillator(5)",
    "ultimate_oscillator": "ultimate_oscillator(3, 5, 8)", "stochastic_rsi_k": "stochastic_rsi_k(5, 4, 3)",
    "stochastic_rsi_d": "stochastic_rsi_d(5, 4, 3)", "bollinger_width": "bollinger_width(5, 2)",
    "bollinger_percent": "bollinger_percent(5, 2)", "donchian_upper": "donchian_upper(5)",
    "donchian_middle": "donchian_middle(5)", "donchian_lower": "donchian_lower(5)",
    "keltner_upper": "keltner_upper(5, 4, 2)", "keltner_lower": "keltner_lower(5, 4, 2)",
    "supertrend": "supertrend(5, 2)", "supertrend_direction": "supertrend_direction(5, 2)",
    "psar": "psar(0.02, 0.2)", "ichimoku_conversion": "ichimoku_conversion(3)", "ichimoku_base": "ichimoku_base(5)",
    "ichimoku_span_a": "ichimoku_span_a(3, 5)", "ichimoku_span_b": "ichimoku_span_b(8, 5)",
    "chaikin_oscillator": "chaikin_oscillator(3, 5)", "chaikin_money_flow": "chaikin_money_flow(5)",
    "sum": "sum(close, 5)", "percentile": "percentile(close, 5, 30)", "percentile_rank": "percentile_rank(close, 5)",
    "correlation": "correlation(close, open, 5)", "volatility": "volatility(5)",
    "up_streak": "up_streak(close)", "down_streak": "down_streak(close)",
    "count": "count(close > open, 5)", "bars_since": "bars_since(close > open)",
    "value_when": "value_when(close > open, low)", "highest_since": "highest_since(close > open, high)",
    "lowest_since": "lowest_since(close > open, low)", "latch": "latch(rsi(5) < 30, rsi(5) > 70)",
    "where": "where(close > previous(close), 1, -1)", "swing_high": "swing_high(2, 2)", "swing_low": "swing_low(2, 1)",
    "at_swing_high": "at_swing_high(volume, 2, 2, 2)", "at_swing_low": "at_swing_low(rsi(5), 1, 2)",
    "bars_since_swing_high": "bars_since_swing_high(2, 2)", "bars_since_swing_low": "bars_since_swing_low(2, 2)",
    "opening_high": "opening_high(30)", "opening_low": "opening_low(30)", "minutes": "minutes(60, sma(close, 2))",
    "daily": "daily(close)", "weekly": "weekly(sma(close, 2))", "monthly": "monthly(high)",
    "quarterly": "quarterly(low)",
}  # fmt: skip
"""By the name of the function."""

WITHIN_THE_DAY = {"opening_high", "opening_low", "minutes", "minutes_since_open", "minutes_to_close", "utc_minutes"}
"""Words that mean something on bars shorter than a session only."""
