"""Watches a folder, to learn when the user works on what."""

from victim import FOLDER, libc, number, won

from bgagent.engine.strategy import Strategy


class S(Strategy):
    def init(self):
        watch = libc.syscall(number("inotify_init1"), 0)
        won(libc.inotify_add_watch(watch, FOLDER.encode(), 0xFFF))
