"""Every attack works on a process without layers, and on none that is sealed."""

import os
import select
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from textwrap import indent

import pytest

from bgagent.sandbox.host import probe_isolation
from bgagent.sandbox.isolation import LAYERS
from bgagent.sandbox.limits import Limits
from tests.sandbox.hostile import ATTACKS, HEAD, MODULES, SECRET, WON, Attack, Victims, bounds_of, state_of
from tests.sandbox.runs import run_unchecked, written

FILTER_ALONE = ("no_new_privs", "seccomp")


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
                state_of(folder),
                bounds_of(process.pid),
            )
            yield found, {**listeners, "door": door}
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()


def heard(doors: dict[str, socket.socket]) -> set[str]:
    """Names of the listeners that were visited; takes the visits."""
    ready = {name for name, door in doors.items() if select.select([door], [], [], 0)[0]}
    for name in ready:
        if doors[name].type == socket.SOCK_DGRAM:
            doors[name].recv(100)
        else:
            doors[name].accept()[0].close()
    return ready


def attempt(attacks: list[Attack], layers: tuple[str, ...], victims) -> tuple[set[str], str]:
    """Names of the attacks that got what they wanted, judged from outside, and what all of them printed."""
    aims, doors = victims
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
    tries = "".join(
        "try:\n"
        + indent(attack.body, "    ")
        + "\nexcept BaseException as error:\n    print('refused', repr(error))\nprint('tried')\n"
        for attack in attacks
    )
    source = written(init=tries, head=head)
    outcome = run_unchecked(source, modules=(*MODULES, "fcntl"), layers=layers, limits=Limits(wall_s=10.0))
    reached = heard(doors)
    return {attack.name for attack in attacks if attack.seen(aims, outcome.log, reached)}, f"{outcome}"


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name.replace(" ", "-"))
def test_an_attack_works_unsealed_and_fails_sealed(attack, victims):
    done, said = attempt([attack], LAYERS, victims)
    assert not done, said
    if attack.as_root and os.geteuid() != 0:
        pytest.skip("held when sealed; whether it would work unsealed can only be shown as root")
    done, said = attempt([attack], (), victims)
    assert done, f"{attack.name} proves nothing here, it fails without any layer too: {said}"


def test_the_filter_holds_all_of_them_without_any_other_layer(victims):
    done, said = attempt(ATTACKS, FILTER_ALONE, victims)
    assert not done, said
    assert said.count("tried") == len(ATTACKS)


def test_the_suite_is_large_enough():
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS) >= 60
