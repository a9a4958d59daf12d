import threading

import pytest

from bgagent.jobs import turns
from bgagent.jobs.turns import Place
from tests.jobs.builders import eventually


@pytest.fixture
def queue(tmp_path):
    return Queue(tmp_path)


class Queue:
    """Jobs that are threads: each waits its turn, runs until it is told to end, and may be killed while it waits."""

    def __init__(self, logs):
        self.logs = logs
        self.alive: set[str] = set()
        self.ran: list[str] = []
        self.ends: dict[str, threading.Event] = {}
        self.threads: list[threading.Thread] = []

    def submit(self, job_id: str) -> Place:
        self.alive.add(job_id)
        self.ends[job_id] = threading.Event()
        return turns.take_place(self.logs, job_id)

    def wait(self, place: Place, max_running: int) -> None:
        thread = threading.Thread(target=self._live, args=(place, max_running), daemon=True)
        self.threads.append(thread)
        thread.start()

    def _live(self, place: Place, max_running: int) -> None:
        turns.wait_for_turn(self.logs, place, max_running=max_running, is_alive=self.alive.__contains__)
        self.ran.append(place.job_id)
        assert self.ends[place.job_id].wait(timeout=20)
        self.alive.discard(place.job_id)
        turns.leave(self.logs, place.job_id)

    def end(self, job_id: str) -> None:
        self.ends[job_id].set()

    def join(self) -> None:
        for thread in self.threads:
            thread.join(timeout=20)
            assert not thread.is_alive()


def test_places_are_given_in_order_and_the_last_one_takes_the_queue_away(tmp_path):
    places = [turns.take_place(tmp_path, job_id) for job_id in ("c", "a.b", "b")]
    assert [place.ticket for place in places] == [1, 2, 3]
    assert [turns.count_before(tmp_path, place) for place in places] == [0, 1, 2]
    for place in places:
        turns.leave(tmp_path, place.job_id)
        turns.leave(tmp_path, place.job_id)
    assert list(tmp_path.iterdir()) == []
    assert turns.count_before(tmp_path, places[2]) == 0


def test_never_more_run_than_may_and_the_order_is_kept(queue):
    ids = [f"j{number}" for number in range(12)]
    places = [queue.submit(job_id) for job_id in ids]
    for place in reversed(places):  # whoever comes first to wait, the submission counts
        queue.wait(place, 2)
    for done in range(12):
        eventually(lambda: len(queue.ran) == min(done + 2, 12))  # noqa: B023 - asked for at once
        assert set(queue.ran) == set(ids[: done + 2])
        queue.end(ids[done])
    queue.join()
    assert list(queue.logs.iterdir()) == []


def test_with_one_place_they_run_one_by_one_in_order(queue):
    ids = [f"j{number}" for number in range(8)]
    for place in [queue.submit(job_id) for job_id in ids]:
        queue.wait(place, 1)
    for number, job_id in enumerate(ids):
        eventually(lambda: len(queue.ran) == number + 1)  # noqa: B023 - asked for at once
        queue.end(job_id)
    queue.join()
    assert queue.ran == ids


def test_the_dead_hold_nobody_up(queue):
    running, waiting, _unborn, last = (queue.submit(job_id) for job_id in ("runs", "waits", "unborn", "last"))
    queue.wait(running, 1)
    eventually(lambda: queue.ran == ["runs"])
    queue.alive -= {"waits", "unborn", "runs"}  # killed: their locks are free, their files still there
    queue.wait(last, 1)
    eventually(lambda: queue.ran == ["runs", "last"])
    for job_id in ("runs", "last"):
        queue.end(job_id)
    queue.join()
    assert list(queue.logs.iterdir()) == []
    assert waiting.ticket == 2


def test_a_job_that_has_not_begun_to_wait_keeps_its_place(queue):
    first, second = queue.submit("first"), queue.submit("second")
    queue.wait(second, 1)
    with pytest.raises(AssertionError):
        eventually(lambda: queue.ran, within_s=0.2)
    queue.wait(first, 1)
    eventually(lambda: queue.ran == ["first"])
    queue.end("first")
    eventually(lambda: queue.ran == ["first", "second"])
    queue.end("second")
    queue.join()


def test_a_queue_tidied_away_by_hand_does_not_lose_the_job(queue):
    first, second = queue.submit("first"), queue.submit("second")
    queue.wait(first, 1)
    eventually(lambda: queue.ran == ["first"])
    queue.wait(second, 1)
    for entry in (queue.logs / ".queue").iterdir():
        entry.unlink()
    queue.end("first")
    eventually(lambda: queue.ran == ["first", "second"])
    queue.end("second")
    queue.join()


def test_sweeping_leaves_the_living(tmp_path):
    places = [turns.take_place(tmp_path, job_id) for job_id in ("dead", "alive")]
    turns.sweep(tmp_path, lambda job_id: job_id == "alive")
    assert turns.count_before(tmp_path, places[1]) == 0
    assert [entry.name for entry in (tmp_path / ".queue").iterdir()] == ["w00000002.alive"]
