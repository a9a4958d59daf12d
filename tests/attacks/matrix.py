"""Every attack against layers of the seal, as root and as an ordinary user, judged from outside.

`python -m tests.attacks.matrix` runs all combinations there are and writes the table into docs/security.md;
`--check` only compares. Ends with 1 when a combination that has the filter lets anything through.
"""

import argparse
import errno
import itertools
import os
import re
import resource
import struct
import sys
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from bgagent.artifacts.attempts import RunFailure
from bgagent.sandbox import child_runner, kernel
from bgagent.sandbox.conversation import Proposal, Task
from bgagent.sandbox.host import run_task
from bgagent.sandbox.isolation import LAYERS
from bgagent.sandbox.limits import Limits
from bgagent.sandbox.runners import Runners
from bgagent.sandbox.static_check import Checked
from tests.attacks.attack import FOLDER, Attack, all_attacks
from tests.attacks.victims import SECRET, Victims, victims
from tests.attacks.within import WON, hidden
from tests.sandbox.runs import ACCOUNT, FIRST, make_bars

USER = 61234  # nobody's, on any usual machine
FILTER_ALONE = ("no_new_privs", "seccomp")
WIDE = Limits(wall_s=20.0, cpu_s=30, memory_mb=4096, output_flood_kb=1 << 16)
USUAL = Limits(wall_s=10.0)
_PAGE = FOLDER.parents[1] / "docs" / "security.md"
_BEGIN, _END = "<!-- attacks: begin -->\n", "<!-- attacks: end -->\n"
_LATER_BAR = 45
_PATIENCE_S = 5.0
_UNKNOWN = (errno.ENOSYS, errno.EAFNOSUPPORT, errno.EPROTONOSUPPORT, errno.EOPNOTSUPP, errno.ENODEV)


@dataclass(frozen=True, slots=True)
class Attempted:
    """What came of one attack. signs: everything seen from outside that it should not have been able to do."""

    attack: Attack
    signs: frozenset[str]
    outcome: Proposal | RunFailure
    seconds: float

    @property
    def worked(self) -> bool:
        """True when it got what it wanted; an attack on the result: when it believes that it did."""
        return ("log" if self.attack.sign == "result" else self.attack.sign) in self.signs

    @property
    def is_unknown_here(self) -> bool:
        """True when this kernel does not have what it uses: no such call, address family, protocol or operation."""
        return any(re.search(rf"(Errno |refused ){number}\b", self.outcome.log) for number in _UNKNOWN)

    @property
    def harm(self) -> str:
        """What went wrong though it should have been held; empty when nothing did."""
        wrong = []
        if self.attack.sign == "result":
            wrong += sorted(self.signs - {"log"})
            if isinstance(self.outcome, RunFailure):
                if self.outcome.kind not in self.attack.refused_as:
                    wrong.append(f"refused as {self.outcome.kind}: {self.outcome.detail}")
            elif self.attack.refused_as:
                wrong.append("accepted")
            elif len(self.outcome.orders):
                wrong.append("orders it could not have placed")
        else:
            wrong += sorted(self.signs)
        if SECRET in self.outcome.log or any(ord(mark) < 32 and mark not in "\n\t" for mark in self.outcome.log):
            wrong.append("its log")
        if self.seconds > limits_of(self.attack).wall_s + 3:
            wrong.append(f"it took {self.seconds:.1f} s")
        return ", ".join(wrong)


def limits_of(attack: Attack) -> Limits:
    """Those that are to hold it."""
    narrow = dict(attack.limits)
    return Limits(**{"wall_s": 1.0 if "timeout" in attack.refused_as else USUAL.wall_s, **narrow})


@contextmanager
def arena(attacks: Sequence[Attack], *, uid: int | None) -> Iterator["Arena"]:
    """Victims, and a runner whose children belong to a user (None: to us) and have all that attacks import."""
    modules = sorted({module for attack in attacks for module in attack.modules} | {"encodings.idna", "urllib.request"})
    lines = ["import os", f"from {child_runner.__name__} import main", f"from {kernel.__package__} import kernel"]
    lines += [f"try:\n    import {module}\nexcept ImportError:\n    pass" for module in modules]
    if uid is not None:
        lines.append(f"os.setgroups([]); os.setresgid({uid}, {uid}, {uid}); os.setresuid({uid}, {uid}, {uid})")
        lines.append("kernel.prctl(kernel.PR_SET_DUMPABLE, 1)  # as after exec; a change of user takes it away")
    with victims(os.geteuid() if uid is None else uid) as aims, Runners(program="\n".join([*lines, "main()"])) as made:
        yield Arena(aims, made)


@dataclass(frozen=True, slots=True)
class Arena:
    """Where attacks are tried."""

    victims: Victims
    runners: Runners | None

    def attempt(self, attack: Attack, layers: Collection[str], *, free: bool = False) -> Attempted:
        """One attack in a child with these layers; free: with wide limits, and later bars in its memory."""
        bars = make_bars()
        aims = self.victims
        aims.look()
        given = {
            "FOLDER": str(aims.folder),
            "SECRET_FILE": str(aims.folder / "secret.txt"),
            "VICTIM": aims.pid,
            "TCP": aims.doors["tcp"].getsockname()[1],
            "UDP": aims.doors["udp"].getsockname()[1],
            "ABSTRACT": aims.doors["abstract"].getsockname().decode(),
            "LATER": hidden(struct.unpack("<d", bars.close[_LATER_BAR].tobytes())[0]),
        }
        task = Task(
            _prelude(given) + attack.source,
            Checked("S", attack.modules),
            bars,
            FIRST,
            ACCOUNT,
            blocks=() if free and attack.group == "future" else None,
            layers=layers,
        )
        started = time.monotonic()
        limits = WIDE if free else limits_of(attack)
        if free and attack.sign == "result":
            limits = limits_of(attack)
        outcome = run_task(task, lambda isolation: True, limits=limits, runners=self.runners)
        seconds = time.monotonic() - started
        signs = aims.signs(outcome.log, WON)
        while free and attack.sign == "victim" and not signs and time.monotonic() < started + _PATIENCE_S:
            signs = aims.signs(outcome.log, WON)  # a signal has been sent; its effect takes its time
        return Attempted(attack, frozenset(signs), outcome, seconds)


