"""The process that runs a strategy: import first, then seal, and only then look at the strategy.

Started by `process.ConfinedProcess` with two descriptors in sys.argv. Up to the READY frame every byte it handles is
trusted; from the SOURCE frame on, this process belongs to the strategy and the host believes nothing it says.
"""

import gc
import importlib
import marshal
import os
import sys
import time
from contextlib import suppress
from types import ModuleType, TracebackType
from typing import Any

from bgagent.engine.plan import Account, Costs
from bgagent.engine.strategy import Strategy, drive, drive_together
from bgagent.periods import Timeframe
from bgagent.sandbox.channel import Channel
from bgagent.sandbox.joined_stream_feed import JoinedStreamFeed
from bgagent.sandbox.limits import Limits
from bgagent.sandbox.protocol import Kind
from bgagent.sandbox.seal import seal
from bgagent.sandbox.stream_feed import StreamFeed

_FILE = "strategy.py"


def main() -> None:
    """Runs one strategy to its end; never returns."""
    reading, writing = int(sys.argv[1]), int(sys.argv[2])
    channel = Channel(reading, writing)
    begin = marshal.loads(channel.receive(Kind.BEGIN)[1])  # noqa: S302 - from the host that started us
    _prepare(begin["modules"], begin["seed"])
    gc.freeze()
    gc.enable()
    _close_all_but({0, 1, 2, reading, writing})
    isolation = seal(Limits(**begin["limits"]), begin["layers"])
    channel.send(Kind.READY, isolation.pack())
    source = channel.receive(Kind.SOURCE)[1].decode()
    try:
        _run(source, begin, channel)
    except BaseException as error:
        _report(error, source, channel)
        os._exit(1)
    channel.send(Kind.DONE)
    os._exit(0)


def _prepare(modules: list[str], seed: int) -> None:
    """All that needs files: what the strategy imports, the time zone. Both global generators get the seed."""
    for name in modules:
        with suppress(ImportError):  # then the strategy's own import fails, with the line it stands in
            importlib.import_module(name)
    time.localtime()
    for name in ("random", "numpy.random"):
        if name in sys.modules:
            sys.modules[name].seed(seed % 2**32)


def _close_all_but(kept: set[int]) -> None:
    """Whatever an import has left open."""
    with suppress(FileNotFoundError):  # no /proc here: then nothing but the host's care has closed them
        for name in os.listdir("/proc/self/fd"):
            if int(name) not in kept:
                with suppress(OSError):  # the listing's own
                    os.close(int(name))


def _run(source: str, begin: dict[str, Any], channel: Channel) -> None:
    module = ModuleType("strategy")
    sys.modules["strategy"] = module  # dataclasses look their module up there
    exec(compile(source, _FILE, "exec", dont_inherit=True), module.__dict__)  # noqa: S102 - what this process is for
    strategy: type[Strategy] = getattr(module, begin["strategy"])
    account = Account(begin["initial_capital"], Costs(**begin["costs"]), **begin["terms"])
    timeframe, size, first = Timeframe(begin["timeframe"]), begin["size"], begin["first"]
    if begin["is_together"]:
        joined = JoinedStreamFeed(
            channel,
            symbols=begin["symbols"],
            watched=begin["watched"],
            timeframe=timeframe,
            size=size,
            first=first,
        )
        drive_together(strategy, joined, account, on_order=joined.take, on_payment=joined.take_payment)
    else:
        feed = StreamFeed(channel, symbol=begin["symbols"][0], timeframe=timeframe, size=size, first=first)
        drive(strategy, feed, account, on_order=feed.take)


def _report(error: BaseException, source: str, channel: Channel) -> None:
    """Prints where in the strategy it failed, and says it in one line."""
    lines = source.splitlines()
    places = _places(error.__traceback__)
    for line, function in places[-8:]:
        text = lines[line - 1].strip() if line <= len(lines) else ""
        sys.stderr.write(f"line {line}, in {function}: {text}\n")
    said = f"{type(error).__name__}: {error}"
    sys.stderr.write(said + "\n")
    where = f"line {places[-1][0]}, in {places[-1][1]}: " if places else ""
    kind = "memory" if isinstance(error, MemoryError) else "crash"
    channel.send(Kind.FAILED, f"{kind}\n{where}{said[:2000]}".encode(errors="replace"))


def _places(trace: TracebackType | None) -> list[tuple[int, str]]:
    """Line and function of each frame of the traceback that lies in the strategy."""
    places = []
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename == _FILE:
            places.append((trace.tb_lineno, code.co_name))
        trace = trace.tb_next
    return places
