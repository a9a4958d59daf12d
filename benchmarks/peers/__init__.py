"""One script for each contender of benchmarks.engine_speed; each runs in an environment of its own."""
