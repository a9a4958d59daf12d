"""Hostile strategies: what each tries, as the body of `init`, and how one sees from outside that it worked.

A body may print WON when what it got can only be seen from inside; secrets show in the log by themselves.
"""

import os
import platform
import resource
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

SECRET = "swordfish-5e1f"
WON = "WON"
MODULES = (
    "ctypes",
    "mmap",
    "multiprocessing",
    "os",
    "pathlib",
    "resource",
    "signal",
    "socket",
    "struct",
    "subprocess",
    "threading",
)

HEAD = f"""
import {", ".join(MODULES)}, sys, time
libc = ctypes.CDLL(None, use_errno=True)
def won(result):
    print("{WON}" if result is None or result is True or (not isinstance(result, bool) and result >= 0) else "refused")
"""


@dataclass(frozen=True, slots=True)
class Victims:
    """What there is to attack: a folder with a secret, a process, and listeners on loopback."""

    folder: Path
    pid: int
    tcp_port: int
    udp_port: int
    abstract_name: str
    folder_before: dict[str, object]
    bounds_before: tuple[object, ...]

    @property
    def secret(self) -> Path:
        return self.folder / "secret.txt"


def state_of(folder: Path) -> dict[str, object]:
    """Names, kinds, modes, times and contents of everything below a folder."""
    state: dict[str, object] = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
        state[path.name] = (status.st_mode, status.st_nlink, status.st_mtime_ns, content)
    return state


def bounds_of(pid: int) -> tuple[object, ...]:
    """What a process may use; nothing once it has ended."""
    state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    if state == "Z":
        return ()
    return (
        resource.prlimit(pid, resource.RLIMIT_NOFILE),
        os.sched_getaffinity(pid),
        os.getpriority(os.PRIO_PROCESS, pid),
    )


Seen = Callable[[Victims, str, set[str]], bool]


def in_log(victims: Victims, log: str, reached: set[str]) -> bool:
    """The secret, or the word that it worked, was printed."""
    return SECRET in log or WON in log


def on_disk(victims: Victims, log: str, reached: set[str]) -> bool:
    """The folder is not as it was."""
    return state_of(victims.folder) != victims.folder_before


def at_listener(victims: Victims, log: str, reached: set[str]) -> bool:
    """A listener heard of it."""
    return bool(reached)


def at_victim(victims: Victims, log: str, reached: set[str]) -> bool:
    """The other process has ended, or is held to other limits or processors."""
    return bounds_of(victims.pid) != victims.bounds_before


@dataclass(frozen=True, slots=True)
class Attack:
    """name: what it tries. body: uses FOLDER, SECRET_FILE, VICTIM, TCP, UDP, ABSTRACT. as_root: needs root to work."""

    name: str
    body: str
    seen: Seen = in_log
    as_root: bool = False


def _number(x86_64: int, aarch64: int) -> int:
    return aarch64 if platform.machine() == "aarch64" else x86_64


READING = [
    Attack("read a file", "print(open(SECRET_FILE).read())"),
    Attack("read a file through os.open", "print(os.read(os.open(SECRET_FILE, os.O_RDONLY), 99))"),
    Attack("open a path only", "won(os.open(SECRET_FILE, os.O_PATH))"),
    Attack("open by a raw system call", f"won(libc.syscall({_number(257, 56)}, -100, SECRET_FILE.encode(), 0, 0))"),
    Attack(
        "open with openat2",
        "how = struct.pack('QQQ', 0, 0, 0)\nwon(libc.syscall(437, -100, SECRET_FILE.encode(), how, 24))",
    ),
    Attack("map a file through numpy", "import numpy as np\nprint(bytes(np.memmap(SECRET_FILE, mode='r')))"),
    Attack("size of a file", "won(os.stat(SECRET_FILE).st_size)"),
    Attack("list a folder", "print(WON if 'secret.txt' in os.listdir(FOLDER) else '')"),
    Attack("is there such a file", "won(libc.access(SECRET_FILE.encode(), 0))"),
    Attack("environment of the host", "won(len(open(f'/proc/{os.getppid()}/environ', 'rb').read()))", as_root=True),
    Attack("memory of the host", "won(os.open(f'/proc/{os.getppid()}/mem', os.O_RDONLY))", as_root=True),
    Attack("command line of the host", "won(len(open(f'/proc/{os.getppid()}/cmdline').read()))"),
    Attack("own memory map", "won(len(open('/proc/self/maps').read()))"),
    Attack("directory of the host", "print(WON, os.readlink(f'/proc/{os.getppid()}/cwd'))", as_root=True),
]

WRITING = [
    Attack("create a file", "open(FOLDER + '/conftest.py', 'w').write('import evil')", on_disk),
    Attack("append to a file", "open(SECRET_FILE, 'a').write('more')", on_disk),
    Attack("truncate a file", "os.truncate(SECRET_FILE, 0)", on_disk),
    Attack("remove a file", "os.unlink(SECRET_FILE)", on_disk),
    Attack("rename a file", "os.rename(SECRET_FILE, FOLDER + '/other')", on_disk),
    Attack("change a mode", "os.chmod(SECRET_FILE, 0o777)", on_disk),
    Attack("change a time", "os.utime(SECRET_FILE, (1, 1))", on_disk),
    Attack("symbolic link", "os.symlink('/etc/passwd', FOLDER + '/link')", on_disk),
    Attack("hard link", "os.link(SECRET_FILE, FOLDER + '/twin')", on_disk),
    Attack("make a FIFO", "os.mkfifo(FOLDER + '/fifo')", on_disk),
    Attack("make a folder", "os.mkdir(FOLDER + '/deep')", on_disk),
    Attack("extended attribute", "os.setxattr(SECRET_FILE, 'user.x', b'1')\nwon(0)"),
    Attack("shared memory file", "p = f'/dev/shm/{os.getpid()}'\nopen(p, 'w').write('x')\nos.unlink(p)\nwon(0)"),
    Attack("file in memory", "won(os.memfd_create('x'))"),
    Attack("secret memory", "won(libc.syscall(447, 0))"),
]

