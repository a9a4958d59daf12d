"""From a frozen spec to an accepted attempt: the producer writes, the sandbox runs, the critic judges."""
