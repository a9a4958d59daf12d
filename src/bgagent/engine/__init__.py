"""A backtesting library of its own: bars and a strategy in, fills, books and metrics out."""
