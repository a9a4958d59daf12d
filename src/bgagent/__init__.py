"""One sentence in, a checked backtest report out, with nobody watching.

The package's front door; names are loaded when first used, so that importing it costs nothing.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bgagent.api import job_status, run_background_job, run_job, wait_for_job

__version__ = "0.1.0"
__all__ = ["__version__", "job_status", "run_background_job", "run_job", "wait_for_job"]


def __getattr__(name: str) -> object:
    if name in __all__:
        from bgagent import api  # noqa: PLC0415 - the front door must not load the house

        return getattr(api, name)
    raise AttributeError(f"module 'bgagent' has no attribute {name!r}")
