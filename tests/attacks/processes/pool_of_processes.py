"""Works in a pool of processes."""

import multiprocessing
import multiprocessing.pool
import multiprocessing.popen_fork
import multiprocessing.queues
import multiprocessing.synchronize

from victim import won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        with multiprocessing.get_context("fork").Pool(1) as pool:
            won(pool.apply(abs, (-1,)))
