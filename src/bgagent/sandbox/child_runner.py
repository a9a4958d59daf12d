"""A process that has imported all that strategies need, and forks a child for each run: the imports are paid once.

Started by `runners.Runner` with its end of a control socket in sys.argv. It never sees strategy code: each fork closes
the control socket, takes three descriptors of its own and goes on as `child.main`, which seals itself first.
"""

import gc
import os
import socket
import struct
import sys

from bgagent.sandbox import child
from bgagent.sandbox.seal import die_with_parent

# to the runner: 0 with three descriptors to fork, or the number of a child that has ended; back: its number, the
# negative error number of a fork that failed, or the exit code
MESSAGE = struct.Struct("<i")
FORK = 0
DESCRIPTORS = 3


def main() -> None:
    """Serves its host until the host is gone; never returns."""
    control = socket.socket(fileno=int(sys.argv[1]))
    gc.collect()
    gc.freeze()  # what is here now is shared with every fork, and stays untouched
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, MESSAGE.size, DESCRIPTORS)
        if len(message) != MESSAGE.size:
            os._exit(0)
        (number,) = MESSAGE.unpack(message)
        answer = _fork(control, descriptors) if number == FORK else _exit_code(number)
        control.send(MESSAGE.pack(answer))


def _fork(control: socket.socket, descriptors: list[int]) -> int:
    """The number of a new child, which has these descriptors; or the negative error number."""
    runner = os.getpid()
    try:
        pid = os.fork()
    except OSError as error:
        pid = -(error.errno or 1)
    if pid == 0:
        control.close()
        _become_child(runner, descriptors)
        child.main()
    for descriptor in descriptors:
        os.close(descriptor)
    return pid


def _become_child(runner: int, descriptors: list[int]) -> None:
    """What a spawned child has by its start: a session, a standard input of its own, its descriptors in sys.argv."""
    os.setsid()
    if sys.platform.startswith("linux"):
        die_with_parent()
        if os.getppid() != runner:  # it went before that was asked for
            os._exit(1)
    reading, answering, printing = descriptors
    nothing = os.open(os.devnull, os.O_RDONLY)  # the runner's own would share its position with every other fork
    for source, target in ((nothing, 0), (printing, 1), (printing, 2)):
        os.dup2(source, target)
    os.close(nothing)
    os.close(printing)
    sys.argv[1:] = [str(reading), str(answering)]


def _exit_code(pid: int) -> int:
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)
