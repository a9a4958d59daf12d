"""`make bench`: every benchmark, one after the other. Ratios within one run are what counts, not milliseconds."""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks import data_loading, engine_speed, rendering, sandbox_start, submit_and_report

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="counted runs of each contender")
    rounds = parser.parse_args().rounds
    submit_and_report.run(rounds)
    rendering.run(rounds)
    data_loading.run(rounds)
    sandbox_start.run(rounds)
    engine_speed.run(rounds)
