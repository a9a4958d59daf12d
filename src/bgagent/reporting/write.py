"""Files that are either whole or not there at all."""

import os
from pathlib import Path

from bgagent.artifacts.codec import to_json
from bgagent.errors import MachineUnfit


def write_text(path: Path, text: str) -> None:
    """UTF-8 text in one step, folders made as needed; errors as in `write_bytes`."""
    write_bytes(path, text.encode("utf-8", "replace"))


def write_json(path: Path, artifact: object) -> None:
    """An artifact in one step; errors as in `write_bytes` and `artifacts.codec.to_json`."""
    write_bytes(path, to_json(artifact))


def write_bytes(path: Path, content: bytes) -> None:
    """The content under `path` in one step: written beside it, brought to the disk, then renamed over it.

    Raises MachineUnfit when the folder cannot be written or the disk is full; what stood there before still does.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with beside.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        except OSError:
            beside.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise MachineUnfit.from_os_error(error, path) from error
