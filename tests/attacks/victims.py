"""What there is to attack, and what one sees of it from outside."""

import os
import select
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

SECRET = "swordfish-5e1f"


@dataclass(slots=True)
class Victims:
    """A folder with a secret that everyone may use, a process, and listeners on loopback.

    Everything is open to everyone, so that no file mode does the work of the seal. uid: whose they are.
    """

    folder: Path
    uid: int
    doors: dict[str, socket.socket]
    process: subprocess.Popen[bytes] | None = None
    before: dict[str, object] | None = None
    bounds: tuple[object, ...] = ()

    @property
    def pid(self) -> int:
        return self.process.pid if self.process is not None else 0

    def look(self) -> None:
        """Mends what was harmed, remembers how things are, and forgets who knocked."""
        if state_of(self.folder) != self.before:
            self._lay_out()
            self.before = state_of(self.folder)
        if self.process is None or bounds_of(self.pid) != self.bounds:
            self.end()
            self.process = subprocess.Popen(
                ["sleep", "600"],
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                **({"user": self.uid, "group": self.uid, "extra_groups": []} if os.geteuid() == 0 else {}),
            )
            self.bounds = bounds_of(self.pid)
        self.visited()

    def _lay_out(self) -> None:
        for path in self.folder.iterdir():
            if path.is_dir() and not path.is_symlink():
                path.rmdir()
            else:
                path.unlink()
        if "door" in self.doors:
            self.doors.pop("door").close()
        door = self.doors["door"] = socket.socket(socket.AF_UNIX)
        door.bind(f"{self.folder}/door")
        door.listen(64)
        secret = self.folder / "secret.txt"
        secret.write_text(SECRET)
        (self.folder / "helper.py").write_text(f"SECRET = '{SECRET}'\n")
        for path in (self.folder, *self.folder.iterdir()):
            os.chown(path, self.uid, -1)
            path.chmod(0o666 if path == secret else 0o777)

    def end(self) -> None:
        """Ends the process."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def visited(self) -> bool:
        """True when a listener heard of someone since it was last asked."""
        ready = [door for door in self.doors.values() if select.select([door], [], [], 0)[0]]
        for door in ready:
            if door.type == socket.SOCK_DGRAM:
                door.recv(99)
            else:
                door.accept()[0].close()
        return bool(ready)

    def signs(self, log: str, won: str) -> set[str]:
        """Everything that shows that something got through: log, disk, listener, victim."""
        seen = {
            "log": SECRET in log or won in log.split(),
            "disk": state_of(self.folder) != self.before,
            "listener": self.visited(),
            "victim": bounds_of(self.pid) != self.bounds,
        }
        return {sign for sign, is_seen in seen.items() if is_seen}


@contextmanager
def victims(uid: int) -> Iterator[Victims]:
    """Victims that belong to a user. Leaving removes them."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bgagent-")))
        tcp, udp, abstract = socket.socket(), socket.socket(type=socket.SOCK_DGRAM), socket.socket(socket.AF_UNIX)
        made = Victims(folder, uid, {"tcp": tcp, "udp": udp, "abstract": abstract})
        stack.callback(lambda: [door.close() for door in made.doors.values()])
        tcp.bind(("127.0.0.1", 0))
        udp.bind(("127.0.0.1", 0))
        abstract.bind(f"\0{folder.name}")
        tcp.listen(64)
        abstract.listen(64)
        stack.callback(made.end)
        made.look()
        yield made


def state_of(folder: Path) -> dict[str, object]:
    """Names, kinds, modes, times and contents of everything below a folder."""
    state: dict[str, object] = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
        attributes = {} if path.is_symlink() else {name: os.getxattr(path, name) for name in os.listxattr(path)}
        state[str(path)] = (status.st_mode, status.st_nlink, status.st_mtime_ns, content, str(attributes))
    return state


def bounds_of(pid: int) -> tuple[object, ...]:
    """What a process may use; nothing once it has ended."""
    state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    if state == "Z":
        return ()
    return (
        Path(f"/proc/{pid}/limits").read_text(),
        os.sched_getaffinity(pid),
        os.getpriority(os.PRIO_PROCESS, pid),
    )
