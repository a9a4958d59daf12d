import os
import stat
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from bgagent.errors import MachineUnfit
from bgagent.jobs import handover, locks, takeover
from tests.jobs.builders import ENVELOPE, eventually

READER = """
import os, sys
from bgagent.jobs import takeover
sealed = takeover.taken_over(sys.argv[1], sys.argv[2], within_s=10)
sys.stdout.buffer.write(sealed or b"")
sys.stdout.flush()
os.close(1)
sys.stdin.read()
"""


@pytest.fixture
def fifo(tmp_path):
    path = tmp_path / "fifo"
    handover.make_fifo(path)
    return path


@pytest.fixture
def claim(tmp_path):
    path = tmp_path / "j.jsonl"
    path.touch()
    return path


@pytest.fixture
def reader(fifo, claim):
    child = subprocess.Popen([sys.executable, "-c", READER, fifo, claim], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    yield child
    child.kill()
    child.communicate()


@pytest.mark.parametrize("size", [10, 100_000, 3_000_000])  # a pipe holds 65,536 bytes
def test_what_is_sent_arrives_and_leaves_nothing(reader, fifo, claim, size):
    sent = replace(ENVELOPE, environment={"X": "x" * size})
    arrived: list[bytes] = []
    drain = threading.Thread(target=lambda: arrived.append(reader.stdout.read()))
    drain.start()
    assert handover.send(fifo, sent, within_s=10, reader=reader.pid)
    drain.join()
    assert handover.opened(arrived[0]) == sent
    assert not fifo.exists()
    assert locks.exclusive_if_free(claim) is None  # the receipt came after the lock


def test_words_for_the_system_arrive_byte_by_byte(reader, fifo):
    assert handover.send(fifo, ENVELOPE, within_s=10, reader=reader.pid)
    assert handover.opened(reader.stdout.read()) == ENVELOPE


def test_only_the_user_may_open_it(fifo):
    assert stat.S_ISFIFO(fifo.stat().st_mode)
    assert stat.S_IMODE(fifo.stat().st_mode) == 0o600


def test_a_reader_that_dies_before_it_reads_does_not_hang_the_sender(fifo):
    child = subprocess.Popen(["sleep", "60"])
    child.kill()
    child.wait()
    assert not handover.send(fifo, ENVELOPE, within_s=60, reader=child.pid)


def test_a_reader_that_never_reads_is_given_up(fifo):
    assert not handover.send(fifo, ENVELOPE, within_s=0.05, reader=os.getpid())


def test_a_reader_that_dies_in_the_middle_is_noticed(fifo):
    code = "import os, sys; os.read(os.open(sys.argv[1], os.O_RDONLY), 10)"
    child = subprocess.Popen([sys.executable, "-c", code, fifo])
    large = replace(ENVELOPE, secrets=("x" * 10**6,))
    assert not handover.send(fifo, large, within_s=60, reader=child.pid)
    child.wait()


def test_a_sender_that_dies_leaves_neither_process_nor_fifo(reader, fifo):
    descriptor = eventually(lambda: _opened_for_writing(fifo))
    os.write(descriptor, (1_000).to_bytes(takeover.HEADER_BYTES, "big") + b"{")
    os.close(descriptor)
    assert reader.stdout.read() == b""
    assert not fifo.exists()


def test_a_sender_that_is_silent_is_given_up(fifo, claim):
    assert takeover.taken_over(str(fifo), str(claim), within_s=0.05) is None
    assert not fifo.exists()


def test_without_a_fifo_there_is_nothing_to_take_over(tmp_path, claim):
    assert takeover.taken_over(str(tmp_path / "none"), str(claim), within_s=10) is None


def test_a_folder_that_holds_no_fifo_is_named(tmp_path):
    with pytest.raises(MachineUnfit, match="nowhere"):
        handover.make_fifo(tmp_path / "nowhere" / "fifo")


def test_an_envelope_shows_no_secret():
    assert "sss" not in repr(ENVELOPE)


def test_the_first_moments_load_next_to_nothing():
    code = "import sys; sys.path.append(sys.argv[1]); import takeover; print(*sys.modules)"
    folder = Path(takeover.__file__).parent
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code, folder], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "takeover" in loaded
    assert not loaded & {"typing", "json", "re", "dataclasses", "subprocess", "pathlib", "bgagent"}


def _opened_for_writing(fifo):
    try:
        return os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return None
