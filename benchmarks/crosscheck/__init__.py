"""The engine held against other backtesting libraries: the same orders on the same bars, fill by fill."""