NETWORK = [
    Attack("TCP connection", "socket.create_connection(('127.0.0.1', TCP), 5).send(b'x')", at_listener),
    Attack("UDP datagram", "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', UDP))", at_listener),
    Attack("abstract unix socket", "socket.socket(socket.AF_UNIX).connect(ABSTRACT)", at_listener),
    Attack("pathname unix socket", "socket.socket(socket.AF_UNIX).connect(FOLDER + '/door')", at_listener),
    Attack("listen for others", "s = socket.socket()\ns.bind(('127.0.0.1', 0))\ns.listen()\nwon(0)"),
    Attack("netlink socket", "won(socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0).fileno())"),
    Attack("pair of sockets", "won(socket.socketpair()[0].fileno())"),
    Attack("io_uring", "won(libc.syscall(425, 8, ctypes.create_string_buffer(120)))"),
]

PROCESSES = [
    Attack("run a program", "subprocess.run(['/bin/sh', '-c', f'echo x > {FOLDER}/shell'])", on_disk),
    Attack("run a shell", "os.system(f'echo x > {FOLDER}/shell')", on_disk),
    Attack("spawn a program", "os.waitpid(os.posix_spawn('/bin/true', ['true'], {}), 0)\nwon(0)"),
    Attack("become another program", "os.execv('/bin/sh', ['sh', '-c', f'echo x > {FOLDER}/shell'])", on_disk),
    Attack("fork bomb", "for _ in range(20):\n    if os.fork() == 0: os._exit(0)\nwon(0)"),
    Attack("threads", "t = threading.Thread(target=print, args=(WON,))\nt.start()\nt.join()"),
    Attack(
        "daemon",
        "if os.fork() == 0:\n    os.setsid()\n    open(FOLDER + '/daemon', 'w').close()\n    os._exit(0)\nos.wait()",
        on_disk,
    ),
    Attack("kill another process", "os.kill(VICTIM, 9)\ntime.sleep(0.05)", at_victim),
    Attack("kill through a pidfd", "signal.pidfd_send_signal(os.pidfd_open(VICTIM), 9)\ntime.sleep(0.05)", at_victim),
    Attack("kill by raw call", f"libc.syscall({_number(62, 129)}, VICTIM, 9)\ntime.sleep(0.05)", at_victim),
    Attack("kill its own group", "won(os.kill(0, 0))"),
    Attack("limits of another process", "resource.prlimit(VICTIM, resource.RLIMIT_NOFILE, (3, 3))", at_victim),
    Attack("processors of another process", "os.sched_setaffinity(VICTIM, {0})", at_victim),
    Attack("lower the priority of another", "os.setpriority(os.PRIO_PROCESS, VICTIM, 19)", at_victim),
    Attack("trace another process", "won(libc.ptrace(16, VICTIM, 0, 0))", as_root=True),
    Attack("leave its session", "r = libc.setsid()\nwon(r) if r != -1 else won(os.getpgid(0))"),
]

KERNEL = [
    Attack("executable memory", "won(mmap.mmap(-1, 4096, prot=7)[0])"),
    Attack(
        "make memory executable",
        "m = mmap.mmap(-1, 4096)\n"
        "at = ctypes.addressof(ctypes.c_char.from_buffer(m))\n"
        "won(libc.mprotect(ctypes.c_void_p(at), 4096, 7))",
    ),
    Attack("new namespaces", "won(libc.unshare(0x20000))", as_root=True),
    Attack("System V shared memory", "i = libc.shmget(0, 4096, 0o1600)\nwon(i)\nlibc.shmctl(i, 0, None)"),
    Attack(
        "message queue",
        f"won(libc.syscall({_number(240, 180)}, b'canary', 0o102, 0o600, None))\nlibc.mq_unlink(b'/canary')",
    ),
    Attack("user keyring", f"won(libc.syscall({_number(248, 217)}, b'user', b'canary', b'x', 1, -2))"),
    Attack("BPF map", f"won(libc.syscall({_number(321, 280)}, 0, struct.pack('5I', 2, 4, 4, 1, 0), 20))", as_root=True),
    Attack("page faults in user space", f"won(libc.syscall({_number(323, 282)}, 1))"),
    Attack("change its root", "won(libc.chroot(b'/'))", as_root=True),
    Attack(
        "host name",
        "b = ctypes.create_string_buffer(65)\nlibc.gethostname(b, 65)\nwon(libc.sethostname(b.value, len(b.value)))",
        as_root=True,
    ),
    Attack("be dumpable again", "won(libc.prctl(4, 1, 0, 0, 0))"),
    Attack("readable memory that is executable", "won(libc.personality(0x0400000))"),
    Attack("raise a limit", "resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200))\nwon(0)"),
    Attack("a larger pipe", "import fcntl\nwon(fcntl.fcntl(int(sys.argv[2]), 1031, 1 << 17))"),
    Attack("signals from its pipe to others", "import fcntl\nwon(fcntl.fcntl(int(sys.argv[1]), 8, VICTIM))"),
]

ATTACKS = READING + WRITING + NETWORK + PROCESSES + KERNEL
