"""Every attack works on a process without layers, and on none that is sealed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bgagent.sandbox.host import probe_isolation
from bgagent.sandbox.isolation import LAYERS
from tests.attacks.attack import all_attacks
from tests.attacks.matrix import FILTER_ALONE, USER, Arena, arena, in_page, limits_of, peak_mb, people, victims
from tests.attacks.victims import SECRET

ATTACKS = all_attacks()
SYSTEM = [attack for attack in ATTACKS if attack.group not in ("waste", "future", "result")]
PEOPLE = people()
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module", autouse=True)
def _sealing_machine():
    weakness = probe_isolation().weakness
    if weakness:
        pytest.skip(f"this machine cannot seal a process: {weakness}")


def tried(attacks, layers, uid, *, free=False):
    with arena(attacks, uid=uid) as place:
        done = [place.attempt(attack, layers, free=free) for attack in attacks]
        assert place.runners is not None
        for runner in place.runners._runners.values():
            pid = runner._process.pid
            assert Path(f"/proc/{pid}/task/{pid}/children").read_text() == ""
    return done


@pytest.mark.parametrize("name", PEOPLE)
def test_each_attack_works_without_the_seal(name):
    attacks = [attack for attack in ATTACKS if attack.sign != "result"] if PEOPLE[name] is None else SYSTEM
    done = tried(attacks, (), PEOPLE[name], free=True)
    working = [attempted for attempted in done if attempted.worked]
    proves_nothing = [
        f"{attempted.attack.name}: {attempted.outcome}"
        for attempted in done
        if not attempted.worked
        and not attempted.is_unknown_here
        and not (attempted.attack.needs_root and name != "root")
    ]
    assert not proves_nothing, "\n".join(proves_nothing)
    assert sum(attempted.attack in SYSTEM for attempted in working) >= 60


@pytest.mark.parametrize("name", PEOPLE)
def test_no_attack_works_on_the_whole_seal(name):
    attacks = ATTACKS if PEOPLE[name] is None else SYSTEM
    before = peak_mb()
    done = tried(attacks, LAYERS, PEOPLE[name])
    harms = [f"{one.attack.name}: {one.harm}; {one.outcome}" for one in done if one.harm]
    assert not harms, "\n".join(harms)
    assert peak_mb() - before < 150
    # what is done to the process itself succeeds there, sealed or not: it is the host that makes nothing of it
    assert [one.attack.name for one in done if one.attack.sign == "result" and not one.worked] == []


@pytest.mark.parametrize("name", PEOPLE)
def test_the_filter_alone_holds_what_goes_to_the_system(name):
    harms = [f"{one.attack.name}: {one.harm}" for one in tried(SYSTEM, FILTER_ALONE, PEOPLE[name]) if one.harm]
    assert not harms, "\n".join(harms)


def test_a_spawned_process_is_sealed_as_a_forked_one_is():
    with victims(os.geteuid()) as aims:
        place = Arena(aims, None)
        done = [place.attempt(attack, LAYERS) for attack in SYSTEM if attack.group in ("processes", "network")]
    harms = [f"{one.attack.name}: {one.harm}" for one in done if one.harm]
    assert not harms, "\n".join(harms)


HOST_AS_A_USER = """
import os
from tests.attacks.matrix import LAYERS, USER, all_attacks, arena
attacks = [attack for attack in all_attacks() if attack.group in ("reading", "waste")]
with arena(attacks, uid=USER) as place:
    place.attempt(attacks[0], LAYERS)
    os.setgroups([])
    os.setresgid(USER, USER, USER)
    os.setresuid(USER, USER, USER)
    for attack in attacks:
        done = place.attempt(attack, LAYERS)
        print(attack.name, done.harm or "held")
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="this is an ordinary user already")
def test_a_host_that_is_an_ordinary_user_holds_its_children_too():
    done = subprocess.run(
        [sys.executable, "-c", HOST_AS_A_USER],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    lines = done.stdout.splitlines()
    assert len(lines) > 30, done.stderr
    assert [line for line in lines if not line.endswith(" held")] == []


def test_the_suite_is_large_enough_and_each_says_what_it_tries():
    assert len({attack.name for attack in ATTACKS}) == len({attack.aim for attack in ATTACKS}) == len(ATTACKS)
    assert len(SYSTEM) >= 60
    assert all(attack.aim.endswith(".") and SECRET not in attack.source for attack in ATTACKS)
    assert all(limits_of(attack).wall_s <= 10 for attack in ATTACKS)
    assert USER not in (0, os.getuid())


def test_the_page_names_every_attack_and_no_other():
    page = (ROOT / "docs" / "security.md").read_text()
    assert in_page(page, "") != page
    rows = [line for line in page.splitlines() if line.startswith(("| ", "- "))]
    for attack in ATTACKS:
        assert sum(attack.aim.rstrip(".") in row for row in rows) >= 1, attack.name
