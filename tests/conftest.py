"""What holds for every test: a clean environment, no network, repeatable examples."""

import os
import sys
import sysconfig
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"

settings.register_profile("suite", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("suite")


def _forget_the_users_settings() -> None:
    """Keys and settings of whoever runs the tests must not change what they show."""
    for name in list(os.environ):
        if (
            name.startswith(("NLBT_", "LLM_"))
            or name.endswith(("_API_KEY", "_SECRET_KEY"))
            or name in _UNPREFIXED_SETTINGS
        ):
            del os.environ[name]


_UNPREFIXED_SETTINGS = {"CACHE_DIR", "DEFAULT_TIMEOUT", "MAX_AGENT_ITERATIONS", "MAX_RETRY_ATTEMPTS"}


def _refuse_the_network(event: str, arguments: tuple[object, ...]) -> None:
    """Audit hook: a connection to anything but this machine is a defect of the test."""
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return
    name = host.decode() if isinstance(host, bytes) else host
    if name not in (None, "", "localhost", "::1") and not str(name).startswith("127."):
        raise AssertionError(f"a test reached for the network: {event} {name}")


def _refuse_stale_modules() -> None:
    """A compiled module older than a source would be tested in the source's stead."""
    engine = ROOT / "src/bgagent/engine"
    typed = sorted(engine.glob("*.pxd"))
    newest = max(path.stat().st_mtime for path in (*typed, *(path.with_suffix(".py") for path in typed)))
    for compiled in engine.glob(f"*{sysconfig.get_config_var('EXT_SUFFIX')}"):
        if compiled.stat().st_mtime < newest:
            raise pytest.UsageError(f"{compiled.name} is older than the sources: run `make setup`")


def pytest_configure() -> None:
    _forget_the_users_settings()
    _refuse_stale_modules()
    sys.addaudithook(_refuse_the_network)


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder with private market data and known answers beside the repository."""
    if not SHARED.is_dir():
        pytest.skip("no folder ../shared with the private market data beside the repository")
    return SHARED