def _prelude(given: dict[str, object]) -> str:
    """What makes `from victim import …` work in the child."""
    lines = [
        "import sys as _sys, types as _types",
        "_victim = _types.ModuleType('victim')",
        f"exec({(FOLDER / 'within.py').read_text()!r}, _victim.__dict__)",
        f"_victim.__dict__.update({given!r})",
        "_sys.modules['victim'] = _victim",
        "",
    ]
    return "\n".join(lines)


def combinations() -> list[tuple[str, ...]]:
    """Every set of layers, the whole seal last."""
    return [
        tuple(layer for layer in LAYERS if layer in chosen)
        for count in range(len(LAYERS) + 1)
        for chosen in itertools.combinations(LAYERS, count)
    ]


def people() -> dict[str, int | None]:
    """As whom attacks can be run here: name -> uid to change to."""
    return {"root": None, "user": USER} if os.geteuid() == 0 else {"user": None}


def peak_mb() -> float:
    """Most memory this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


_COLUMNS = (
    ("none", ()),
    ("rlimits", ("rlimits",)),
    ("landlock", ("no_new_privs", "landlock")),
    ("unprivileged", ("unprivileged",)),
    ("undumpable", ("undumpable",)),
    ("seccomp", FILTER_ALONE),
    ("all", LAYERS),
)
_WITHOUT_COLUMNS = {
    "waste": "Held by `rlimits` and by the host, which watches time, memory and output. Each passes its limit when "
    "it is given more:",
    "future": "With blocks of one bar no later bar is in the process. Sent all at once, each of these finds one.",
    "result": "These work on the process itself, whatever the layers. What the host makes of them:",
}


def table(attacks: Sequence[Attack]) -> str:
    """Which attack each layer alone stops, as the strongest account runs it, in markdown."""
    marks: dict[str, str] = {}
    with arena(attacks, uid=None) as place:
        for attack in attacks:
            if attack.group not in _WITHOUT_COLUMNS:
                tried = [place.attempt(attack, layers, free=layers == ()) for _, layers in _COLUMNS]
                unknown = not tried[0].worked and tried[0].is_unknown_here
                words = ["not on this machine" if unknown else "·" if one.worked else "held" for one in tried]
                marks[attack.name] = " | ".join(words)
    lines = []
    for group, members in itertools.groupby(attacks, key=lambda attack: attack.group):
        if group in _WITHOUT_COLUMNS:
            continue
        lines += ["", f"**{group}**", "", "| attack | " + " | ".join(name for name, _ in _COLUMNS) + " |"]
        lines.append("|---|" + "---|" * len(_COLUMNS))
        for attack in members:
            lines.append(f"| {_aim(attack)} | {marks[attack.name]} |")
    lines += listed(attacks)
    return "\n".join(lines) + "\n"


def listed(attacks: Sequence[Attack]) -> list[str]:
    """The groups whose fate is not a layer's alone to decide, in markdown."""
    lines = []
    for group, words in _WITHOUT_COLUMNS.items():
        lines += ["", f"**{group}**", "", words, ""]
        for attack in attacks:
            if attack.group == group:
                fate = ", ".join(f"{name}={value:g}" for name, value in attack.limits)
                if group == "result":
                    fate = f"a failed run ({', '.join(attack.refused_as)})" if attack.refused_as else "changes nothing"
                lines.append(f"- {_aim(attack)}" + (f": {fate}" if fate else ""))
    return lines


def _aim(attack: Attack) -> str:
    return attack.aim.rstrip(".").replace("|", "\\|")


def in_page(page: str, made: str) -> str:
    """The page with this table in its place. Raises ValueError where it has none."""
    before, begin, rest = page.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise ValueError("the page has no place for the table")
    return before + begin + made + end + after


def openings(combos: Sequence[Collection[str]]) -> Iterator[str]:
    """Each harm that an attack did though the filter was on."""
    attacks = all_attacks()
    for name, uid in people().items():
        with arena(attacks, uid=uid) as place:
            for layers in combos:
                for attack in attacks:
                    if attack.group == "waste" and "rlimits" not in layers:
                        continue
                    harm = place.attempt(attack, layers).harm
                    if harm:
                        yield f"{attack.name} as {name} with {', '.join(layers)}: {harm}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; compare the table with the page")
    options = parser.parse_args()
    made = table(all_attacks())
    page = _PAGE.read_text(encoding="utf-8")
    new = in_page(page, made)
    print(f"{len(all_attacks())} attacks")
    if options.check and new != page:
        print("docs/security.md does not say what was seen: run python -m tests.attacks.matrix")
        return 1
    _PAGE.write_text(new, encoding="utf-8")
    sealed = [layers for layers in combinations() if set(FILTER_ALONE) <= set(layers)]
    found = list(openings(sealed))
    print("\n".join(found) or f"held in {len(sealed)} combinations of layers as {' and '.join(people())}")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
