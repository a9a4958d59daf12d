"""What one run of strategy code may use of this machine."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one child process; passing one of them ends the run, never the job.

    wall_s: from the start of the process to its last word. cpu_s: processor time; None: the wall time and one second.
    memory_mb: address space, and what is resident. file_size_mb: size of any file, were one ever open.
    output_kb: how much of the end of what it prints is kept. output_flood_kb: printing more than this ends it.
    expressions, expression_length: indicator expressions it may declare, and the characters of each.
    lookback: bars an expression may look back. orders_per_bar: orders it may propose, on average over all bars.
    """

    wall_s: float = 30.0
    cpu_s: int | None = None
    memory_mb: int = 2048
    file_size_mb: int = 1
    output_kb: int = 64
    output_flood_kb: int = 4096
    expressions: int = 64
    expression_length: int = 2000
    lookback: int = 20_000
    orders_per_bar: int = 10

    def __post_init__(self) -> None:
        for name in self.__dataclass_fields__:
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise ValueError(f"{name} must be above 0, was {value}")

    @property
    def processor_s(self) -> int:
        """Processor time in whole seconds, as the kernel counts it."""
        return self.cpu_s if self.cpu_s is not None else math.ceil(self.wall_s) + 1
