"""Numbers that stand for words in order records and in the rows the books write; engine.orders has their names."""

ENTER_LONG, ENTER_SHORT, EXIT_LONG, EXIT_SHORT, EXIT_ALL, EXIT_LOT, CANCEL, MOVE, TARGET = range(1, 10)
MARKET, LIMIT, STOP, STOP_LIMIT = range(1, 5)
EQUITY, CASH, QUANTITY, RISK, POSITION = range(1, 6)
FRACTION, MONEY, LEVEL, RISKS = range(1, 5)
ENTRY, RULE, STOP_LOSS, TAKE_PROFIT, TRAILING_STOP, TIME, SCHEDULE, REBALANCE, RUIN = range(9)

LONG_ENTRY, LONG_EXIT, SHORT_ENTRY, SHORT_EXIT, SESSION_EXIT = 1, 2, 4, 8, 16  # bits of a signal

FILL_WIDTH = 8  # bar, symbol, signed quantity, price, raw price, commission, kind, lot
# lot, symbol, side, quantity, entry bar and price, exit bar (-1: still open) and price, reason, profit, costs, first
# levels of stop, target and trail, closes at which it was held
TRADE_WIDTH = 15
CHANGE_WIDTH = 4  # index of the bar in the window, cash; symbol (-1: none) and its quantity, from that close on

PLACED_WIDTH = 2  # of the short way's log: bits of what was placed, bar it was decided on
PLACES_LONG, PLACES_SHORT, LEAVES_LONG, LEAVES_SHORT, LEAVES_ALL = 1, 2, 4, 8, 16
# places in an order's record
ACTION_PLACE, SIZE_PLACE, STOP_LOSS_PLACE, TAKE_PROFIT_PLACE, TRAILING_STOP_PLACE = 5, 15, 16, 17, 18

CROSSES_ABOVE, CROSSES_BELOW, LESS, GREATER = range(4)  # how a swept rule compares two lines
FIGURES = 5  # of a swept variant: final equity, deepest fall, mean return, sum of squares, closed trades
