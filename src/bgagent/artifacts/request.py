"""What was asked: the sentence and the choices made when the job was submitted."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Request:
    """One sentence and the options it was submitted with.

    as_of: what "now" is for relative windows, UTC; fixed once, at submission. data: a provider's name, `auto`, or
    directories joined by ':'; data_dir: the directories that `auto` looks into first, absolute.
    lang: of the pages; "" for the one that the sentence asks for, English where it asks for none.
    resumes: id of the job whose understanding of the same sentence is taken up, "" to read it anew.
    record: file that all exchanges with a model are written to, replay: that answers in its place; "" for none.
    narrate: tell the result in prose too.
    """

    job_id: str
    prompt: str
    as_of: datetime
    reader: str = "auto"
    data: str = "auto"
    data_dir: str = ""
    model: str | None = None
    max_iters: int = 3
    timeout_s: float = 600.0
    seed: int = 0
    lang: str = ""
    resumes: str = ""
    record: str = ""
    replay: str = ""
    narrate: bool = False
