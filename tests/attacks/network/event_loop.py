"""Runs an event loop, which needs sockets of its own."""

import asyncio

from victim import won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        async def nothing():
            won()

        asyncio.run(nothing())
