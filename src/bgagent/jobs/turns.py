"""The queue: at most so many jobs run at once, the others wait in the order of their submission, without a daemon.

Every job has an empty file in `logs/.queue/` from its submission to its end: `w00000012.<job_id>` while it waits,
`r00000012.<job_id>` while it runs. Who lives is not said by the files but by the locks on the jobs' logs, so whatever
is killed loses its place at once. A waiting job locks its file and sleeps on the file of the one before it; only the
first in line looks around for a free place.
"""

import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bgagent.jobs import leases, locks

_FOLDER = ".queue"
_WAITING, _RUNS = "w", "r"
_SHORTEST_LOOK_S, _LONGEST_LOOK_S = 0.01, 0.05

IsAlive = Callable[[str], bool]  # of a job id


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A job's place in the queue."""

    ticket: int
    job_id: str

    def path(self, logs: Path, kind: str) -> Path:
        return logs / _FOLDER / f"{kind}{self.ticket:08d}.{self.job_id}"


def take_place(logs: Path, job_id: str) -> Place:
    """A place behind everybody who has one. OSError when it cannot be written."""
    with locks.one_at_a_time(logs):
        (logs / _FOLDER).mkdir(exist_ok=True)
        waiting, running = _entries(logs)
        last = max((place.ticket for place in (*waiting, *running)), default=0)
        place = Place(last + 1, job_id)
        place.path(logs, _WAITING).touch()
    return place


def wait_for_turn(logs: Path, place: Place, *, max_running: int, is_alive: IsAlive) -> None:
    """Return when the job may run; interrupted only by an exception from a signal handler."""
    pause_s = _SHORTEST_LOOK_S
    with _own_entry(logs, place):
        while True:
            with locks.one_at_a_time(logs):
                before = _nearest_before(logs, place, is_alive)
                if before is None and _count_running(logs, is_alive) < max(1, max_running):
                    _start_running(logs, place)
                    return
            if before is not None and _sleep_on(before.path(logs, _WAITING)):
                pause_s = _SHORTEST_LOOK_S
            else:
                time.sleep(pause_s)
                pause_s = min(pause_s * 1.5, _LONGEST_LOOK_S)
            leases.keep_fresh()


def leave(logs: Path, job_id: str) -> None:
    """Give the job's place up."""
    sweep(logs, lambda other: other != job_id)


def sweep(logs: Path, is_alive: IsAlive) -> None:
    """Take away the places of the dead; with the last one goes the queue."""
    if not (logs / _FOLDER).exists():
        return
    with locks.one_at_a_time(logs):
        for kind, places in zip((_WAITING, _RUNS), _entries(logs), strict=True):
            for place in places:
                if not is_alive(place.job_id):
                    with suppress(OSError):  # it holds nobody up
                        place.path(logs, kind).unlink()
        with suppress(OSError):  # others wait or run
            if not any(_entries(logs)):
                leases.clear(logs / _FOLDER)
            (logs / _FOLDER).rmdir()


def count_before(logs: Path, place: Place) -> int:
    """How many wait in front of this place."""
    waiting, _ = _entries(logs)
    return sum(other < place for other in waiting)


def _own_entry(logs: Path, place: Place) -> locks.Held:
    """The lock that the next in line sleeps on."""
    with locks.one_at_a_time(logs):
        (logs / _FOLDER).mkdir(exist_ok=True)  # somebody may have tidied up
        return locks.exclusive(place.path(logs, _WAITING), create=True)


def _entries(logs: Path) -> tuple[list[Place], list[Place]]:
    """Who waits and who runs, each in order."""
    places: dict[str, list[Place]] = {_WAITING: [], _RUNS: []}
    try:
        names = os.listdir(logs / _FOLDER)
    except FileNotFoundError:
        names = []
    for name in names:
        ticket, dot, job_id = name[1:].partition(".")
        if name[0] in places and ticket.isdecimal() and dot:
            places[name[0]].append(Place(int(ticket), job_id))
    return sorted(places[_WAITING]), sorted(places[_RUNS])


def _nearest_before(logs: Path, place: Place, is_alive: IsAlive) -> Place | None:
    waiting, _ = _entries(logs)
    for other in reversed([other for other in waiting if other < place]):
        if is_alive(other.job_id):
            return other
        other.path(logs, _WAITING).unlink(missing_ok=True)
    return None


def _count_running(logs: Path, is_alive: IsAlive) -> int:
    _, running = _entries(logs)
    alive = 0
    for other in running:
        if is_alive(other.job_id):
            alive += 1
        else:
            other.path(logs, _RUNS).unlink(missing_ok=True)
    return alive


def _start_running(logs: Path, place: Place) -> None:
    (logs / _FOLDER).mkdir(exist_ok=True)  # somebody may have tidied up
    waiting = place.path(logs, _WAITING)
    waiting.touch()
    waiting.replace(place.path(logs, _RUNS))


def _sleep_on(path: Path) -> bool:
    """Sleep until the job of this file stops waiting; False when there was nothing to sleep on yet."""
    try:
        if (free := locks.exclusive_if_free(path)) is not None:
            free.close()  # it has just been submitted and does not hold its file yet
            return False
        locks.shared(path).close()
    except FileNotFoundError:
        return True
    return True
