"""Every attack works on a process without layers, and on none that is sealed."""

import os
import resource
import select
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bgagent.sandbox.host import probe_isolation
from bgagent.sandbox.isolation import LAYERS
from bgagent.sandbox.limits import Limits
from tests.sandbox.hostile import ATTACKS, HEAD, MODULES, SECRET, WON, Attack, Victims, at_victim, state_of
from tests.sandbox.runs import run_unchecked, written

SEALS = {"all layers": LAYERS, "filter alone": ("no_new_privs", "seccomp")}


@pytest.fixture(scope="module", autouse=True)
def _sealing_machine():
    weakness = probe_isolation().weakness
    if weakness:
        pytest.skip(f"this machine cannot seal a process: {weakness}")


@pytest.fixture(scope="module")
def listeners() -> Iterator[dict[str, socket.socket]]:
    """Sockets that hear of a visit; the unix one in the file system is bound for each folder anew."""
    tcp, udp, abstract = socket.socket(), socket.socket(type=socket.SOCK_DGRAM), socket.socket(socket.AF_UNIX)
    tcp.bind(("127.0.0.1", 0))
    udp.bind(("127.0.0.1", 0))
    abstract.bind(f"\0bgagent-test-{os.getpid()}")
    tcp.listen()
    abstract.listen()
    with tcp, udp, abstract:
        yield {"tcp": tcp, "udp": udp, "abstract": abstract}


@pytest.fixture
def victims(listeners) -> Iterator[tuple[Victims, dict[str, socket.socket]]]:
    """A folder open to everyone, so that no file mode does the work of the seal, and a process to harm."""
    with tempfile.TemporaryDirectory(prefix="bgagent-") as name, socket.socket(socket.AF_UNIX) as door:
        folder = Path(name)
        folder.chmod(0o777)
        door.bind(f"{name}/door")
        door.listen()
        (folder / "door").chmod(0o777)
        secret = folder / "secret.txt"
        secret.write_text(SECRET)
        secret.chmod(0o666)
        process = subprocess.Popen(["sleep", "600"], stdin=subprocess.DEVNULL, start_new_session=True)
        try:
            found = Victims(
                folder,
                process.pid,
                listeners["tcp"].getsockname()[1],
                listeners["udp"].getsockname()[1],
                listeners["abstract"].getsockname().decode(),
            )
            held_to = (resource.prlimit(process.pid, resource.RLIMIT_NOFILE), os.sched_getaffinity(process.pid))
            before = {**state_of(folder)}
            yield replace(found, before={**before}), {**listeners, "door": door, "_victim": held_to}
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()


def heard(doors: dict[str, socket.socket]) -> set[str]:
    """Names of the listeners that were visited; takes the visits."""
    sockets = {name: door for name, door in doors.items() if isinstance(door, socket.socket)}
    ready = {name for name, door in sockets.items() if select.select([door], [], [], 0)[0]}
    for name in ready:
        if sockets[name].type == socket.SOCK_DGRAM:
            sockets[name].recv(100)
        else:
            sockets[name].accept()[0].close()
    return ready


def succeeds(attack: Attack, layers: tuple[str, ...], victims) -> tuple[bool, str]:
    """Whether the attack got what it wanted, judged from outside, and what it printed."""
    aims, doors = victims
    if attack.seen is at_victim:
        aims = replace(aims, before={"victim": doors["_victim"]})
    targets = {
        "FOLDER": str(aims.folder),
        "SECRET_FILE": str(aims.secret),
        "VICTIM": aims.pid,
        "TCP": aims.tcp_port,
        "UDP": aims.udp_port,
        "ABSTRACT": aims.abstract_name,
        "WON": WON,
    }
    head = HEAD + "".join(f"{name} = {value!r}\n" for name, value in targets.items())
    attempt = "try:\n" + "".join(f"    {line}\n" for line in attack.body.splitlines())
    attempt += "except BaseException as error:\n    print('refused', type(error).__name__, error)"
    source = written(init=attempt, head=head)
    outcome = run_unchecked(source, modules=(*MODULES, "fcntl"), layers=layers, limits=Limits(wall_s=10.0))
    return attack.seen(aims, outcome.log, heard(doors)), f"{outcome}"


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name.replace(" ", "-"))
def test_an_attack_works_unsealed_and_fails_sealed(attack, victims):
    for name, layers in SEALS.items():
        done, said = succeeds(attack, layers, victims)
        assert not done, f"{attack.name} got through {name}: {said}"
    if attack.as_root and os.geteuid() != 0:
        pytest.skip("held when sealed; whether it would work unsealed can only be shown as root")
    done, said = succeeds(attack, (), victims)
    assert done, f"{attack.name} proves nothing here, it fails without any layer too: {said}"


def test_the_suite_is_large_enough():
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS) >= 60
