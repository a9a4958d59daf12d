import shlex
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bgagent.artifacts.request import Request
from bgagent.reporting.rerun import changed, rerun_command

REQUEST = Request("job", "Buy AAPL", datetime(2024, 5, 2, 12, 30, tzinfo=UTC))


def test_a_plain_job_is_its_sentence_as_of_the_same_moment():
    assert rerun_command(REQUEST) == "nlbt bg 'Buy AAPL' --as-of 2024-05-02T12:30:00Z"


def test_every_option_that_is_not_the_default_is_repeated():
    request = replace(REQUEST, reader="model", data="my data:other", model="a/b", max_iters=5, timeout_s=90.5, seed=7)
    assert shlex.split(rerun_command(request))[3:] == [
        "--as-of", "2024-05-02T12:30:00Z", "--data", "my data:other", "--reader", "model", "--model", "a/b",
        "--max-iters", "5", "--timeout", "90.5", "--seed", "7"]  # fmt: skip


@pytest.mark.parametrize(
    "sentence", ["it's $AAPL `date` $(date)", 'say "hi"; rm -rf /', "back\\slash", "two  words\nmore"]
)
def test_a_shell_reads_the_sentence_and_nothing_else(sentence):
    words = shlex.split(rerun_command(replace(REQUEST, prompt=sentence)))
    assert words[2] == " ".join(sentence.split())
    assert words[3:] == ["--as-of", "2024-05-02T12:30:00Z"]


def test_what_was_recorded_is_repeated_from_the_recording():
    recorded = replace(REQUEST, record="/kept/model.jsonl", narrate=True)
    assert rerun_command(recorded).endswith("--replay /kept/model.jsonl --narrate")
    assert rerun_command(replace(REQUEST, replay="/kept/model.jsonl", narrate=True)) == rerun_command(recorded)


def test_a_sentence_that_looks_like_an_option_comes_after_two_dashes():
    assert rerun_command(replace(REQUEST, prompt="--help me")).endswith(" -- '--help me'")


def test_directories_that_the_environment_named_are_named_on_the_line():
    assert rerun_command(replace(REQUEST, data_dir="/prices:/more")).endswith("--data /prices:/more")
    assert rerun_command(replace(REQUEST, data="demo", data_dir="/prices")).endswith("--data demo")


def test_options_can_be_replaced():
    assert changed(REQUEST, data="demo").endswith("--data demo")
