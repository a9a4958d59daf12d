"""In which order a source is run."""

import pytest

from bgagent.artifacts.attempts import RunFailure, StrategySource
from bgagent.engine.orders import pack_orders
from bgagent.implementation.trying import try_source
from bgagent.sandbox.conversation import Proposal
from tests.implementation.trials import series_of, spec_of, wavy_bars


def runs_of(producer: str, *, fails: int | None = None) -> list[tuple[int, bool]]:
    """Variant of each run, and whether it was cut after every bar; the run `fails` comes to nothing."""
    series, spec = series_of(wavy_bars()), spec_of()
    made = []

    def proposed(source, on, blocks, variant):
        made.append((variant, len(blocks) > on.count - on.first))
        if len(made) - 1 == fails:
            return RunFailure("crash", "it failed")
        return Proposal(pack_orders([]), "", ("seccomp",), 0.1, 1)

    trial = try_source(spec, spec.runs[0], {"WAVY": series}, StrategySource("test", "x", producer), propose=proposed)
    assert (trial.failure is not None) is (fails is not None)
    return made


def test_what_the_template_rendered_runs_free_first_and_is_cut_where_it_decided():
    assert [variant for variant, _ in runs_of("template")] == [0, 1]


def test_code_nobody_has_read_runs_blind_before_anything_has_seen_the_end():
    assert runs_of("model") == [(1, True), (0, False)]


@pytest.mark.parametrize("producer", ["template", "model"])
def test_a_first_run_that_fails_is_the_last(producer):
    assert len(runs_of(producer, fails=0)) == 1
    assert len(runs_of(producer, fails=1)) == 2
