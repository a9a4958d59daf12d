"""Symbols and a period in, bars out: providers, cache, adjustment, quality checks."""
