"""What holds a child process, and whether that is enough for the code it is to run."""

import sys
from dataclasses import dataclass

_LINUX = ("rlimits", "no_new_privs", "landlock", "unprivileged", "undumpable", "seccomp")
_MACOS = ("rlimits", "seatbelt")


def layers_of(platform: str) -> tuple[str, ...]:
    """Layers that a system may offer, in the order they are put on. platform: as in sys.platform."""
    if platform.startswith("linux"):
        return _LINUX
    return _MACOS if platform == "darwin" else ("rlimits",)


LAYERS = layers_of(sys.platform)
# without one of these, code nobody has read is refused
_WALLS = {"seccomp": "the seccomp filter", "seatbelt": "the Seatbelt profile"}
REMEDIES = {
    "landlock": "comes with Linux 5.13; lsm=landlock,... on its command line turns it on; the filter holds without it",
    "seccomp": "needs a kernel with CONFIG_SECCOMP_FILTER and a container that lets it be set; until then code written "
    "by a model is refused unless NLBT_ALLOW_WEAK_ISOLATION=1",
    "seatbelt": "comes with macOS; until then code written by a model is refused unless NLBT_ALLOW_WEAK_ISOLATION=1",
}

_SEPARATOR = "\t"


@dataclass(frozen=True, slots=True)
class Isolation:
    """What a child found when it sealed itself, before it saw any strategy code.

    active: layers in force, by name. missing: (layer, why) of those that are not. openings: what it tried
    afterwards and should not have been able to do.
    """

    active: tuple[str, ...]
    missing: tuple[tuple[str, str], ...] = ()
    openings: tuple[str, ...] = ()

    @property
    def weakness(self) -> str:
        """Why this is too weak for code nobody has read, in one line; empty when it is not."""
        if not set(_WALLS) & set(self.active):
            reasons = dict(self.missing)
            wall = next((name for name in _WALLS if name in reasons), "seccomp")
            return f"{_WALLS[wall]} is missing ({reasons.get(wall, 'not tried')})"
        if self.openings:
            return f"the sealed child can still {', '.join(self.openings)}"
        return ""

    def lines(self) -> tuple[str, ...]:
        """For logs and reports: the active layers, then `no <layer>: why`, then `open: what`."""
        missing = tuple(f"no {layer}: {why}" for layer, why in self.missing)
        return (*self.active, *missing, *(f"open: {opening}" for opening in self.openings))

    def pack(self) -> bytes:
        """As the child tells it."""
        rows = [("active", layer, "") for layer in self.active]
        rows += [("missing", layer, why) for layer, why in self.missing]
        rows += [("open", opening, "") for opening in self.openings]
        return "\n".join(_SEPARATOR.join(row) for row in rows).encode()

    @classmethod
    def unpack(cls, raw: bytes) -> "Isolation":
        """What `pack` wrote. Raises ValueError for anything else."""
        rows = [line.split(_SEPARATOR) for line in raw.decode().split("\n") if line]
        if any(len(row) != 3 or row[0] not in ("active", "missing", "open") for row in rows):
            raise ValueError("an account of the isolation has three fields a line")
        return cls(
            active=tuple(row[1] for row in rows if row[0] == "active"),
            missing=tuple((row[1], row[2]) for row in rows if row[0] == "missing"),
            openings=tuple(row[1] for row in rows if row[0] == "open"),
        )


def may_run(producer: str, isolation: Isolation, *, allow_weak: bool) -> bool:
    """True when code of this producer may run in it.

    Code rendered by our template says only what the rules say: it runs anywhere. Any other code needs the system-call
    filter (on macOS the profile) and no opening, unless the user has allowed less.
    """
    return producer == "template" or allow_weak or not isolation.weakness


def stamp(producer: str, isolation: Isolation) -> tuple[str, ...]:
    """What a report says of code that ran in an isolation too weak for it; nothing where it was strong enough."""
    if producer == "template" or not isolation.weakness:
        return ()
    return (f"allowed by NLBT_ALLOW_WEAK_ISOLATION: {isolation.weakness}",)
