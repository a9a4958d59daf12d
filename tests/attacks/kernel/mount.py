"""Mounts a file system over a folder of the user's."""

from victim import FOLDER, libc, won

from bgagent.engine.strategy import Strategy

NEEDS_ROOT = True


class S(Strategy):
    def init(self):
        won(libc.mount(b"none", FOLDER.encode(), b"tmpfs", 0, None))
        libc.umount2(FOLDER.encode(), 2)
